import { MAX_TIMER_MS } from '../time/clock.js';
import { describe, invalidOption, PublisherError } from './errors.js';
import { compileGroupName } from './group-name.js';
import { hintFor } from './hints.js';
import {
  LOG_GROUP_CLASSES,
  MAX_BATCH_BYTES,
  MAX_BATCH_EVENTS,
  MAX_EVENT_BYTES,
  RETENTION_DAYS,
} from './limits.js';
import type { AwsOptions, PublisherOptions, SpoolSettings } from './options.js';
import { nearestName } from './spelling.js';
import { compileStreamName } from './stream-name.js';

type Check = (name: string, value: unknown) => void;

/** For a look at a template that asks nothing of this process. */
const NAMELESS = { hostname: 'h', pid: 1, instance: 'i', env: {} };

/** How each option is checked. */
const CHECKS: { readonly [Name in keyof Required<PublisherOptions>]: Check } = {
  logGroupName(name, value) {
    if (typeof value === 'function') return;
    if (typeof value !== 'string' || value === '') {
      throw invalidOption(name, 'a log group name, a template such as "app-{level}", or a function', value);
    }
    compileGroupName(value, NAMELESS);
  },
  enabled: boolean,
  logStreamName(name, value) {
    if (typeof value === 'function') return;
    if (typeof value !== 'string' || value === '') {
      throw invalidOption(name, 'a template such as "{date}/{hostname}/{instance}", or a function', value);
    }
    if (/[:*]/.test(value.replace(/\{[^}]*\}/g, ''))) {
      throw invalidOption(name, 'without ":" and "*", which CloudWatch Logs does not accept', value);
    }
    compileStreamName(value, NAMELESS);
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
  retentionInDays: byGroup((name, value) => {
    if (!RETENTION_DAYS.includes(value as number)) {
      throw invalidOption(name, `one of ${RETENTION_DAYS.join(', ')}`, value);
    }
  }),
  logGroupTags: byGroup((name, value) => {
    const entries = isRecord(value) ? Object.entries(value) : undefined;
    if (
      !entries ||
      entries.length > 50 ||
      entries.some(([key, tag]) => key === '' || typeof tag !== 'string')
    ) {
      throw invalidOption(name, 'an object of at most 50 tags with string values', value);
    }
  }),
  kmsKeyId: byGroup(text('the ARN of a KMS key')),
  logGroupClass: byGroup(oneOf(...LOG_GROUP_CLASSES)),
  deletionProtection: byGroup(boolean),
  flushIntervalMs: integer(1, MAX_TIMER_MS),
  maxBatchBytes: integer(1024, MAX_BATCH_BYTES),
  maxBatchEvents: integer(1, MAX_BATCH_EVENTS),
  maxEventBytes: integer(64, MAX_EVENT_BYTES),
  oversize: oneOf('split', 'truncate', 'drop'),
  maxBufferBytes: integer(4096, Number.MAX_SAFE_INTEGER),
  overflow: oneOf('drop-oldest', 'drop-newest'),
  spool: checkSpool,
  sequenceTokens: oneOf('auto', 'always', 'never'),
  maxInFlight: autoOrInteger(1, 64),
  maxRequests: autoOrInteger(1, 256),
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
 * Checks the value of every option that is given, and that what is required is.
 *
 * @throws PublisherError `CLOUDWATCH_LOGS_INVALID_OPTION`, naming the option, what was expected and what came
 */
export function checkOptions(options: PublisherOptions): void {
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
}

/**
 * Checks what is given to a flush or a shutdown. A time that is no number, such as that of a variable which is not set,
 * would end it at once.
 *
 * @throws PublisherError `CLOUDWATCH_LOGS_INVALID_OPTION`, naming the option, what was expected and what came
 */
export function checkFlushOptions(options: unknown = {}): void {
  if (!isRecord(options)) throw invalidOption('options', 'an object such as { timeoutMs: 5000 }', options);
  checkOptionNames(options, ['timeoutMs', 'beforeExit']);
  const { timeoutMs, beforeExit } = options;
  if (timeoutMs !== undefined && !(typeof timeoutMs === 'number' && timeoutMs >= 0)) {
    throw invalidOption('timeoutMs', 'a number of milliseconds from 0 on', timeoutMs);
  }
  if (beforeExit !== undefined) boolean('beforeExit', beforeExit);
}

/**
 * Refuses names that are not among `known` and suggests the nearest.
 *
 * @throws PublisherError `CLOUDWATCH_LOGS_INVALID_OPTION`
 */
export function checkOptionNames(options: object, known: readonly string[], path = ''): void {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const nearest = nearestName(name, known);
    const hint =
      (path === '' ? hintFor(name) : undefined) ??
      (nearest
        ? `Did you mean "${path}${nearest}"?`
        : `The options are: ${known.map((one) => path + one).join(', ')}.`);
    throw new PublisherError('CLOUDWATCH_LOGS_INVALID_OPTION', `Unknown option "${path}${name}". ${hint}`);
  }
}

/**
 * Refuses what cannot be sent to a worker thread.
 *
 * @throws PublisherError `CLOUDWATCH_LOGS_INVALID_OPTION`, naming the option and what to use in its place
 */
