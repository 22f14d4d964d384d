import { setImmediate } from '../../time/clock.js';
import type { SpoolTrouble } from '../spool-options.js';

// No write ends before the event loop turns, so a burst is written synchronously in pieces of this size.
const BURST_BYTES = 8 * 1024 * 1024;
// A disk that is so far behind is too slow for what is logged; what waits for it must not fill the memory.
const MOST_BYTES = 32 * 1024 * 1024;

/** What there is to do about a backlog. */
export interface BacklogHost {
  /** Bytes that were given to the files and are not written. */
  readonly bytes: () => number;
  /** Has everything written when it returns. */
  readonly writeSync: () => void;
  /** The disk is too slow. */
  readonly onTrouble: (trouble: SpoolTrouble) => void;
  /** It has caught up. */
  readonly onUsable: () => void;
}

/** Bounds what waits in memory to be written: a burst is written at once, and a disk that is too slow gets no more. */
export class Backlog {
  readonly #host: BacklogHost;
  /** Given to the files in this turn of the event loop, in which no write can end. */
  #burstBytes = 0;
  #turnEndScheduled = false;
  #isTooLong = false;

  constructor(host: BacklogHost) {
    this.#host = host;
  }

  /** Whether the disk has to catch up before it gets more. */
  get isTooLong(): boolean {
    return this.#isTooLong;
  }

  /** Bytes were given to the files. */
  grew(bytes: number): void {
    this.#burstBytes += bytes;
    if (!this.#turnEndScheduled) {
      this.#turnEndScheduled = true;
      setImmediate(() => this.#endTurn());
    }
    const earlier = this.#host.bytes() - this.#burstBytes;
    if (this.#burstBytes > BURST_BYTES && earlier <= BURST_BYTES) {
      this.#burstBytes = 0;
      this.#host.writeSync();
    } else if (earlier > BURST_BYTES) this.#check(); // it must not hold up the event loop, too
  }

  /** Something was written, or handed back. */
  shrank(): void {
    if (!this.#isTooLong || this.#host.bytes() > MOST_BYTES / 2) return;
    this.#isTooLong = false;
    this.#host.onUsable();
  }

  #endTurn(): void {
    this.#turnEndScheduled = false;
    this.#burstBytes = 0;
    this.#check();
  }

  #check(): void {
    const bytes = this.#host.bytes();
    if (this.#isTooLong || bytes <= MOST_BYTES) return;
    this.#isTooLong = true;
    const message =
      `The disk of the spool is slower than what is logged: ${Math.round(bytes / 2 ** 20)} MiB wait for it. ` +
      'Until it has caught up, the rules of memory hold.';
    this.#host.onTrouble({ code: 'ETOOSLOW', message });
  }
}
