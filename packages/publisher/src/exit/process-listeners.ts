import type { EventEmitter } from 'node:events';
import type { Worker } from 'node:worker_threads';

/** The events, with what each tells. */
interface ProcessEvents {
  beforeExit: number;
  exit: number;
  worker: Worker;
}
type Listener<Event extends keyof ProcessEvents> = (about: ProcessEvents[Event]) => void;

/** The listeners of all copies of this package for one event and purpose, and the one that Node.js knows. */
interface Shared {
  readonly listeners: Set<(about: never) => void>;
  readonly callAll: (about: unknown) => void;
}

/**
 * Registered, because a process may load many copies of this package: some test runners do so for each test, and Node.js
 * warns of the eleventh listener for an event.
 */
const KEY = Symbol.for('cloudwatch-logs-publisher.process-listeners');
const WATCH = Symbol.for('cloudwatch-logs-publisher.exit-watch');

/**
 * Listens for an event of the process.
 *
 * @param purpose listeners of different purposes keep the order in which each purpose was first listened for
 * @param isFirst ahead of all other listeners that are there
 * @returns call it to listen no more
 */
export function onProcess<Event extends keyof ProcessEvents>(
  event: Event,
  purpose: string,
  listener: Listener<Event>,
  isFirst = false,
): () => void {
  const { listeners, callAll } = sharedListeners(`${event} ${purpose}`);
  const events: EventEmitter = process;
  if (listeners.size === 0) {
    if (isFirst) events.prependListener(event, callAll);
    else events.on(event, callAll);
  }
  listeners.add(listener);
  return () => {
    if (listeners.delete(listener) && listeners.size === 0) events.off(event, callAll);
  };
}

/** Functions that Node.js calls at the end: the one emits 'exit', also where no JavaScript asks for the end, and the other ends. */
interface EndingProcess {
  emit(event: string, ...about: unknown[]): boolean;
  reallyExit?(code?: number): void;
}

/** Whether the listeners of 'exit' are being called, by what {@link afterExitListeners} put in the place of Node's functions. */
interface ExitWatch {
  isUnderWay: boolean;
}

/**
 * Calls back when all listeners of 'exit' are through, or one of them ends the process before the others. Node.js has no event
 * for that, so two functions of `process` are replaced, once for all copies of this package, and stay so.
 *
 * @returns whether the listeners are being called, so that the callback will come: something else may call them; and `stop`, to
 * call back no more
 */
export function afterExitListeners(callback: () => void): { isUnderWay(): boolean; stop(): void } {
  const watch = exitWatch();
  const { listeners } = sharedListeners('after exit');
  listeners.add(callback);
  return { isUnderWay: () => watch.isUnderWay, stop: () => void listeners.delete(callback) };
}

function exitWatch(): ExitWatch {
  const registry = globalThis as { [WATCH]?: ExitWatch };
  if (registry[WATCH]) return registry[WATCH];
  const watch: ExitWatch = { isUnderWay: false };
  registry[WATCH] = watch;
  const ending = process as unknown as EndingProcess;
  const { emit, reallyExit } = ending;
  const over = () => {
    if (!watch.isUnderWay) return;
    watch.isUnderWay = false;
    sharedListeners('after exit').callAll(undefined);
  };
  ending.emit = function (event, ...about) {
    if (event !== 'exit') return emit.call(this, event, ...about);
    watch.isUnderWay = true;
    try {
      return emit.call(this, event, ...about);
    } finally {
      over();
    }
  };
  if (reallyExit) {
    ending.reallyExit = function (code) {
      over();
      reallyExit.call(this, code);
    };
  }
  return watch;
}

function sharedListeners(key: string): Shared {
  const registry = globalThis as { [KEY]?: Map<string, Shared> };
  registry[KEY] ??= new Map();
  const known = registry[KEY].get(key);
  if (known) return known;
  const listeners: Shared['listeners'] = new Set();
  const made = {
    listeners,
    callAll(about: unknown) {
      for (const listener of [...listeners]) listener(about as never);
    },
  };
  registry[KEY].set(key, made);
  return made;
}
