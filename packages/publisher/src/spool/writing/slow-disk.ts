import type { SpoolTrouble } from '../spool-options.js';

// At the end of the process, when no write ends by itself, all that waits is written in pieces of this size.
const PIECE_BYTES = 8 * 1024 * 1024;
// A disk that is so far behind is too slow for what is logged; what waits for it must not fill the memory.
const MOST_BYTES = 32 * 1024 * 1024;

/** Actions for a backlog. */
export interface BacklogHost {
  /** Bytes that were given to the files and are not written. */
  readonly bytes: () => number;
  /** Whether the process ends. */
  readonly isEnd: () => boolean;
  /** Has everything written when it returns. */
  readonly writeSync: () => void;
  /** The disk is too slow. */
  readonly onTrouble: (trouble: SpoolTrouble) => void;
  /** It has caught up. */
  readonly onUsable: () => void;
}

/** Bounds what waits in memory to be written: a disk that does not keep up gets no more. */
export class Backlog {
  readonly #host: BacklogHost;
  #isTooLong = false;

  constructor(host: BacklogHost) {
    this.#host = host;
  }

  /** Whether the disk has to catch up before it gets more. */
  get isTooLong(): boolean {
    return this.#isTooLong;
  }

  /** Bytes were given to the files. */
  grew(): void {
    const { bytes, isEnd, writeSync } = this.#host;
    if (!isEnd()) this.#check();
    else if (bytes() > PIECE_BYTES) writeSync();
  }

  /** Something was written, or handed back. */
  shrank(): void {
    if (!this.#isTooLong || this.#host.bytes() > MOST_BYTES / 2) return;
    this.#isTooLong = false;
    this.#host.onUsable();
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
