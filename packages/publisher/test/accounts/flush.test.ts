import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Batch } from '../../src/batch/batch.ts';
import type { PutResult, Sink } from '../../src/cloudwatch/sink.ts';
import { Publisher } from '../../src/publisher.ts';
import { simulated } from '../support/publisher-fixture.ts';
import {
  type Fault,
  type ServiceOptions,
  SimulatedService,
  settled,
  VirtualClock,
} from '../support/simulation.ts';

function setUp(options?: object, service?: Partial<ServiceOptions>) {
  const made = simulated(options, service);
  made.publisher.on('warn', () => {});
  return made;
}

test('a flush sends at once what waits for company', async () => {
  const { clock, sink, publisher, publish } = setUp({ flushIntervalMs: 60_000 });
  publish('one');
  const result = await clock.until(publisher.flush(), 1);
  assert.deepEqual(result, { delivered: 1, dropped: 0, pending: 0 });
  assert.equal(sink.events('g', 's').length, 1);
  await publisher.close();
});

test('a flush of nothing ends at once', async () => {
  const { publisher } = setUp();
  assert.deepEqual(await publisher.flush(), { delivered: 0, dropped: 0, pending: 0 });
  await publisher.close();
});

test('a flush waits for the put that is under way', async () => {
  const { clock, sink, publisher, publish } = setUp({ maxBatchEvents: 1 }, { latencyMs: () => 5000 });
  publish('under way');
  await settled();
  assert.equal(publisher.stats().inFlight, 1);
  let isDone = false;
  const flushed = publisher.flush().then((result) => {
    isDone = true;
    return result;
  });
  await clock.advance(4999);
  assert.equal(isDone, false);
  await clock.advance(1);
  assert.deepEqual(await flushed, { delivered: 1, dropped: 0, pending: 0 });
  assert.equal(sink.events('g', 's').length, 1);
  await publisher.close();
});

test('a second flush at the same time waits as long as the first', async () => {
  const { clock, publisher, publish } = setUp({}, { latencyMs: () => 1000 });
  publish('one');
  const first = publisher.flush();
  publish('two');
  const second = publisher.flush();
  const both = await clock.until(Promise.all([first, second]));
  assert.equal(both[0].delivered, 1);
  assert.equal(both[1].delivered, 2);
  await publisher.close();
});

test('a flush does not wait for events that came after it', async () => {
  const { clock, publisher, publish } = setUp({ flushIntervalMs: 60_000 }, { latencyMs: () => 10 });
  publish('before');
  const flushed = publisher.flush();
  publish('after');
  assert.equal((await clock.until(flushed, 1)).delivered, 1);
  assert.equal(publisher.stats().buffered, 1);
  await clock.until(publisher.close());
});

test('a flush says what is pending when its time is over, and the events are delivered later', async () => {
  let fault: Fault | undefined = 'throttle';
  const { clock, sink, publisher, publish } = setUp({}, { fault: () => fault });
  publish('kept');
  assert.deepEqual(await clock.until(publisher.flush({ timeoutMs: 5000 })), {
    delivered: 0,
    dropped: 0,
    pending: 1,
  });
  fault = undefined;
  await clock.advance(60_000);
  assert.equal(sink.events('g', 's').length, 1);
  await publisher.close();
});

test('a flush that may take forever waits (a timer of Node.js would end after 1 ms, and close gave up all)', async () => {
  let answer = (_result: PutResult) => {};
  const sink = new SimulatedService(new VirtualClock(), { tokens: 'ignored' });
  sink.put = () =>
    new Promise((resolve) => {
      answer = resolve;
    });
  const publisher = new Publisher({ logGroupName: 'g' }, { sink, guardExit: false });
  publisher.publish({ timestamp: Date.now(), message: 'one' });
  const flushed = publisher.flush({ timeoutMs: Number.POSITIVE_INFINITY });
  const closed = publisher.close({ timeoutMs: Number.POSITIVE_INFINITY });
  await new Promise((resolve) => setTimeout(resolve, 20)); // later than the timers that would end too early
  answer({ ok: true });
  assert.deepEqual(await flushed, { delivered: 1, dropped: 0, pending: 0 });
  assert.deepEqual(await closed, { delivered: 1, dropped: 0, pending: 0 });
});

