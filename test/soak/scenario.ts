import type { Fault, FaultKind } from 'cloudwatch-logs-local';
import { SHIPPERS } from '../fixtures/shippers.js';

/** How one run of the soak is set up; follows from its seed. */
export interface Scenario {
  readonly seed: number;
  readonly shipper: string;
  readonly sequenceTokens: 'enforced' | 'ignored';
  readonly spool: 'overflow' | 'always' | undefined;
  readonly maxInFlight: 'auto' | 1;
  readonly gzip: boolean;
  readonly streams: number;
  /** A buffer so small that it is full most of the time, with a spool to take the rest. */
  readonly smallBuffer: boolean;
  /** A worker of pino tells no counters once it has ended. */
  readonly endsBy: 'flush' | 'close';
}

/** Faults of single requests; each comes and goes. */
const KINDS: readonly FaultKind[] = [
  'throttle',
  'internal-error',
  'unavailable',
  'html',
  'access-denied',
  'expired-token',
  'unrecognized-client',
  'limit-exceeded',
  'operation-aborted',
  'reset-before',
  'reset-after',
  'hang-before',
  'hang-after',
  'endless-body',
  'slow-read',
  'latency',
  'invalidate-token',
];

/** Numbers in [0, 1), the same for the same seed (xorshift). */
export function randomOf(seed: number): () => number {
  let state = (seed * 2_654_435_761) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}

export function scenarioOf(seed: number): Scenario {
  const random = randomOf(seed);
  const pick = <T>(...values: readonly T[]): T => values[Math.floor(random() * values.length)];
  const names = Object.keys(SHIPPERS);
  // In turn, so that a few seeds have seen each.
  const shipper = names[seed % names.length];
  const spool = pick('overflow', 'always', undefined, undefined);
  return {
    seed,
    shipper,
    sequenceTokens: pick('enforced', 'ignored'),
    spool,
    maxInFlight: pick<'auto' | 1>('auto', 'auto', 1),
    gzip: pick(true, false),
    streams: pick(1, 3, 12),
    // With a worker of winston's transport a burst waits in memory, before any of it reaches the spool.
    smallBuffer: spool !== undefined && random() < 0.5 && shipper !== 'winston in a worker',
    endsBy: shipper === 'pino in a worker' || random() < 0.5 ? 'flush' : 'close',
  };
}

/** The next thing that goes wrong. */
export function nextFault(random: () => number): Fault {
  const kind = KINDS[Math.floor(random() * KINDS.length)];
  const operation = random() < 0.2 ? '*' : 'PutLogEvents';
  return {
    kind,
    operation,
    probability: 0.2 + random() * 0.8,
    times: 1 + Math.floor(random() * 5),
    ...(kind === 'latency' && { ms: [0, 300] as const }),
    ...(kind === 'slow-read' && { bytesPerSecond: 100_000 }),
  };
}