export function checkOptionsAreData(options: object): void {
  checkIsData(options, '', new Set());
}

function checkIsData(options: object, path: string, seen: Set<object>): void {
  if (seen.has(options)) return;
  seen.add(options);
  for (const [name, value] of Object.entries(options)) {
    const option = path + name;
    if (option === 'client') {
      throw invalidOption(option, 'left out with a worker thread; use "clientModule" or "aws"', value);
    }
    if (typeof value === 'function' || typeof value === 'symbol') {
      throw invalidOption(option, 'plain data, because it is sent to a worker thread', value);
    }
    if (isRecord(value)) checkIsData(value, `${option}.`, seen);
  }
}

function checkAws(name: string, value: unknown): void {
  if (!isRecord(value)) throw invalidSecret(name, 'an object with settings of the AWS SDK client', value);
  const aws = value as AwsOptions;
  const known = ['region', 'endpoint', 'profile', 'credentials', 'useFipsEndpoint', 'useDualstackEndpoint'];
  for (const key of Object.keys(aws)) {
    // Other settings of the SDK pass; one that looks like a slip of the pen does not.
    if (['accessKeyId', 'secretAccessKey', 'sessionToken'].includes(key)) {
      throw new PublisherError(
        'CLOUDWATCH_LOGS_INVALID_OPTION',
        `Unknown option "aws.${key}". Did you mean "aws.credentials.${key}"?`,
      );
    }
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
    throw invalidSecret('aws.endpoint', 'a URL such as "http://127.0.0.1:4590"', aws.endpoint);
  }
  if (aws.profile !== undefined) text('the name of a profile')('aws.profile', aws.profile);
  const credentials: unknown = aws.credentials;
  if (credentials !== undefined && typeof credentials !== 'function') {
    const keys = isRecord(credentials) ? credentials : {};
    if (typeof keys.accessKeyId !== 'string' || typeof keys.secretAccessKey !== 'string') {
      const got = isRecord(credentials)
        ? `an object with ${Object.keys(keys).join(', ') || 'nothing'}`
        : undefined;
      throw invalidSecret(
        'aws.credentials',
        '{ accessKeyId, secretAccessKey, sessionToken? } or a provider',
        credentials,
        got,
      );
    }
  }
}

/** As {@link invalidOption}, for what may be or hold a secret: only its shape may be told. */
function invalidSecret(option: string, expected: string, value: unknown, shape?: string): PublisherError {
  const got = typeof value === 'string' ? `a string of ${value.length} characters` : describe(value);
  return new PublisherError(
    'CLOUDWATCH_LOGS_INVALID_OPTION',
    `Option "${option}" must be ${expected}; got ${shape ?? got}.`,
  );
}

const SPOOL_CHECKS: { readonly [Name in keyof Required<SpoolSettings>]: Check } = {
  directory: text('the path of a directory'),
  maxBytes: integer(1024 * 1024, Number.MAX_SAFE_INTEGER),
  mode: oneOf('overflow', 'always'),
  fsyncIntervalMs: integer(1, MAX_TIMER_MS),
};

function checkSpool(name: string, value: unknown): void {
  if (!isRecord(value)) throw invalidOption(name, 'an object with at least a directory', value);
  checkOptionNames(value, Object.keys(SPOOL_CHECKS), `${name}.`);
  SPOOL_CHECKS.directory(`${name}.directory`, value.directory);
  for (const [key, check] of Object.entries(SPOOL_CHECKS)) {
    if (value[key] !== undefined) check(`${name}.${key}`, value[key]);
  }
}

/** A value, or a list of rules by the beginning of a group's name. */
function byGroup(check: Check): Check {
  return (name, value) => {
    if (!Array.isArray(value)) {
      check(name, value);
      return;
    }
    const rules = 'a list of rules such as [{ prefix: "app-", value: ... }]';
    if (value.length === 0) throw invalidOption(name, rules, value);
    const prefixes = new Set<string>();
    value.forEach((rule: unknown, index) => {
      const path = `${name}[${index}]`;
      if (!isRecord(rule)) throw invalidOption(path, 'a rule such as { prefix: "app-", value: ... }', rule);
      checkOptionNames(rule, ['prefix', 'value'], `${path}.`);
      const { prefix } = rule;
      if (typeof prefix !== 'string')
        throw invalidOption(`${path}.prefix`, 'the beginning of group names', prefix);
      if (prefixes.has(prefix)) throw invalidOption(`${path}.prefix`, 'one that no other rule has', prefix);
      prefixes.add(prefix);
      check(`${path}.value`, rule.value);
    });
  };
}

function integer(least: number, most: number): Check {
  return (name, value) => {
    if (!Number.isSafeInteger(value) || (value as number) < least || (value as number) > most) {
      throw invalidOption(name, `a whole number from ${least} to ${most}`, value);
    }
  };
}

/** A whole number, or `'auto'`. */
function autoOrInteger(least: number, most: number): Check {
  return (name, value) => {
    if (value === 'auto') return;
    if (!Number.isSafeInteger(value) || (value as number) < least || (value as number) > most) {
      throw invalidOption(name, `"auto" or a whole number from ${least} to ${most}`, value);
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

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
