import { OPERATION_NAMES } from './operation-names.js';
import { suggestion } from './spelling.js';

/** Faults that change something before the request is carried out; the request then goes on. */
const DISTURBANCES = ['latency', 'delete-group', 'delete-stream', 'rival', 'invalidate-token'] as const;
/** Faults that answer in the place of the service. */
const ANSWERS = [
  'throttle',
  'internal-error',
  'unavailable',
  'html',
  'access-denied',
  'expired-token',
  'unrecognized-client',
  'limit-exceeded',
  'operation-aborted',
] as const;
/** Faults that leave the client without an answer. */
const SILENCES = ['reset-before', 'reset-after', 'hang-before', 'hang-after'] as const;

export type Disturbance = (typeof DISTURBANCES)[number];
export type FaultKind = Disturbance | (typeof ANSWERS)[number] | (typeof SILENCES)[number];

export const FAULT_KINDS: readonly FaultKind[] = [...ANSWERS, ...SILENCES, ...DISTURBANCES];

/** Something that goes wrong for the requests that it matches. */
export interface Fault {
  /**
   * What goes wrong. `-before` and `-after` mean before and after the request was carried out. `rival`: another producer
   * stores an event first and so takes the token. `invalidate-token`: the stream expects another token, though nothing
   * was stored.
   */
  readonly kind: FaultKind;
  /** The operation that it happens to, `'*'` for all. @default 'PutLogEvents' */
  readonly operation?: string;
  /** How likely it happens to a matching request, from 0 to 1. @default 1 */
  readonly probability?: number;
  /** How often it happens at most. @default Infinity */
  readonly times?: number;
  /** How many matching requests are left alone first. @default 0 */
  readonly after?: number;
  /**
   * Milliseconds. Of `latency`: how long the request waits before it is carried out (required there). Of a hang: after
   * how long the connection is reset; by default a hang lasts until the client goes away or the endpoint stops.
   */
  readonly ms?: number;
  /** Only requests that name this log group. @default any */
  readonly logGroupName?: string;
  /** Only requests that name this log stream. @default any */
  readonly logStreamName?: string;
  /** Adds a Retry-After header to `throttle`, `internal-error`, `unavailable` and `html`. Seconds. */
  readonly retryAfterSeconds?: number;
}

export function isDisturbance(kind: FaultKind): kind is Disturbance {
  return (DISTURBANCES as readonly string[]).includes(kind);
}

const CHECKS: Record<keyof Fault, (value: unknown) => string | undefined> = {
  kind: () => undefined,
  operation: (value) =>
    value === '*' || OPERATION_NAMES.some((name) => name === value)
      ? undefined
      : `'*' or the name of an operation${typeof value === 'string' ? suggestion(value, OPERATION_NAMES) : ''}`,
  probability: (value) =>
    typeof value === 'number' && value >= 0 && value <= 1 ? undefined : 'a number from 0 to 1',
  times: (value) =>
    value === Number.POSITIVE_INFINITY || isCount(value) ? undefined : 'a whole number from 0, or Infinity',
  after: (value) => (isCount(value) ? undefined : 'a whole number from 0'),
  ms: (value) => (isDuration(value) ? undefined : 'milliseconds from 0 to 2147483647'),
  logGroupName: (value) => (typeof value === 'string' ? undefined : 'a string'),
  logStreamName: (value) => (typeof value === 'string' ? undefined : 'a string'),
  retryAfterSeconds: (value) => (isCount(value) ? undefined : 'whole seconds from 0'),
};

/** @throws TypeError that names the option, what it must be and what came */
export function checkFault(fault: unknown): asserts fault is Fault {
  if (typeof fault !== 'object' || fault === null) {
    throw new TypeError(`a fault must be an object such as { kind: 'throttle' }, got ${String(fault)}`);
  }
  const { kind } = fault as { kind?: unknown };
  if (typeof kind !== 'string' || !FAULT_KINDS.some((known) => known === kind)) {
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
      throw new TypeError(`fault '${kind}': ${name} must be ${expected}; got ${String(value)}`);
    }
  }
  refuseMeaningless(fault as Fault, 'ms', ['latency', 'hang-before', 'hang-after']);
  refuseMeaningless(fault as Fault, 'retryAfterSeconds', [
    'throttle',
    'internal-error',
    'unavailable',
    'html',
  ]);
  if (kind === 'latency' && (fault as Fault).ms === undefined) {
    throw new TypeError("fault 'latency' needs ms, the milliseconds that a request waits");
  }
}

function refuseMeaningless(
  fault: Fault,
  option: 'ms' | 'retryAfterSeconds',
  kinds: readonly FaultKind[],
): void {
  if (fault[option] === undefined || kinds.includes(fault.kind)) return;
  throw new TypeError(
    `fault '${fault.kind}': ${option} has a meaning only for ${kinds.join(', ')}; leave it out`,
  );
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** Node timers count to 2^31 - 1 ms. */
function isDuration(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= 2_147_483_647;
}
