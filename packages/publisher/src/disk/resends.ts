import type { Flushes } from '../accounts/flush.js';
import type { MemoryBudget } from '../accounts/memory-budget.js';
import { Batch } from '../batch/batch.js';
import { leftByProcess, leftUnproven } from '../batch/put-history.js';
import { EVENT_OVERHEAD_BYTES } from '../options/limits.js';
import type { PendingPut, Spool, SpooledEvent } from '../spool/spool.js';
import type { StreamWriter } from '../stream/stream-writer.js';
import type { StreamWriters } from '../stream/stream-writers.js';
import { RangeSet } from '../structures/range-set.js';
import type { OnlyOnDisk } from './only-on-disk.js';
import { noteOf, type SplitState } from './spooled-parts.js';

/** What it takes to put batches again. */
export interface ResendsContext {
  readonly budget: MemoryBudget;
  readonly writers: StreamWriters;
  readonly spool: Spool;
  readonly flushes: Flushes;
  readonly onlyOnDisk: OnlyOnDisk;
  /** Whether an event was dropped while it was read. */
  readonly isGone: (id: number) => boolean;
  readonly isStopped: () => boolean;
}

const READ_BYTES = 256 * 1024;
// Of the memory, for batches that are to be put again: those of streams that work, and all of them. The rest is for
// what else is read back.
const SHARE = 1 / 4;
const SHARE_OF_ALL = 3 / 4;

/**
 * The batches that earlier processes were about to put when they died. Each is read and put again as it was, before
 * anything else of its stream: only then does the token of that put tell whether it is stored.
 */
export class Resends {
  readonly #context: ResendsContext;
  /** Oldest first. */
  readonly #waiting = new Set<PendingPut>();
  /** Batches that were read and are not settled. */
  readonly #read = new Map<Batch, StreamWriter>();
  readonly #ids = new RangeSet();

  constructor(context: ResendsContext) {
    this.#context = context;
  }

  /** Whether all were read. */
  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  /** Whether an event is of one of these batches. */
  has(id: number): boolean {
    return this.#ids.has(id);
  }

  add(puts: readonly PendingPut[]): void {
    for (const put of puts) {
      this.#ids.addAll(RangeSet.of(put.ranges).ranges());
      this.#context.writers.of(put).hold();
      this.#waiting.add(put);
    }
  }

  settled(batch: Batch): void {
    this.#read.delete(batch);
  }

  /** Reads one batch. @returns whether there was one, and room for it */
  async readNext(): Promise<boolean> {
    const { writers, isStopped } = this.#context;
    if (isStopped() || !this.#hasRoom) return false;
    const put = this.#next();
    if (!put) return false;
    const events = await this.#eventsOf(put);
    if (isStopped()) return false;
    this.#waiting.delete(put);
    const writer = writers.of(put);
    const batch = this.#restore(put, events);
    if (batch) this.#read.set(batch, writer);
    writer.resend(batch);
    return true;
  }

  /** Whether one more may be read. What a stream holds that fails is not in the way of others. */
  get #hasRoom(): boolean {
    const { maxBytes } = this.#context.budget;
    let all = 0;
    let working = 0;
    for (const [{ bytes }, { isFailing }] of this.#read) {
      all += bytes;
      if (!isFailing) working += bytes;
    }
    return working <= maxBytes * SHARE && all <= maxBytes * SHARE_OF_ALL;
  }

  /** The oldest, less those of streams that fail and have one in memory already. */
  #next(): PendingPut | undefined {
    const stuck = new Set([...this.#read.values()].filter(({ isFailing }) => isFailing));
    for (const put of this.#waiting) if (!stuck.has(this.#context.writers.of(put))) return put;
    return undefined;
  }

  /** The events of a batch that are still there, in the order of their ids. */
  async #eventsOf({ ranges }: PendingPut): Promise<SpooledEvent[]> {
    const { spool } = this.#context;
    const wanted = RangeSet.of(ranges);
    const { first = 1, last = 0 } = wanted;
    const events: SpooledEvent[] = [];
    for await (const read of spool.read({ afterId: first - 1, maxBytes: READ_BYTES })) {
      for (const event of read) if (wanted.has(event.id)) events.push(event);
      if (read[read.length - 1].id >= last) break;
    }
    return events;
  }

  #restore(put: PendingPut, events: readonly SpooledEvent[]): Batch | undefined {
    const { budget, flushes, isGone, onlyOnDisk, writers } = this.#context;
    const batch = new Batch({ maxBytes: Number.POSITIVE_INFINITY, maxEvents: Number.POSITIVE_INFINITY });
    const parts: SplitState = { split: undefined };
    for (const event of events) {
      const { id, message, messageBytes, timestamp } = event;
      if (isGone(id)) continue;
      const epoch = onlyOnDisk.epochOf(id);
      flushes.joined(epoch, batch.epoch);
      batch.append(message, timestamp, messageBytes + EVENT_OVERHEAD_BYTES, noteOf(event, parts), id, epoch);
    }
    if (batch.length === 0) return undefined;
    budget.take(batch.bytes);
    onlyOnDisk.load(batch.weight);
    batch.freeze();
    batch.history = leftByProcess(
      {
        value: put.sequenceToken ?? null,
        isLane: put.isLane ?? false,
        isOwnStream: put.isOwnStream ?? false,
      },
      put.ambiguousPuts,
    );
    // Not the batch that was put, or not the next one on its stream any more: no token can tell.
    const writer = writers.of(put);
    const expected = RangeSet.of(put.ranges).count;
    if (!put.isIntact || batch.length < expected || writer.hasPut) {
      batch.history = leftUnproven(batch.history);
    }
    return batch;
  }
}
