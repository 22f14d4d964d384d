import { clearInterval, MAX_TIMER_MS, setInterval } from './clock.js';
/**
 * Holds the process alive while somebody waits for a delivery. Sockets and timers of the publisher do not, so
 * that an application with nothing left to do comes to its end, where `exit-guard.ts` takes over.
 */
export class KeepAlive {
  #holders = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @returns call it once when the wait is over */
  hold(): () => void {
    this.#holders++;
    this.#timer ??= setInterval(() => {}, MAX_TIMER_MS);
    return () => {
      if (--this.#holders > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  }
}
