/** Smaller bodies show nothing of the uplink: a kernel takes them at once. */
const LEAST_BYTES = 16_384;
const REMEMBERED = 16;
/** Two minutes by default: one whose connection is dead is waited for as long. */
const MOST_PATIENCE = 8;
/** An upload may take this part of the time for which a request may be silent. */
const SHARE = 1 / 3;

interface Upload {
  readonly bytes: number;
  readonly ms: number;
}

/**
 * How large a batch may be on this uplink. A kernel takes hundreds of kilobytes at once and hides their progress, so that
 * a batch which takes long looks as one whose connection is dead, is given up, and begins again, for ever. So batches shrink
 * until an upload takes at most a third of the time for which a request may be silent, and grow again with each that does.
 */
export class Uplink {
  readonly #thirdMs: number;
  readonly #mostBytes: number;
  #maxBytes: number;
  /** Batches of that size came through in time, and none has been given up since. */
  #provenBytes = 0;
  readonly #uploads: Upload[] = [];

  constructor(timeoutMs: number, mostBytes: number) {
    this.#thirdMs = timeoutMs * SHARE;
    this.#mostBytes = mostBytes;
    this.#maxBytes = mostBytes;
  }

  get maxBytes(): number {
    return this.#maxBytes;
  }

  /** How often the usual time a batch may be silent that has to go as it is although it is too large. */
  patience(bytes: number): number {
    return Math.min(MOST_PATIENCE, Math.max(1, bytes / this.#maxBytes));
  }

  /** A batch was stored, or refused, `ms` after its request had begun. */
  answered(bytes: number, ms: number): void {
    this.#uploads.push({ bytes, ms });
    if (this.#uploads.length > REMEMBERED) this.#uploads.shift();
    if (ms <= this.#thirdMs) this.#provenBytes = Math.max(this.#provenBytes, bytes);
    if (bytes < LEAST_BYTES || (ms <= this.#thirdMs && this.#maxBytes === this.#mostBytes)) return;
    const slope = msPerByte(this.#uploads);
    // Where all were of one size, a smaller one shows whether it is the uplink that is slow.
    const fits = this.#thirdMs / (slope ?? ms / bytes);
    this.#setMax(Math.min(fits, slope === undefined && ms > this.#thirdMs ? bytes / 2 : bytes * 2));
  }

  /** A batch got no answer in time. What came through before may be too much for the uplink as it is now. */
  timedOut(bytes: number): void {
    if (bytes <= this.#provenBytes) this.#provenBytes = 0;
    else this.#setMax(Math.min(bytes, this.#maxBytes) / 2);
  }

  #setMax(bytes: number): void {
    this.#maxBytes = Math.floor(Math.min(this.#mostBytes, Math.max(LEAST_BYTES, bytes)));
  }
}

/**
 * The slope of a line through what is known: where only large bodies take long, the uplink is slow, and else the service.
 *
 * @returns undefined when all are of about one size
 */
function msPerByte(uploads: readonly Upload[]): number | undefined {
  const mean = (of: (upload: Upload) => number) =>
    uploads.reduce((sum, one) => sum + of(one), 0) / uploads.length;
  const bytes = mean((one) => one.bytes);
  const ms = mean((one) => one.ms);
  const spread = mean((one) => (one.bytes - bytes) ** 2);
  if (Math.sqrt(spread) < bytes / 8) return undefined;
  return Math.max(0, mean((one) => (one.bytes - bytes) * (one.ms - ms)) / spread);
}
