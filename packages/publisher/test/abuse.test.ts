import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PublisherStats } from '../src/index.ts';
import { Publisher } from '../src/publisher.ts';
import { type Fault, SimulatedService, VirtualClock } from './support/simulation.ts';

function setUp(options: object = {}, fault: () => Fault | undefined = () => undefined) {
  const clock = new VirtualClock();
  const sink = new SimulatedService(clock, { tokens: 'ignored', fault }).add('g', 's');
  const publisher = new Publisher(
    { logGroupName: 'g', logStreamName: 's', ...options },
    { clock, random: () => 0.5, sink, guardExit: false },
  );
  publisher.on('warn', () => {});
  return { clock, sink, publisher };
}

function assertLaw(stats: PublisherStats) {
  const { received, delivered, dropped, rejected, buffered, inFlight, spooled } = stats;
  const given = [...Object.values(dropped), ...Object.values(rejected)].reduce((a, b) => a + b, 0);
  assert.equal(received, delivered + given + buffered + inFlight + spooled);
}

test('odd timestamps are delivered or counted, and the put stays legal', async () => {
  const { clock, sink, publisher } = setUp();
  const odd = [
    0,
    -0,
    1.5,
    -1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.MAX_SAFE_INTEGER,
    2 ** 53,
    8.64e15 + 1,
    0.1,
  ];
  for (const timestamp of odd) publisher.publish({ timestamp, message: `at ${timestamp}` });
  for (const timestamp of [undefined, null, 'soon', {}, [], 5n, true, Symbol('t'), new Date(clock.now())]) {
    publisher.publish({ timestamp, message: 'm' } as never);
  }
  await clock.until(publisher.close());
  assert.deepEqual(sink.illegal, []);
  const stats = publisher.stats();
  assert.equal(stats.received, 20);
  assertLaw(stats);
  assert.equal(stats.buffered + stats.inFlight + stats.dropped.shutdown, 0);
});

test('odd messages are delivered or counted, and never thrown', async () => {
  const { clock, sink, publisher } = setUp();
  const throwing = {
    timestamp: 1,
    get message(): string {
      throw new Error('no message');
    },
  };
  for (const event of [undefined, null, 5, 'text', {}, [], throwing])
    assert.equal(publisher.publish(event as never), false);
  for (const event of [undefined, throwing])
    assert.equal(await publisher.publishWhenRoom(event as never), false); // a getter made it throw
  for (const message of ['', undefined, null, 5, 5n, {}, Symbol('m'), Buffer.from('b'), new String('s')]) {
    assert.equal(publisher.publish({ timestamp: clock.now(), message } as never), false);
  }
  for (const message of ['\u0000', '\ud800', 'a\udc00b', '\ufeff', ' ', '\r\n', '\u2028']) {
    assert.equal(publisher.publish({ timestamp: clock.now(), message }), true);
  }
  await clock.until(publisher.close());
  assert.deepEqual(sink.illegal, []);
  assert.deepEqual(
    sink.events('g', 's').map(({ message }) => message),
    ['\u0000', '\ufffd', 'a\ufffdb', '\ufeff', ' ', '\r\n', '\u2028'],
  );
  assert.equal(publisher.stats().dropped.invalid, 18);
  assertLaw(publisher.stats());
});

test('a message of 50 MB is split, delivered and counted once', async () => {
  const { clock, sink, publisher } = setUp({ maxBufferBytes: 128 * 1024 * 1024 });
  const message = '😀é'.repeat(9_000_000);
  publisher.publish({ timestamp: clock.now(), message });
  await clock.until(publisher.close());
  assert.equal(
    sink
      .events('g', 's')
      .map((event) => event.message)
      .join('') === message,
    true,
  );
  assert.equal(publisher.stats().delivered, 1);
  assert.equal(publisher.stats().splitEvents, 1);
});

test('a million events in one go are all delivered, without blocking for long', async () => {
  const { clock, publisher } = setUp({ maxBufferBytes: 256 * 1024 * 1024 });
  const started = process.hrtime.bigint();
  for (let i = 0; i < 1_000_000; i++)
    publisher.publish({ timestamp: clock.now(), message: 'one of a million' });
  assert.ok(process.hrtime.bigint() - started < 20_000_000_000n);
  await clock.until(publisher.close({ timeoutMs: 1_000_000 }));
  assert.equal(publisher.stats().delivered, 1_000_000);
});

