import type { CloudWatchLogsClient, Entity } from '@aws-sdk/client-cloudwatch-logs';
import { describe, invalidOption, PublisherError } from './errors.js';
import {
  LOG_GROUP_CLASSES,
  LOG_GROUP_NAME,
  MAX_BATCH_BYTES,
  MAX_BATCH_EVENTS,
  MAX_EVENT_BYTES,
  RETENTION_DAYS,
} from './limits.js';
import { compileStreamName, type EventContext } from './stream-name.js';

/** Static credentials, as the SDK takes them. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/**
 * Settings of the AWS SDK client, handed on as they are. As data they reach a worker thread too; what is
 * left out comes from the environment, as everywhere with the SDK.
 */
export interface AwsOptions {
  /** Region, such as `'eu-central-1'`. @default `AWS_REGION`, then the profile's region */
  readonly region?: string;
  /** Another endpoint than AWS's own, such as `'http://127.0.0.1:4590'`. */
  readonly endpoint?: string;
  /** Named profile of the shared AWS configuration files; may assume a role. */
  readonly profile?: string;
  /** Static credentials; in-process also a credential provider. @default the SDK's provider chain */
  readonly credentials?: AwsCredentials | (() => Promise<AwsCredentials>);
  readonly useFipsEndpoint?: boolean;
  readonly useDualstackEndpoint?: boolean;
  readonly [setting: string]: unknown;
}

/** Chooses the log stream of an event. Only in-process: a function cannot be sent to a worker thread. */
export type LogStreamNameFunction = (
  event: { readonly timestamp: number; readonly message: string } & EventContext,
) => string;

export type OversizePolicy = 'split' | 'truncate' | 'drop';
export type OverflowPolicy = 'drop-oldest' | 'drop-newest';
export type SequenceTokenPolicy = 'auto' | 'always' | 'never';

/** Options of a publisher, shared by the transports. Times are in milliseconds, sizes in UTF-8 bytes. */
export interface PublisherOptions {
  /** Name of the log group: 1 to 512 characters of `A-Z a-z 0-9 . - _ / #`. */
  readonly logGroupName: string;
  /**
   * Name of the log stream: a template with `{hostname} {pid} {instance} {date} {hour} {level} {env:NAME}
   * {field:a.b}`, or (in-process) a function of the event. `{instance}` is random per publisher; `{date}`
   * and `{hour}` are the event's own, in UTC.
   * @default '{date}/{hostname}/{instance}'
   */
  readonly logStreamName?: string | LogStreamNameFunction;
  /** Settings of the AWS SDK client. @default {} */
  readonly aws?: AwsOptions;
  /** A ready client, used as it is. Only in-process. It is not destroyed at the end. */
  readonly client?: CloudWatchLogsClient;
  /** Path, URL or name of a module whose default export is a client or a function that makes one. */
  readonly clientModule?: string;
  /** Create the log group when CloudWatch Logs says that it is missing. @default true */
  readonly createLogGroup?: boolean;
  /** Create the log stream when CloudWatch Logs says that it is missing. @default true */
  readonly createLogStream?: boolean;
  /** Retention of the group, set once it is used, also on a group that was there before. Never holds up logs. */
  readonly retentionInDays?: number;
  /** Tags for a group that is created here; at most 50. */
  readonly logGroupTags?: Readonly<Record<string, string>>;
  /** KMS key (ARN) for a group that is created here. */
  readonly kmsKeyId?: string;
  /** Class of a group that is created here. */
  readonly logGroupClass?: (typeof LOG_GROUP_CLASSES)[number];
  /** Deletion protection for a group that is created here. */
  readonly deletionProtection?: boolean;
  /** Longest that an event waits for company. @default 1000 */
  readonly flushIntervalMs?: number;
  /** Largest batch, 26 bytes an event included; the service's limit or less. @default 1_048_576 */
  readonly maxBatchBytes?: number;
  /** Most events in a batch; the service's limit or less. @default 10_000 */
  readonly maxBatchEvents?: number;
  /** Largest event, its 26 bytes included; the service's limit or less. @default 1_048_576 */
  readonly maxEventBytes?: number;
  /** What happens to a larger event; counted in every case. @default 'split' */
  readonly oversize?: OversizePolicy;
  /** Memory for events, queued and in flight. @default 67_108_864 (64 MiB) */
  readonly maxBufferBytes?: number;
  /** Which events go when that memory is full; counted, reported and marked in the stream. @default 'drop-oldest' */
  readonly overflow?: OverflowPolicy;
  /**
   * `'auto'` sends the sequence token when one is known; `'always'` also keeps to one put at a time on a
   * stream from the start; `'never'` sends none. @default 'auto'
   */
  readonly sequenceTokens?: SequenceTokenPolicy;
  /** Puts under way on one stream. Above 1, batches of a stream may arrive out of turn. @default 1 */
  readonly maxInFlight?: number;
  /** Puts under way over all streams. @default 8 */
  readonly maxRequests?: number;
  /** Longest that one request may take. @default 15_000 */
  readonly requestTimeoutMs?: number;
  /** Longest that a flush takes which names no time. @default 30_000 */
  readonly flushTimeoutMs?: number;
  /** Longest that a shutdown takes; below the 10 s that pino allows. @default 8_000 */
  readonly closeTimeoutMs?: number;
  /** Compress bodies larger than 1 KiB when that makes them smaller. @default false */
  readonly gzip?: boolean;
  /** The entity that the logs belong to, sent with every put. */
  readonly entity?: Entity;
  /** Says that the events are in the embedded metric format (`x-amzn-logs-format: json/emf`). @default false */
  readonly emf?: boolean;
}

