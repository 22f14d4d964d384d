import type { Accounts } from '../accounts/accounts.js';
import type { Flushes } from '../accounts/flush.js';
import type { MemoryBudget } from '../accounts/memory-budget.js';
import type { Batch } from '../batch/batch.js';
import type { StreamWriter } from '../stream/stream-writer.js';

/**
 * Makes room in a full buffer by dropping the oldest events that were never sent, whichever stream they
 * belong to. A batch that was sent once is left alone: it may be stored already.
 */
export class Overflow {
  readonly #budget: MemoryBudget;
  readonly #accounts: Accounts;
  readonly #flushes: Flushes;
  readonly #writers: Iterable<StreamWriter>;
  readonly #onDrop: (writer: StreamWriter, size: number, events: number) => void;
  #victim: { readonly writer: StreamWriter; readonly batch: Batch } | undefined;

  constructor(
    budget: MemoryBudget,
    accounts: Accounts,
    flushes: Flushes,
    writers: Iterable<StreamWriter>,
    onDrop: (writer: StreamWriter, size: number, events: number) => void,
  ) {
    this.#budget = budget;
    this.#accounts = accounts;
    this.#flushes = flushes;
    this.#writers = writers;
    this.#onDrop = onDrop;
  }

  /**
   * What is dropped is told at once: the caller holds the diagnostics until every event has its place again.
   *
   * @returns whether `size` bytes fit now
   */
  makeRoom(size: number): boolean {
    if (size > this.#budget.maxBytes) return false;
    while (!this.#budget.fits(size)) {
      const victim = this.#nextVictim();
      if (!victim) return false;
      const { writer, batch } = victim;
      const dropped = batch.dropFirst();
      this.#budget.release(dropped.size);
      writer.droppedFromSpool(dropped.id);
      // A split event is lost with the first part that is, and told once.
      const isTold = dropped.note?.kind === 'part' && dropped.note.event.worst === 'overflow';
      const lost = isTold ? 0 : 1;
      writer.noteLoss(dropped.size, dropped.timestamp, lost);
      const events = this.#accounts.settleOne(dropped.note, 'overflow');
      this.#flushes.dropped(dropped.epoch, events);
      this.#onDrop(writer, dropped.size, lost);
      if (batch.length === 0) writer.emptied(batch);
    }
    return true;
  }

  /** The batch that begins with the oldest event; it stays the victim until it is empty or sent. */
  #nextVictim(): { readonly writer: StreamWriter; readonly batch: Batch } | undefined {
    const current = this.#victim;
    if (current && current.batch.state !== 'frozen' && current.batch.length > 0) return current;
    let oldest: { writer: StreamWriter; batch: Batch } | undefined;
    for (const writer of this.#writers) {
      const batch = writer.droppable;
      if (batch && (!oldest || batch.timestampAt(0) < oldest.batch.timestampAt(0)))
        oldest = { writer, batch };
    }
    this.#victim = oldest;
    return oldest;
  }
}
