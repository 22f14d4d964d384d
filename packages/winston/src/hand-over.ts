import { RecordWriter } from './records.js';

/** Lines go together: at once when that many characters have come, else after a moment. */
const CHUNK_CHARACTERS = 64 * 1024;
const CHUNK_MS = 5;

/** Gathers lines for another thread, for which each chunk costs about the same whatever it holds. */
export class HandOver {
  readonly #write: (records: string) => void;
  #records = new RecordWriter();
  #chunk = '';
  #timer: NodeJS.Timeout | undefined;

  /** @param write takes whole records */
  constructor(write: (records: string) => void) {
    this.#write = write;
  }

  /** @throws RangeError when the line is longer than a string can be with others */
  add(timestamp: number, message: string, context: string | undefined): void {
    this.#chunk += this.#records.line(timestamp, message, context);
    if (this.#chunk.length >= CHUNK_CHARACTERS) this.now();
    else this.#timer ??= setTimeout(() => this.now(), CHUNK_MS).unref();
  }

  /** Hands over what has come together. */
  now(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const chunk = this.#chunk;
    if (chunk === '') return;
    this.#chunk = '';
    this.#write(chunk);
  }

  /** Begins anew, for a thread that knows nothing yet. */
  reset(): void {
    this.#chunk = '';
    this.#records = new RecordWriter();
  }
}
