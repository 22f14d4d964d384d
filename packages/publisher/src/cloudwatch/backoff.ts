/**
 * How long a batch waits before it is sent again. Two schedules, counted apart, because a refused connection
 * is worth another try in a moment and a throttled account is not.
 */
export type Schedule = 'fast' | 'slow';

const FIRST_MS: Record<Schedule, number> = { fast: 200, slow: 2000 };
const LONGEST_MS = 60_000;

/** Failures in a row on each schedule. */
export interface FailureCounts {
  fast: number;
  slow: number;
}

/**
 * The wait before the next try, in milliseconds: doubling from 200 ms (fast) or 2 s (slow) to 60 s, drawn
 * uniformly from [d/2, d) so that producers that failed together do not come back together.
 *
 * @param failures failures in a row on this schedule, this one included (1 is the first)
 * @param random uniform in [0, 1)
 * @param retryAfterMs what the server asked for; never waits less than that, up to five minutes
 */
export function backoffMs(schedule: Schedule, failures: number, random: number, retryAfterMs = 0): number {
  const full = Math.min(LONGEST_MS, FIRST_MS[schedule] * 2 ** Math.min(failures - 1, 30));
  const jittered = full / 2 + (random * full) / 2;
  return Math.max(jittered, Math.min(retryAfterMs, 300_000));
}
