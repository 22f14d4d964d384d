import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Drop } from '../../src/accounts/events.ts';
import { MemoryBudget } from '../../src/accounts/memory-budget.ts';
import { Publisher } from '../../src/publisher.ts';
import { LossMarker } from '../../src/stream/queue/loss-marker.ts';
import { collectGarbage } from '../support/collect-garbage.ts';
import { type Fault, SimulatedService, settled, VirtualClock } from '../support/simulation.ts';

function setUp(options: object = {}) {
  const clock = new VirtualClock();
  const state: { fault: Fault | undefined } = { fault: 'throttle' };
  const sink = new SimulatedService(clock, { tokens: 'ignored', fault: () => state.fault });
  for (const level of ['s', 'a', 'b']) sink.add('g', level);
  const publisher = new Publisher(
    { logGroupName: 'g', logStreamName: 's', maxBufferBytes: 10_240, ...options },
    { clock, random: () => 0.5, sink, guardExit: false },
  );
  const drops: Drop[] = [];
  publisher.on('drop', (drop) => drops.push(drop));
  publisher.on('warn', () => {});
  const publish = (message: string, level?: string) =>
    publisher.publish({ timestamp: clock.now(), message }, { level });
  return { clock, sink, publisher, publish, drops, state };
}

const kilobyte = (id: number) => `${id}`.padEnd(1024 - 26, '.');
const idsOf = (events: readonly { message: string }[]) =>
  events.filter(({ message }) => !message.startsWith('{')).map(({ message }) => Number.parseInt(message, 10));

test('drop-oldest keeps the newest events, and tells the gap in the stream before what follows it', async () => {
  const { clock, sink, publisher, publish, drops, state } = setUp();
  for (let i = 0; i < 25; i++) assert.equal(publish(kilobyte(i)), true);
  assert.equal(
    publisher.stats().dropped.overflow + publisher.stats().buffered + publisher.stats().inFlight,
    25,
  );
  state.fault = undefined;
  await clock.until(publisher.close());
  const events = sink.events('g', 's');
  const { dropped, delivered } = publisher.stats();
  assert.equal(delivered, 10);
  assert.equal(idsOf(events).at(-1), 24);
  const at = events.findIndex(({ message }) => message.startsWith('{'));
  const marker = JSON.parse(events[at].message);
  assert.equal(marker.droppedEvents, dropped.overflow);
  assert.equal(marker.droppedBytes, dropped.overflow * (1024 - 26));
  assert.equal(marker.reason, 'overflow');
  assert.ok(marker.from <= marker.to && events[at].timestamp === marker.from);
  const told = drops.reduce((sum, { events }) => sum + events, 0);
  assert.equal(told, dropped.overflow);
  assert.ok(drops.every(({ reason, events, bytes }) => reason === 'overflow' && bytes === events * 1024));
});

