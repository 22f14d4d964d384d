import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { Account, type LogGroup } from '../../src/store/log-group.ts';
import {
  EVENT_OVERHEAD_BYTES,
  type KeptEvent,
  LogStream,
  type NewEvent,
} from '../../src/store/log-stream.ts';
import { at, END, readAll, START, scan } from '../../src/store/scan.ts';
import { Store } from '../../src/store/store.ts';

const sizesOf = (events: readonly NewEvent[]): Uint32Array =>
  Uint32Array.from(events, ({ message }) => Buffer.byteLength(message) + EVENT_OVERHEAD_BYTES);

const all = { from: START, to: END, forward: true };

function put(stream: LogStream, events: readonly NewEvent[], firstArrival: number): void {
  stream.append(events, sizesOf(events), 0, events.length, { firstArrival, ingestionTime: firstArrival });
}

const byReadingOrder = (a: KeptEvent, b: KeptEvent): number =>
  a.timestamp - b.timestamp || a.arrival - b.arrival;

// A put in chronological order; messages of all kinds of text, some of them larger than a shared segment.
const aPut = fc
  .array(
    fc.record({
      timestamp: fc.integer({ min: 0, max: 30 }),
      message: fc.oneof(
        { weight: 20, arbitrary: fc.string({ minLength: 1, maxLength: 20 }) },
        { weight: 20, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 5 }) },
        { weight: 1, arbitrary: fc.constant('x'.repeat(300_000)) },
      ),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((events) => events.sort((a, b) => a.timestamp - b.timestamp));

test('streams give back what was put in reading order, whatever the order of the puts and evictions', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.record({ stream: fc.nat(2), events: aPut }), fc.nat(2), fc.constant('read')), {
        maxLength: 40,
      }),
      fc.integer({ min: 0, max: 30 }),
      fc.integer({ min: 0, max: 30 }),
      (steps, from, to) => {
        const streams = [0, 1, 2].map((index) => new LogStream(String(index), 0));
        let model: KeptEvent[] = [];
        let arrivals = 0;
        for (const step of steps) {
          if (typeof step === 'string') {
            assert.deepEqual(readAll(streams, all), [...model].sort(byReadingOrder));
            continue;
          }
          if (typeof step === 'number') {
            const gone = model.find(({ logStreamName }) => logStreamName === String(step));
            assert.equal(streams[step]?.evictOldest(), gone?.bytes ?? 0);
            model = model.filter((event) => event !== gone);
            continue;
          }
          const stream = streams[step.stream];
          assert.ok(stream);
          put(stream, step.events, arrivals);
          for (const [index, { timestamp, message }] of step.events.entries()) {
            model.push({
              timestamp,
              message: message.toWellFormed(),
              ingestionTime: arrivals,
              arrival: arrivals + index,
              bytes: Buffer.byteLength(message) + EVENT_OVERHEAD_BYTES,
              logStreamName: stream.name,
            });
          }
          arrivals += step.events.length;
        }
        const sorted = [...model].sort(byReadingOrder);
        assert.deepEqual(readAll(streams, all), sorted);
        assert.deepEqual(readAll(streams, { ...all, forward: false }), sorted.toReversed());
        assert.deepEqual(
          readAll(streams, { from: at(from), to: at(to), forward: true }),
          sorted.filter(({ timestamp }) => timestamp >= from && timestamp < to),
        );
        for (const stream of streams) {
          const own = model.filter(({ logStreamName }) => logStreamName === stream.name);
          assert.equal(stream.size, own.length);
          assert.equal(
            stream.bytes,
            own.reduce((sum, { bytes }) => sum + bytes, 0),
          );
        }
      },
    ),
    { numRuns: 150 },
  );
});

const someText = fc.string({
  unit: fc.constantFrom('a', 'b', '\u20ac', '\u{1f600}'),
  minLength: 1,
  maxLength: 4,
});

