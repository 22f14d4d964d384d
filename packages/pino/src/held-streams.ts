import type { EventEmitter } from 'node:events';
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';
import { clearInterval, setInterval } from 'cloudwatch-logs-publisher/worker';

/** Name of the event with which a worker says whether it has lines that are not settled. */
export const HOLD_EVENT = 'cloudwatch:hold';
/** Tells workers that somebody listens for that event. */
const IS_HEARD = 'pino-cloudwatch-logs.hold';
/** Of the thread that started this one; read before this one says it to those that it starts. */
const isHeard = getEnvironmentData(IS_HEARD) === true;

/** The registry of this thread; two builds of this package may be loaded in it. */
const KEY = Symbol.for('pino-cloudwatch-logs.held-streams');
const shared = globalThis as { [KEY]?: Set<EventEmitter> };

/**
 * Holds the streams to workers of this package while those have lines that are not settled, and no longer. thread-stream
 * ends a worker without a word when its stream is collected, and an application may let go of a logger right after its
 * last line.
 */
export function holdStreams(): void {
  if (shared[KEY]) return;
  const held = new Set<EventEmitter>();
  shared[KEY] = held;
  setEnvironmentData(IS_HEARD, true);
  process.on('worker', (worker) => {
    // A field of thread-stream, tested with the versions that pino 9 and 10 use; without it nothing is held.
    const stream = (worker as { stream?: { deref?: () => EventEmitter | undefined } }).stream?.deref?.();
    if (typeof stream?.on !== 'function') return;
    let isOurs = false;
    held.add(stream);
    stream.on(HOLD_EVENT, (hasLines: boolean) => {
      isOurs = true;
      if (hasLines) held.add(stream);
      else held.delete(stream);
    });
    // Ours has told of itself before it is ready.
    stream.once('ready', () => isOurs || held.delete(stream));
    stream.once('close', () => held.delete(stream));
  });
}

const LOOK_EVERY_MS = 200;

/**
 * The side of the worker: tells the other thread when lines come after a pause, and when all of them are settled.
 *
 * @param pending events that are not settled
 * @returns call it with each piece of lines that comes
 */
export function tellOfLines(tell: (hasLines: boolean) => void, pending: () => number): () => void {
  if (!isHeard) return () => {};
  let timer: NodeJS.Timeout | undefined;
  let isNew = false;
  const onLines = (): void => {
    isNew = true;
    if (timer) return;
    tell(true);
    timer = setInterval(() => {
      const isBusy = isNew || pending() > 0;
      isNew = false;
      if (isBusy) return;
      clearInterval(timer);
      timer = undefined;
      tell(false);
    }, LOOK_EVERY_MS).unref();
  };
  onLines(); // those that were written while the worker started are on their way
  return onLines;
}