test('drop-newest keeps the oldest events and refuses new ones at once', async () => {
  const { clock, sink, publisher, publish, state } = setUp({ overflow: 'drop-newest' });
  const taken = Array.from({ length: 25 }, (_, i) => publish(kilobyte(i)));
  assert.deepEqual(taken, [...Array(10).fill(true), ...Array(15).fill(false)]);
  state.fault = undefined;
  await clock.until(publisher.close());
  assert.deepEqual(idsOf(sink.events('g', 's')), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.equal(publisher.stats().dropped.overflow, 15);
});

test('the stream that holds most makes room for the others', async () => {
  const { clock, sink, publisher, publish, state } = setUp({
    logStreamName: '{level}',
    flushIntervalMs: 60_000,
  });
  for (let i = 0; i < 8; i++) publish(kilobyte(i), 'a');
  await clock.advance(1000);
  for (let i = 8; i < 12; i++) publish(kilobyte(i), 'b');
  state.fault = undefined;
  await clock.until(publisher.close());
  assert.deepEqual(idsOf(sink.events('g', 'a')), [0, 1, 2, 3, 4, 7], 'what was put once stays');
  assert.deepEqual(idsOf(sink.events('g', 'b')), [8, 9, 10, 11]);
});

test('under drop-newest a failing stream that fills the buffer starves no other (0 of 200 got through)', async () => {
  const { clock, sink, publisher, publish, state } = setUp({
    logStreamName: '{level}',
    overflow: 'drop-newest',
    flushIntervalMs: 60_000,
  });
  const taken = (level: string, from: number, to: number) => {
    let count = 0;
    for (let i = from; i < to; i++) if (publish(kilobyte(i), level)) count++;
    return count;
  };
  assert.equal(taken('a', 0, 20), 10, 'the rest is refused: no other stream holds more');
  assert.equal(taken('b', 20, 23), 3);
  state.fault = undefined;
  await clock.until(publisher.close());
  assert.deepEqual(idsOf(sink.events('g', 'a')), [0, 1, 2, 3, 4, 5, 6], 'its newest made room');
  assert.deepEqual(idsOf(sink.events('g', 'b')), [20, 21, 22]);
  const { dropped, delivered } = publisher.stats();
  assert.deepEqual([dropped.overflow, delivered], [13, 10]);
});

test('an event larger than the whole buffer goes alone', async () => {
  const { clock, sink, publisher, publish, state } = setUp();
  state.fault = undefined;
  for (let i = 0; i < 5; i++) publish(kilobyte(i));
  assert.equal(publish('x'.repeat(20_000)), false);
  await clock.until(publisher.close());
  assert.deepEqual(idsOf(sink.events('g', 's')), [0, 1, 2, 3, 4]);
  assert.equal(publisher.stats().dropped.overflow, 1);
});

test('a batch that was sent once is never dropped from: it may be stored', async () => {
  const { clock, sink, publisher, publish, state } = setUp({ flushIntervalMs: 1 });
  state.fault = 'reset-after';
  publish('sent');
  await clock.advance(5);
  for (let i = 0; i < 30; i++) publish(kilobyte(i));
  state.fault = undefined;
  await clock.until(publisher.close());
  assert.equal(sink.events('g', 's').filter(({ message }) => message === 'sent').length, 2);
  assert.equal(publisher.stats().possibleDuplicates, 1);
});

test('a split event that is dropped in part is one event in every count', async () => {
  const { clock, sink, publisher, publish, drops, state } = setUp({ maxEventBytes: 1024 });
  publish('the first');
  await clock.advance(1500); // its put failed, and nothing more is sent for now
  publish('x'.repeat(3000));
  for (let i = 0; i < 9; i++) publish(kilobyte(i));
  state.fault = undefined;
  await clock.until(publisher.close());
  const { dropped, delivered } = publisher.stats();
  assert.equal(dropped.overflow + delivered, 11);
  assert.ok(dropped.overflow > 0);
  const marker = sink.events('g', 's').find(({ message }) => message.startsWith('{'));
  assert.equal(JSON.parse(marker?.message ?? '{}').droppedEvents, dropped.overflow, 'as the marker tells it');
  const reported = drops.reduce((sum, { events }) => sum + events, 0);
  assert.equal(reported, dropped.overflow, 'as it is reported');
});

test('split events in a full buffer give way to newer events, too', async () => {
  const { clock, sink, publisher, publish, state } = setUp({ maxEventBytes: 1024, maxBatchBytes: 1024 });
  publish('the first');
  await clock.advance(1500);
  for (let i = 0; i < 20; i++) publish('x'.repeat(3000));
  publish('the newest'.padEnd(998));
  state.fault = undefined;
  await clock.until(publisher.close());
  assert.ok(sink.events('g', 's').some(({ message }) => message.startsWith('the newest')));
  const { dropped, delivered } = publisher.stats();
  assert.equal(dropped.overflow + delivered, 22);
});

test('flushes during an outage do not pile up markers beside the buffer', async () => {
  const { take } = MemoryBudget.prototype;
  let peak = 0;
  MemoryBudget.prototype.take = function (this: MemoryBudget, bytes: number) {
    take.call(this, bytes);
    peak = Math.max(peak, this.usedBytes);
  };
  try {
    const { clock, publisher, publish } = setUp({ overflow: 'drop-newest' });
    const flushes: Promise<unknown>[] = [];
    for (let i = 0; i < 500; i++) {
      publish(kilobyte(i));
      flushes.push(publisher.flush({ timeoutMs: 1000 }));
    }
    await clock.until(Promise.all(flushes));
    assert.ok(peak <= 10_240 + 500, `${peak} bytes are held`);
    await clock.until(publisher.close());
  } finally {
    Object.assign(MemoryBudget.prototype, { take });
  }
});

test('a listener that publishes what it heard of a drop neither hangs nor grows the buffer', async () => {
  for (const overflow of ['drop-oldest', 'drop-newest']) {
    const { clock, publisher, publish, state } = setUp({ overflow });
    let heard = 0;
    publisher.on('drop', () => {
      if (++heard > 20_000) throw new Error('it never ends');
      publish(kilobyte(1_000_000 + heard));
    });
    for (let i = 0; i < 30; i++) publish(kilobyte(i));
    assert.ok(heard < 1000, `${heard} drops were heard with ${overflow}`);
    state.fault = undefined;
    await clock.until(publisher.close());
    const { received, delivered, dropped } = publisher.stats();
    assert.equal(received, delivered + dropped.overflow + dropped.shutdown);
  }
});

test('a marker tells events, bytes and times of a loss, and starts anew', () => {
  const marker = new LossMarker();
  assert.equal(marker.isEmpty, true);
  marker.add(126, 2000);
  marker.add(27, 1000);
  assert.equal(marker.isEmpty, false);
  const { message, timestamp } = marker.take();
  assert.deepEqual(JSON.parse(message), {
    droppedEvents: 2,
    droppedBytes: 101,
    reason: 'overflow',
    from: 1000,
    to: 2000,
  });
  assert.equal(timestamp, 1000);
  assert.equal(marker.isEmpty, true);
});

test('batches of which every event was dropped leave nothing in memory (they stayed behind one that failed)', async () => {
  const maxBufferBytes = 8 * 1024 * 1024;
  const { clock, publisher, state } = setUp({ maxBufferBytes });
  const large = 'x'.repeat(5000);
  const publish = (count: number) => {
    for (let i = 0; i < count; i++) publisher.publish({ timestamp: clock.now(), message: large });
  };
  publish(200);
  await settled();
  collectGarbage();
  const before = process.memoryUsage().arrayBuffers;
  for (let i = 0; i < 100; i++) {
    publish(500);
    await clock.advance(100);
  }
  assert.ok(publisher.stats().dropped.overflow > 40_000);
  // Buffers are given back some time after they were collected. Of the 250 MB that were dropped hardly anything stays.
  for (let i = 0; i < 1000 && process.memoryUsage().arrayBuffers - before > 2 * maxBufferBytes; i++) {
    collectGarbage();
    await settled();
  }
  assert.ok(process.memoryUsage().arrayBuffers - before < 2 * maxBufferBytes);
  state.fault = undefined;
  await clock.until(publisher.close());
  const { received, delivered, dropped } = publisher.stats();
  assert.equal(received, delivered + dropped.overflow);
});