test('events that are dropped while a flush waits count as dropped in its result', async () => {
  let fault: Fault | undefined = 'throttle';
  const { clock, publisher, publish } = setUp(
    { maxBufferBytes: 4096, flushIntervalMs: 1 },
    { fault: () => fault },
  );
  publish('x'.repeat(1000)); // sent, so that it stays
  await clock.advance(10);
  publish('y'.repeat(1000));
  const flushed = publisher.flush({ timeoutMs: 100_000 });
  for (let i = 0; i < 10; i++) publish('z'.repeat(1000));
  fault = undefined;
  assert.deepEqual(await clock.until(flushed), { delivered: 1, dropped: 1, pending: 0 });
  await clock.until(publisher.close());
});

test('a flush follows the halves of a batch that is refused', async () => {
  const { clock, sink, publisher, publish } = setUp(
    {},
    { latencyMs: () => 10, refuses: ({ message }) => message === 'bad' },
  );
  for (let i = 0; i < 32; i++) publish(i === 13 ? 'bad' : `event ${i}`);
  assert.deepEqual(await clock.until(publisher.flush(), 1), { delivered: 31, dropped: 1, pending: 0 });
  assert.equal(sink.events('g', 's').length, 31);
  await publisher.close();
});

test('a flush that starts between two halves waits for both (they shared one list of followers)', async () => {
  const { clock, sink, publisher, publish } = setUp(
    {},
    { latencyMs: () => 10, refuses: ({ message }) => message === 'bad' },
  );
  for (let i = 0; i < 8; i++) publish(i === 7 ? 'bad' : `event ${i}`);
  const first = publisher.flush();
  await clock.advance(10); // refused, and halved
  const second = publisher.flush();
  assert.equal((await clock.until(second, 1)).delivered, 7);
  assert.equal(sink.events('g', 's').length, 7, 'both halves are stored');
  assert.deepEqual(await first, { delivered: 7, dropped: 1, pending: 0 });
  assert.equal(publisher.stats().buffered + publisher.stats().inFlight, 0);
  await publisher.close();
});

test('a flush counts an event that became several parts once', async () => {
  const { clock, sink, publisher, publish } = setUp({ maxEventBytes: 126, maxBatchBytes: 1024 });
  publish('x'.repeat(2000));
  assert.deepEqual(await clock.until(publisher.flush()), { delivered: 1, dropped: 0, pending: 0 });
  assert.equal(sink.events('g', 's').length, 20);
  await publisher.close();
});

test('a flush ends when an event was too large for the whole buffer and nothing else waits', async () => {
  const { clock, sink, publisher, publish } = setUp({ maxBufferBytes: 4096 });
  publish('one'); // nothing is marked in a stream that nothing was put on
  await clock.until(publisher.flush());
  assert.equal(publish('x'.repeat(10_000)), false);
  const result = await clock.until(publisher.flush(), 10, 1000);
  assert.deepEqual(result, { delivered: 0, dropped: 0, pending: 0 });
  assert.match(sink.events('g', 's')[1].message, /"droppedEvents":1/);
  await publisher.close();
});

