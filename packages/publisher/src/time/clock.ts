/** The time and the timers that the publisher uses; tests put a virtual one in its place. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back once after `ms`. The timer never keeps the process alive. */
  setTimer(callback: () => void, ms: number): unknown;
  clearTimer(timer: unknown): void;
}

const MAX_TIMER_MS = 2 ** 31 - 1; // Node.js runs a timer after 1 ms when it is to wait longer

export const systemClock: Clock = {
  now: Date.now,
  setTimer: (callback, ms) => setTimeout(callback, Math.min(ms, MAX_TIMER_MS)).unref(),
  clearTimer: (timer) => clearTimeout(timer as NodeJS.Timeout),
};
