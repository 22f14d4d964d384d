import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Warning } from '../../src/accounts/events.ts';
import type { CallResult } from '../../src/cloudwatch/sink.ts';
import { Publisher } from '../../src/publisher.ts';
import { type ServiceOptions, SimulatedService, VirtualClock } from '../support/simulation.ts';

function setUp(options: object = {}, service: Partial<ServiceOptions> = {}) {
  const clock = new VirtualClock();
  const sink = new SimulatedService(clock, { tokens: 'ignored', ...service });
  const publisher = new Publisher(
    { logGroupName: 'g', logStreamName: '{level}', ...options },
    { clock, random: () => 0.5, sink, guardExit: false },
  );
  const warnings: Warning[] = [];
  publisher.on('warn', (warning) => warnings.push(warning));
  const publish = (level: string, message = 'm') =>
    publisher.publish({ timestamp: clock.now(), message }, { level });
  return { clock, sink, publisher, publish, warnings };
}
const answering = (name: string, message = name): CallResult => ({
  ok: false,
  name,
  message,
  status: 400,
  bodySent: true,
});

test('nothing is asked for or created while group and stream are there', async () => {
  const { clock, sink, publisher, publish } = setUp();
  sink.add('g', 's');
  publish('s');
  await clock.until(publisher.close());
  assert.deepEqual(sink.calls, ['PutLogEvents']);
});

test('a missing group is created before the stream, and the events follow', async () => {
  const { clock, sink, publisher, publish } = setUp();
  publish('s');
  await clock.until(publisher.close());
  assert.deepEqual(sink.calls, [
    'PutLogEvents',
    'CreateLogStream',
    'CreateLogGroup',
    'CreateLogStream',
    'PutLogEvents',
  ]);
  assert.equal(sink.events('g', 's').length, 1);
});

test('many streams that start at once create their group once, and each stream once', async () => {
  const { clock, sink, publisher, publish } = setUp(
    { maxInFlight: 4, maxBatchEvents: 1 },
    { latencyMs: () => 20 },
  );
  for (let i = 0; i < 20; i++) for (let n = 0; n < 3; n++) publish(`s${i}`);
  await clock.until(publisher.close({ timeoutMs: 100_000 }));
  assert.equal(publisher.stats().delivered, 60);
  assert.equal(sink.calls.filter((call) => call === 'CreateLogGroup').length, 1);
  const creates = sink.calls.filter((call) => call === 'CreateLogStream').length;
  assert.ok(creates >= 20 && creates <= 40, `${creates} calls for 20 streams`);
});

test('what somebody else creates at the same time is fine', async () => {
  for (const name of ['ResourceAlreadyExistsException', 'OperationAbortedException']) {
    const { clock, sink, publisher, publish, warnings } = setUp();
    const { createLogStream } = sink;
    let calls = 0;
    sink.createLogStream = async (target) => {
      if (calls++ > 0) return createLogStream.call(sink, target);
      sink.add('g', 's');
      return answering(name);
    };
    publish('s');
    await clock.until(publisher.close());
    assert.equal(sink.events('g', 's').length, 1);
    assert.deepEqual(warnings, []);
  }
});

test('a group that is deleted while logging is made again, with its retention', async () => {
  const { clock, sink, publisher, publish } = setUp({ retentionInDays: 30 });
  publish('s', 'before');
  await clock.until(publisher.flush());
  assert.deepEqual(sink.retentions, [['g', 30]]);
  sink.groups.delete('g');
  publish('s', 'after');
  await clock.until(publisher.close());
  assert.deepEqual(
    sink.events('g', 's').map(({ message }) => message),
    ['after'],
  );
  assert.deepEqual(sink.retentions, [
    ['g', 30],
    ['g', 30],
  ]);
});

test('a group that is deleted while its retention is being set gets it when it is made again', async () => {
  const { clock, sink, publisher, publish } = setUp({ retentionInDays: 7 });
  sink.add('g', 's');
  const set = sink.putRetentionPolicy.bind(sink);
  let answer = (_: CallResult): void => {};
  sink.putRetentionPolicy = () => new Promise((resolve) => (answer = resolve));
  publish('s');
  await clock.until(publisher.flush());
  sink.groups.delete('g');
  publish('s');
  await clock.until(publisher.flush());
  assert.equal(sink.events('g', 's').length, 1);
  sink.putRetentionPolicy = set;
  answer({ ok: true });
  await clock.advance(0);
  publish('s');
  await clock.until(publisher.close());
  assert.deepEqual(sink.retentions, [['g', 7]]);
});

