import assert from 'node:assert/strict';
import test from 'node:test';
import { Batch } from '../../src/batch/batch.ts';
import {
  attempted,
  freedOfToken,
  leftByProcess,
  leftUnanswered,
  mayBeAccepted,
  NEVER_PUT,
  type PutToken,
} from '../../src/batch/put-history.ts';
import { restoreBatch, snapshotBatch } from '../../src/batch/snapshot.ts';
import { eventOf } from '../support/event-record.ts';

const LIMITS = { maxBytes: 1000, maxEvents: 10 };

function batchOf(...messages: string[]): Batch {
  const batch = new Batch(LIMITS);
  for (const message of messages) batch.append(eventOf(message));
  batch.freeze();
  return batch;
}

const real = (value: string | null): PutToken => ({ value, isLane: false, isOwnStream: false });
const madeUp: PutToken = { value: '9'.repeat(56), isLane: true, isOwnStream: false };

test('a put in a lane that may be stored is counted, and keeps no token', () => {
  const lost = leftUnanswered(NEVER_PUT, madeUp);
  assert.deepEqual([lost.unanswered, lost.keepsToken, lost.unansweredUnder], [1, false, undefined]);
  assert.equal(mayBeAccepted(lost, madeUp), false);
  const again = leftUnanswered(lost, real('1'));
  assert.deepEqual([again.unanswered, again.keepsToken], [2, true]);
  assert.equal(mayBeAccepted(again, real('1')), true);
});

test('DataAlreadyAccepted is believed under the token of a put that was not answered, and under no other', () => {
  assert.equal(mayBeAccepted(NEVER_PUT, real('1')), false);
  const lost = leftUnanswered(NEVER_PUT, real('1'));
  assert.equal(mayBeAccepted(lost, real('1')), true);
  assert.equal(mayBeAccepted(lost, real('2')), false);
  assert.equal(mayBeAccepted(freedOfToken(lost), real('1')), true);
  assert.equal(mayBeAccepted(leftUnanswered(lost, real('2')), real('1')), false);
});

test('without a token DataAlreadyAccepted is believed only on a stream that the publisher has made', () => {
  const own = { ...real(null), isOwnStream: true };
  assert.equal(mayBeAccepted(leftUnanswered(NEVER_PUT, real(null)), real(null)), false);
  assert.equal(mayBeAccepted(leftUnanswered(NEVER_PUT, own), own), true);
  assert.equal(mayBeAccepted(leftByProcess(own, 0), own), true);
  assert.equal(mayBeAccepted(leftByProcess(real(null), 0), real(null)), false);
});

test('a batch of an earlier process goes out under its token until that is of no use', () => {
  const left = leftByProcess(real('1'), 2);
  assert.deepEqual([left.keepsToken, left.unansweredUnder, left.unanswered], [true, real('1'), 3]);
  assert.deepEqual([freedOfToken(left).keepsToken, freedOfToken(left).unanswered], [false, 3]);
  const lane = leftByProcess(madeUp, 0);
  assert.deepEqual([lane.keepsToken, lane.unanswered, lane.attempts], [false, 1, 1]);
});

test('halves have no token of the whole, and its count', () => {
  const batch = batchOf('a', 'b', 'c');
  batch.history = leftUnanswered(attempted(batch.history), real('1'));
  for (const half of batch.splitAt(batch.length >> 1)) {
    assert.equal(half.history.unanswered, 1);
    assert.equal(half.history.unansweredUnder, undefined);
    assert.equal(mayBeAccepted(half.history, real('1')), false);
  }
});

test('the past goes to another thread as a whole, with the put that is under way', () => {
  const batch = batchOf('a');
  batch.history = leftByProcess(real(null), 1);
  const rest = restoreBatch(structuredClone(snapshotBatch(batch, undefined)), LIMITS);
  assert.deepEqual(rest.history, batch.history);
  const underWay = restoreBatch(structuredClone(snapshotBatch(batch, real('2'))), LIMITS);
  assert.deepEqual(underWay.history, leftUnanswered(batch.history, real('2')));
});
