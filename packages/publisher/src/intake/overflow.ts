import type { Accounts } from '../accounts/accounts.js';
import type { Flushes } from '../accounts/flush.js';
import type { MemoryBudget } from '../accounts/memory-budget.js';
import type { OverflowPolicy } from '../options/options.js';
import type { Fullest } from '../stream/fullest.js';
import type { StreamWriter } from '../stream/stream-writer.js';
import type { StreamWriters } from '../stream/stream-writers.js';

/** The parts of a publisher that making room needs. */
export interface OverflowContext {
  readonly policy: OverflowPolicy;
  readonly budget: MemoryBudget;
  readonly accounts: Accounts;
  readonly flushes: Flushes;
  readonly fullest: Fullest<StreamWriter>;
  readonly writers: StreamWriters;
  readonly onDrop: (writer: StreamWriter, size: number, events: number) => void;
}

/**
 * Makes room in a full buffer by dropping events that were never sent, in the stream that holds most, so that one that
 * fails starves no other: its oldest, or its newest. A batch that was sent once is left alone: it may be stored already.
 */
export class Overflow {
  readonly #context: OverflowContext;

  constructor(context: OverflowContext) {
    this.#context = context;
  }

  /**
   * Drops events, as the policy says, until there is room. Each drop is told at once: the caller holds the diagnostics until
   * every event has its place again.
   *
   * @returns whether `size` bytes of `writer` fit now
   */
  makeRoom(writer: StreamWriter, size: number): boolean {
    const { budget, fullest, policy, writers } = this.#context;
    while (!budget.fits(size) && writers.forgetOne(writer));
    if (size > budget.mostBytes) return false;
    while (!budget.fits(size)) {
      if (policy === 'drop-newest' && fullest.isAmongThem(writer, size)) return false;
      const victim = fullest.first();
      if (!victim) return false;
      this.#drop(victim, policy === 'drop-newest' ? 'last' : 'first');
    }
    return true;
  }

  #drop(victim: StreamWriter, which: 'first' | 'last'): void {
    const { accounts, flushes, onDrop } = this.#context;
    const dropped = victim.drop(which);
    if (!dropped) return;
    const { size, timestamp, note, epoch } = dropped;
    // A split event is lost with the first part that is, and told once.
    const isTold = note?.kind === 'part' && note.event.worst === 'overflow';
    const lost = isTold ? 0 : 1;
    victim.noteLoss(size, timestamp, lost);
    flushes.dropped(epoch, accounts.settleOne(note, 'overflow'));
    onDrop(victim, size, lost);
  }
}