test('without permission to create, one warning names the permission, and events wait for the stream', async () => {
  const { clock, sink, publisher, publish, warnings } = setUp({}, { create: 'denied' });
  for (let i = 0; i < 5; i++) {
    publish('s', `${i}`);
    await clock.advance(5000);
  }
  assert.equal(warnings.length, 1);
  assert.equal(warnings[0].code, 'permission');
  assert.match(warnings[0].message, /logs:CreateLogStream/);
  assert.match(warnings[0].message, /Events are kept/);
  assert.equal(publisher.stats().buffered, 5);
  sink.add('g', 's');
  await clock.advance(120_000);
  assert.equal(sink.events('g', 's').length, 5);
  assert.equal(warnings.at(-1)?.code, 'recovered');
  await clock.until(publisher.close());
});

test('creating can be turned off, and the warning says so', async () => {
  for (const options of [{ createLogStream: false }, { createLogGroup: false }]) {
    const { clock, sink, publisher, publish, warnings } = setUp(options);
    publish('s');
    await clock.advance(10_000);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0].message, /creating it is turned off/);
    const forbidden = 'createLogGroup' in options ? 'CreateLogGroup' : 'CreateLogStream';
    assert.ok(!sink.calls.includes(forbidden));
    sink.add('g', 's');
    await clock.advance(60_000);
    assert.equal(publisher.stats().delivered, 1);
    await clock.until(publisher.close());
  }
});

test('a retention that cannot be set is said and holds up nothing', async () => {
  const { clock, sink, publisher, publish, warnings } = setUp({ retentionInDays: 30 });
  sink.add('g', 's');
  sink.putRetentionPolicy = async () =>
    answering('AccessDeniedException', 'not authorized to perform: logs:PutRetentionPolicy');
  publish('s');
  await clock.until(publisher.close());
  assert.equal(publisher.stats().delivered, 1);
  assert.match(warnings[0].message, /retention.*logs:PutRetentionPolicy/);
});

test('a process that ends at once still sets the retention', async () => {
  const { clock, sink, publisher, publish } = setUp({ retentionInDays: 7 }, { latencyMs: () => 50 });
  publish('s');
  await clock.until(publisher.close());
  assert.deepEqual(sink.retentions, [['g', 7]]);
});

test('a flush ends with the retention set, though not much later than its events are stored', async () => {
  const { clock, sink, publisher, publish } = setUp({ retentionInDays: 7 }, { latencyMs: () => 50 });
  publish('s');
  await clock.until(publisher.flush());
  assert.deepEqual(sink.retentions, [['g', 7]]);

  const hanging = setUp({ retentionInDays: 7 });
  hanging.sink.putRetentionPolicy = () => new Promise(() => {});
  hanging.publish('s');
  const startedAt = hanging.clock.now();
  const { delivered, pending } = await hanging.clock.until(hanging.publisher.flush());
  assert.deepEqual([delivered, pending], [1, 0]);
  assert.ok(hanging.clock.now() - startedAt <= 1100);
});

test('the retention of a new stream is set beside the first put, and the first flush takes no longer for it', async () => {
  const flushed = async (options: object) => {
    const { clock, sink, publisher, publish } = setUp(
      { logStreamName: '{instance}', ...options },
      { latencyMs: () => 50 },
    );
    const startedAt = clock.now();
    publish('s');
    await clock.until(publisher.flush());
    return { ms: clock.now() - startedAt, calls: sink.calls, retentions: sink.retentions };
  };
  const without = await flushed({});
  const { ms, calls, retentions } = await flushed({ retentionInDays: 7 });
  assert.deepEqual(retentions, [['g', 7]]);
  assert.deepEqual(calls, [...without.calls.slice(0, -1), 'PutRetentionPolicy', 'PutLogEvents']);
  assert.equal(ms, without.ms);
});

test('throttled creations are tried again later, with the events kept', async () => {
  let left = 3;
  const { clock, sink, publisher, publish } = setUp(
    {},
    { fault: (call) => (call === 'CreateLogStream' && left-- > 0 ? 'throttle' : undefined) },
  );
  publish('s');
  await clock.advance(60_000);
  assert.equal(sink.events('g', 's').length, 1);
  await clock.until(publisher.close());
});

test('a stream that stays missing although it was created is not asked for in a tight loop', async () => {
  const { clock, sink, publisher, publish } = setUp();
  sink.createLogStream = async () => ({ ok: true });
  sink.add('g');
  publish('s');
  await clock.advance(60_000);
  assert.ok(sink.puts < 15, `${sink.puts} puts in a minute`);
  await clock.until(publisher.close());
});

test('close during a creation that hangs ends in time and settles the events', async () => {
  const { clock, sink, publisher, publish } = setUp();
  sink.createLogStream = () => new Promise(() => {});
  publish('s');
  await clock.advance(2000);
  const started = clock.now();
  await clock.until(publisher.close());
  assert.ok(clock.now() - started <= 9000);
  assert.equal(publisher.stats().dropped.shutdown, 1);
});
