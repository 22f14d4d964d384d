import { workerData } from 'node:worker_threads';
import {
  type AwsCredentials,
  type AwsOptions,
  checkOptionNames,
  PUBLISHER_OPTION_NAMES,
  PublisherError,
  type PublisherOptions,
} from 'cloudwatch-logs-publisher';

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
  readonly aws?: (AwsOptions & { readonly credentials?: AwsCredentials | undefined }) | undefined;
  /**
   * Longest that a shutdown takes. In a worker 9 s at the most, whatever is said here: pino ends the worker
   * after 10 s, and what it still holds then would be lost without a word.
   * @default 8_000
   */
  readonly closeTimeoutMs?: number | undefined;
}

/** Options of the in-process stream: those of the publisher, functions and a ready client included. */
export interface CloudWatchStreamOptions extends PublisherOptions, LineOptions {}

/** What pino itself adds to the options of a worker target. */
export interface PinoAdditions {
  readonly pinoWillSendConfig?: boolean | undefined;
  readonly $context?: unknown;
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

/**
 * Separates the publisher's options from the transport's and from what pino adds.
 *
 * @throws PublisherError when there is an option of another name, `levels` is not an object of numbers, or `timeKey` is not the name of a field
 */
export function separateOptions(options: CloudWatchStreamOptions & PinoAdditions): SeparatedOptions {
  if (typeof options !== 'object' || options === null) {
    throw new PublisherError(
      'CLOUDWATCH_LOGS_INVALID_OPTION',
      `The options must be an object with at least logGroupName; got ${options === null ? 'null' : typeof options}.`,
    );
  }
  const { pinoWillSendConfig, $context: _, dedupe: __, ...own } = options;
  checkOptionNames(own, [...PUBLISHER_OPTION_NAMES, 'levels', 'timeKey']);
  const { levels, timeKey, ...publisher } = own;
  if (timeKey !== undefined) checkTimeKey(timeKey);
  if (levels !== undefined) checkLevels(levels);
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

function checkLevels(levels: unknown): void {
  const isRecord = typeof levels === 'object' && levels !== null && !Array.isArray(levels);
  if (isRecord && Object.values(levels).every((number) => typeof number === 'number')) return;
  throw new PublisherError(
    'CLOUDWATCH_LOGS_INVALID_OPTION',
    'Option "levels" must be an object of level names and their numbers, such as { audit: 35 }.',
  );
}

function checkTimeKey(timeKey: unknown): void {
  if (typeof timeKey === 'string' && timeKey !== '') return;
  throw new PublisherError(
    'CLOUDWATCH_LOGS_INVALID_OPTION',
    'Option "timeKey" must be the name of a field, such as "timestamp".',
  );
}
