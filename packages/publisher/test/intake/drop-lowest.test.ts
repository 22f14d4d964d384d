import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import type { Drop } from '../../src/accounts/events.ts';
import { Batch } from '../../src/batch/batch.ts';
import { Levels } from '../../src/batch/levels.ts';
import type { PublisherOptions } from '../../src/options/options.ts';
import { Publisher } from '../../src/publisher.ts';
import { isDroppable } from '../../src/stream/queue/outbox.ts';
import { StreamWriter } from '../../src/stream/stream-writer.ts';
import { law } from '../support/publisher-fixture.ts';
import { type Fault, SimulatedService, VirtualClock } from '../support/simulation.ts';

function setUp(options: Partial<PublisherOptions> = {}, fault: Fault | undefined = 'throttle') {
  const clock = new VirtualClock();
  const state: { fault: Fault | undefined } = { fault };
  const sink = new SimulatedService(clock, { tokens: 'ignored', fault: () => state.fault });
  for (const stream of ['s', 'a', 'b', 'c']) sink.add('g', stream);
  const publisher = new Publisher(
    { logGroupName: 'g', logStreamName: 's', maxBufferBytes: 10_240, overflow: 'drop-lowest', ...options },
    { clock, random: () => 0.5, sink, guardExit: false },
  );
  const drops: Drop[] = [];
  publisher.on('drop', (drop) => drops.push(drop));
  publisher.on('warn', () => {});
  const publish = (message: string, level?: string, stream?: string) =>
    publisher.publish({ timestamp: clock.now(), message }, { level, fields: { stream } });
  const close = async () => {
    state.fault = undefined;
    await clock.until(publisher.close({ timeoutMs: 600_000 }));
    law(publisher.stats());
  };
  return { clock, sink, publisher, publish, close, drops, state };
}

/** Counts how often the level of an event in a batch is looked at. */
function countLooks(t: TestContext): { readonly count: number } {
  const looks = { count: 0 };
  const { levelAt } = Batch.prototype;
  Batch.prototype.levelAt = function (this: Batch, index: number) {
    looks.count++;
    return levelAt.call(this, index);
  };
  t.after(() => Object.assign(Batch.prototype, { levelAt }));
  return looks;
}

const kilobyte = (text: string) => `${text} `.padEnd(1024 - 26, '.');
const wordsOf = (events: readonly { message: string }[]) =>
  events.filter(({ message }) => !message.startsWith('{')).map(({ message }) => message.split(' ')[0]);
const markersOf = (events: readonly { message: string }[]) =>
  events.filter(({ message }) => message.startsWith('{')).map(({ message }) => JSON.parse(message));
const isError = (word: string | undefined) => word?.startsWith('error') ?? false;

test('errors of an outage stay while debug goes, however old they are', async () => {
  const { sink, publisher, publish, close, drops } = setUp({ maxBufferBytes: 40_960 });
  for (let i = 0; i < 400; i++)
    publish(kilobyte(i % 80 === 40 ? `error${i}` : `debug${i}`), i % 80 === 40 ? 'error' : 'debug');
  await close();
  const words = wordsOf(sink.events('g', 's'));
  assert.deepEqual(words.filter(isError), ['error40', 'error120', 'error200', 'error280', 'error360']);
  assert.equal(words.at(-1), 'debug399', 'of equal ones the oldest go');
  const { dropped } = publisher.stats();
  assert.ok(dropped.overflow > 350);
  const marked = markersOf(sink.events('g', 's'));
  assert.equal(
    marked.reduce((sum, { levels }) => sum + levels.debug, 0),
    dropped.overflow,
    'the markers tell counts by level',
  );
  assert.ok(marked.every(({ levels, droppedEvents }) => levels.debug === droppedEvents));
  const told = drops.reduce((sum, { levels }) => sum + (levels?.debug ?? 0), 0);
  assert.equal(told, dropped.overflow);
});

