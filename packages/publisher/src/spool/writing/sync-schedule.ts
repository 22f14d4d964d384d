import { clearTimeout, setTimeout } from '../../time/clock.js';
/** Has what was written put on the disk once in an interval, as long as there is something new. */
export class SyncSchedule {
  readonly #intervalMs: number;
  readonly #sync: () => Promise<void>;
  #timer: NodeJS.Timeout | undefined;
  #isSyncing = false;
  #hasMore = false;
  #isClosed = false;

  /** @param sync never rejects */
  constructor(intervalMs: number, sync: () => Promise<void>) {
    this.#intervalMs = intervalMs;
    this.#sync = sync;
  }

  /** Something was written. */
  written(): void {
    this.#hasMore = true;
    if (this.#timer !== undefined || this.#isSyncing || this.#isClosed) return;
    this.#timer = setTimeout(() => void this.#run(), this.#intervalMs).unref();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  async #run(): Promise<void> {
    this.#timer = undefined;
    this.#hasMore = false;
    this.#isSyncing = true;
    await this.#sync();
    this.#isSyncing = false;
    if (this.#hasMore) this.written();
  }
}