/** Options after checking, with every default filled in. */
export type ResolvedOptions = Required<
  Pick<
    PublisherOptions,
    | 'logGroupName'
    | 'logStreamName'
    | 'aws'
    | 'createLogGroup'
    | 'createLogStream'
    | 'flushIntervalMs'
    | 'maxBatchBytes'
    | 'maxBatchEvents'
    | 'maxEventBytes'
    | 'oversize'
    | 'maxBufferBytes'
    | 'overflow'
    | 'sequenceTokens'
    | 'maxInFlight'
    | 'maxRequests'
    | 'requestTimeoutMs'
    | 'flushTimeoutMs'
    | 'closeTimeoutMs'
    | 'gzip'
    | 'emf'
  >
> &
  PublisherOptions;

const MAX_TIMER_MS = 2 ** 31 - 1; // the longest that a timer of Node.js can wait

type Check = (name: string, value: unknown) => void;

const CHECKS: { readonly [Name in keyof Required<PublisherOptions>]: Check } = {
  logGroupName(name, value) {
    if (typeof value !== 'string' || !LOG_GROUP_NAME.test(value)) {
      throw invalidOption(name, 'a log group name: 1 to 512 of the characters A-Z a-z 0-9 . - _ / #', value);
    }
    if (value.startsWith('aws/')) {
      throw invalidOption(name, 'a name that does not start with "aws/", which AWS keeps for itself', value);
    }
  },
  logStreamName(name, value) {
    if (typeof value === 'function') return;
    if (typeof value !== 'string' || value === '') {
      throw invalidOption(name, 'a template such as "{date}/{hostname}/{instance}", or a function', value);
    }
    if (/[:*]/.test(value.replace(/\{[^}]*\}/g, ''))) {
      throw invalidOption(name, 'without ":" and "*", which CloudWatch Logs does not accept', value);
    }
    compileStreamName(value, { hostname: 'h', pid: 1, instance: 'i', env: {} });
  },
  aws: checkAws,
  client(name, value) {
    if (typeof (value as { send?: unknown } | null)?.send !== 'function') {
      throw invalidOption(name, 'a CloudWatchLogsClient', value);
    }
  },
  clientModule: text('a module path, URL or package name'),
  createLogGroup: boolean,
  createLogStream: boolean,
  retentionInDays(name, value) {
    if (!RETENTION_DAYS.includes(value as number)) {
      throw invalidOption(name, `one of ${RETENTION_DAYS.join(', ')}`, value);
    }
  },
  logGroupTags(name, value) {
    const entries = isRecord(value) ? Object.entries(value) : undefined;
    if (
      !entries ||
      entries.length > 50 ||
      entries.some(([key, tag]) => key === '' || typeof tag !== 'string')
    ) {
      throw invalidOption(name, 'an object of at most 50 tags with string values', value);
    }
  },
  kmsKeyId: text('the ARN of a KMS key'),
  logGroupClass: oneOf(...LOG_GROUP_CLASSES),
  deletionProtection: boolean,
  flushIntervalMs: integer(1, MAX_TIMER_MS),
  maxBatchBytes: integer(1024, MAX_BATCH_BYTES),
  maxBatchEvents: integer(1, MAX_BATCH_EVENTS),
  maxEventBytes: integer(64, MAX_EVENT_BYTES),
  oversize: oneOf('split', 'truncate', 'drop'),
  maxBufferBytes: integer(4096, Number.MAX_SAFE_INTEGER),
  overflow: oneOf('drop-oldest', 'drop-newest'),
  sequenceTokens: oneOf('auto', 'always', 'never'),
  maxInFlight: integer(1, 64),
  maxRequests: integer(1, 256),
  requestTimeoutMs: integer(1, MAX_TIMER_MS),
  flushTimeoutMs: integer(0, MAX_TIMER_MS),
  closeTimeoutMs: integer(0, MAX_TIMER_MS),
  gzip: boolean,
  entity(name, value) {
    if (!isRecord(value)) throw invalidOption(name, 'an object with keyAttributes and attributes', value);
  },
  emf: boolean,
};

