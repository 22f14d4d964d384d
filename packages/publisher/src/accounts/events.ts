import type { Batch } from '../batch/batch.js';
import type { DropReason, RejectReason } from '../batch/note.js';
import type { Target } from '../cloudwatch/sink.js';

// docs/events.md is made of this file: the first part of a comment says what happened, "To do:" what to do.

/** Why a request failed: its source, as far as that is known. */
export type FailureCode =
  | 'credentials'
  | 'clock'
  | 'module'
  | 'permission'
  | 'proxy'
  | 'quota'
  | 'region'
  | 'service'
  | 'throttled'
  | 'unreachable';

/**
 * The codes of warnings, each with what it means for events: they are `kept` and sent as soon as that works, they are `lost` and
 * counted, or they are `stored` all the same.
 */
export interface WarningCodes {
  /** No valid AWS credentials. To do: check the credentials, the profile or the role, and the clock. */
  credentials: 'kept';
  /** AWS refused for want of a permission, or a group or stream is missing that may not be created. To do: allow the action that the message names. */
  permission: 'kept';
  /** No AWS Region is set. To do: set `aws.region` or `AWS_REGION`. */
  region: 'kept';
  /** CloudWatch Logs cannot be reached. To do: check the Region, the endpoint, the proxy and the network. */
  unreachable: 'kept';
  /** A proxy on the way asks for credentials of its own. To do: put them into the URL of the proxy. */
  proxy: 'kept';
  /** There is no client: the module of the option `clientModule`, or the AWS SDK, could not be loaded: it is missing, broken, bundled wrongly, or in jsdom. To do: see the message; install `@aws-sdk/client-cloudwatch-logs`. */
  module: 'kept';
  /** A quota of the account is reached, such as that of log groups. To do: delete what is not needed, or ask for a higher quota. */
  quota: 'kept';
  /** CloudWatch Logs throttles. To do: use fewer log streams or a longer `flushIntervalMs`; if it lasts, ask for a higher quota. */
  throttled: 'kept';
  /** CloudWatch Logs answers with errors. To do: wait; if it lasts, look at the AWS Health Dashboard. */
  service: 'kept';
  /** Nothing of a stream was stored for 10 s; the message says why. To do: see the reason in the message. */
  overdue: 'kept';
  /** Events and all their neighbours are refused, so that the request or the account is to blame. To do: see the reason in the message. */
  refused: 'kept';
  /** The clock of this machine is wrong. Times of events are corrected by the time of the service, and requests where it takes them. To do: synchronise the clock, with NTP. */
  clock: 'kept';
  /** Puts succeed, and events are stored a minute after they were logged. To do: log less, or use more log streams. */
  lagging: 'stored';
  /** Puts work again after trouble. To do: nothing. */
  recovered: 'stored';
  /** Another producer writes to the same log stream on an endpoint that enforces sequence tokens. To do: give each process a stream of its own, with `{instance}`. */
  contention: 'stored';
  /** Events may be stored twice, because the answer to a put was lost. To do: the query in the message shows them. */
  duplicates: 'stored';
  /** The retention of a log group could not be set. To do: allow `logs:PutRetentionPolicy`, or leave `retentionInDays` out. */
  retention: 'stored';
  /** The tags of a log group were refused, and it was created without them. To do: correct `logGroupTags`, or allow `logs:TagResource`. */
  tags: 'stored';
  /** The KMS key of a log group was refused, and it was created without it. To do: correct `kmsKeyId`, or the policy of the key. */
  kms: 'stored';
  /** CloudWatch Logs did not accept the `entity`. To do: correct the option. */
  entity: 'stored';
  /** A function for stream names failed, and the stream `unknown` was used, or there are more new names than an account may create. To do: correct the function, or name streams by what has fewer values. */
  'stream-name': 'stored';
  /** A function for group names failed, or there are more names than groups may be used. To do: correct the function, or choose by what has fewer values. */
  'group-name': 'stored';
  /** The spool cannot be used at present, or files in it are damaged or not this user's; events are buffered in memory meanwhile. To do: see the message. */
  spool: 'kept';
  /** The memory for events was full, or the spool. To do: find out why events wait; raise `maxBufferBytes`, or use a `spool`. */
  overflow: 'lost';
  /** Events were larger than `maxEventBytes`, and dropped with `oversize: 'drop'`. To do: log less in one line, or let them be split. */
  oversize: 'lost';
  /** CloudWatch Logs refused an event alone, while others of its stream are stored. To do: see the reason in the message. */
  poison: 'lost';
  /** CloudWatch Logs did not store events because of their timestamps. To do: correct the time of the records. */
  rejected: 'lost';
  /** Events without text, or a level that does not exist. To do: correct what is logged. */
  invalid: 'lost';
  /** Events were not sent when the time of `close()` or of the end of the process was over. To do: raise `closeTimeoutMs`, or use a `spool`. */
  shutdown: 'lost';
}

