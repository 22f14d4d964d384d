import type { CloudWatchLogsClient, Entity } from '@aws-sdk/client-cloudwatch-logs';
import { type AwsOptions, checkAws } from './aws-settings.js';
import { checkGroupTemplate } from './group-name.js';
import { type ByGroup, byGroup } from './group-settings.js';
import {
  LOG_GROUP_CLASSES,
  MAX_BATCH_BYTES,
  MAX_BATCH_EVENTS,
  MAX_EVENT_BYTES,
  RETENTION_DAYS,
} from './limits.js';
import type { LogGroupNameFunction, LogStreamNameFunction } from './name-template.js';
import {
  checkRows,
  isRecord,
  milliseconds,
  type OptionRow,
  oneOf,
  onOff,
  orAuto,
  settings,
  text,
  wholeNumber,
} from './option-rows.js';
import { checkStreamTemplate } from './stream-name.js';

// An option is added here and nowhere else: its type and what it does in the interface, the rest as a row of the table below.
// The checks, the defaults, the flags of the commands and the table in the documentation are made of both.

/** The disk spool: where events go that memory has no room for, and what is left at the end. */
export interface SpoolSettings {
  /** Shared by any number of processes; each keeps its files in a directory of its own in it. Made when missing. */
  readonly directory: string;
  /** Disk that one process may use, with what it took over; beyond it the oldest events go. @default 1_073_741_824 (1 GiB) */
  readonly maxBytes?: number | undefined;
  /**
   * `'overflow'` writes what memory has no room for and what is left at the end; `'always'` writes every event
   * before it is sent, which survives `kill -9`.
   * @default 'overflow'
   */
  readonly mode?: SpoolMode | undefined;
  /** How often files are forced to the disk: what a power cut may take. @default 500 */
  readonly fsyncIntervalMs?: number | undefined;
}

/** Which events go to the disk: those that memory has no room for, or every one before it is sent. */
export type SpoolMode = 'overflow' | 'always';
/** Fate of an event that is larger than `maxEventBytes`: several events, one that is cut, or none. */
export type OversizePolicy = 'split' | 'truncate' | 'drop';
/** Which events go when the memory for events is full: those that have waited longest, those that come, or the least severe. */
export type OverflowPolicy = 'drop-oldest' | 'drop-newest' | 'drop-lowest';
/** When sequence tokens are sent: once one is known, the same with one put at a time, or never. */
export type SequenceTokenPolicy = 'auto' | 'always' | 'never';

