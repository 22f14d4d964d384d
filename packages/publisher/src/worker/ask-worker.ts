import type { EventEmitter } from 'node:events';
import { nodeCrypto } from '../modules/builtins.js';
import { clearTimeout, MAX_TIMER_MS, setTimeout } from '../time/clock.js';
import { ANSWER_EVENT, type Answer, type Question } from './worker-protocol.js';

/** A worker as the main thread sees it: an emitter of what it tells, with a 'close' at its end. */
export interface AskedWorker extends EventEmitter {
  readonly destroyed: boolean;
}

/**
 * Asks a worker, and holds the process alive until it answers.
 *
 * @param send brings the question to the worker
 * @param hint is added to the message when no answer comes
 * @throws Error when the worker ends or does not answer in time, and what `send` throws
 */
export function askWorker(
  worker: AskedWorker,
  question: Omit<Question, 'id'>,
  timeoutMs: number,
  send: (question: Question) => void,
  hint = '',
): Promise<Answer> {
  const id = nodeCrypto().randomUUID();
  const onTimeout = (): never => {
    throw new Error(`The worker did not answer in time.${hint}`);
  };
  return waitForWorker<Answer>(worker, timeoutMs, onTimeout, (done) => {
    const onAnswer = (answer: Answer) => {
      if (answer.id === id) done(answer);
    };
    worker.on(ANSWER_EVENT, onAnswer);
    const stop = () => worker.off(ANSWER_EVENT, onAnswer);
    try {
      send({ ...question, id });
    } catch (error) {
      stop();
      throw error;
    }
    return stop;
  });
}

/**
 * Waits for something of a worker, and holds the process alive meanwhile.
 *
 * @param onTimeout gives what is resolved to when the time is over, or throws
 * @param start begins to wait; returns how to end it
 * @throws Error when the worker ends, and what `start` throws
 */
export function waitForWorker<T>(
  worker: AskedWorker,
  timeoutMs: number,
  onTimeout: () => T,
  start: (done: (value: T) => void, fail: (error: Error) => void) => () => void,
): Promise<T> {
  let settle = (): void => {};
  return new Promise<T>((resolve, reject) => {
    const onClose = () => reject(new Error('The worker has ended.'));
    if (worker.destroyed) return onClose();
    // A referenced timer: it holds the process alive, as the worker does not.
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
    worker.on('close', onClose);
    let stop = (): void => {};
    settle = () => {
      clearTimeout(timer);
      worker.off('close', onClose);
      stop();
    };
    stop = start(resolve, reject);
  }).finally(() => settle());
}
