/**
 * Bytes of events that are held in memory, queued and in flight, counted as CloudWatch Logs counts them.
 * The only owner of that number.
 */
export class MemoryBudget {
  readonly maxBytes: number;
  /** Set while somebody waits for room. */
  onRelease: (() => void) | undefined;
  #usedBytes = 0;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  fits(bytes: number): boolean {
    return this.#usedBytes + bytes <= this.maxBytes;
  }

  take(bytes: number): void {
    this.#usedBytes += bytes;
  }

  release(bytes: number): void {
    this.#usedBytes -= bytes;
    this.onRelease?.();
  }
}
