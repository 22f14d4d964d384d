import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { settledBy } from '../support/disk-pace.ts';
import { drained, law, line, numbers, type Setup, start, until, upTo } from '../support/publisher-fixture.ts';
import { VirtualClock } from '../support/simulation.ts';
import { temporaryDirectory } from '../support/spool-fixture.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const EVENTS = 100;

/** The clock of a machine that is so far ahead of the service's. */
function clockAhead(ms: number): VirtualClock {
  const clock = new VirtualClock();
  clock.jump(ms);
  return clock;
}

/** Has events on disk that a process left which never reached the service. */
async function leave(t: TestContext, directory: string, aheadMs: number): Promise<void> {
  const clock = clockAhead(aheadMs);
  const { publisher, publish } = start(t, { directory, clock, service: { fault: () => 'reset-before' } });
  for (const n of upTo(EVENTS)) publish(line(n), clock.wallTime());
  await settledBy(clock, publisher.close({ timeoutMs: 0 }));
  assert.equal(publisher.stats().spooled, EVENTS);
}

/** Sends what is there, with a clock that is so far ahead. */
async function send(t: TestContext, setup: Setup) {
  const { publisher, sink, clock, warnings } = start(t, setup);
  await until(() => publisher.stats().recovered === EVENTS);
  await drained(clock, publisher);
  law(publisher.stats());
  return { stats: publisher.stats(), events: sink.events('g', 's'), sink, clock, warnings };
}

for (const days of [30, -30]) {
  test(`a start with the clock ${days} days ahead gives up nothing that is on disk`, async (t) => {
    const directory = temporaryDirectory(t);
    await leave(t, directory, 0);
    const clock = clockAhead(days * DAY_MS);
    const { stats, events, warnings } = await send(t, { directory, clock });
    assert.equal(stats.delivered, EVENTS, JSON.stringify(stats));
    assert.deepEqual(numbers(events), upTo(EVENTS));
    assert.ok(events.every(({ timestamp }) => Math.abs(timestamp - clock.now()) < HOUR_MS));
    assert.deepEqual(
      warnings.map((warning) => warning.split(':')[0]),
      ['clock'],
    );
  });
}

for (const [left, then] of [
  [3 * HOUR_MS, 3 * HOUR_MS],
  [3 * HOUR_MS, 0],
  [30 * DAY_MS, 0],
  [-30 * DAY_MS, -30 * DAY_MS],
] as const) {
  test(`events that were left by a clock ${left / HOUR_MS} h ahead are stored by one ${then / HOUR_MS} h ahead`, async (t) => {
    const directory = temporaryDirectory(t);
    await leave(t, directory, left);
    const clock = clockAhead(then);
    const { stats, events } = await send(t, { directory, clock });
    assert.equal(stats.delivered, EVENTS, JSON.stringify(stats));
    assert.deepEqual(numbers(events), upTo(EVENTS));
    assert.ok(events.every(({ timestamp }) => Math.abs(timestamp - clock.now()) < HOUR_MS));
  });
}

test('what goes to disk once the clock is known to be wrong has the right time there', async (t) => {
  const directory = temporaryDirectory(t);
  const clock = clockAhead(3 * HOUR_MS);
  const first = start(t, { directory, clock, mode: 'always' });
  first.publish(line(0), clock.wallTime());
  await drained(clock, first.publisher);
  first.sink.options = { ...first.sink.options, fault: () => 'reset-before' };
  for (const n of upTo(EVENTS)) first.publish(line(n), clock.wallTime());
  await settledBy(clock, first.publisher.close({ timeoutMs: 0 }));
  const { stats, events, warnings } = await send(t, { directory });
  assert.equal(stats.delivered, EVENTS, JSON.stringify(stats));
  assert.ok(events.every(({ timestamp }) => Math.abs(timestamp - clock.now()) < HOUR_MS));
  assert.ok(!warnings.some((warning) => warning.startsWith('clock')));
});

test('after the clock was set nothing is corrected as it was before', async (t) => {
  const directory = temporaryDirectory(t);
  const clock = clockAhead(3 * HOUR_MS);
  const { publisher, publish, sink, warnings } = start(t, { directory, clock });
  publish(line(0), clock.wallTime());
  await drained(clock, publisher);
  clock.jump(-3 * HOUR_MS);
  publish(line(1), clock.wallTime());
  await drained(clock, publisher);
  clock.jump(-5 * HOUR_MS);
  for (const n of [2, 3]) publish(line(n), clock.wallTime());
  await drained(clock, publisher);
  publish(line(4), clock.wallTime());
  await drained(clock, publisher);
  const events = [...sink.events('g', 's')];
  assert.deepEqual(numbers(events).sort(), upTo(5));
  const offBy = (n: number): number => {
    const event = events.find(({ message }) => message === line(n));
    return Math.round(((event?.timestamp ?? 0) - clock.now()) / HOUR_MS) || 0;
  };
  // The service takes what is 5 hours old, so nothing tells that the time is wrong before it is stored.
  assert.deepEqual([0, 1, 2, 3, 4].map(offBy), [0, 0, -5, -5, 0]);
  assert.ok(
    warnings.every((warning) => warning.startsWith('clock')),
    warnings.join('\n'),
  );
});