/** Every option of a publisher, for transports that add their own. */
export const PUBLISHER_OPTION_NAMES: readonly string[] = Object.keys(CHECKS);

/**
 * Checks all options and fills in the defaults.
 *
 * @throws PublisherError `CLOUDWATCH_LOGS_INVALID_OPTION`, naming the option, what was expected and what came
 */
export function resolveOptions(options: PublisherOptions): ResolvedOptions {
  if (!isRecord(options)) throw invalidOption('options', 'an object with at least logGroupName', options);
  checkOptionNames(options, PUBLISHER_OPTION_NAMES);
  CHECKS.logGroupName('logGroupName', options.logGroupName);
  for (const [name, check] of Object.entries(CHECKS)) {
    const value = options[name as keyof PublisherOptions];
    if (value !== undefined) check(name, value);
  }
  if (options.client && (options.clientModule || options.aws)) {
    const other = options.clientModule ? 'clientModule' : 'aws';
    throw invalidOption('client', `given without "${other}": a ready client brings its own settings`, 'both');
  }
  const maxBufferBytes = options.maxBufferBytes ?? 64 * 1024 * 1024;
  // A batch may fill half of the memory at the most, so that one can be built while another is under way.
  const maxBatchBytes = Math.min(options.maxBatchBytes ?? MAX_BATCH_BYTES, Math.floor(maxBufferBytes / 2));
  return {
    ...withoutUndefined(options),
    logGroupName: options.logGroupName,
    logStreamName: options.logStreamName ?? '{date}/{hostname}/{instance}',
    aws: options.aws ?? {},
    createLogGroup: options.createLogGroup ?? true,
    createLogStream: options.createLogStream ?? true,
    flushIntervalMs: options.flushIntervalMs ?? 1000,
    maxBatchBytes,
    maxBatchEvents: options.maxBatchEvents ?? MAX_BATCH_EVENTS,
    maxEventBytes: Math.min(options.maxEventBytes ?? MAX_EVENT_BYTES, maxBatchBytes),
    oversize: options.oversize ?? 'split',
    maxBufferBytes,
    overflow: options.overflow ?? 'drop-oldest',
    sequenceTokens: options.sequenceTokens ?? 'auto',
    maxInFlight: options.maxInFlight ?? 1,
    maxRequests: options.maxRequests ?? 8,
    requestTimeoutMs: options.requestTimeoutMs ?? 15_000,
    flushTimeoutMs: options.flushTimeoutMs ?? 30_000,
    closeTimeoutMs: options.closeTimeoutMs ?? 8_000,
    gzip: options.gzip ?? false,
    emf: options.emf ?? false,
  };
}

/**
 * Refuses names that are not among `known` and suggests the nearest.
 *
 * @throws PublisherError `CLOUDWATCH_LOGS_INVALID_OPTION`
 */
