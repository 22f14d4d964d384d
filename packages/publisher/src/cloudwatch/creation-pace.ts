/** CreateLogStream allows so many calls a second for a whole account in a Region. */
export const CREATIONS_A_SECOND = 50;
/** Half of that is left to others, as long as there is time. */
const MOST_A_SECOND = CREATIONS_A_SECOND / 2;
const LEAST_A_SECOND = 1;
const MORE_AFTER_SUCCESS = 0.25;
/** Creations that go at once after a pause. */
const BURST = 25;

/**
 * The pace at which streams are created: a thousand that begin at the same moment must not take an account's quota.
 * Halved when the service throttles, and raised again with each creation that succeeds.
 */
export class CreationPace {
  readonly #random: () => number;
  #most = MOST_A_SECOND;
  #aSecond = MOST_A_SECOND;
  #ready = BURST;
  #at: number | undefined;

  /** @param random uniform in [0, 1) */
  constructor(random: () => number) {
    this.#random = random;
  }

  /**
   * Takes the next turn.
   *
   * @param now monotonic time in milliseconds
   * @returns milliseconds until then, with jitter where it has to wait
   */
  waitMs(now: number): number {
    const passed = Math.max(0, now - (this.#at ?? now));
    this.#at = now;
    this.#ready = Math.min(BURST, this.#ready + (passed / 1000) * this.#aSecond) - 1;
    if (this.#ready >= 0) return 0;
    const oneMs = 1000 / this.#aSecond;
    return -this.#ready * oneMs + this.#random() * oneMs;
  }

  /** There is no time to leave anything to others; but the service is heeded that asked for less. */
  hurry(): void {
    if (this.#aSecond === this.#most) this.#aSecond = CREATIONS_A_SECOND;
    this.#most = CREATIONS_A_SECOND;
  }

  /** Whether the service has asked for fewer, and not taken as many since. */
  get isThrottled(): boolean {
    return this.#aSecond < this.#most;
  }

  succeeded(): void {
    this.#aSecond = Math.min(this.#most, this.#aSecond + MORE_AFTER_SUCCESS);
  }

  throttled(): void {
    this.#aSecond = Math.max(LEAST_A_SECOND, this.#aSecond / 2);
    this.#ready = Math.min(this.#ready, 0);
  }
}
