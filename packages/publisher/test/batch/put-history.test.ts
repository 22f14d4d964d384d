import assert from 'node:assert/strict';
import test from 'node:test';
import { Batch } from '../../src/batch/batch.ts';
import {
  answered,
  attempted,
  isSettledBy,
  leftByProcess,
  leftUnanswered,
  leftUnproven,
  NEVER_PUT,
} from '../../src/batch/put-history.ts';
import { restoreBatch, snapshotBatch } from '../../src/batch/snapshot.ts';

const LIMITS = { maxBytes: 1000, maxEvents: 10 };

function batchOf(...messages: string[]): Batch {
  const batch = new Batch(LIMITS);
  for (const message of messages) batch.append(message, 0, message.length + 26);
  batch.freeze();
  return batch;
}

test('only the token of every put that may be stored settles a batch', () => {
  assert.equal(isSettledBy(NEVER_PUT, null), false);
  const once = leftUnanswered(NEVER_PUT, null);
  assert.equal(isSettledBy(once, null), true);
  assert.equal(isSettledBy(once, '1'), false);
  const twice = leftUnanswered(once, null);
  assert.equal(isSettledBy(twice, null), true);
  assert.equal(isSettledBy(leftUnproven(twice), null), false);
  const mixed = leftUnanswered(twice, '1');
  assert.equal(isSettledBy(mixed, '1'), false);
  assert.equal(isSettledBy(leftUnanswered(mixed, '1'), '1'), false);
  assert.equal(mixed.unanswered, 3);
  assert.deepEqual(NEVER_PUT.unanswered, 0);
});

test('a batch of an earlier process goes out under its token until it is answered', () => {
  const left = leftByProcess('1', 2);
  assert.equal(left.resendUnder, '1');
  assert.equal(left.unanswered, 3);
  assert.equal(isSettledBy(left, '1'), true);
  assert.equal(answered(left).resendUnder, undefined);
  assert.equal(answered(left).unanswered, 3);
});

test('halves have no token that settles them, and the count of the whole', () => {
  const batch = batchOf('a', 'b', 'c');
  batch.history = leftUnanswered(attempted(batch.history), '1');
  for (const half of batch.splitAt(batch.length >> 1)) {
    assert.equal(half.history.unanswered, 1);
    assert.equal(half.history.unansweredUnder, undefined);
    assert.equal(isSettledBy(half.history, '1'), false);
    assert.equal(isSettledBy(leftUnanswered(half.history, '2'), '2'), false);
  }
});

test('the past goes to another thread as a whole, with the put that is under way', () => {
  const batch = batchOf('a');
  batch.history = leftByProcess(null, 1);
  const rest = restoreBatch(structuredClone(snapshotBatch(batch, undefined)), LIMITS);
  assert.deepEqual(rest.history, batch.history);
  const underWay = restoreBatch(structuredClone(snapshotBatch(batch, '2')), LIMITS);
  assert.deepEqual(underWay.history, leftUnanswered(batch.history, '2'));
});