export function checkOptionNames(options: object, known: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const nearest = nearestName(name, known);
    const hint = nearest ? `Did you mean "${nearest}"?` : `The options are: ${known.join(', ')}.`;
    throw new PublisherError('CLOUDWATCH_LOGS_INVALID_OPTION', `Unknown option "${name}". ${hint}`);
  }
}

/**
 * Refuses what cannot be sent to a worker thread.
 *
 * @throws PublisherError `CLOUDWATCH_LOGS_INVALID_OPTION`, naming the option and what to use in its place
 */
export function checkOptionsAreData(options: object, path = ''): void {
  for (const [name, value] of Object.entries(options)) {
    const option = path + name;
    if (option === 'client') {
      throw invalidOption(option, 'left out with a worker thread; use "clientModule" or "aws"', value);
    }
    if (typeof value === 'function' || typeof value === 'symbol') {
      throw invalidOption(option, 'plain data, because it is sent to a worker thread', value);
    }
    if (isRecord(value)) checkOptionsAreData(value, `${option}.`);
  }
}

function checkAws(name: string, value: unknown): void {
  if (!isRecord(value)) throw invalidOption(name, 'an object with settings of the AWS SDK client', value);
  const aws = value as AwsOptions;
  const known = ['region', 'endpoint', 'profile', 'credentials', 'useFipsEndpoint', 'useDualstackEndpoint'];
  for (const key of Object.keys(aws)) {
    // Other settings of the SDK pass; one that looks like a slip of the pen does not.
    const nearest = known.includes(key) ? undefined : nearestName(key, known);
    if (nearest) {
      throw new PublisherError(
        'CLOUDWATCH_LOGS_INVALID_OPTION',
        `Unknown option "aws.${key}". Did you mean "aws.${nearest}"?`,
      );
    }
  }
  if (
    aws.region !== undefined &&
    !(typeof aws.region === 'string' && /^[a-z0-9][a-z0-9-]{0,62}$/.test(aws.region))
  ) {
    throw invalidOption('aws.region', 'an AWS Region such as "us-east-1"', aws.region);
  }
  if (aws.endpoint !== undefined && !(typeof aws.endpoint === 'string' && isHttpUrl(aws.endpoint))) {
    throw invalidOption('aws.endpoint', 'a URL such as "http://127.0.0.1:4590"', aws.endpoint);
  }
  if (aws.profile !== undefined) text('the name of a profile')('aws.profile', aws.profile);
  const credentials: unknown = aws.credentials;
  if (credentials !== undefined && typeof credentials !== 'function') {
    const keys = isRecord(credentials) ? credentials : {};
    if (typeof keys.accessKeyId !== 'string' || typeof keys.secretAccessKey !== 'string') {
      // The value itself is a secret: only its shape may be told.
      const got = isRecord(credentials)
        ? `an object with ${Object.keys(keys).join(', ') || 'nothing'}`
        : describe(typeof credentials);
      throw new PublisherError(
        'CLOUDWATCH_LOGS_INVALID_OPTION',
        `Option "aws.credentials" must be { accessKeyId, secretAccessKey, sessionToken? } or a provider; got ${got}.`,
      );
    }
  }
}

function integer(least: number, most: number): Check {
  return (name, value) => {
    if (!Number.isSafeInteger(value) || (value as number) < least || (value as number) > most) {
      throw invalidOption(name, `a whole number from ${least} to ${most}`, value);
    }
  };
}

function boolean(name: string, value: unknown): void {
  if (typeof value !== 'boolean') throw invalidOption(name, 'true or false', value);
}

function text(expected: string): Check {
  return (name, value) => {
    if (typeof value !== 'string' || value === '') throw invalidOption(name, expected, value);
  };
}

function oneOf(...allowed: readonly string[]): Check {
  return (name, value) => {
    if (typeof value !== 'string' || !allowed.includes(value)) {
      throw invalidOption(name, `one of ${allowed.map((one) => JSON.stringify(one)).join(', ')}`, value);
    }
  };
}

function isHttpUrl(value: string): boolean {
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function withoutUndefined<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}

/** The known name within a third of its length in edits, case aside; `undefined` when none is near. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best !== undefined && bestDistance <= Math.max(2, best.length / 3) ? best : undefined;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(previous[j] + 1, current[j - 1] + 1, substitution));
    }
    previous = current;
  }
  return previous[b.length];
}
