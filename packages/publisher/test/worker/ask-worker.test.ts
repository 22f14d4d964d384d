import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import test, { type TestContext } from 'node:test';
import { askWorker, waitForWorker } from '../../src/worker/ask-worker.ts';
import { ANSWER_EVENT } from '../../src/worker/worker-protocol.ts';

function workerOf(t: TestContext) {
  const worker = Object.assign(new EventEmitter(), { destroyed: false });
  const cleared = t.mock.method(globalThis, 'clearTimeout');
  return {
    worker,
    /** Nothing of a question is left, which would hold the process alive. */
    assertDone: () => {
      assert.deepEqual(worker.eventNames(), []);
      assert.equal(cleared.mock.callCount(), 1);
    },
  };
}

test('the answer of a worker ends the question', async (t) => {
  const { worker, assertDone } = workerOf(t);
  const answer = await askWorker(worker, {}, 60_000, ({ id }) => {
    setImmediate(() => worker.emit(ANSWER_EVENT, { id, pending: 3 }));
  });
  assert.equal(answer.pending, 3);
  assertDone();
});

test('a question that cannot be sent rejects and leaves nothing behind', async (t) => {
  const { worker, assertDone } = workerOf(t);
  const failure = new Error('the port is closed');
  const asked = askWorker(worker, {}, 60_000, () => {
    throw failure;
  });
  await assert.rejects(asked, failure);
  assertDone();
});

test('a wait that cannot begin rejects and leaves nothing behind', async (t) => {
  const { worker, assertDone } = workerOf(t);
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