test('a flush from any listener sees every event that is not settled', async () => {
  for (const name of ['conflict', 'batch', 'drop', 'warn'] as const) {
    const faults: (Fault | undefined)[] = [undefined, 'token-invalidated', 'expired', undefined];
    const { clock, sink, publisher, publish } = setUp(
      { maxBatchEvents: 4 },
      {
        tokens: 'enforced',
        fault: (call) => (call === 'PutLogEvents' ? faults.shift() : undefined),
        refuses: ({ message }) => message === 'bad',
      },
    );
    const flushes: Promise<void>[] = [];
    publisher.on(name, () => {
      flushes.push(
        publisher.flush({ timeoutMs: 1_000_000 }).then(({ pending }) => {
          const { buffered, inFlight } = publisher.stats();
          assert.deepEqual([pending, buffered, inFlight], [0, 0, 0], `a flush in '${name}' ended too early`);
        }),
      );
    });
    for (let i = 0; i < 11; i++) publish(i === 5 ? 'bad' : `event ${i}`);
    await clock.advance(200_000);
    assert.ok(flushes.length > 0, `'${name}' was emitted`);
    await clock.until(Promise.all(flushes));
    assert.equal(sink.events('g', 's').length, 10);
    await clock.until(publisher.close());
  }
});

test('hundreds of flushes while puts fail and succeed all end', async () => {
  let puts = 0;
  const { clock, publisher, publish } = setUp(
    { maxBatchEvents: 3, maxInFlight: 3 },
    { fault: () => (++puts % 3 === 0 ? 'reset-before' : undefined), latencyMs: () => 7 },
  );
  const flushes: Promise<unknown>[] = [];
  for (let i = 0; i < 300; i++) {
    publish(`event ${i}`);
    flushes.push(publisher.flush({ timeoutMs: 1_000_000 }));
    await clock.advance(3);
  }
  await clock.until(Promise.all(flushes));
  assert.equal(publisher.stats().delivered, 300);
  await clock.until(publisher.close());
});

test('a sink that answers without waiting, or never, harms neither flush nor close', async () => {
  const clock = new VirtualClock();
  let stored = 0;
  const instant: Sink = {
    put: (_target, batch: Batch) => {
      stored += batch.length;
      return { ok: true } as unknown as Promise<PutResult>;
    },
    createLogGroup: async () => ({ ok: true }),
    createLogStream: async () => ({ ok: true }),
    putRetentionPolicy: async () => ({ ok: true }),
    describeSequenceToken: async () => null,
    close: () => {},
  };
  const publisher = new Publisher(
    { logGroupName: 'g', maxBatchEvents: 1 },
    { clock, sink: instant, guardExit: false },
  );
  for (let i = 0; i < 1000; i++) publisher.publish({ timestamp: i, message: 'm' });
  assert.equal((await clock.until(publisher.flush())).pending, 0);
  assert.equal(stored, 1000);

  const never = new Publisher(
    { logGroupName: 'g', maxBatchEvents: 1 },
    { clock, sink: { ...instant, put: () => new Promise(() => {}) }, guardExit: false },
  );
  never.on('warn', () => {});
  never.publish({ timestamp: 1, message: 'm' });
  assert.equal((await clock.until(never.flush())).pending, 1);
  await clock.until(never.close());
  assert.equal(never.stats().dropped.shutdown, 1);
  await publisher.close();
});

test('a program that flushes for every line of an outage makes neither a batch nor a put of every line', async () => {
  let fault: Fault | undefined = 'reset-before';
  const { clock, sink, publisher, publish } = setUp({}, { fault: () => fault });
  const flushes = Array.from({ length: 1000 }, (_, i) => {
    publish(`${i}`);
    return publisher.flush();
  });
  await settled();
  assert.ok(sink.puts < 5, `${sink.puts} puts`);
  fault = undefined;
  const results = await clock.until(Promise.all(flushes));
  results.forEach((result, i) => {
    assert.deepEqual(result, { delivered: i + 1, dropped: 0, pending: 0 });
  });
  assert.ok(sink.puts < 10, `${sink.puts} puts`);
  assert.deepEqual(
    sink.events('g', 's').map(({ message }) => message),
    Array.from({ length: 1000 }, (_, i) => `${i}`),
  );
  await publisher.close();
});