test('one that is less severe than all that waits is refused, and one that is as severe is not', async () => {
  const { sink, publish, close, drops } = setUp();
  for (let i = 0; i < 10; i++) assert.equal(publish(kilobyte(`error${i}`), 'error'), true);
  assert.equal(publish(kilobyte('debug'), 'debug'), false);
  assert.equal(publish(kilobyte('nothing')), false, 'one without a level is as severe as info');
  assert.equal(publish(kilobyte('error10'), 'ERROR'), true);
  assert.equal(publish(kilobyte('fatal'), 'fatal'), true);
  await close();
  const words = wordsOf(sink.events('g', 's'));
  assert.deepEqual(words.slice(-2), ['error10', 'fatal']);
  assert.equal(words.filter((word) => !isError(word)).length, 1);
  const levels = drops.map((drop) => drop.levels);
  assert.deepEqual(levels.slice(0, 1), [{ debug: 1 }]);
});

test('a severity says how severe a level is whose name does not', async () => {
  const { sink, publisher, clock, close } = setUp();
  const log = (message: string, severity: number) =>
    publisher.publish({ timestamp: clock.now(), message: kilobyte(message) }, { level: message, severity });
  for (let i = 0; i < 30; i++) log(i === 3 ? 'audit' : 'chatter', i === 3 ? 70 : 7);
  await close();
  const words = wordsOf(sink.events('g', 's'));
  assert.equal(words.filter((word) => word === 'audit').length, 1);
  assert.ok(markersOf(sink.events('g', 's')).every(({ levels }) => Object.keys(levels).join() === 'chatter'));
});

test('a batch that was sent once is left alone, though all that waits is more severe', async () => {
  const { clock, sink, publish, close, state } = setUp({ flushIntervalMs: 1 }, 'reset-after');
  publish('sent', 'debug');
  await clock.advance(5);
  for (let i = 0; i < 30; i++) publish(kilobyte(`error${i}`), 'error');
  state.fault = undefined;
  await close();
  assert.equal(sink.events('g', 's').filter(({ message }) => message === 'sent').length, 2);
});

test('the stream that holds most makes room, whatever its levels', async () => {
  const { clock, sink, publish, close } = setUp({ logStreamName: '{field:stream}', flushIntervalMs: 60_000 });
  for (let i = 0; i < 8; i++) publish(kilobyte(`error${i}`), 'error', 'a');
  await clock.advance(1000);
  for (let i = 0; i < 4; i++) publish(kilobyte(`debug${i}`), 'debug', 'b');
  await close();
  assert.equal(wordsOf(sink.events('g', 'b')).length, 4);
  assert.ok(wordsOf(sink.events('g', 'a')).length < 8);
});

test('the parts of an event go together, and count as one', async () => {
  const { clock, sink, publisher, publish, close, drops } = setUp({
    maxEventBytes: 1024,
    maxBatchBytes: 2048,
  });
  publish('the first', 'error');
  await clock.advance(1500); // its put failed, and nothing more is sent for now
  publish(`torn ${'x'.repeat(3000)}`, 'debug');
  publish(`whole ${'y'.repeat(3000)}`, 'info');
  for (let i = 0; i < 4; i++) publish(kilobyte(`error${i}`), 'error');
  await close();
  const texts = sink.events('g', 's').map(({ message }) => message);
  assert.equal(texts.filter((text) => /x{5}/.test(text)).length, 0, 'no part of it is left');
  assert.equal(texts.filter((text) => /y{5}/.test(text)).length, 4);
  const { dropped, delivered } = publisher.stats();
  assert.deepEqual([dropped.overflow, delivered], [1, 6]);
  assert.deepEqual(
    drops.map(({ events, levels }) => ({ events, levels })),
    [{ events: 1, levels: { debug: 1 } }],
  );
  assert.deepEqual(
    markersOf(sink.events('g', 's')).map(({ droppedEvents, levels }) => ({ droppedEvents, levels })),
    [{ droppedEvents: 1, levels: { debug: 1 } }],
  );
});

