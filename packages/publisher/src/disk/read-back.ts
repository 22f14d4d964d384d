import type { Accounts } from '../accounts/accounts.js';
import type { Diagnostics } from '../accounts/diagnostics.js';
import type { Flush } from '../accounts/flush.js';
import type { MemoryBudget } from '../accounts/memory-budget.js';
import type { Batch } from '../batch/batch.js';
import type { PendingPut, Spool } from '../spool/spool.js';
import { ReplayGate } from '../stream/replay-lane.js';
import type { StreamWriters } from '../stream/stream-writers.js';
import { type IdRange, RangeSet } from '../structures/range-set.js';
import type { Clock } from '../time/clock.js';
import type { DiskTail, DiskTails } from './disk-tail.js';
import { TailPass, type TailPassContext } from './read-pass.js';
import { Resends } from './resends.js';
import type { SpooledCount } from './spooled-count.js';

/** What the loader needs. */
export interface LoaderContext {
  readonly clock: Clock;
  readonly accounts: Accounts;
  readonly budget: MemoryBudget;
  readonly diagnostics: Diagnostics;
  readonly writers: StreamWriters;
  readonly spool: Spool;
  readonly count: SpooledCount;
  readonly tails: DiskTails;
  /** Whether an id is of an event that an earlier process left. */
  readonly isRecovered: (id: number) => boolean;
  /** Most bytes of a stream, in each of its lanes, that are read back at a time. */
  readonly bytesPerStream: number;
}

const RETRY_MS = 1000;

/**
 * Decides when events are read back from the spool: first what earlier processes were about to put, then what the
 * streams have room for, in the order of the ids; one reading at a time.
 */
export class SpoolLoader {
  readonly #clock: Clock;
  readonly #passContext: TailPassContext;
  readonly #tails: DiskTails;
  readonly #resends: Resends;
  /** Ids that the spool dropped since the present reading began. */
  #gone = new RangeSet();
  #running: Promise<void> | undefined;
  #isWaiting = false;
  #again = false;
  #isStopped = false;

  constructor(context: LoaderContext) {
    this.#clock = context.clock;
    this.#tails = context.tails;
    const isStopped = () => this.#isStopped;
    const isGone = (id: number) => this.#gone.has(id);
    this.#resends = new Resends({ ...context, isGone, isStopped });
    this.#passContext = {
      ...context,
      gate: new ReplayGate(),
      isSpokenFor: (id) => this.#resends.has(id) || isGone(id),
      isStopped,
    };
  }

  /** Takes what earlier processes were about to put; nothing else is put on their streams before it. */
  resend(puts: readonly PendingPut[]): void {
    this.#resends.add(puts);
  }

  /** Has `flush` wait for what is only on disk. */
  follow(flush: Flush): void {
    this.#follow(this.#tails, flush);
  }

  /** Has `flush` wait for what earlier processes left. */
  followReplays(flush: Flush): void {
    this.#follow(
      [...this.#tails].filter((tail) => tail.isReplay),
      flush,
    );
  }

  replaced(batches: readonly Batch[], by: readonly Batch[]): void {
    this.#resends.replaced(batches, by);
  }

  /** A batch met its fate, so there may be room. */
  settled(batch: Batch): void {
    this.#resends.settled(batch);
    this.kick();
  }

  /** A stream fails: what it has in memory is not in the way of what others are about to put. */
  failing(): void {
    if (!this.#resends.isEmpty) this.kick();
  }

  /** The spool dropped events. */
  dropped(ranges: readonly IdRange[]): void {
    if (this.#running) this.#gone.addAll(RangeSet.of(ranges).ranges());
    this.kick();
  }

  /** There may be room, or more to read. */
  kick(): void {
    if (this.#isStopped || (this.#tails.size === 0 && this.#resends.isEmpty)) return;
    this.#again = true;
    if (this.#isWaiting) return;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      if (this.#again) this.kick();
    });
  }

  stop(): void {
    this.#isStopped = true;
    for (const tail of this.#tails) tail.leave();
  }

  /** Resolves when nothing is read any more. */
  async idle(): Promise<void> {
    await this.#running;
  }

  #follow(tails: Iterable<DiskTail>, flush: Flush): void {
    for (const tail of tails) {
      tail.follow(flush);
      if (this.#isStopped) tail.leave();
    }
    this.kick();
  }

  async #run(): Promise<void> {
    while (this.#again && !this.#isStopped) {
      this.#again = false;
      try {
        do this.#gone = new RangeSet();
        while (await this.#resends.readNext());
        do this.#gone = new RangeSet();
        while (await this.#pass());
      } catch {
        // Too many files are open, or memory is short: the events stay where they are for the moment.
        this.#isWaiting = true;
        this.#clock.setTimer(() => {
          this.#isWaiting = false;
          this.kick();
        }, RETRY_MS);
        break;
      }
    }
  }

  /** @returns whether it brought anything */
  async #pass(): Promise<boolean> {
    if (this.#isStopped) return false;
    const { hasRead, ended } = await new TailPass(this.#passContext).run();
    for (const tail of ended) this.#tails.ended(tail);
    return hasRead;
  }
}