test('a million events into a small buffer are all accounted for', async () => {
  for (const overflow of ['drop-oldest', 'drop-newest']) {
    const { clock, publisher } = setUp({ maxBufferBytes: 1_000_000, overflow }, () => 'throttle');
    for (let i = 0; i < 1_000_000; i++)
      publisher.publish({ timestamp: clock.now(), message: 'one of a million' });
    assertLaw(publisher.stats());
    await clock.until(publisher.close());
    assertLaw(publisher.stats());
    assert.equal(publisher.stats().buffered, 0);
  }
});

test('50,000 streams at once are made, filled, and forgotten when they are idle', async () => {
  const { clock, sink, publisher } = setUp({
    logStreamName: '{level}',
    maxRequests: 256,
    maxBufferBytes: 256 * 1024 * 1024, // a quarter of it has room for that many streams
  });
  sink.calls.length = 0;
  for (let i = 0; i < 50_000; i++) {
    publisher.publish({ timestamp: clock.now(), message: 'm' }, { level: `s${i}` });
    sink.add('g', `s${i}`);
  }
  assert.equal(publisher.stats().streams, 50_000);
  await clock.until(publisher.flush({ timeoutMs: 1_000_000 }));
  assert.equal(publisher.stats().delivered, 50_000);
  await clock.advance(120_000);
  for (let i = 0; i < 60_000; i++)
    publisher.publish({ timestamp: clock.now(), message: 'm' }, { level: `t${i % 51_000}` });
  assert.ok(publisher.stats().streams < 102_000);
  assertLaw(publisher.stats());
  await clock.until(publisher.close({ timeoutMs: 0 }));
});

test('every stream is delivered while one of them fails for ever', async () => {
  const { clock, sink, publisher } = setUp({ logStreamName: '{level}', maxRequests: 1 });
  const { put } = sink;
  for (const level of ['good', 'bad']) sink.add('g', level);
  sink.put = async (target, batch, token) =>
    target.logStreamName === 'bad'
      ? { ok: false, name: 'ThrottlingException', message: 'Rate exceeded', status: 400, bodySent: true }
      : put.call(sink, target, batch, token);
  for (let i = 0; i < 100; i++) {
    publisher.publish({ timestamp: clock.now(), message: `${i}` }, { level: i % 2 ? 'good' : 'bad' });
    await clock.advance(100);
  }
  await clock.advance(2000);
  assert.equal(sink.events('g', 'good').length, 50);
  await clock.until(publisher.close());
});

test('listeners may publish, flush, read the counters, throw, and close', async () => {
  const faults: (Fault | undefined)[] = ['reset-after', 'denied', 'throttle', 'stream-deleted'];
  const nameless = ({ message }: { message: string }) => (message === '7' ? 5 : 's');
  const { clock, publisher } = setUp(
    {
      maxBatchEvents: 5,
      maxEventBytes: 1024,
      oversize: 'truncate',
      logStreamName: nameless,
    },
    () => faults.shift(),
  );
  const heard = new Set<string>();
  publisher.on('warn', ({ code }) => heard.add(code));
  let depth = 0;
  for (const name of ['warn', 'batch', 'drop', 'conflict'] as const) {
    publisher.on(name, () => {
      assertLaw(publisher.stats());
      if (depth++ < 50) publisher.publish({ timestamp: clock.now(), message: `about ${name}` });
      void publisher.flush();
      throw new Error('a listener fails');
    });
  }
  const odd = new Map([
    [3, ''],
    [5, 'x'.repeat(5000)],
  ]);
  for (let i = 0; i < 20; i++) {
    publisher.publish({ timestamp: i === 9 ? -1 : clock.now(), message: odd.get(i) ?? `${i}` });
  }
  for (const code of ['invalid', 'oversize', 'stream-name']) assert.ok(heard.has(code as never), code);
  await clock.advance(60_000);
  publisher.removeAllListeners('batch');
  publisher.once('batch', () => void publisher.close());
  publisher.publish({ timestamp: clock.now(), message: 'the last' });
  await clock.until(publisher.close());
  assertLaw(publisher.stats());
  assert.equal(publisher.stats().buffered + publisher.stats().inFlight, 0);
});

