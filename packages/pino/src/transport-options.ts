import { workerData } from 'node:worker_threads';
import type { AwsCredentials, AwsOptions, PublisherOptions } from 'cloudwatch-logs-publisher';
import { checkOptions, isRecord, type OptionRows, text } from 'cloudwatch-logs-publisher/worker';

/** Settings of the AWS SDK client as plain data. */
export interface AwsData extends AwsOptions {
  /** Static credentials. @default the SDK's provider chain */
  readonly credentials?: AwsCredentials | undefined;
}

/** Options that both ways to log have besides those of the publisher. */
export interface LineOptions {
  /**
   * Names and numbers of levels, as in pino's `customLevels`, for `{level}` in the names of group and stream. A worker gets
   * them from `pino({ customLevels, transport })` by itself.
   * @default pino's own: trace 10 to fatal 60
   */
  readonly levels?: Readonly<Record<string, number>> | undefined;
  /**
   * Name of the top-level field of a line that holds its time, where `timestamp` of pino writes another one, or lines come
   * from another logger.
   * @default 'time', directly after the level, where pino writes it
   */
  readonly timeKey?: string | undefined;
}

/**
 * Options of the worker-thread transport: plain data, because they are sent to the worker.
 *
 * ```ts
 * pino.transport<CloudWatchTransportOptions>({ target: 'pino-cloudwatch-logs', options: { logGroupName: 'app' } });
 * ```
 */
export interface CloudWatchTransportOptions
  extends Omit<PublisherOptions, 'logGroupName' | 'logStreamName' | 'client' | 'aws'>,
    LineOptions {
  /**
   * Name of the log group, or a template of it with `{level} {field:a.b} {env:NAME} {hostname}`, such as `'app-{level}'`, with
   * text before the first level or field. At most 100 groups are used: events for more go to one that a warning names.
   */
  readonly logGroupName: string;
  /**
   * Name of the log stream: a template with `{hostname} {pid} {instance} {date} {hour} {level} {env:NAME}
   * {field:a.b}`. `{instance}` is random per transport; `{date}` and `{hour}` are the event's own, in UTC.
   * @default '{date}/{hostname}/{instance}'
   */
  readonly logStreamName?: string | undefined;
  /** Settings of the AWS SDK client, as data. @default {} */
  readonly aws?: AwsData | undefined;
  /**
   * Longest that a shutdown takes. In a worker 9 s at the most, whatever is said here: pino ends the worker
   * after 10 s, and what it still holds then would be lost without a word.
   * @default 8_000
   */
  readonly closeTimeoutMs?: number | undefined;
}

/** Options of the in-process stream: those of the publisher, functions and a ready client included. */
export interface CloudWatchStreamOptions extends PublisherOptions, LineOptions {}

/** Settings that pino itself adds to the options of a worker target. */
export interface PinoAdditions {
  /** Says that pino called, from its worker thread. */
  readonly pinoWillSendConfig?: boolean | undefined;
  /** The context of the thread; not used. */
  readonly $context?: unknown;
  /** Behind `targets` with `dedupe`; not used. */
  readonly dedupe?: boolean | undefined;
}

/** Options taken apart. */
export interface SeparatedOptions {
  readonly publisher: PublisherOptions;
  readonly levels: Readonly<Record<string, number>> | undefined;
  readonly timeKey: string | undefined;
  /** Whether pino called from its worker thread. */
  readonly inWorker: boolean;
}

/** The options that are not the publisher's. */
const OWN = {
  levels: {
    expected: 'an object of level names and their numbers, such as { audit: 35 }',
    accepts: (value) => isRecord(value) && Object.values(value).every((number) => typeof number === 'number'),
    remedy: 'Give those of customLevels, or leave it out.',
    flag: 'json',
  },
  timeKey: {
    ...text('the name of a field, such as "timestamp"'),
    remedy: 'Leave it out where pino writes the time.',
  },
} as const satisfies OptionRows;

/**
 * Checks all options, and separates the publisher's from the transport's and from what pino adds.
 *
 * @throws PublisherError `CLOUDWATCH_LOGS_INVALID_OPTION`, saying what was expected, what came and what to do
 */
export function separateOptions(options: CloudWatchStreamOptions & PinoAdditions): SeparatedOptions {
  const { pinoWillSendConfig, $context: _, dedupe: __, ...own } = options ?? {};
  checkOptions(isRecord(options) ? own : options, OWN);
  const { levels, timeKey, ...publisher } = own;
  const inWorker = isInWorker({ pinoWillSendConfig });
  return { publisher, levels: levels ?? (inWorker ? sentToThread()?.levels : undefined), timeKey, inWorker };
}

/** Whether pino called from its worker thread. */
export function isInWorker(options: Pick<PinoAdditions, 'pinoWillSendConfig'> | null | undefined): boolean {
  return options?.pinoWillSendConfig === true || sentToThread()?.pinoWillSendConfig === true;
}

/** Behind `targets` pino adds nothing to the options; what it sent to the thread tells it all the same. */
function sentToThread(): (LineOptions & PinoAdditions) | undefined {
  return (workerData as { workerData?: LineOptions & PinoAdditions } | null)?.workerData;
}
