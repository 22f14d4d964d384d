import type { BatchObserver } from '../batch/batch.js';
import type { Fate } from '../batch/fate.js';

/** What a flush achieved, in events that were waiting or under way when it was called. */
export interface FlushResult {
  /** Stored in CloudWatch Logs. */
  readonly delivered: number;
  /** Given up or rejected, under the reasons that `stats()` shows. */
  readonly dropped: number;
  /** Still waiting or under way when the time was over, in memory or on disk. */
  readonly pending: number;
}

/** Follows the batches that were there when a flush was called, until the last of them is settled. */
export class Flush implements BatchObserver {
  #batches = 0;
  #events = 0;
  #delivered = 0;
  #dropped = 0;
  #done: (() => void) | undefined;
  #isOver = false;

  /** Follows one more batch with `events` events. */
  follow(events: number): void {
    this.#batches++;
    this.#events += events;
  }

  settled(fate: Fate, count: number): void {
    if (fate === 'delivered') this.#delivered += count;
    else this.#dropped += count;
  }

  finished(parts: number): void {
    this.#batches += parts - 1;
    if (this.#batches === 0) this.#done?.();
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Nobody waits any more. */
  end(): void {
    this.#isOver = true;
  }

  get isDone(): boolean {
    return this.#batches === 0;
  }

  get result(): FlushResult {
    const pending = Math.max(0, this.#events - this.#delivered - this.#dropped);
    return { delivered: this.#delivered, dropped: this.#dropped, pending };
  }

  /** Calls back once everything is settled. */
  whenDone(callback: () => void): void {
    this.#done = callback;
    if (this.isDone) callback();
  }
}

/** The events that a batch had when a flush was called, of one that takes more meanwhile. */
export class FirstEvents implements BatchObserver {
  readonly #flush: Flush;
  #left: number;

  constructor(flush: Flush, events: number) {
    this.#flush = flush;
    this.#left = events;
  }

  get isOver(): boolean {
    return this.#flush.isOver;
  }

  settled(fate: Fate, count: number): void {
    const own = Math.min(count, this.#left);
    this.#left -= own;
    this.#flush.settled(fate, own);
  }

  finished(parts: number): void {
    this.#flush.finished(parts);
  }
}
