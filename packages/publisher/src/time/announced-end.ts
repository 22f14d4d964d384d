import { now } from './clock.js';

/** An end that has not come so long after its time was over did not come: the process lives on. */
export const LIVES_ON_MS = 500;

/**
 * The end of the process, once the application has said that it comes: by a flush before it, or a shutdown. From then on the
 * time runs that it may be held up, whoever holds it up.
 */
export class AnnouncedEnd {
  readonly #now: () => number;
  #deadline: number | undefined;

  /** @param clock in milliseconds, and never set */
  constructor(clock: () => number = now) {
    this.#now = clock;
  }

  /** The time that was given first holds, as long as it is the same end. */
  announce(timeoutMs: number): void {
    this.#deadline = this.#now() + this.leftMs(timeoutMs);
  }

  /** All is delivered, and the process may live on: what it logs from now on has its time again. */
  callOff(): void {
    this.#deadline = undefined;
  }

  /** How long the end may be held up. @param timeoutMs the time of an end that was not announced */
  leftMs(timeoutMs: number): number {
    const leftMs = (this.#deadline ?? Number.POSITIVE_INFINITY) - this.#now();
    const isAnnounced = Number.isFinite(leftMs) && leftMs > -LIVES_ON_MS;
    return isAnnounced ? Math.max(0, leftMs) : timeoutMs;
  }
}