test('looking for a text in the bytes finds what a look at every event finds, across the borders of events', async () => {
  const puts = fc.array(fc.array(someText, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(puts, someText, fc.boolean(), async (texts, text, forward) => {
      const streams = [new LogStream('0', 0), new LogStream('1', 0)];
      let arrivals = 0;
      for (const [index, lines] of texts.entries()) {
        put(
          streams[index % 2] as LogStream,
          lines.map((message) => ({ timestamp: index, message })),
          arrivals,
        );
        arrivals += lines.length;
      }
      const accepts = ({ message }: KeptEvent) => message.includes(text);
      const found = await scan({ ...all, forward, streams, accepts, text, limit: 1000 });
      const expected = readAll(streams, { ...all, forward }).filter(accepts);
      assert.deepEqual(found, { events: expected, more: false });
    }),
  );
});

test('halves of a surrogate pair in neighbouring messages stay apart', () => {
  const stream = new LogStream('s', 0);
  put(
    stream,
    ['a\ud83d', '\ude00b', 'c'].map((message) => ({ timestamp: 1, message })),
    0,
  );
  assert.deepEqual(
    readAll([stream], all).map(({ message }) => message),
    ['a\ufffd', '\ufffdb', 'c'],
  );
});

function storeOf(maxBytes: number, now = () => 100 * 86_400_000) {
  const store = new Store({ maxBytes, now, onFirstEviction: () => undefined });
  const group = store.createGroup(new Account('r', 'a'), 'g');
  const add = (stream: LogStream, ...events: NewEvent[]): string =>
    store.put(group, stream, events, sizesOf(events), 0, events.length);
  return { store, group, add };
}

const messages = (group: LogGroup): string[] =>
  readAll(group.streams.values(), all).map(({ message }) => message);

test('beyond its bytes the store lets go of what arrived first, whatever its stream and its time', () => {
  const { store, group, add } = storeOf(27 * 3);
  const [one, two] = [store.createStream(group, 'one'), store.createStream(group, 'two')];
  add(one, { timestamp: 9, message: 'a' }, { timestamp: 9, message: 'b' });
  add(two, { timestamp: 5, message: 'c' });
  add(two, { timestamp: 1, message: 'd' });
  assert.deepEqual(messages(group), ['d', 'c', 'b']);
  store.deleteStream(group, one);
  add(two, { timestamp: 2, message: 'e' });
  assert.deepEqual(messages(group), ['d', 'e', 'c']);
  add(two, { timestamp: 3, message: 'f' });
  assert.deepEqual([messages(group), store.bytes, store.events, store.evicted], [['d', 'e', 'f'], 81, 3, 2]);
});

test('what expired is let go of, and evictions count on without it', () => {
  const day = 86_400_000;
  let now = 10 * day;
  const { store, group, add } = storeOf(27 * 3, () => now);
  const stream = store.createStream(group, 's');
  add(stream, { timestamp: now, message: 'a' }, { timestamp: now + 1, message: 'b' });
  store.changeGroup(group, { retentionInDays: 1 });
  now += day + 1;
  store.expire(group);
  assert.deepEqual([messages(group), store.bytes, store.events, store.evicted], [['b'], 27, 1, 0]);
  add(
    stream,
    { timestamp: now, message: 'c' },
    { timestamp: now, message: 'd' },
    { timestamp: now, message: 'e' },
  );
  assert.deepEqual([messages(group), store.evicted], [['c', 'd', 'e'], 1]);
});

test('a scan for what is rare lets everything else have its turn', async () => {
  const stream = new LogStream('s', 0);
  const events = Array.from({ length: 10_000 }, (_, timestamp) => ({ timestamp, message: 'x'.repeat(100) }));
  for (let round = 0; round < 20; round++) put(stream, events, round * events.length);
  put(stream, [{ timestamp: 20_000, message: 'rare' }], 200_000);
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
    // What is put behind the place that was reached is found, too.
    if (turns === 1) put(stream, [{ timestamp: 30_000, message: 'rare, late' }], 200_001);
  }, 0);
  const accepts = ({ message }: KeptEvent): boolean => message.startsWith('rare');
  const page = await scan({ streams: [stream], ...all, accepts, limit: 10 });
  clearInterval(timer);
  assert.deepEqual(
    page.events.map(({ message }) => message),
    ['rare', 'rare, late'],
  );
  assert.equal(page.more, false);
  assert.ok(turns >= 3, `${turns} turns`);
});

test('a page ends at its limit or at its bytes, and knows whether there is more', async () => {
  const stream = new LogStream('s', 0);
  put(
    stream,
    [1, 2, 3].map((timestamp) => ({ timestamp, message: 'x'.repeat(74) })),
    0,
  );
  const accepts = (): boolean => true;
  const page = async (limit: number, maxBytes: number) => {
    const { events, more } = await scan({ streams: [stream], ...all, accepts, limit, maxBytes });
    return [events.length, more];
  };
  assert.deepEqual(await page(2, 1000), [2, true]);
  assert.deepEqual(await page(3, 1000), [3, false]);
  assert.deepEqual(await page(3, 200), [2, true]);
  assert.deepEqual(await page(3, 10), [1, true]);
});
