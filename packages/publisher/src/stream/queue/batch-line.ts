import type { PutHistory } from '../../batch/put-history.js';
import { Fifo } from '../../structures/fifo.js';

/** A batch that waits, or comes back from a put. */
export interface WaitingBatch {
  /** Undefined until its first put starts; lower ones started before. */
  readonly place: number | undefined;
  readonly history: PutHistory;
}

/**
 * Complete batches of a stream in the order in which they are put: those that come back from a put before those that
 * never started, each in its own place, but the one that keeps its token before all others.
 */
export class BatchLine<B extends WaitingBatch> extends Fifo<B> {
  /** Others take the places of all. */
  replace(batches: readonly B[]): void {
    while (this.shift());
    for (const batch of batches) this.push(batch);
  }

  /** Brings one back to its place. */
  putBack(batch: B): void {
    const before: B[] = [];
    for (let first = this.peek(); first && isBefore(first, batch); first = this.peek()) {
      before.push(first);
      this.shift();
    }
    this.unshift(batch);
    for (const one of before.reverse()) this.unshift(one);
  }
}

function isBefore(one: WaitingBatch, other: WaitingBatch): boolean {
  if (other.history.keepsToken) return false;
  if (one.history.keepsToken) return true;
  return one.place !== undefined && other.place !== undefined && one.place < other.place;
}
