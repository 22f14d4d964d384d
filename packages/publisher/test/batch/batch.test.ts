import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Accounts } from '../../src/accounts/accounts.ts';
import { Batch, type BatchObserver } from '../../src/batch/batch.ts';
import type { Fate } from '../../src/batch/note.ts';
import { eventOf } from '../support/event-record.ts';

const LIMITS = { maxBytes: 1_048_576, maxEvents: 10_000 };
const DAY_MS = 86_400_000;
const NO_PLACES = {
  buffered: 0,
  inFlight: 0,
  spooled: 0,
  streams: 0,
  bufferedBytes: 0,
  maxBufferBytes: 0,
  oldestEventAgeMs: 0,
};

test('a batch takes events up to its bytes exactly', () => {
  const batch = new Batch(LIMITS);
  batch.append(eventOf('x'.repeat(1_047_974)));
  assert.equal(batch.fits(0, 576), true);
  assert.equal(batch.fits(0, 577), false);
  batch.append(eventOf('x'.repeat(550)));
  assert.equal(batch.bytes, 1_048_576);
  assert.equal(batch.fits(0, 27), false);
});

test('a batch takes events up to its count exactly', () => {
  const batch = new Batch({ ...LIMITS, maxEvents: 3 });
  for (let i = 0; i < 3; i++) {
    assert.equal(batch.fits(0, 27), true);
    batch.append(eventOf('x'));
  }
  assert.equal(batch.fits(0, 27), false);
});

test('a batch spans 24 hours and not a millisecond more, whichever event comes first', () => {
  const batch = new Batch(LIMITS);
  batch.append(eventOf('x', DAY_MS));
  assert.equal(batch.fits(2 * DAY_MS, 27), true);
  assert.equal(batch.fits(2 * DAY_MS + 1, 27), false);
  assert.equal(batch.fits(0, 27), true);
  batch.append(eventOf('x', 10));
  assert.equal(batch.fits(DAY_MS + 10, 27), true);
  assert.equal(batch.fits(DAY_MS + 11, 27), false);
  assert.equal(batch.fits(9, 27), true);
});

test('an empty batch takes any event', () => {
  assert.equal(new Batch({ maxBytes: 1, maxEvents: 1 }).fits(Number.MAX_SAFE_INTEGER, 5_000_000), true);
});

test('freezing sorts by time and keeps the order of equal times', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 100 }), (times) => {
      const batch = new Batch(LIMITS);
      times.forEach((time, index) => {
        batch.append(eventOf(`${index}`, time));
      });
      batch.freeze();
      const expected = times
        .map((time, index) => ({ time, index }))
        .sort((a, b) => a.time - b.time || a.index - b.index);
      expected.forEach(({ time, index }, place) => {
        assert.equal(batch.timestampAt(place), time);
        assert.equal(batch.messageAt(place), `${index}`);
        assert.equal(batch.messageBytesAt(place), `${index}`.length);
      });
    }),
  );
});

test('a batch never changes after it was frozen', () => {
  const batch = new Batch(LIMITS);
  batch.append(eventOf('b', 2));
  batch.append(eventOf('a', 1));
  batch.freeze();
  batch.seal();
  batch.freeze();
  assert.equal(batch.state, 'frozen');
  assert.deepEqual([batch.messageAt(0), batch.messageAt(1)], ['a', 'b']);
});

test('dropping from the front keeps bytes, count and what remains right', () => {
  const batch = new Batch(LIMITS);
  for (const [index, message] of ['first', 'second', 'third'].entries()) {
    batch.append(eventOf(message, 10 - index));
  }
  assert.deepEqual(batch.drop('first'), { size: 31, timestamp: 10, note: undefined, id: 0, epoch: 0 });
  assert.equal(batch.length, 2);
  assert.equal(batch.bytes, 32 + 31);
  assert.equal(batch.messageAt(0), 'second');
  batch.freeze();
  assert.deepEqual([batch.messageAt(0), batch.messageAt(1)], ['third', 'second']);
  assert.deepEqual([batch.messageBytesAt(0), batch.messageBytesAt(1)], [5, 6]);
});

test('halves hold every event once, with its notes and followers, and stay frozen', () => {
  const batch = new Batch(LIMITS);
  const event = { worst: undefined, counted: undefined };
  for (let i = 0; i < 7; i++) {
    batch.append(eventOf(`${i}`, i, i === 2 ? { note: { kind: 'part', event, last: false } } : {}));
  }
  const observer: BatchObserver = { putting() {}, settled() {}, finished() {} };
  batch.observer = observer;
  batch.freeze();
  const [first, second] = batch.splitAt(batch.length >> 1);
  assert.deepEqual([first.length, second.length], [3, 4]);
  assert.equal(first.bytes + second.bytes, batch.bytes);
  assert.equal(first.weight + second.weight, batch.weight);
  assert.deepEqual(first.noteAt(2), { kind: 'part', event, last: false });
  assert.equal(second.messageAt(0), '3');
  assert.deepEqual([first.state, second.state], ['frozen', 'frozen']);
  assert.deepEqual([first.observer, second.observer], [observer, observer]);
});

