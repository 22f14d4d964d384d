import type { Batch } from '../../batch/batch.js';

/** CloudWatch Logs takes events of the last 14 days. */
const MOST = 16;
/** Of a stream that holds nothing: an array that once held something keeps its room. */
const NONE: readonly Batch[] = [];

/**
 * The batches of a stream that are being built: more than one where times lie further apart than a batch may span, as
 * when the logs of two days come in turn. No two overlap in time, so that a reader, who sees events by timestamp, sees no
 * difference which of them is put first.
 */
export class OpenBatches {
  /** Oldest first. */
  #batches: readonly Batch[] = NONE;
  #current: Batch | undefined;

  get length(): number {
    return this.#batches.length;
  }

  /** Whether no other can be added. */
  get isFull(): boolean {
    return this.#batches.length >= MOST;
  }

  get first(): Batch | undefined {
    return this.#batches[0];
  }

  get last(): Batch | undefined {
    return this.#batches.at(-1);
  }

  [Symbol.iterator](): IterableIterator<Batch> {
    return this.#batches.values();
  }

  /** The one whose time an event belongs to, full or not. */
  of(timestamp: number): Batch | undefined {
    if (this.#batches.length > 1 || !this.#current?.spans(timestamp))
      this.#current = this.#nearest(timestamp);
    return this.#current;
  }

  add(batch: Batch): void {
    this.#batches = [...this.#batches, batch];
    this.#current = batch;
  }

  /** Takes the oldest out. */
  shift(): Batch | undefined {
    const [batch, ...others] = this.#batches;
    this.#batches = others.length > 0 ? others : NONE;
    if (batch === this.#current) this.#current = this.last;
    return batch;
  }

  clear(): void {
    this.#batches = NONE;
    this.#current = undefined;
  }

  /** Any other that spans the time would then overlap with this one. */
  #nearest(timestamp: number): Batch | undefined {
    let nearest: Batch | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const batch of this.#batches) {
      const distance = Math.max(batch.earliest - timestamp, timestamp - batch.latest, 0);
      if (distance >= least || !batch.spans(timestamp)) continue;
      nearest = batch;
      least = distance;
    }
    return nearest;
  }
}
