// timeout: 300 s
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { logGroupName, optionsFor, refusals, startEndpoint } from '../fixtures/endpoint.js';
import { assertLaw } from '../fixtures/law.js';
import { assertStoredOnce, numbered } from '../fixtures/numbered.js';
import { SHIPPERS, type Shipper, start } from '../fixtures/shippers.js';

// What is logged fast is stored once and in order, also within one millisecond, and no put breaks a limit.

const PER_SECOND = 2000;
const SECONDS = 10;
const BURST = 100_000;
const TICK_MS = 10;

describe('2,000 events a second for 10 s are stored once, in the order logged', () => {
  test('pino in a worker and winston at the same time', async (t) => {
    const local = await startEndpoint(t);
    const names = ['pino in a worker', 'winston'];
    const shippers = names.map((name) => start(t, name, { ...optionsFor(local), logStreamName: name }));
    const events = PER_SECOND * SECONDS;
    await logAtRate(shippers, events);
    for (const [index, shipper] of shippers.entries()) {
      const { dropped, pending } = await shipper.flush(60_000);
      assert.deepEqual({ dropped, pending }, { dropped: 0, pending: 0 });
      assertStoredOnce(local, events, names[index]);
      const stats = await shipper.stats();
      assertLaw(stats);
      assert.equal(stats.delivered, events);
      assert.ok(sharedMilliseconds(local.events({ logGroupName, logStreamName: names[index] })) > events / 2);
    }
    assert.deepEqual(refusals(local), {});
  });
});

describe('100,000 events in one burst are stored once, in the order logged', () => {
  for (const name of Object.keys(SHIPPERS)) {
    test(name, async (t) => {
      const local = await startEndpoint(t);
      const shipper = start(t, name, optionsFor(local));
      for (let i = 0; i < BURST; i++) shipper.log(numbered(i));
      assert.deepEqual(await shipper.flush(100_000), { delivered: BURST, dropped: 0, pending: 0 });
      assertStoredOnce(local, BURST);
      assertLaw(await shipper.stats());
      assert.deepEqual(refusals(local), {});
      assert.ok(sharedMilliseconds(local.events({ logGroupName })) > BURST / 2);
    });
  }
});

/** Logs as many events as are due at every tick, to each of the shippers. */
function logAtRate(shippers: readonly Shipper[], events: number): Promise<void> {
  const startedAt = performance.now();
  let logged = 0;
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const due = Math.min(events, Math.floor(((performance.now() - startedAt) / 1000) * PER_SECOND));
      for (; logged < due; logged++) for (const { log } of shippers) log(numbered(logged));
      if (logged < events) return;
      clearInterval(timer);
      resolve();
    }, TICK_MS);
  });
}

/** Events that have the timestamp of the event before them. */
function sharedMilliseconds(events: readonly { readonly timestamp: number }[]): number {
  return events.filter(({ timestamp }, index) => timestamp === events[index - 1]?.timestamp).length;
}
