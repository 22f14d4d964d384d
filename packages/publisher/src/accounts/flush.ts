import type { Batch } from '../batch/batch.js';

/** The result of a flush, in events that were waiting or under way when it was called. */
export interface FlushResult {
  /** Stored in CloudWatch Logs. */
  readonly delivered: number;
  /** Given up or rejected, under the reasons that `stats()` shows. */
  readonly dropped: number;
  /** Still waiting or under way when the time was over, in memory or on disk. */
  readonly pending: number;
}

/** One call of `flush`: it waits for every event of its epoch and of the epochs before. */
export class Flush {
  readonly epoch: number;
  #batches: number;
  #pending: number;
  #delivered = 0;
  #dropped = 0;
  #done: (() => void) | undefined;

  /** @param pending events that are not settled, in `batches` and on disk */
  constructor(epoch: number, batches: number, pending: number) {
    this.epoch = epoch;
    this.#batches = batches;
    this.#pending = pending;
  }

  /** A batch may hold no event of its own, only a marker or a part of one, and is waited for all the same. */
  get isDone(): boolean {
    return this.#batches === 0 && this.#pending === 0;
  }

  get result(): FlushResult {
    return { delivered: this.#delivered, dropped: this.#dropped, pending: this.#pending };
  }

  settled(delivered: number, dropped: number): void {
    this.#pending -= delivered + dropped;
    this.#delivered += delivered;
    this.#dropped += dropped;
  }

  /** So many more batches, or less, hold what it waits for. */
  addBatches(count: number): void {
    this.#batches += count;
  }

  /** So many more events are known to be of its epoch. */
  addPending(events: number): void {
    this.#pending += events;
  }

  /** Calls back once everything is settled, or {@link giveUp} is called. */
  whenDone(callback: () => void): void {
    this.#done = callback;
    this.check();
  }

  check(): void {
    if (this.isDone) this.giveUp();
  }

  giveUp(): void {
    this.#done?.();
  }
}

/**
 * The flushes that somebody waits for. Each call of `flush` closes an epoch; an event belongs to the epoch in which it
 * was received, and a batch knows how many of its events each epoch has. So nothing has to follow single batches.
 */
export class Flushes {
  readonly #waiting = new Set<Flush>();
  #epoch = 1;
  #isOver = false;

  /** The epoch of the events that come now. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Those that are waited for, oldest first. */
  [Symbol.iterator](): IterableIterator<Flush> {
    return this.#waiting.values();
  }

  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  /** Whether nothing will be settled any more, so that there is nothing to wait for. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Begins to wait for what is in `batches` and for all other events among `pending`, and closes the epoch. */
  begin(batches: number, pending: number): Flush {
    const flush = new Flush(this.#epoch++, batches, pending);
    if (!this.#isOver) this.#waiting.add(flush);
    return flush;
  }

  /** Nobody waits for it any more. */
  end(flush: Flush): void {
    this.#waiting.delete(flush);
  }

  /** Nothing more will be settled. */
  giveUp(): void {
    this.#isOver = true;
    for (const flush of this.#waiting) flush.giveUp();
  }

  /** Events of a batch met their fate; all others of it meet theirs in the same call. */
  settled(batch: Batch, delivered: number, dropped: number): void {
    for (const flush of this.#waiting) {
      const own = batch.weightThrough(flush.epoch);
      const ofDelivered = Math.min(delivered, own);
      flush.settled(ofDelivered, Math.min(dropped, own - ofDelivered));
    }
  }

  /** Events of one epoch that are in no batch any more were given up. */
  dropped(epoch: number, events: number): void {
    for (const flush of this.#waiting) {
      if (epoch > flush.epoch) continue;
      flush.settled(0, events);
      flush.check();
    }
  }

  /**
   * A batch has an event of `epoch` now.
   *
   * @param before the epoch of its oldest event until then, `Infinity` when it had none
   */
  joined(epoch: number, before: number): void {
    for (const flush of this.#waiting) if (epoch <= flush.epoch && flush.epoch < before) flush.addBatches(1);
  }

  /** `parts` batches take the place of one: none when it is settled. */
  replaced(batch: Batch, parts: number): void {
    for (const flush of this.#waiting) {
      if (batch.epoch > flush.epoch) continue;
      flush.addBatches(parts - 1);
      flush.check();
    }
  }
}
