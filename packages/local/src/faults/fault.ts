import { suggestion } from '../errors/spelling.js';
import { OPERATION_NAMES } from '../requests/constraints.js';

/** Faults that change how a request is carried out or answered; the request then goes on. */
const DISTURBANCES = [
  'slow-read',
  'latency',
  'delete-group',
  'delete-stream',
  'rival',
  'invalidate-token',
  'empty-pages',
  'read-lag',
  'false-date',
] as const;
/** Faults that answer in the place of the service. */
const ANSWERS = [
  'throttle',
  'quota',
  'internal-error',
  'unavailable',
  'html',
  'access-denied',
  'expired-token',
  'unrecognized-client',
  'limit-exceeded',
  'operation-aborted',
] as const;
/** Faults that leave the client without an answer, or without the end of one. */
const SILENCES = ['reset-before', 'reset-after', 'hang-before', 'hang-after', 'endless-body'] as const;

/** Kinds of faults that change how a request is carried out or answered. */
export type Disturbance = (typeof DISTURBANCES)[number];
/** The kinds of faults; {@link Fault} says of each what it does. */
export type FaultKind = Disturbance | (typeof ANSWERS)[number] | (typeof SILENCES)[number];

/** All kinds of faults. */
export const FAULT_KINDS: readonly FaultKind[] = [...ANSWERS, ...SILENCES, ...DISTURBANCES];

/** Milliseconds: a number, or a range from which one is drawn, both ends included. */
export type Milliseconds = number | readonly [from: number, to: number];

/** Something that goes wrong for the requests that it matches. */
export interface Fault {
  /**
   * The kind of fault. `-before` and `-after` mean before and after the request was carried out. `quota`: the requests
   * beyond the rate that AWS grants an account. `rival`: another producer stores an event first and so takes the token.
   * `invalidate-token`: the stream expects another token, though nothing was stored. `slow-read`: the body of the
   * request is read slowly. `endless-body`: the request is carried out, and its answer begins and never ends.
   * `false-date`: the `Date` header is wrong. `empty-pages`: pages without events that carry a token come before each
   * page. `read-lag`: events are stored, but cannot be read yet.
   */
  readonly kind: FaultKind;
  /**
   * The operation that it happens to, `'*'` for all. @default 'PutLogEvents'; all for `quota` and `false-date`;
   * FilterLogEvents and GetLogEvents for `empty-pages`, these and queries for `read-lag`, which happen to no other
   */
  readonly operation?: string | undefined;
  /** How likely it happens to a matching request, from 0 to 1. @default 1 */
  readonly probability?: number | undefined;
  /** How often it happens at most. @default Infinity */
  readonly times?: number | undefined;
  /** How many matching requests are left alone first. @default 0 */
  readonly after?: number | undefined;
  /**
   * Milliseconds or a range of them. Of `latency`: how long the request waits before it is carried out (required
   * there). Of `read-lag`: how long after its put an event can be read; from a range every put draws its own, so that a
   * later put can be readable first (required there). Of a hang and of `endless-body`: after how long the connection is
   * reset; by default it lasts until the client goes away or the endpoint stops.
   */
  readonly ms?: Milliseconds | undefined;
  /** How fast `slow-read` reads (default 16384) and `endless-body` writes (default 1048576). */
  readonly bytesPerSecond?: number | undefined;
  /** Milliseconds that `false-date` adds to the time in the `Date` header; may be negative. Required there. */
  readonly offsetMs?: number | undefined;
  /** How many empty pages `empty-pages` puts before each page, from 1 to 9. @default 1 */
  readonly pages?: number | undefined;
  /** The rate of `quota` for each operation that it happens to. @default the one that AWS grants, where it is published */
  readonly requestsPerSecond?: number | undefined;
  /** Only requests of this account. @default any */
  readonly accountId?: string | undefined;
  /** Only requests that name this log group. @default any */
  readonly logGroupName?: string | undefined;
  /** Only requests that name this log stream. @default any */
  readonly logStreamName?: string | undefined;
  /** Adds a Retry-After header to `throttle`, `quota`, `internal-error`, `unavailable` and `html`. Seconds. */
  readonly retryAfterSeconds?: number | undefined;
}

export function isDisturbance(kind: FaultKind): kind is Disturbance {
  return (DISTURBANCES as readonly string[]).includes(kind);
}

const PAGED_READS: readonly string[] = ['FilterLogEvents', 'GetLogEvents'];
const READS: readonly string[] = [...PAGED_READS, 'GetLogGroupFields', 'StartQuery'];

/** Whether a fault happens to this operation. */
export function concerns({ kind, operation }: Fault, name: string): boolean {
  if (readsOf(kind)?.includes(name) === false) return false;
  if (operation !== undefined && operation !== '*') return operation === name;
  return operation === '*' || readsOf(kind) !== undefined || kind === 'quota' || kind === 'false-date'
    ? true
    : name === 'PutLogEvents';
}

/** The operations that a fault of reading can happen to; undefined for other kinds. */
function readsOf(kind: FaultKind): readonly string[] | undefined {
  if (kind === 'empty-pages') return PAGED_READS;
  return kind === 'read-lag' ? READS : undefined;
}

/** Options that have a meaning only for some kinds. */
const ONLY_FOR: Partial<Record<keyof Fault, readonly FaultKind[]>> = {
  ms: ['latency', 'read-lag', 'hang-before', 'hang-after', 'endless-body'],
  bytesPerSecond: ['slow-read', 'endless-body'],
  offsetMs: ['false-date'],
  pages: ['empty-pages'],
  requestsPerSecond: ['quota'],
  retryAfterSeconds: ['throttle', 'quota', 'internal-error', 'unavailable', 'html'],
};