test('a batch knows how many of its events came in which epoch, also after some were dropped, and in halves', () => {
  const batch = new Batch(LIMITS);
  for (const [index, epoch] of [3, 3, 4, 4, 4, 2].entries())
    batch.append(eventOf(`${index}`, index, { epoch }));
  const through = (one: Batch) => [1, 2, 3, 4, 5].map((epoch) => one.weightThrough(epoch));
  assert.equal(batch.epoch, 2);
  assert.deepEqual(through(batch), [0, 1, 3, 6, 6]);
  assert.equal(batch.drop('first').epoch, 3);
  assert.deepEqual(through(batch), [0, 1, 2, 5, 5]);
  assert.deepEqual([batch.drop('first').epoch, batch.drop('first').epoch], [3, 4]);
  assert.deepEqual(through(batch), [0, 1, 1, 3, 3]);
  batch.freeze();
  const [first, second] = batch.splitAt(batch.length >> 1);
  assert.equal(first.weightThrough(4) + second.weightThrough(4), 3);
  assert.equal(first.weightThrough(2) + second.weightThrough(2), 1);
});

test('a part of a batch is as complete as that, and knows exactly which epochs its events came in', () => {
  const batch = new Batch(LIMITS);
  const event = { worst: undefined, counted: undefined };
  const epochs = [1, 1, 2, 2, 2, 3, 3];
  for (const [index, epoch] of epochs.entries()) {
    const note =
      index === 1 || index === 2 ? ({ kind: 'part', event, last: index === 2 } as const) : undefined;
    batch.append(eventOf(`${index}`, 10 - index, { note, epoch, level: index % 3 }));
  }
  batch.seal();
  const [even, odd] = batch.divided((index) => index % 2 === 0);
  assert.deepEqual([even.state, odd.state], ['sealed', 'sealed']);
  assert.deepEqual([even.messageAt(1), odd.messageAt(1)], ['2', '3']);
  const through = (one: Batch) => [1, 2, 3].map((epoch) => one.weightThrough(epoch));
  assert.deepEqual(through(even), [1, 3, 4]);
  assert.deepEqual(through(odd), [0, 1, 2]);
  assert.deepEqual([even.levels, odd.levels], [0b111, 0b111]);
  assert.deepEqual(
    [0, 1, 2, 3].map((index) => even.levelAt(index)),
    [0, 2, 1, 0],
  );
  const joined = Batch.joined([even, odd]);
  assert.equal(joined.state, 'sealed');
  assert.deepEqual(through(joined), through(batch));
  joined.freeze();
  assert.deepEqual([joined.messageAt(0), joined.levelAt(0)], ['6', 0]);
});

test('weight counts a split event once and a marker not at all', () => {
  const batch = new Batch(LIMITS);
  const event = { worst: undefined, counted: undefined };
  batch.append(eventOf('m', 0, { note: { kind: 'marker' } }));
  batch.append(eventOf('a', 0, { note: { kind: 'part', event, last: false } }));
  batch.append(eventOf('b', 0, { note: { kind: 'part', event, last: true } }));
  batch.append(eventOf('c'));
  assert.equal(batch.length, 4);
  assert.equal(batch.weight, 2);
  batch.drop('first');
  batch.drop('first');
  assert.equal(batch.weight, 2);
  batch.drop('first');
  assert.equal(batch.weight, 1);
});

test('a split event is counted once, under the worst that happened to a part, in any order of the parts', () => {
  const fates: Fate[] = ['delivered', 'tooNew', 'expired', 'tooOld', 'poison', 'overflow', 'shutdown'];
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...fates), { minLength: 2, maxLength: 6 }),
      fc.infiniteStream(fc.nat()),
      (parts, numbers) => {
        const accounts = new Accounts();
        const event = { worst: undefined, counted: undefined };
        const order = parts.map((fate, index) => ({ fate, index, key: numbers.next().value }));
        order.sort((a, b) => a.key - b.key);
        let settled = 0;
        for (const { fate, index } of order) {
          settled += accounts.settleOne({ kind: 'part', event, last: index === parts.length - 1 }, fate);
        }
        const stats = accounts.stats(NO_PLACES);
        const counts = { delivered: stats.delivered, ...stats.dropped, ...stats.rejected };
        const worst = fates[Math.max(...parts.map((fate) => fates.indexOf(fate)))];
        assert.equal(settled, 1);
        assert.equal(counts[worst], 1);
        assert.equal(
          Object.values(counts).reduce((a, b) => a + b, 0),
          1,
        );
      },
    ),
  );
});

test('a marker is never counted', () => {
  const accounts = new Accounts();
  assert.equal(accounts.settleOne({ kind: 'marker' }, 'delivered'), 0);
  assert.equal(accounts.stats(NO_PLACES).delivered, 0);
});