/** Options of a publisher, shared by the transports. Times are in milliseconds, sizes in UTF-8 bytes. */
export interface PublisherOptions {
  /**
   * Name of the log group: 1 to 512 characters of `A-Z a-z 0-9 . - _ / #`. Or a template of it with `{level} {field:a.b}
   * {env:NAME} {hostname}`, such as `'app-{level}'`, with text before the first level or field, whose values are reduced to
   * `A-Z a-z 0-9 . - _`; or (in-process) a function of the event. A publisher uses at most 100 groups: events for more go to
   * one that a warning names (`app-#other` here; `unnamed-log-group` for a function).
   */
  readonly logGroupName: string | LogGroupNameFunction;
  /**
   * With `false` options are checked and nothing else happens: events are taken and forgotten, nothing is counted, loaded or
   * sent. The variable `CLOUDWATCH_LOGS_DISABLED=1` does the same for every publisher of a process. For development and
   * tests; with `NODE_ENV=production` a line on stderr says so. @default true
   */
  readonly enabled?: boolean | undefined;
  /**
   * Name of the log stream: a template with `{hostname} {pid} {instance} {date} {hour} {level} {env:NAME}
   * {field:a.b}`, or (in-process) a function of the event. `{instance}` is random per publisher; `{date}`
   * and `{hour}` are the event's own, in UTC.
   * @default '{date}/{hostname}/{instance}'
   */
  readonly logStreamName?: string | LogStreamNameFunction | undefined;
  /** Settings of the AWS SDK client. @default {} */
  readonly aws?: AwsOptions | undefined;
  /**
   * A ready client, used as it is. Only in-process; the thread that delivers at `process.exit()` does without it once a
   * request was made. It is not destroyed at the end.
   */
  readonly client?: CloudWatchLogsClient | undefined;
  /** Path, URL or name of a module whose default export is a client or a function that makes one. */
  readonly clientModule?: string | undefined;
  /** Create the log group when CloudWatch Logs says that it is missing. @default true */
  readonly createLogGroup?: boolean | undefined;
  /** Create the log stream when CloudWatch Logs says that it is missing. @default true */
  readonly createLogStream?: boolean | undefined;
  /**
   * Retention of the group, set once it is used, also on a group that was there before. Never holds up logs. As with the four
   * below, where there are several groups, a list of rules by the beginning of their names:
   * `[{ prefix: 'app-', value: 30 }, { prefix: 'app-error', value: 365 }]`; the longest that fits counts.
   */
  readonly retentionInDays?: ByGroup<number> | undefined;
  /** Tags for a group that is created here; at most 50. */
  readonly logGroupTags?: ByGroup<Readonly<Record<string, string>>> | undefined;
  /** KMS key (ARN) for a group that is created here. */
  readonly kmsKeyId?: ByGroup<string> | undefined;
  /** Class of a group that is created here. */
  readonly logGroupClass?: ByGroup<(typeof LOG_GROUP_CLASSES)[number]> | undefined;
  /** Deletion protection for a group that is created here. */
  readonly deletionProtection?: ByGroup<boolean> | undefined;
  /**
   * Least time between the starts of two puts of a log stream of which the second is not full, in milliseconds. So it is the
   * longest that an event waits for company while puts follow each other; the first after a pause waits for the end of the
   * turn of the event loop only. With more than 50 log streams a second in use their batches wait in turn: at most 50 a
   * second go that are not full. @default 1000
   */
  readonly flushIntervalMs?: number | undefined;
  /**
   * Largest batch, 26 bytes an event included; the service's limit or less, and never more than half of
   * `maxBufferBytes`. @default 1_048_576
   */
  readonly maxBatchBytes?: number | undefined;
  /** Most events in a batch; the service's limit or less. @default 10_000 */
  readonly maxBatchEvents?: number | undefined;
  /** Largest event, its 26 bytes included; the service's limit or less, and never more than a batch. @default 1_048_576 */
  readonly maxEventBytes?: number | undefined;
  /** Fate of a larger event: `'split'` into several, `'truncate'` with a marker, or `'drop'`; counted in every case. @default 'split' */
  readonly oversize?: OversizePolicy | undefined;
  /**
   * Memory for events, queued and in flight. With a `spool` new ones take three quarters of it at the most; the rest is
   * for what is read back. From the 65th on each log stream takes 1 KiB of it, all together at most a quarter.
   * @default 67_108_864 (64 MiB)
   */
  readonly maxBufferBytes?: number | undefined;
  /**
   * Which events go when that memory is full, of the stream that holds most: the oldest, the newest, or with `'drop-lowest'` the
   * least severe, of equal ones the oldest, so that errors stay while debug goes. Those that a `spool` has no room for are the
   * oldest in every case, whatever their level. They are counted, reported, and marked in the stream. @default 'drop-oldest'
   */
  readonly overflow?: OverflowPolicy | undefined;
  /** Disk in the place of dropping. @default none */
  readonly spool?: SpoolSettings | undefined;
  /**
   * `'auto'` sends the sequence token when one is known; `'always'` also keeps to one put at a time on a
   * stream from the start; `'never'` sends none. @default 'auto'
   */
  readonly sequenceTokens?: SequenceTokenPolicy | undefined;
  /**
   * Most puts under way on one stream; `'auto'` is 16. More than one only while events pile up, and only batches without a
   * millisecond in common, so that readers see the events in the order logged. Live tail and subscription filters see them
   * as they arrive: 1 keeps that order too. On an endpoint that enforces sequence tokens there is one at a time, whatever
   * is set.
   * @default 'auto'
   */
  readonly maxInFlight?: number | 'auto' | undefined;
  /**
   * Most puts under way over all streams; fewer while the service throttles. `'auto'` begins with 8, and goes up to 32
   * while more wait. Puts that have hung for a second do not count.
   * @default 'auto'
   */
  readonly maxRequests?: number | 'auto' | undefined;
  /**
   * Milliseconds that a request may be silent; one that makes progress goes on, and a connection that is not made within 5 s
   * is a failure.
   *
   * @default 15_000
   */
  readonly requestTimeoutMs?: number | undefined;
  /** Longest that a flush takes which names no time. @default 30_000 */
  readonly flushTimeoutMs?: number | undefined;
  /** Longest that a shutdown takes; below the 10 s that pino allows. @default 8_000 */
  readonly closeTimeoutMs?: number | undefined;
  /**
   * Compress bodies larger than 1 KiB when that makes them smaller; with `'auto'` those larger than 64 KiB, where it saves most
   * for the time that it takes. That is done on a thread of Node.js's pool. @default false
   */
  readonly gzip?: boolean | 'auto' | undefined;
  /**
   * The entity that the logs belong to, sent with every put. `'auto'` takes it from `OTEL_SERVICE_NAME`,
   * `OTEL_RESOURCE_ATTRIBUTES` and Lambda's environment; none where those name no service.
   */
  readonly entity?: Entity | 'auto' | undefined;
  /** Says that the events are in the embedded metric format (`x-amzn-logs-format: json/emf`). @default false */
  readonly emf?: boolean | undefined;
}

