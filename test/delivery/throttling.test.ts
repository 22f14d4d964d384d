// timeout: 300 s
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { Fault } from 'cloudwatch-logs-local';
import { logGroupName, optionsFor, startEndpoint } from '../fixtures/endpoint.js';
import { assertLaw } from '../fixtures/law.js';
import { assertStoredOnce, numbered } from '../fixtures/numbered.js';
import { start } from '../fixtures/shippers.js';

// A service that is too busy for a while: everything waits, nothing is lost, and what it asks for is honoured.

const NAMES = ['pino in a worker', 'winston'];
const EVENTS = 5000;
const MAX_BATCH_EVENTS = 500;
// The first wait of the publisher's own is below 2 s, so a longer one is what the service asked for.
const RETRY_AFTER_S = 3;
// Timers and clocks are rounded to milliseconds.
const ROUNDING_MS = 5;

const SCHEDULES: Readonly<Record<string, readonly Fault[]>> = {
  'throttled twice in a row': [{ kind: 'throttle', after: 2, times: 2 }],
  'throttled with Retry-After': [{ kind: 'throttle', after: 3, times: 1, retryAfterSeconds: RETRY_AFTER_S }],
  'unavailable with Retry-After': [
    { kind: 'unavailable', after: 1, times: 1, retryAfterSeconds: RETRY_AFTER_S },
    { kind: 'unavailable', after: 3, times: 1 },
  ],
};

/** A put as the endpoint saw it. */
interface SeenPut {
  readonly at: number;
  readonly outcome: string;
}

describe('an endpoint that throttles or is unavailable for a while loses no event, and its Retry-After is honoured', () => {
  // They spend their time waiting, so all wait at the same time.
  test('for each schedule, through both loggers', async (t) => {
    const runs = Object.entries(SCHEDULES).flatMap(([what, faults]) =>
      NAMES.map((name) => logThrough(t, `${what}, ${name}`, name, faults)),
    );
    await Promise.all(runs);
  });
});

async function logThrough(
  t: TestContext,
  what: string,
  name: string,
  faults: readonly Fault[],
): Promise<void> {
  const local = await startEndpoint(t, { faults });
  local.createLogGroup(logGroupName);
  local.createLogStream(logGroupName, 'main');
  const seen: SeenPut[] = [];
  local.on('request', ({ operation, outcome }) => {
    if (operation === 'PutLogEvents') seen.push({ at: performance.now(), outcome });
  });
  const shipper = start(t, name, { ...optionsFor(local), maxBatchEvents: MAX_BATCH_EVENTS });
  for (let i = 0; i < EVENTS; i++) shipper.log(numbered(i));
  assert.deepEqual(await shipper.flush(90_000), { delivered: EVENTS, dropped: 0, pending: 0 }, what);

  assertStoredOnce(local, EVENTS);
  const stats = await shipper.stats();
  assertLaw(stats);
  assert.equal(stats.delivered, EVENTS, what);
  const refused = seen.filter(({ outcome }) => outcome !== 'ok');
  const expected = faults.reduce((sum, { times = 0 }) => sum + times, 0);
  assert.equal(refused.length, expected, `${what}: ${JSON.stringify(seen)}`);
  assert.equal(stats.retries, expected, what);
  assert.equal(stats.requests, seen.length, what);

  // Only the first refusal asks for a wait. A busy endpoint notes an answer later than a client in another thread
  // receives it, so what counts is when it noted the put before: that was certainly earlier.
  if (faults[0].retryAfterSeconds === undefined) return;
  const first = seen.findIndex(({ outcome }) => outcome !== 'ok');
  // Those that were under way beside it may be noted in between.
  const before = seen[first - 1].at;
  const after = seen.slice(first + 1).findIndex(({ at }) => at - before > (RETRY_AFTER_S * 1000) / 2);
  assert.ok(after >= 0 && after <= 3, `${what}: ${JSON.stringify(seen)}`);
  const waitedMs = seen[first + 1 + after].at - before;
  t.diagnostic(`${what}: waited ${Math.round(waitedMs)} ms`);
  assert.ok(waitedMs >= RETRY_AFTER_S * 1000 - ROUNDING_MS, `${what}: waited ${waitedMs} ms`);
}