test('events that wait are sent in time although the clock is set back by a day (they waited for a day)', async () => {
  const { clock, sink, publisher } = setUp();
  let fault: Fault | undefined = 'throttle';
  sink.options = { tokens: 'ignored', fault: () => fault };
  publisher.publish({ timestamp: clock.now() - 86_400_000, message: 'one' });
  clock.jump(-86_400_000);
  await clock.advance(1000);
  assert.equal(sink.puts, 1);
  clock.jump(-3_600_000);
  fault = undefined;
  await clock.advance(10_000);
  assert.equal(sink.events('g', 's').length, 1);
  clock.jump(7_200_000);
  publisher.publish({ timestamp: clock.now(), message: 'two' });
  await clock.advance(1000);
  assert.equal(sink.events('g', 's').length, 2);
  await clock.until(publisher.close());
});

test('poison in every place of a batch is found, and its neighbours are delivered in order', async () => {
  for (let bad = 0; bad < 17; bad++) {
    const { clock, sink, publisher } = setUp();
    sink.options = { tokens: 'enforced', refuses: ({ message }) => message === `${bad}` || message === '16' };
    // With the last one something is stored after the two that may be at the end, which shows that they are to blame.
    const texts = Array.from({ length: 18 }, (_, i) => `${i}`);
    for (const message of texts) publisher.publish({ timestamp: clock.now(), message });
    await clock.until(publisher.close());
    const expected = texts.filter((message) => message !== `${bad}` && message !== '16');
    assert.deepEqual(
      sink.events('g', 's').map(({ message }) => message),
      expected,
    );
    assert.equal(publisher.stats().dropped.poison, bad === 16 ? 1 : 2);
    assertLaw(publisher.stats());
  }
});

test('one event that is too large among 10,000 costs few puts and only itself', async () => {
  const { clock, sink, publisher } = setUp();
  sink.options = { tokens: 'ignored', refuses: ({ message }) => message.length > 262_118 };
  const drops: object[] = [];
  publisher.on('drop', ({ reason, events, bytes, cause }) => drops.push({ reason, events, bytes, cause }));
  for (let i = 0; i < 9999; i++) publisher.publish({ timestamp: clock.now(), message: `${i}` });
  publisher.publish({ timestamp: clock.now(), message: 'x'.repeat(307_200) });
  await clock.until(publisher.close());
  assert.equal(publisher.stats().delivered, 9999);
  assert.equal(drops.length, 1);
  assert.match(
    JSON.stringify(drops[0]),
    /"reason":"poison","events":1,"bytes":307226,"cause":"InvalidParameterException: Log event too large/,
  );
  assert.ok(sink.puts < 40, `${sink.puts} puts`);
});

test('too old, too new and good events in one batch: the right ones are counted', async () => {
  const { clock, sink, publisher } = setUp();
  const drops: string[] = [];
  publisher.on('drop', ({ reason, events }) => drops.push(`${reason} ${events}`));
  const day = 86_400_000;
  const now = clock.now();
  const times = [
    now - 14 * day - 1,
    now - 14 * day + 1000,
    now - 14 * day - 500,
    now + 7_200_001,
    now,
    now + 7_199_000,
  ];
  for (const [index, timestamp] of times.entries()) publisher.publish({ timestamp, message: `${index}` });
  await clock.until(publisher.flush());
  assert.deepEqual(
    sink
      .events('g', 's')
      .map(({ message }) => message)
      .sort(),
    ['1', '4', '5'],
  );
  assert.deepEqual(publisher.stats().rejected, { tooOld: 2, tooNew: 1, expired: 0 });
  assert.deepEqual(drops.sort(), ['tooNew 1', 'tooOld 2']);
  await clock.until(publisher.close());
});

test('a sink that rejects, throws or answers nonsense costs no event', async () => {
  const { clock, sink, publisher } = setUp();
  const { put } = sink;
  const bad: (() => never | Promise<never>)[] = [
    () => Promise.reject(new Error('rejected')),
    () => {
      throw new Error('thrown');
    },
    () => Promise.reject(undefined),
  ];
  sink.put = (...args) => bad.shift()?.() ?? put.apply(sink, args);
  publisher.publish({ timestamp: clock.now(), message: 'one' });
  await clock.until(publisher.close());
  assert.equal(sink.events('g', 's').length, 1);
});
