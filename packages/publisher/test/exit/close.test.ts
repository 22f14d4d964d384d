import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Drop, Warning } from '../../src/accounts/events.ts';
import { simulated } from '../support/publisher-fixture.ts';
import { type ServiceOptions, settled } from '../support/simulation.ts';

function setUp(options?: object, service?: Partial<ServiceOptions>) {
  const made = simulated(options, service);
  const warnings: Warning[] = [];
  const drops: Drop[] = [];
  made.publisher.on('warn', (warning) => warnings.push(warning));
  made.publisher.on('drop', (drop) => drops.push(drop));
  return { ...made, warnings, drops };
}

test('close delivers what waits, then closes the way out', async () => {
  const { clock, sink, publisher, publish, warnings } = setUp(
    { flushIntervalMs: 60_000 },
    { latencyMs: () => 700 },
  );
  for (let i = 0; i < 100; i++) publish(`${i}`);
  assert.deepEqual(await clock.until(publisher.close()), { delivered: 100, dropped: 0, pending: 0 });
  assert.equal(sink.events('g', 's').length, 100);
  assert.equal(sink.isClosed, true);
  assert.deepEqual(warnings, []);
});

test('close is done once, however often it is called', async () => {
  const { clock, publisher, publish } = setUp();
  publish('one');
  const first = publisher.close();
  assert.equal(publisher.close({ timeoutMs: 1 }), first);
  await clock.until(first);
  assert.equal(publisher.close(), first);
});

test('a time that is none is refused in calls as in options, and changes nothing', async () => {
  const { clock, publisher, publish } = setUp();
  publish('one');
  for (const timeoutMs of [Number.NaN, -1, '5000', null, Number.NEGATIVE_INFINITY]) {
    const options = { timeoutMs } as { timeoutMs: number };
    for (const beforeExit of [true, false]) {
      await assert.rejects(publisher.flush({ ...options, beforeExit }), {
        code: 'CLOUDWATCH_LOGS_INVALID_OPTION',
        message: /"timeoutMs" must be a number of milliseconds from 0 on/,
      });
    }
    await assert.rejects(publisher.close(options), { code: 'CLOUDWATCH_LOGS_INVALID_OPTION' });
  }
  await assert.rejects(publisher.close({ timeoutMS: 1 } as object), /Did you mean "timeoutMs"\?/);
  assert.equal(publish('two'), true);
  assert.deepEqual(await clock.until(publisher.close()), { delivered: 2, dropped: 0, pending: 0 });
});

test('close ends at its deadline; what is left is counted, reported and said once', async () => {
  const { clock, publisher, publish, warnings, drops } = setUp(
    { maxBatchEvents: 2 },
    { fault: () => 'hang' },
  );
  for (let i = 0; i < 5; i++) publish(`${i}`);
  await settled();
  assert.equal(publisher.stats().inFlight, 2);
  const started = clock.now();
  const result = await clock.until(publisher.close({ timeoutMs: 3000 }), 100);
  assert.equal(clock.now() - started, 3000);
  assert.deepEqual(result, { delivered: 0, dropped: 5, pending: 0 });
  const { dropped, buffered, inFlight } = publisher.stats();
  assert.deepEqual(
    { shutdown: dropped.shutdown, buffered, inFlight },
    { shutdown: 5, buffered: 0, inFlight: 0 },
  );
  assert.equal(warnings.filter(({ code }) => code === 'shutdown').length, 1);
  assert.match(warnings[0].message, /^5 log event\(s\) for log group "g" were not sent within 3000 ms/);
  assert.deepEqual(
    drops.map(({ reason, events }) => ({ reason, events })),
    [{ reason: 'shutdown', events: 5 }],
  );
});

test('an answer that comes after the deadline changes no count', async () => {
  const { clock, publisher, publish } = setUp({ maxBatchEvents: 1 }, { latencyMs: () => 10_000 });
  publish('late');
  await clock.until(publisher.close({ timeoutMs: 1000 }));
  const before = publisher.stats();
  await clock.advance(60_000);
  assert.deepEqual(publisher.stats(), before);
  assert.equal(before.dropped.shutdown, 1);
});

test('a throttled service is tried again before the deadline', async () => {
  let left = 4;
  const { clock, publisher, publish } = setUp({}, { fault: () => (left-- > 0 ? 'throttle' : undefined) });
  publish('one');
  assert.equal((await clock.until(publisher.close())).delivered, 1);
});

test('a wait for a throttled service that began before close does not outlast it', async () => {
  let fault: 'throttle' | undefined = 'throttle';
  const { clock, publisher, publish } = setUp({}, { fault: () => fault });
  publish('one');
  await clock.advance(100_000); // the next try is up to a minute away
  fault = undefined;
  assert.equal((await clock.until(publisher.close())).delivered, 1);
});

test('an event that comes during or after close is counted, said once and refused', async () => {
  const { clock, publisher, publish, warnings } = setUp({}, { latencyMs: () => 500 });
  publish('in time');
  const closed = publisher.close();
  assert.equal(publish('too late'), false);
  await clock.until(closed);
  assert.equal(publish('far too late'), false);
  const { received, delivered, dropped } = publisher.stats();
  assert.deepEqual(
    { received, delivered, shutdown: dropped.shutdown },
    { received: 3, delivered: 1, shutdown: 2 },
  );
  assert.equal(warnings.length, 1);
});

test('close with no time at all settles everything at once', async () => {
  const { clock, publisher, publish } = setUp({}, { latencyMs: () => 100 });
  for (let i = 0; i < 10; i++) publish(`${i}`);
  await clock.until(publisher.close({ timeoutMs: 0 }), 1);
  assert.equal(publisher.stats().dropped.shutdown, 10);
});

test('a flush that is under way when close comes ends too', async () => {
  const { clock, publisher, publish } = setUp({}, { fault: () => 'hang' });
  publish('one');
  const flushed = publisher.flush({ timeoutMs: 1_000_000 });
  await clock.until(publisher.close(), 100);
  assert.deepEqual(await clock.until(flushed, 1, 10), { delivered: 0, dropped: 1, pending: 0 });
});

test('a flush after close ends at once', async () => {
  const { clock, publisher } = setUp();
  await clock.until(publisher.close());
  assert.deepEqual(await publisher.flush(), { delivered: 0, dropped: 0, pending: 0 });
});

test('nothing is left on the clock after close', async () => {
  const { clock, publisher, publish } = setUp();
  publish('one');
  await clock.until(publisher.close());
  assert.equal(clock.timers, 0);
});
