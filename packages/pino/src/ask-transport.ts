import { BroadcastChannel } from 'node:worker_threads';
import {
  type Answer,
  askWorker,
  type BroadcastQuestion,
  now,
  QUESTIONS,
  type Question,
  waitForWorker,
} from 'cloudwatch-logs-publisher/worker';
import type { WorkerTransport } from './destinations.js';

const HINT = ' Is pino-cloudwatch-logs a target of this transport?';

/**
 * Asks the targets of this package in the worker of a transport, and holds the process alive meanwhile.
 *
 * @throws Error when the worker ends or does not answer in time
 */
export async function askTransport(
  transport: WorkerTransport,
  question: Omit<Question, 'id'>,
  timeoutMs: number,
): Promise<Answer> {
  const deadline = now() + timeoutMs;
  const onTimeout = (): never => {
    throw new Error(`The worker of the transport did not start in time.${HINT}`);
  };
  await waitForWorker<void>(transport, timeoutMs, onTimeout, (done) => {
    if (transport.ready) done();
    else transport.once('ready', done);
    return () => transport.off('ready', done);
  });
  const broadcast = (complete: Question) => {
    const channel = new BroadcastChannel(QUESTIONS);
    channel.postMessage({ ...complete, threadId: transport.worker.threadId } satisfies BroadcastQuestion);
    channel.close();
  };
  return askWorker(transport, question, deadline - now(), broadcast, HINT);
}

/**
 * Waits until the worker has read everything that was written so far, or the time is over. With a single target
 * pino makes that a flush of the target too.
 *
 * @throws Error when the worker ends
 */
export function linesRead(transport: WorkerTransport, timeoutMs: number): Promise<void> {
  const giveUp = () => {};
  return waitForWorker<void>(transport, timeoutMs, giveUp, (done, fail) => {
    transport.flush((error) => (error ? fail(error) : done()));
    return () => {};
  });
}
