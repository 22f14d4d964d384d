import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FREE_STREAMS, MemoryBudget, STREAM_BYTES } from '../../src/accounts/memory-budget.ts';

/** @returns how many streams fit */
function fill(budget: MemoryBudget, most = 100_000): number {
  let streams = 0;
  for (; streams < most && budget.fitsStream; streams++) budget.takeStream();
  return streams;
}

test('a memory budget fits what it has room for, to the byte', () => {
  const budget = new MemoryBudget(100);
  budget.take(60);
  assert.equal(budget.fits(40), true);
  assert.equal(budget.fits(41), false);
  budget.release(10);
  assert.equal(budget.usedBytes, 50);
  assert.equal(budget.fits(50), true);
});

test('the first streams cost nothing, and all others together at most a quarter', () => {
  for (const maxBytes of [4096, 100_000, 1024 ** 2, 64 * 1024 ** 2]) {
    const budget = new MemoryBudget(maxBytes);
    assert.equal(fill(budget, FREE_STREAMS), FREE_STREAMS);
    assert.equal(budget.mostBytes, maxBytes);
    assert.equal(fill(budget), Math.floor(maxBytes / 4 / STREAM_BYTES));
    assert.ok(budget.mostBytes >= maxBytes * 0.75, `${budget.mostBytes} of ${maxBytes} are left for events`);
    for (let streams = FREE_STREAMS + Math.floor(maxBytes / 4 / STREAM_BYTES); streams > 0; streams--)
      budget.releaseStream();
    assert.equal(budget.mostBytes, maxBytes);
  }
});

test('events and streams never take more than there is, and events leave room for some new streams', () => {
  const maxBytes = 1024 ** 2;
  const budget = new MemoryBudget(maxBytes);
  fill(budget, FREE_STREAMS);
  budget.take(maxBytes);
  assert.equal(budget.fitsStream, false, 'nothing is dropped for a stream');
  budget.release(maxBytes);
  fill(budget, 1);
  budget.take(budget.mostBytes);
  assert.equal(budget.fits(1), false);
  const more = fill(budget);
  assert.ok(more >= 60 && more < 70, `${more} streams found room beside a full buffer`);
  assert.ok(budget.usedBytes + (more + 1) * STREAM_BYTES <= maxBytes);
});

test('room that was made for an event is not taken by the stream of the next one', () => {
  const budget = new MemoryBudget(1024 ** 2);
  fill(budget, FREE_STREAMS + 1);
  budget.take(budget.mostBytes);
  budget.dropped(1024);
  budget.takeStream();
  assert.equal(budget.fits(1024), true);
  assert.equal(budget.fits(1025), false);
  budget.release(budget.usedBytes);
  assert.equal(budget.mostBytes, 1024 ** 2 - 66 * STREAM_BYTES, 'once events are settled');
});