/** The options of a publisher: what is accepted, the defaults, and the flags. */
export const OPTIONS = {
  logGroupName: {
    expected: 'a log group name, a template such as "app-{level}", or a function',
    accepts: (value) => typeof value === 'function' || (typeof value === 'string' && value !== ''),
    check: checkGroupTemplate,
    isRequired: true,
    remedy: 'Name the log group, such as "my-app".',
    flag: 'text',
  },
  enabled: { ...onOff, initial: true },
  logStreamName: {
    expected: 'a template such as "{date}/{hostname}/{instance}", or a function',
    accepts: (value) => typeof value === 'function' || (typeof value === 'string' && value !== ''),
    check: checkStreamTemplate,
    flag: 'text',
    initial: '{date}/{hostname}/{instance}',
  },
  aws: {
    ...settings('an object with settings of the AWS SDK client', checkAws),
    isSecret: true,
    remedy: 'Write { region: "us-east-1" }, or leave it out.',
    initial: {},
  },
  client: {
    expected: 'a CloudWatchLogsClient',
    accepts: (value) => typeof (value as { send?: unknown } | null)?.send === 'function',
    remedy: 'Make one with new CloudWatchLogsClient(), or use "aws" for its settings.',
    flag: 'none',
  },
  clientModule: text('a module path, URL or package name'),
  createLogGroup: { ...onOff, initial: true },
  createLogStream: { ...onOff, initial: true },
  retentionInDays: byGroup({
    expected: `one of ${RETENTION_DAYS.join(', ')}`,
    accepts: (value) => RETENTION_DAYS.includes(value as number),
    flag: 'json',
  }),
  logGroupTags: byGroup({
    expected: 'an object of at most 50 tags with string values',
    accepts: (value) =>
      isRecord(value) &&
      Object.keys(value).length <= 50 &&
      Object.entries(value).every(([key, tag]) => key !== '' && typeof tag === 'string'),
    flag: 'json',
  }),
  kmsKeyId: byGroup({ ...text('the ARN of a KMS key'), flag: 'json' }),
  logGroupClass: byGroup({ ...oneOf(...LOG_GROUP_CLASSES), flag: 'json' }),
  deletionProtection: byGroup(onOff),
  flushIntervalMs: { ...milliseconds(1), initial: 1000 },
  maxBatchBytes: { ...wholeNumber(1024, MAX_BATCH_BYTES), initial: MAX_BATCH_BYTES },
  maxBatchEvents: { ...wholeNumber(1, MAX_BATCH_EVENTS), initial: MAX_BATCH_EVENTS },
  maxEventBytes: { ...wholeNumber(64, MAX_EVENT_BYTES), initial: MAX_EVENT_BYTES },
  oversize: { ...oneOf('split', 'truncate', 'drop'), initial: 'split' },
  maxBufferBytes: { ...wholeNumber(4096, Number.MAX_SAFE_INTEGER), initial: 64 * 1024 * 1024 },
  overflow: { ...oneOf('drop-oldest', 'drop-newest', 'drop-lowest'), initial: 'drop-oldest' },
  spool: {
    ...settings('an object with at least a directory', (name, value) =>
      checkRows(value, SPOOL_SETTINGS, `${name}.`),
    ),
    remedy: 'Write { directory: "/var/spool/my-app" }, or leave it out.',
  },
  sequenceTokens: { ...oneOf('auto', 'always', 'never'), initial: 'auto' },
  maxInFlight: { ...orAuto(wholeNumber(1, 64)), initial: 'auto' },
  maxRequests: { ...orAuto(wholeNumber(1, 256)), initial: 'auto' },
  requestTimeoutMs: { ...milliseconds(1), initial: 15_000 },
  flushTimeoutMs: { ...milliseconds(0), initial: 30_000 },
  closeTimeoutMs: { ...milliseconds(0), initial: 8_000 },
  gzip: { ...orAuto(onOff), initial: false },
  entity: {
    ...orAuto(
      settings('an object with keyAttributes and attributes', (name, value) => {
        if (value !== 'auto') checkRows(value, ENTITY_PARTS, `${name}.`);
      }),
    ),
    remedy: 'Give it as PutLogEvents takes it, or leave it out.',
  },
  emf: { ...onOff, initial: false },
} as const satisfies { readonly [Name in keyof Required<PublisherOptions>]: OptionRow };

const TEXTS = {
  expected: 'an object with texts as values',
  accepts: (value) => isRecord(value) && Object.values(value).every((one) => typeof one === 'string'),
  flag: 'none',
} as const satisfies OptionRow;

/** The same of the option `entity`. */
const ENTITY_PARTS = { keyAttributes: TEXTS, attributes: TEXTS } as const satisfies {
  readonly [Name in keyof Required<Entity>]: OptionRow;
};

/** The same of the option `spool`. */
export const SPOOL_SETTINGS = {
  directory: {
    ...text('the path of a directory'),
    isRequired: true,
    remedy: 'Name one that outlives the process, such as "/var/spool/my-app".',
  },
  maxBytes: { ...wholeNumber(1024 * 1024, Number.MAX_SAFE_INTEGER), initial: 1024 * 1024 * 1024 },
  mode: { ...oneOf('overflow', 'always'), initial: 'overflow' },
  fsyncIntervalMs: { ...milliseconds(1), initial: 500 },
} as const satisfies { readonly [Name in keyof Required<SpoolSettings>]: OptionRow };
