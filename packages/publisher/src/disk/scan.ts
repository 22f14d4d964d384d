import type { Spool, SpooledEvent } from '../spool/spool.js';

const READ_BYTES = 256 * 1024;

/** Reads the events on disk once, in the order of their ids, and keeps its place while it waits. */
export class Scan {
  /** Everything up to this id was passed. */
  position: number;
  readonly #spool: Spool;
  readonly #isReplay: boolean;
  #reading: AsyncGenerator<SpooledEvent[], void> | undefined;
  #chunk: readonly SpooledEvent[] = [];
  #at = 0;
  /** The ids that may be read: they are written out of turn when one file is left and the next one begun. */
  #end = 0;

  /** @param isReplay whether it reads what earlier processes left, or what this one wrote */
  constructor(spool: Spool, isReplay: boolean, position: number) {
    this.#spool = spool;
    this.#isReplay = isReplay;
    this.position = position;
  }

  /** Whether events were read that were not passed: going on takes no file. */
  get isInMemory(): boolean {
    return this.#at < this.#chunk.length;
  }

  /** Whether a file is open, so that ids may come that were given up meanwhile. */
  get isOpen(): boolean {
    return this.#reading !== undefined;
  }

  /** The next event; undefined where nothing more is written, all of which was passed then. */
  async next(): Promise<SpooledEvent | undefined> {
    while (this.#at >= this.#chunk.length) {
      if (!this.#reading && !this.#open()) return undefined;
      const { value, done } = (await this.#reading?.next()) ?? { done: true };
      if (done || !value) {
        this.#reading = undefined;
        return this.#atEnd();
      }
      this.#chunk = value;
      this.#at = 0;
    }
    const event = this.#chunk[this.#at];
    if (event === undefined || this.#isReplay || event.id <= this.#end) return event;
    await this.close();
    return this.#atEnd();
  }

  /** Passes the event that {@link next} gave. */
  pass(): void {
    this.position = this.#chunk[this.#at++]?.id ?? this.position;
  }

  /** Forgets what was read and not passed: it is read again. */
  async close(): Promise<void> {
    this.#chunk = [];
    this.#at = 0;
    const reading = this.#reading;
    this.#reading = undefined;
    await reading?.return();
  }

  #open(): boolean {
    this.#end = this.#spool.writtenThrough;
    if (!this.#isReplay && this.#end <= this.position) return false;
    const from = this.#isReplay ? 'earlier' : 'own';
    this.#reading = this.#spool.read({ afterId: this.position, maxBytes: READ_BYTES, from });
    return true;
  }

  #atEnd(): undefined {
    if (!this.#isReplay) this.position = Math.max(this.position, this.#end);
  }
}
