import type { ClientRoute } from '../cloudwatch/client-route.js';
import type { Checks, Finding } from './checks.js';

/** A clock that is further off than that is told. AWS refuses signatures that are 5 minutes off. */
const CLOCK_OFF_MS = 5_000;
const SIGNATURE_LIMIT_MS = 5 * 60_000;
/** CloudWatch Logs stores nothing that is 2 hours ahead, or 14 days old. */
const AHEAD_LIMIT_MS = 2 * 3_600_000;
const BEHIND_LIMIT_MS = 14 * 24 * 3_600_000;

/**
 * Compares the clocks by the time that an answer tells. The request has no signature, so that answer is an error.
 *
 * @returns milliseconds to add to this machine's time, where that is far off; undefined when there was no answer
 */
export function checkClock(checks: Checks, route: ClientRoute): Promise<number | undefined> {
  return checks.run<number>('clock', async (keep) => {
    const startedAt = Date.now();
    const headers = {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'Logs_20140328.PutLogEvents',
    };
    const answer = await route.send({ url: route.url, headers, body: '{}' }, checks.timeoutMs);
    const middle = (startedAt + Date.now()) / 2;
    const told = Date.parse(answer.headers.date ?? '');
    // The header has whole seconds, cut off.
    const offsetMs = Math.round(told + 500 - middle);
    keep(Math.abs(offsetMs) > CLOCK_OFF_MS ? offsetMs : 0);
    return Number.isNaN(told) ? { status: 'warn', message: 'the answer tells no time' } : findingOf(offsetMs);
  });
}

function findingOf(offsetMs: number): Finding {
  const seconds = Math.round(Math.abs(offsetMs) / 1000);
  const details = { offsetMs };
  if (seconds * 1000 <= CLOCK_OFF_MS) {
    return { status: 'ok', message: `right, to within ${Math.max(1, seconds)} s`, details };
  }
  const off = `this machine's clock is ${seconds} s ${offsetMs > 0 ? 'behind' : 'ahead'}`;
  // The clock of a machine that is ahead gives its events times in the future.
  if (offsetMs < -AHEAD_LIMIT_MS || offsetMs > BEHIND_LIMIT_MS) {
    return {
      status: 'fail',
      message: `${off}: CloudWatch Logs stores no events of that time; set the clock`,
      details,
    };
  }
  const refused = Math.abs(offsetMs) > SIGNATURE_LIMIT_MS;
  const effect = refused
    ? 'a first request is refused until the SDK has corrected it, and events carry wrong times'
    : 'events carry wrong times';
  return { status: 'warn', message: `${off}: ${effect}; set the clock`, details };
}