test('a long outage leaves few batches of what stays, and looks at each line a few times only', async (t) => {
  const looks = countLooks(t);
  const { clock, sink, publisher, publish, close } = setUp({
    maxBufferBytes: 1_048_576,
    maxBatchBytes: 65_536,
  });
  const lines = 40_000;
  for (let i = 0; i < lines; i++) {
    publish(`${i % 100 === 0 ? 'error' : 'debug'} ${'.'.repeat(400)}`, i % 100 === 0 ? 'error' : 'debug');
    if (i % 1000 === 0) await clock.advance(100);
  }
  assert.ok(looks.count < lines * 60, `${looks.count} looks`);
  law(publisher.stats());
  const before = sink.puts;
  await close();
  assert.equal(wordsOf(sink.events('g', 's')).filter(isError).length, lines / 100);
  assert.ok(sink.puts - before < 40, `${sink.puts - before} puts for a buffer of 16 batches`);
});

test('in a buffer full of errors a line of debug is refused without a look at each of them', (t) => {
  const { publish } = setUp({ maxBufferBytes: 1_048_576 });
  const most = Math.floor(1_048_576 / (206 + 26));
  for (let i = 0; i < most; i++) assert.equal(publish(`error ${'.'.repeat(200)}`, 'error'), true);
  const looks = countLooks(t);
  for (let i = 0; i < 1000; i++) assert.equal(publish(`debug ${'.'.repeat(200)}`, 'debug'), false);
  assert.equal(looks.count, 0);
});

test('a flush waits for the errors that were logged before it, though lines of debug are dropped meanwhile', async () => {
  const { clock, sink, publisher, publish, state } = setUp();
  for (let i = 0; i < 5; i++) publish(kilobyte(`error${i}`), 'error');
  let result: object | undefined;
  const flush = publisher.flush({ timeoutMs: 3_600_000 }).then((one) => {
    result = one;
  });
  for (let i = 0; i < 50; i++) publish(kilobyte(`debug${i}`), 'debug');
  await clock.advance(100);
  assert.equal(result, undefined);
  state.fault = undefined;
  await clock.until(flush);
  assert.deepEqual(result, { delivered: 5, dropped: 0, pending: 0 });
  assert.equal(wordsOf(sink.events('g', 's')).filter(isError).length, 5);
  await clock.until(publisher.close());
});

test('the fullest stream makes room with a batch that is being built, rather than send it now', () => {
  const { publish, drops, publisher } = setUp({ logStreamName: '{field:stream}', maxBufferBytes: 8192 });
  publish('m'.repeat(3000), 'debug', 'b');
  publish('m'.repeat(3000), 'debug', 'c');
  publish('m'.repeat(2000), 'debug', 'a');
  for (let i = 0; i < 5; i++) assert.ok(publish('m', 'error', 'a'), `error ${i} is taken`);
  assert.deepEqual(
    drops.map(({ levels }) => levels),
    [{ debug: 1 }],
  );
  assert.equal(publisher.stats().inFlight, 0);
});

test('with another policy no level is looked at', (t) => {
  const numberOf = t.mock.method(Levels.prototype, 'numberOf');
  for (const overflow of ['drop-oldest', 'drop-newest'] as const) {
    const { publish, publisher } = setUp({ overflow });
    for (let i = 0; i < 30; i++) publish(kilobyte('line'), 'error');
    assert.equal(publisher.needsContext, false);
  }
  assert.equal(numberOf.mock.callCount(), 0);
});

test('whether level or fields are asked for', () => {
  const needs = ({ publisher }: ReturnType<typeof setUp>) => [publisher.needsContext, publisher.needsFields];
  assert.deepEqual(needs(setUp()), [true, false]);
  assert.deepEqual(needs(setUp({ logStreamName: '{field:stream}' })), [true, true]);
  assert.deepEqual(needs(setUp({ enabled: false })), [false, false]);
});

