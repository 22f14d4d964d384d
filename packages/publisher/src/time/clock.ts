import { performance } from 'node:perf_hooks';
import timers from 'node:timers';

/**
 * Node's timers, in the place of the global names. They are taken once, together, when this is loaded: fake timers of a test
 * runner, which are put in place later, have none of the publisher's in them, so that `runAllTimers` ends. Not from the
 * global object, where Jest puts those of its environment: fake ones before anything is loaded, or those of a browser.
 */
export const { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate } = timers;

/** Calls back once the code that runs has run. The global function may be fake, too. */
export function queueMicrotask(callback: () => void): void {
  void Promise.resolve().then(callback);
}

/**
 * Calls back when all that has come by now is read. A process that was frozen finds its timers due before it reads what came
 * meanwhile: whoever gives something up because time is over asks here first.
 */
export function whenRead(callback: () => void): void {
  setImmediate(callback); // runs after the event loop has read
}

/** Milliseconds on a clock that nobody sets and that never goes back: for every wait and deadline. */
export const now = performance.now.bind(performance);

/** Milliseconds since the epoch, as the clock of this machine shows them: for timestamps only. */
export const wallTime = Date.now;

/** The longest that a timer of Node.js can wait: one that is to wait longer runs after 1 ms. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/** The time and the timers that the publisher uses; tests put a virtual one in its place. */
export interface Clock {
  /** As {@link now}. */
  now(): number;
  /** As {@link wallTime}. */
  wallTime(): number;
  /** Calls back once after `ms`. The timer never keeps the process alive. */
  setTimer(callback: () => void, ms: number): unknown;
  clearTimer(timer: unknown): void;
  /** Calls back once at the end of this turn of the event loop. */
  soon(callback: () => void): void;
}

export const systemClock: Clock = {
  now,
  wallTime,
  setTimer: (callback, ms) => setTimeout(callback, Math.min(ms, MAX_TIMER_MS)).unref(),
  clearTimer: (timer) => clearTimeout(timer as NodeJS.Timeout),
  // Not unreferenced: then it would wait for whatever else wakes the event loop.
  soon: (callback) => void setImmediate(callback),
};
