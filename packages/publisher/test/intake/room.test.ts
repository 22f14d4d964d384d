import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Publisher } from '../../src/publisher.ts';
import { settledBy } from '../support/disk-pace.ts';
import { drained, law, numbers, start, upTo } from '../support/publisher-fixture.ts';
import { type Fault, SimulatedService, VirtualClock } from '../support/simulation.ts';
import { temporaryDirectory } from '../support/spool-fixture.ts';

const BUFFER = 10_240;
const kilobyte = (n: number) => `event ${n} `.padEnd(1024 - 26, '.');

function setUp(options: object = {}) {
  const clock = new VirtualClock();
  const state: { fault: Fault | undefined } = { fault: 'throttle' };
  const sink = new SimulatedService(clock, { tokens: 'ignored', fault: () => state.fault }).add('g', 's');
  const publisher = new Publisher(
    { logGroupName: 'g', logStreamName: 's', maxBufferBytes: BUFFER, ...options },
    { clock, random: () => 0.5, sink, guardExit: false, silent: true },
  );
  const whenRoom = (n: number) => publisher.publishWhenRoom({ timestamp: clock.now(), message: kilobyte(n) });
  return { clock, sink, publisher, whenRoom, state };
}

test('an event waits until there is room for it; nothing is dropped, and the order stays', async () => {
  const { clock, sink, publisher, whenRoom, state } = setUp();
  const placed: number[] = [];
  const all = Promise.all(upTo(100).map((n) => whenRoom(n).then((isTaken) => isTaken && placed.push(n))));
  await clock.advance(60_000);
  assert.deepEqual(placed, upTo(10), 'the buffer takes ten in an outage');
  assert.equal(publisher.stats().received, 10);
  law(publisher.stats());
  state.fault = undefined;
  await clock.until(all);
  assert.deepEqual(placed, upTo(100));
  await clock.until(publisher.close({ timeoutMs: 600_000 }));
  assert.deepEqual(numbers(sink.events('g', 's')), upTo(100));
  assert.equal(publisher.stats().dropped.overflow, 0);
});

test('who waits one after the other holds no more than the buffer', async () => {
  const { clock, publisher, whenRoom, state } = setUp();
  state.fault = undefined;
  let most = 0;
  const job = (async () => {
    for (let n = 0; n < 200; n++) {
      assert.equal(await whenRoom(n), true);
      most = Math.max(most, publisher.stats().bufferedBytes);
    }
  })();
  await clock.until(job);
  await clock.until(publisher.close({ timeoutMs: 600_000 }));
  assert.equal(publisher.stats().delivered, 200);
  assert.ok(most > BUFFER / 2 && most <= BUFFER, String(most));
});

test('closing ends the wait: what had no place is refused and counted', async () => {
  const { clock, publisher, whenRoom } = setUp();
  const answers = Promise.all(upTo(15).map(whenRoom));
  await clock.advance(1000);
  const closed = publisher.close({ timeoutMs: 0 });
  assert.deepEqual(await answers, [...Array(10).fill(true), ...Array(5).fill(false)]);
  await clock.until(closed);
  assert.equal(await whenRoom(99), false);
  const { received, dropped } = publisher.stats();
  assert.deepEqual([received, dropped.shutdown], [16, 16]);
  law(publisher.stats());
});

test('what never fits, and what is no event, is answered at once and counted', async () => {
  const { clock, publisher } = setUp();
  const of = (message: unknown) => publisher.publishWhenRoom({ timestamp: 1, message: message as string });
  assert.equal(await of('x'.repeat(BUFFER + 1)), false);
  for (const message of [undefined, 7, '']) assert.equal(await of(message), false);
  assert.equal(await publisher.publishWhenRoom(undefined as never), false);
  const { received, dropped } = publisher.stats();
  assert.deepEqual([received, dropped.overflow, dropped.invalid], [5, 1, 4]);
  await clock.until(publisher.close({ timeoutMs: 0 }));
});

test('an event that is split waits for room for all of its parts', async () => {
  const { clock, sink, publisher, whenRoom, state } = setUp();
  await whenRoom(0);
  let isTaken: boolean | undefined;
  const large = publisher
    .publishWhenRoom({ timestamp: clock.now(), message: 'y'.repeat(BUFFER - 200) })
    .then((taken) => {
      isTaken = taken;
    });
  await clock.advance(10_000);
  assert.equal(isTaken, undefined);
  state.fault = undefined;
  await clock.until(large);
  assert.equal(isTaken, true);
  await clock.until(publisher.close({ timeoutMs: 600_000 }));
  assert.equal(
    sink
      .events('g', 's')
      .slice(1)
      .map(({ message }) => message)
      .join('').length,
    BUFFER - 200,
  );
  assert.equal(publisher.stats().dropped.overflow, 0);
});

test('with a spool it waits before the oldest on disk would make room', async (t) => {
  const maxBytes = 1024 * 1024;
  const state: { fault: Fault | undefined } = { fault: 'throttle' };
  const { clock, sink, publisher } = start(t, {
    directory: temporaryDirectory(t),
    options: { maxBufferBytes: 100_000 },
    spool: { maxBytes },
    service: { fault: () => state.fault },
  });
  let placed = 0;
  const all = Promise.all(
    upTo(2000).map(async (n) => {
      if (await publisher.publishWhenRoom({ timestamp: clock.now(), message: kilobyte(n) })) placed++;
    }),
  );
  await clock.advance(10_000);
  assert.ok(placed > 500 && placed < 1200, `${placed} of 2,000 have a place`);
  state.fault = undefined;
  await settledBy(clock, all, () => JSON.stringify(publisher.stats()));
  assert.equal((await drained(clock, publisher)).pending, 0);
  assert.equal(publisher.stats().dropped.overflow, 0);
  assert.deepEqual(
    numbers(sink.events('g', 's')).toSorted((a, b) => a - b),
    upTo(2000),
  );
});