const REQUIRED: readonly [FaultKind, keyof Fault, string][] = [
  ['latency', 'ms', 'the milliseconds that a request waits'],
  ['read-lag', 'ms', 'the milliseconds until an event can be read'],
  ['false-date', 'offsetMs', 'the milliseconds by which the Date header is wrong'],
];

/** Node timers count to 2^31 - 1 ms. */
const MAX_MS = 2_147_483_647;

const count =
  (from: number, to = Number.MAX_SAFE_INTEGER) =>
  (value: unknown) =>
    isNumber(value) && Number.isInteger(value) && value >= from && value <= to
      ? undefined
      : to === Number.MAX_SAFE_INTEGER
        ? `a whole number from ${from}`
        : `a whole number from ${from} to ${to}`;

const string = (value: unknown) => (typeof value === 'string' ? undefined : 'a string');

const above0 = (value: unknown) =>
  isNumber(value) && value > 0 && value < Number.POSITIVE_INFINITY ? undefined : 'a number above 0';

const CHECKS: Record<keyof Fault, (value: unknown) => string | undefined> = {
  kind: () => undefined,
  operation: (value) =>
    value === '*' || OPERATION_NAMES.some((name) => name === value)
      ? undefined
      : `'*' or the name of an operation${typeof value === 'string' ? suggestion(value, OPERATION_NAMES) : ''}`,
  probability: (value) => (isNumber(value) && value >= 0 && value <= 1 ? undefined : 'a number from 0 to 1'),
  times: (value) =>
    value === Number.POSITIVE_INFINITY || count(0)(value) === undefined
      ? undefined
      : 'a whole number from 0, or Infinity',
  after: count(0),
  ms: (value) =>
    isDuration(value) || isRange(value)
      ? undefined
      : `milliseconds from 0 to ${MAX_MS}, or a range of them such as [100, 500]`,
  bytesPerSecond: count(1),
  offsetMs: (value) =>
    isNumber(value) && Math.abs(value) <= MAX_OFFSET_MS
      ? undefined
      : `milliseconds from -${MAX_OFFSET_MS} to ${MAX_OFFSET_MS}`,
  pages: count(1, 9),
  requestsPerSecond: above0,
  accountId: (value) => (typeof value === 'string' && /^\d{12}$/.test(value) ? undefined : '12 digits'),
  logGroupName: string,
  logStreamName: string,
  retryAfterSeconds: (value) => (count(0)(value) === undefined ? undefined : 'whole seconds from 0'),
};

/** A century, so that every false date is still a date that HTTP can write. */
const MAX_OFFSET_MS = 100 * 365 * 86_400_000;

/** @throws TypeError that names the option, what it must be and what came */
export function checkFault(fault: unknown): asserts fault is Fault {
  if (typeof fault !== 'object' || fault === null) {
    throw new TypeError(`a fault must be an object such as { kind: 'throttle' }, got ${String(fault)}`);
  }
  const { kind } = fault as { kind?: unknown };
  if (!FAULT_KINDS.some((known) => known === kind)) {
    throw new TypeError(`fault kind '${String(kind)}' is unknown${suggestion(String(kind), FAULT_KINDS)}`);
  }
  const names = Object.keys(CHECKS);
  for (const [name, value] of Object.entries(fault)) {
    const check = Object.hasOwn(CHECKS, name) ? CHECKS[name as keyof Fault] : undefined;
    if (check === undefined) {
      throw new TypeError(`fault '${kind}': unknown option '${name}'${suggestion(name, names)}`);
    }
    const expected = value === undefined ? undefined : check(value);
    if (expected !== undefined) {
      const came = Array.isArray(value) ? JSON.stringify(value) : String(value);
      throw new TypeError(`fault '${kind}': ${name} must be ${expected}; got ${came}`);
    }
  }
  checkTogether(fault as Fault);
}

function checkTogether(fault: Fault): void {
  const { kind, operation } = fault;
  for (const [name, kinds] of Object.entries(ONLY_FOR) as [keyof Fault, readonly FaultKind[]][]) {
    if (fault[name] === undefined || kinds.includes(kind)) continue;
    throw new TypeError(`fault '${kind}': ${name} has a meaning only for ${kinds.join(', ')}; leave it out`);
  }
  for (const [needing, name, meaning] of REQUIRED) {
    if (kind === needing && fault[name] === undefined) {
      throw new TypeError(`fault '${kind}' needs ${name}, ${meaning}`);
    }
  }
  const reads = readsOf(kind);
  if (reads !== undefined && operation !== undefined && operation !== '*' && !reads.includes(operation)) {
    throw new TypeError(`fault '${kind}': operation must be one of ${reads.join(', ')}; got ${operation}`);
  }
  if (kind === 'slow-read' && (fault.logGroupName ?? fault.logStreamName) !== undefined) {
    // It happens before the body is read, which is where the names are.
    throw new TypeError(`fault 'slow-read' cannot choose by logGroupName or logStreamName; leave them out`);
  }
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

function isDuration(value: unknown): value is number {
  return isNumber(value) && value >= 0 && value <= MAX_MS;
}

function isRange(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [from, to] = value as unknown[];
  return isDuration(from) && isDuration(to) && from <= to;
}
