import { now } from 'cloudwatch-logs-publisher/worker';

/** A worker that was there for that long was in order, and may be followed at once. */
const STEADY_MS = 10_000;
const FIRST_MS = 1000;
const MOST_MS = 30_000;

/** How long to wait before a worker is started again: one that fails as soon as it starts must not be, over and over. */
export class RestartPause {
  #startedAt = 0;
  #until = 0;
  #failures = 0;

  get leftMs(): number {
    return Math.max(0, this.#until - now());
  }

  started(): void {
    this.#startedAt = now();
  }

  failed(): void {
    const failedAt = now();
    this.#failures = failedAt - this.#startedAt >= STEADY_MS ? 0 : this.#failures + 1;
    const ms = this.#failures === 0 ? 0 : FIRST_MS * 2 ** (this.#failures - 1);
    this.#until = failedAt + Math.min(ms, MOST_MS);
  }
}
