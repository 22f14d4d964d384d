/** Streams that cost nothing: as many as an application names on purpose. */
export const FREE_STREAMS = 64;
/** A stream takes about so much beside its events; measured by a test. */
export const STREAM_BYTES = 1024;
/** Most that streams may take of the budget. */
const SHARE_OF_STREAMS = 1 / 4;
/** Streams for which room is kept, so that new ones find some where one that fails has filled the rest with its events. */
const SPARE_STREAMS = 64;

/**
 * The memory that a publisher may use: the bytes of events that are held, queued and in flight, counted as CloudWatch Logs
 * counts them, and what streams take beside their events. The only owner of these numbers.
 */
export class MemoryBudget {
  readonly maxBytes: number;
  /** Set while somebody waits for room. */
  onRelease: (() => void) | undefined;
  #usedBytes = 0;
  #mostBytes: number;
  /** Room that dropped events made, and that no other has taken yet. */
  #madeBytes = 0;
  #streams = 0;
  readonly #mostForStreams: number;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
    this.#mostBytes = maxBytes;
    this.#mostForStreams = Math.floor(maxBytes * SHARE_OF_STREAMS);
  }

  /** Bytes of events. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Most that events may take now. What streams take is taken from it only as events are settled: none is dropped for a stream. */
  get mostBytes(): number {
    return this.#mostBytes;
  }

  fits(bytes: number): boolean {
    return this.#usedBytes + bytes <= this.#mostBytes;
  }

  take(bytes: number): void {
    this.#usedBytes += bytes;
    if (this.#madeBytes > 0) this.#madeBytes = Math.max(0, this.#madeBytes - bytes);
  }

  /** Events were settled. */
  release(bytes: number): void {
    this.#usedBytes -= bytes;
    this.#mostBytes = this.#mostWith(this.#streams);
    this.onRelease?.();
  }

  /** Events were dropped, to make room for others. */
  dropped(bytes: number): void {
    this.#usedBytes -= bytes;
    this.#madeBytes += bytes;
    this.onRelease?.();
  }

  /** Whether one more stream fits. */
  get fitsStream(): boolean {
    const streams = this.#streams + 1;
    const bytes = chargeOf(streams);
    if (bytes === 0) return true;
    return bytes <= this.#mostForStreams && this.#mostWith(streams) + bytes <= this.maxBytes;
  }

  takeStream(): void {
    this.#streams++;
    this.#mostBytes = this.#mostWith(this.#streams);
  }

  releaseStream(): void {
    this.#streams--;
    this.#mostBytes = this.#mostWith(this.#streams);
    this.onRelease?.();
  }

  /** Most that events may take beside so many streams: never less than what they take, with the room that some made for others. */
  #mostWith(streams: number): number {
    const charge = chargeOf(streams);
    const kept = charge > 0 ? Math.min(this.#mostForStreams, charge + SPARE_STREAMS * STREAM_BYTES) : 0;
    return Math.max(this.maxBytes - kept, Math.min(this.#mostBytes, this.#usedBytes + this.#madeBytes));
  }
}

function chargeOf(streams: number): number {
  return Math.max(0, streams - FREE_STREAMS) * STREAM_BYTES;
}
