import { randomUUID } from 'node:crypto';
import { BroadcastChannel } from 'node:worker_threads';
import type { WorkerTransport } from './destinations.js';
import { ANSWER_EVENT, type Answer, QUESTIONS, type Question } from './worker-protocol.js';

const MAX_TIMER_MS = 2 ** 31 - 1; // Node.js runs a timer after 1 ms when it is to wait longer

/**
 * Asks the targets of this package in the worker of a transport, and holds the process alive meanwhile.
 *
 * @throws Error when the worker ends or does not answer in time
 */
export async function askWorker(
  transport: WorkerTransport,
  question: Pick<Question, 'flushTimeoutMs'>,
  timeoutMs: number,
): Promise<Answer> {
  const deadline = performance.now() + timeoutMs;
  const silent = (): never => {
    throw new Error(
      'The worker of the transport did not answer in time. Is pino-cloudwatch-logs a target of this transport?',
    );
  };
  await waitFor<void>(transport, timeoutMs, silent, (done) => {
    if (transport.ready) done();
    else transport.once('ready', done);
    return () => transport.off('ready', done);
  });
  return waitFor<Answer>(transport, deadline - performance.now(), silent, (done) => {
    const id = randomUUID();
    const onAnswer = (answer: Answer) => {
      if (answer.id === id) done(answer);
    };
    transport.on(ANSWER_EVENT, onAnswer);
    const channel = new BroadcastChannel(QUESTIONS);
    channel.postMessage({ ...question, id, threadId: transport.worker.threadId } satisfies Question);
    channel.close();
    return () => transport.off(ANSWER_EVENT, onAnswer);
  });
}

/**
 * Waits until the worker has read everything that was written so far, or the time is over. With a single target
 * pino makes that a flush of the target too.
 *
 * @throws Error when the worker ends
 */
export function linesRead(transport: WorkerTransport, timeoutMs: number): Promise<void> {
  const giveUp = () => {};
  return waitFor<void>(transport, timeoutMs, giveUp, (done, fail) => {
    transport.flush((error) => (error ? fail(error) : done()));
    return () => {};
  });
}

/**
 * @param onTimeout gives what is resolved to when the time is over, or throws
 * @param start begins to wait; returns how to end it
 */
function waitFor<T>(
  transport: WorkerTransport,
  timeoutMs: number,
  onTimeout: () => T,
  start: (done: (value: T) => void, fail: (error: Error) => void) => () => void,
): Promise<T> {
  let settle = (): void => {};
  return new Promise<T>((resolve, reject) => {
    const onClose = () => reject(new Error('The worker of the transport has ended.'));
    if (transport.destroyed) return onClose();
    // A referenced timer: it holds the process alive, as a worker of pino does not.
    const timer = setTimeout(
      () => {
        try {
          resolve(onTimeout());
        } catch (error) {
          reject(error);
        }
      },
      Math.min(timeoutMs, MAX_TIMER_MS),
    );
    transport.on('close', onClose);
    const stop = start(resolve, reject);
    settle = () => {
      clearTimeout(timer);
      transport.off('close', onClose);
      stop();
    };
  }).finally(() => settle());
}
