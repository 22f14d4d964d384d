import os from 'node:os';
import { printLine } from '../accounts/diagnostics.js';
import { checkRows, milliseconds, type OptionRows } from '../options/option-rows.js';
import { clearTimeout, setImmediate, setTimeout } from '../time/clock.js';

/** Settings for signals that ask the process to end. */
export interface SignalOptions {
  /** @default ['SIGTERM', 'SIGINT'] */
  readonly signals?: readonly NodeJS.Signals[] | undefined;
  /** Longest that the flush takes, in milliseconds, and longest that is waited for `before`. @default 5_000 */
  readonly timeoutMs?: number | undefined;
  /** Runs first: closes a server, say. What it logs is flushed with all else. */
  readonly before?: ((signal: NodeJS.Signals) => unknown) | undefined;
}

const SIGNAL_ROWS = {
  signals: {
    expected: 'a list of signals that a process can listen for, such as ["SIGTERM", "SIGINT"]',
    accepts: (value) => Array.isArray(value) && value.length > 0 && value.every(isHeard),
    flag: 'none',
  },
  timeoutMs: { ...milliseconds(0), initial: 5000 },
  before: { expected: 'a function', accepts: (value) => typeof value === 'function', flag: 'none' },
} as const satisfies OptionRows;
/** Linux ignores a signal that the first process of a container, which has PID 1, sends to itself. Then it exits. */
const IGNORED_MS = 50;

/** All that flush on signals in this process. Registered, because it may have loaded several copies of this package. */
interface Flushing {
  readonly listeners: Set<unknown>;
  /** Stops each of them. */
  readonly stops: Set<() => void>;
  /** Of those that were called, how many are not done. */
  underWay: number;
}
const KEY = Symbol.for('cloudwatch-logs-publisher.flushing-on-signals');

function flushing(): Flushing {
  const shared = globalThis as { [KEY]?: Flushing };
  shared[KEY] ??= { listeners: new Set(), stops: new Set(), underWay: 0 };
  return shared[KEY];
}

/**
 * Flushes when a signal comes, and then lets the signal take its course: without another listener the process ends by
 * it. Other listeners (of a framework, say) decide themselves when the process ends; should they send the signal again
 * at their end, what was logged meanwhile is flushed first. Where several loggers are flushed like this, the last that is done
 * ends the process. A second signal ends it at once.
 *
 * @param flush must not reject
 * @returns call it to listen no more
 * @throws PublisherError when an option is wrong
 */
export function onSignals(
  options: SignalOptions,
  flush: (timeoutMs: number) => Promise<unknown>,
): () => void {
  checkRows(options, SIGNAL_ROWS);
  const { signals = ['SIGTERM', 'SIGINT'], timeoutMs = SIGNAL_ROWS.timeoutMs.initial, before } = options;
  let othersAtFirst: number | undefined;
  let isRepeated = false;
  let settling: Promise<unknown> = Promise.resolve();
  const all = flushing();

  const onSignal = (signal: NodeJS.Signals): void => {
    const others = otherListeners(signal, all.listeners);
    if (othersAtFirst === undefined) {
      othersAtFirst = others;
      settling = within(timeoutMs, before && (async () => before(signal))).then(() => flush(timeoutMs));
      if (others === 0) endAfter(settling, signal);
      // One that sends the signal again may leave nothing that keeps the process alive until it is read.
      else process.once('beforeExit', () => setImmediate(() => {}));
    } else if (!isRepeated && others < othersAtFirst) {
      // A listener that has gone since sends the signal again, as those do that have done their work.
      isRepeated = true;
      endAfter(
        settling.then(() => flush(timeoutMs)),
        signal,
      );
    } else {
      process.removeAllListeners(signal);
      endBy(signal);
    }
  };
  const stop = (): void => {
    for (const signal of signals) process.off(signal, onSignal);
    all.listeners.delete(onSignal);
    all.stops.delete(stop);
  };
  // A signal calls all listeners before any of them is done.
  const endAfter = (done: Promise<unknown>, signal: NodeJS.Signals): void => {
    all.underWay++;
    void done.then(() => {
      if (--all.underWay === 0) endBy(signal);
    });
  };
  const endBy = (signal: NodeJS.Signals): void => {
    for (const stopOne of all.stops) stopOne();
    process.kill(process.pid, signal);
    if (otherListeners(signal, all.listeners) === 0)
      setTimeout(() => process.exit(128 + os.constants.signals[signal]), IGNORED_MS);
  };
  // First, because listeners for one signal only are gone when they are called.
  for (const signal of signals) process.prependListener(signal, onSignal);
  all.listeners.add(onSignal);
  all.stops.add(stop);
  return stop;
}

function isHeard(signal: unknown): boolean {
  return (
    typeof signal === 'string' &&
    Object.hasOwn(os.constants.signals, signal) &&
    !['SIGKILL', 'SIGSTOP'].includes(signal)
  );
}

/** Those that decide when the process ends. The package signal-exit only does where there is no listener but its own. */
function otherListeners(signal: NodeJS.Signals, own: ReadonlySet<unknown>): number {
  const others = process.listeners(signal).filter((listener) => !own.has(listener)).length;
  const { __signal_exit_emitter__: third } = process as { __signal_exit_emitter__?: { count?: number } };
  const fourth = (globalThis as Record<symbol, { count?: number } | undefined>)[
    Symbol.for('signal-exit emitter')
  ];
  return Math.max(0, others - (third?.count ?? 0) - (fourth?.count ?? 0));
}

async function within(ms: number, run: (() => Promise<unknown>) | undefined): Promise<void> {
  if (!run) return;
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  const done = run().catch((error: unknown) => {
    printLine(`"before" of flushOnSignals failed: ${error instanceof Error ? error.message : String(error)}`);
  });
  await Promise.race([done, timeout]);
  clearTimeout(timer);
}