/** The subject of a warning; fit for an alert. */
export type WarningCode = keyof WarningCodes;

/** Something that a person should know. Never holds the text of a log event, nor a credential. */
export interface Warning {
  /** Its subject; fit for an alert. */
  readonly code: WarningCode;
  /** One line: what happened and what to do. */
  readonly message: string;
  /** The log group that it is about, or the option as it is written where that names several. */
  readonly logGroupName: string;
  /** The log stream that it is about, where it is about one. */
  readonly logStreamName?: string;
  /** Warnings of the same code that were held back since the last one. */
  readonly suppressed: number;
}

/** Events that were given up or rejected. */
export interface Drop {
  /** The counter in `stats()` that they are in: one of `dropped` or of `rejected`. */
  readonly reason: DropReason | RejectReason;
  /** How many events. */
  readonly events: number;
  /** Bytes as CloudWatch Logs counts them, where they are known; 0 elsewhere. */
  readonly bytes: number;
  /** How many of each level, with `overflow: 'drop-lowest'`. */
  readonly levels?: Readonly<Record<string, number>>;
  /** The log group that they were for. */
  readonly logGroupName: string;
  /** The log stream that they were for, where they had one. */
  readonly logStreamName?: string;
  /** The answer of CloudWatch Logs, for `poison`; for `overflow`, that it was another log stream for which there was no room. */
  readonly cause?: string;
}

/** A put lost the race for the sequence token. */
export interface Conflict extends Target {
  /** Conflicts of this stream since something was stored on it. */
  readonly conflictsInARow: number;
}

/** A batch was stored. */
export interface BatchDelivered extends Target {
  /** How many events of it were stored. */
  readonly events: number;
  /** Their bytes as CloudWatch Logs counts them. */
  readonly bytes: number;
  /** Puts that it took. */
  readonly attempts: number;
  /** Time of the put that succeeded, in milliseconds. */
  readonly durationMs: number;
}

/**
 * Events that may be stored more than once: the answer to a put was lost, and no sequence token could tell. The queries
 * are of Logs Insights, for this log group and the time from `from` to `to`.
 */
export interface PossibleDuplicates extends Target {
  /** How many events. */
  readonly events: number;
  /** Copies that may be there besides the first. */
  readonly copies: number;
  /** Time of the first event, in milliseconds since the epoch. */
  readonly from: number;
  /** Time of the last event, in milliseconds since the epoch. */
  readonly to: number;
  /** Query that shows what is stored more than once. */
  readonly show: string;
  /** Query that shows the stream without the copies. */
  readonly remove: string;
}

/** Where logs go. */
export interface Place {
  /** The log group. */
  readonly logGroupName: string;
  /** The log stream; left out where the group alone was created. */
  readonly logStreamName?: string;
  /** The Region, where it is known. */
  readonly region: string | undefined;
  /** The page of the stream in the AWS console; undefined where logs go to another endpoint than AWS's. */
  readonly console: string | undefined;
}

/**
 * The events of a publisher. There is no 'error'. The same names are those of the events of the winston transport, of
 * the channels `cloudwatch-logs:<name>` of `node:diagnostics_channel`, and of the events `cloudwatch:<name>` of a pino transport.
 */
export interface PublisherEvents {
  /** Something that a person should know. Printed on stderr when nobody listens. */
  warn: [Warning];
  /** Events were given up or rejected: told at once, and once a second what follows with the same reason and stream. */
  drop: [Drop];
  /** A put lost the race for the sequence token, on an endpoint that enforces tokens. */
  conflict: [Conflict];
  /** A batch was stored. */
  batch: [BatchDelivered];
  /** Events may be stored twice, because the answer to a put was lost. */
  duplicates: [PossibleDuplicates];
  /** A log group or, where it is named, a log stream was created by this publisher. */
  created: [Place];
  /** The first events of a log stream were stored. */
  started: [Place];
}

/** The names of all events; the compiler asks for each. */
export const EVENT_NAMES = Object.keys({
  warn: true,
  drop: true,
  conflict: true,
  batch: true,
  duplicates: true,
  created: true,
  started: true,
} satisfies Record<keyof PublisherEvents, true>) as (keyof PublisherEvents)[];

/** @param copies how often each event of the batch may be stored besides once */
export function possibleDuplicates(target: Target, batch: Batch, copies: number): PossibleDuplicates {
  const filter = `filter @logStream = ${quoted(target.logStreamName)}`;
  return {
    ...target,
    events: batch.weight,
    copies: batch.weight * copies,
    ...batch.timeRange,
    show: `${filter} | stats count(*) as copies by @timestamp, @message | filter copies > 1`,
    // Lines that are equal and of the same millisecond are one as well.
    remove: `fields @timestamp, @message | ${filter} | sort @timestamp asc | dedup @timestamp, @message`,
  };
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