/** Has each drop of a stream looked at: before and after it, and when an event is refused. */
function watchDrops(t: TestContext): { readonly passes: () => number } {
  const { dropLowest, noteLoss } = StreamWriter.prototype;
  let levels: Levels | undefined;
  let isDropping = false;
  let passes = 0;
  const waiting = (writer: StreamWriter) =>
    [...writer.unsettled()]
      .filter(isDroppable)
      .flatMap((batch) => Array.from({ length: batch.length }, (_, index) => batch.levelAt(index)))
      .map((level) => levels?.severityOf(level) ?? Number.NaN);
  t.mock.method(
    StreamWriter.prototype,
    'dropLowest',
    function (this: StreamWriter, ...args: Parameters<typeof dropLowest>) {
      const [room, onDropped] = args;
      levels = room.levels;
      const gone: number[] = [];
      isDropping = true;
      const isDropped = dropLowest.call(this, room, (size, timestamp, events, level) => {
        gone.push(room.levels.severityOf(level));
        onDropped(size, timestamp, events, level);
      });
      isDropping = false;
      passes++;
      assert.equal(isDropped, gone.length > 0);
      const highest = Math.max(...gone);
      assert.ok(highest <= (room.most ?? Number.POSITIVE_INFINITY));
      for (const severity of waiting(this)) assert.ok(severity >= highest, 'a less severe event waits');
      return isDropped;
    },
  );
  t.mock.method(
    StreamWriter.prototype,
    'noteLoss',
    function (this: StreamWriter, ...args: Parameters<typeof noteLoss>) {
      const refused = isDropping ? undefined : levels?.all.find(({ level }) => level === args[3]);
      if (refused) {
        for (const severity of waiting(this))
          assert.ok(severity >= refused.severity, 'a less severe event waits');
      }
      noteLoss.apply(this, args);
    },
  );
  return { passes: () => passes };
}

test('the law holds, and no event is lost while a less severe one of its stream waits, whatever happens', async (t) => {
  const { passes } = watchDrops(t);
  const step = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        level: fc.constantFrom('debug', 'info', 'warn', 'error', undefined),
        stream: fc.constantFrom('a', 'a', 'b', 'c'),
        bytes: fc.constantFrom(1, 100, 100, 900, 3000),
        count: fc.integer({ min: 1, max: 12 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        ms: fc.constantFrom(0, 50, 3000),
        fault: fc.constantFrom<Fault | undefined>('throttle', 'reset-after', 'timeout-before', undefined),
      }),
    },
    { weight: 1, arbitrary: fc.constant('flush' as const) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.boolean(), async (steps, isSplit) => {
      const { clock, publisher, publish, close, state } = setUp({
        logStreamName: '{field:stream}',
        maxBufferBytes: 8192,
        ...(isSplit && { maxEventBytes: 1024, maxBatchBytes: 2048 }),
      });
      const flushes: Promise<unknown>[] = [];
      for (const one of steps) {
        if (one === 'flush') flushes.push(publisher.flush({ timeoutMs: 1000 }));
        else if ('ms' in one) {
          state.fault = one.fault;
          await clock.advance(one.ms);
        } else {
          for (let i = 0; i < one.count; i++) publish('m'.repeat(one.bytes), one.level, one.stream);
        }
        law(publisher.stats());
        assert.ok(publisher.stats().bufferedBytes <= 8192 + 1024, 'markers aside');
      }
      await close();
      await clock.until(Promise.all(flushes));
      const { buffered, inFlight, dropped } = publisher.stats();
      assert.deepEqual([buffered, inFlight, dropped.shutdown], [0, 0, 0]);
    }),
    { numRuns: 80 },
  );
  assert.ok(passes() > 30, 'the buffer was full at times');
});
