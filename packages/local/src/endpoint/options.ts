import { suggestion } from '../errors/spelling.js';
import type { Fault } from '../faults/fault.js';
import type { LocalCredentials } from '../requests/sigv4.js';
import type { SequenceTokenRule, TokenErrorStyle } from '../store/sequence-tokens.js';

/** Options of `startLocal`. */
export interface LocalOptions {
  /** TCP port to listen on; 0 takes any that is free. @default 0 */
  readonly port?: number | undefined;
  /**
   * Address to listen on. On a loopback address the `Host` header of requests must be a loopback name too; on any other
   * address every machine that reaches it can read and write the logs. @default '127.0.0.1'
   */
  readonly host?: string | undefined;
  /**
   * `'ignored'`: as CloudWatch Logs today, any or no token will do. `'enforced'`: as before January 2023, each put must
   * carry the token of the put before it. @default 'ignored'
   */
  readonly sequenceTokens?: SequenceTokenRule | undefined;
  /**
   * Where a refused token is answered with the expected one: `'field'` in `expectedSequenceToken` and in the text,
   * `'message'` in the text only. @default 'field'
   */
  readonly tokenErrors?: TokenErrorStyle | undefined;
  /** Faults from the start; see `faults` of the endpoint. @default [] */
  readonly faults?: readonly Fault[] | undefined;
  /** When given, the signature of every request is verified. @default signatures are not looked at */
  readonly credentials?: LocalCredentials | undefined;
  /** Bytes of events to keep, counted as CloudWatch Logs does; beyond it the oldest go. @default 268435456 (256 MiB) */
  readonly maxBytes?: number | undefined;
  /** Largest event in bytes, including 26 of overhead; 262144 is the limit of before April 2025. @default 1048576 */
  readonly maxEventBytes?: number | undefined;
  /**
   * How long a live tail session lasts, in milliseconds, before it ends with SessionTimeoutException.
   * @default 10800000 (three hours)
   */
  readonly liveTailTimeoutMs?: number | undefined;
  /** Makes the faults with a `probability` repeatable. @default random; read it from `seed` */
  readonly seed?: number | undefined;
  /** The clock of the service, in milliseconds since 1970. @default Date.now */
  readonly now?: (() => number) | undefined;
  /** Region of requests that are not signed, and of the groups that this library makes. @default 'us-east-1' */
  readonly region?: string | undefined;
  /** Account of requests whose access key is not the 12 digits of another. @default '123456789012' */
  readonly accountId?: string | undefined;
  /**
   * Directory in which groups, streams and events are kept, to be there again at the next start; it is made if it is not
   * there. @default none: everything is in memory, and gone at the end
   */
  readonly data?: string | undefined;
  /** `false`: `GET /` does not show the console, and what only it asks for is not answered. @default true */
  readonly console?: boolean | undefined;
}

export type ResolvedOptions = Required<Omit<LocalOptions, 'credentials' | 'data'>> &
  Pick<LocalOptions, 'credentials' | 'data'>;

interface Rule {
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
}

const wholeNumber = (from: number, to = Number.MAX_SAFE_INTEGER): Rule => ({
  expected:
    to === Number.MAX_SAFE_INTEGER ? `a whole number from ${from}` : `a whole number from ${from} to ${to}`,
  accepts: (value) =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= from && value <= to,
});

const oneOf = (...values: readonly string[]): Rule => ({
  expected: values.map((value) => `'${value}'`).join(' or '),
  accepts: (value) => typeof value === 'string' && values.includes(value),
});

const text = (expected: string, pattern: RegExp): Rule => ({
  expected,
  accepts: (value) => typeof value === 'string' && pattern.test(value),
});

const RULES: Readonly<Record<keyof LocalOptions, Rule>> = {
  port: wholeNumber(0, 65_535),
  host: text('a host name or address', /^\S+$/),
  sequenceTokens: oneOf('ignored', 'enforced'),
  tokenErrors: oneOf('field', 'message'),
  faults: { expected: 'an array of faults', accepts: Array.isArray },
  credentials: {
    expected: '{ accessKeyId, secretAccessKey, sessionToken?, expiration? }, strings and a Date',
    accepts: areCredentials,
  },
  maxBytes: wholeNumber(1),
  maxEventBytes: wholeNumber(27, 1_048_576),
  liveTailTimeoutMs: wholeNumber(1, 0x7fff_ffff),
  seed: wholeNumber(0, 0xffff_ffff),
  now: { expected: 'a function that returns milliseconds', accepts: (value) => typeof value === 'function' },
  region: text('a region such as us-east-1', /^[a-z0-9-]+$/),
  accountId: text('12 digits', /^\d{12}$/),
  data: text('the path of a directory', /^[^\0]+$/),
  console: { expected: 'true or false', accepts: (value) => typeof value === 'boolean' },
};

/** Checks options and fills in the defaults. @throws TypeError that names the option, what it must be and what came */
export function resolveOptions(options: LocalOptions): ResolvedOptions {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`startLocal: options must be an object, got ${String(options)}`);
  }
  const names = Object.keys(RULES);
  for (const [name, value] of Object.entries(options)) {
    const rule = Object.hasOwn(RULES, name) ? RULES[name as keyof LocalOptions] : undefined;
    if (rule === undefined)
      throw new TypeError(`startLocal: unknown option '${name}'${suggestion(name, names)}`);
    if (value === undefined || rule.accepts(value)) continue;
    // Credentials hold a secret, and are named only.
    const came = name === 'credentials' ? 'something else' : (JSON.stringify(value) ?? String(value));
    throw new TypeError(`startLocal: ${name} must be ${rule.expected}; got ${came}`);
  }
  return {
    port: options.port ?? 0,
    host: options.host ?? '127.0.0.1',
    sequenceTokens: options.sequenceTokens ?? 'ignored',
    tokenErrors: options.tokenErrors ?? 'field',
    faults: options.faults ?? [],
    credentials: options.credentials,
    maxBytes: options.maxBytes ?? 256 * 1024 * 1024,
    maxEventBytes: options.maxEventBytes ?? 1_048_576,
    liveTailTimeoutMs: options.liveTailTimeoutMs ?? 10_800_000,
    seed: options.seed ?? Math.floor(Math.random() * 0x1_0000_0000),
    now: options.now ?? Date.now,
    region: options.region ?? 'us-east-1',
    accountId: options.accountId ?? '123456789012',
    data: options.data,
    console: options.console ?? true,
  };
}

function areCredentials(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = value as Record<string, unknown>;
  return (
    typeof accessKeyId === 'string' &&
    typeof secretAccessKey === 'string' &&
    (sessionToken === undefined || typeof sessionToken === 'string') &&
    (expiration === undefined || (expiration instanceof Date && !Number.isNaN(expiration.getTime())))
  );
}
