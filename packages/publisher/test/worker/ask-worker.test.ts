import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import test from 'node:test';
import timers from 'node:timers';
import { ANSWER_EVENT } from '../../src/worker/worker-protocol.ts';

// The publisher takes its timer functions when it is loaded, so what counts them is in place before.
const { clearTimeout } = timers;
let timersCleared = 0;
timers.clearTimeout = (timer) => {
  timersCleared++;
  clearTimeout(timer);
};
const { askWorker, waitForWorker } = await import('../../src/worker/ask-worker.ts');

function workerOf() {
  const worker = Object.assign(new EventEmitter(), { destroyed: false });
  const before = timersCleared;
  return {
    worker,
    /** Nothing of a question is left, which would hold the process alive. */
    assertDone: () => {
      assert.deepEqual(worker.eventNames(), []);
      assert.equal(timersCleared - before, 1);
    },
  };
}

test('the answer of a worker ends the question', async () => {
  const { worker, assertDone } = workerOf();
  const answer = await askWorker(worker, {}, 60_000, ({ id }) => {
    setImmediate(() => worker.emit(ANSWER_EVENT, { id, pending: 3 }));
  });
  assert.equal(answer.pending, 3);
  assertDone();
});

test('a question that cannot be sent rejects and leaves nothing behind', async () => {
  const { worker, assertDone } = workerOf();
  const failure = new Error('the port is closed');
  const asked = askWorker(worker, {}, 60_000, () => {
    throw failure;
  });
  await assert.rejects(asked, failure);
  assertDone();
});

test('a wait that cannot begin rejects and leaves nothing behind', async () => {
  const { worker, assertDone } = workerOf();
  const failure = new Error('the stream is closed');
  const waited = waitForWorker(
    worker,
    60_000,
    () => {},
    () => {
      throw failure;
    },
  );
  await assert.rejects(waited, failure);
  assertDone();
});
