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
