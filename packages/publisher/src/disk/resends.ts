import { Batch } from '../batch/batch.js';
import { leftByProcess } from '../batch/put-history.js';
import { EVENT_OVERHEAD_BYTES } from '../options/limits.js';
import type { PendingPut, Spool, SpooledEvent } from '../spool/spool.js';
import type { PublisherParts } from '../stream/publisher-parts.js';
import type { StreamWriter } from '../stream/stream-writer.js';
import type { StreamWriters } from '../stream/stream-writers.js';
import { RangeSet } from '../structures/range-set.js';
import type { OnlyOnDisk } from './only-on-disk.js';
import { recordOf, type SplitState } from './spooled-events.js';

/** The parts of a publisher that reading back uses. */
export interface ReadParts extends Pick<PublisherParts, 'budget' | 'clock' | 'flushes'> {
  readonly writers: StreamWriters;
  readonly spool: Spool;
  readonly onlyOnDisk: OnlyOnDisk;
  /** Ids of events that were dropped, which may have been read before. */
  readonly gone: RangeSet;
  /** Aborted when nothing is to be read any more. */
  readonly stop: AbortSignal;
}

const READ_BYTES = 256 * 1024;
// Of the memory, for batches that are to be put again: those of streams that work, and all of them. The rest is for
// what else is read back.
const SHARE = 1 / 4;
const SHARE_OF_ALL = 3 / 4;

/** A put whose events are being read. */
interface Gathered {
  readonly put: PendingPut;
  readonly ids: RangeSet;
  readonly events: SpooledEvent[];
  bytes: number;
}

/**
 * The batches that earlier processes were about to put when they died. They are read together, in the order of their
 * ids, and each is put again as it was, before anything else of its stream: only then does the token of that put tell
 * whether it is stored.
 */
export class Resends {
  readonly #parts: ReadParts;
  /** Oldest first. */
  readonly #waiting = new Set<PendingPut>();
  /** Batches that were read and are not settled. */
  readonly #read = new Map<Batch, StreamWriter>();
  readonly #ids = new RangeSet();

  constructor(parts: ReadParts) {
    this.#parts = parts;
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
    this.#ids.addAll(RangeSet.of(puts.flatMap(({ ranges }) => ranges)).ranges());
    // Those in lanes last: the token of none of them can tell whether it is stored.
    const inTurn = [...puts.filter(({ isLane }) => !isLane), ...puts.filter(({ isLane }) => isLane)];
    for (const put of inTurn) {
      this.#parts.writers.of(put).hold();
      this.#waiting.add(put);
    }
  }

  settled(batch: Batch): void {
    this.#read.delete(batch);
  }

  /** Parts take the place of a batch that was refused, or one batch that of parts. */
  replaced(batches: readonly Batch[], by: readonly Batch[]): void {
    const writer = this.#read.get(batches[0]);
    if (!writer) return;
    for (const batch of batches) this.#read.delete(batch);
    for (const batch of by) this.#read.set(batch, writer);
  }

  /** Reads as many as there is room for. @returns whether there were any */
  async readSome(): Promise<boolean> {
    const { writers, stop } = this.#parts;
    const room = this.#room;
    if (stop.aborted || room <= 0) return false;
    const stuck = new Set(
      [...this.#read.values()].filter(({ isFailing, lacksOthers }) => isFailing && !lacksOthers),
    );
    const gathered = new Map<StreamWriter, Gathered>();
    // Of each stream one at a time, the oldest: the others follow when it is known what became of that.
    for (const put of this.#waiting) {
      const writer = writers.of(put);
      if (stuck.has(writer) || gathered.has(writer)) continue;
      gathered.set(writer, { put, ids: RangeSet.of(put.ranges), events: [], bytes: 0 });
    }
    if (gathered.size === 0) return false;
    return this.#gather(gathered, room);
  }

  /** Bytes that may be read. What a stream holds that fails is not in the way of others. */
  get #room(): number {
    const { maxBytes } = this.#parts.budget;
    let all = 0;
    let working = 0;
    for (const [{ bytes }, { isFailing }] of this.#read) {
      all += bytes;
      if (!isFailing) working += bytes;
    }
    return Math.min(maxBytes * SHARE - working, maxBytes * SHARE_OF_ALL - all);
  }

  /** Reads the events of these puts, and hands each on that is complete; without those for which the room is too small. */
  async #gather(gathered: Map<StreamWriter, Gathered>, room: number): Promise<boolean> {
    const { spool, writers, stop } = this.#parts;
    const byEnd = [...gathered.values()].sort((a, b) => (a.ids.last ?? 0) - (b.ids.last ?? 0));
    const first = byEnd.reduce(
      (least, { ids }) => Math.min(least, ids.first ?? least),
      Number.POSITIVE_INFINITY,
    );
    let done = 0;
    let bytes = 0;
    const handOnThrough = (id: number): void => {
      for (let next = byEnd[done]; next && (next.ids.last ?? 0) <= id; next = byEnd[++done]) {
        bytes -= next.bytes;
        this.#handOn(next);
      }
    };
    for await (const read of spool.read({ afterId: first - 1, maxBytes: READ_BYTES })) {
      if (stop.aborted) return false;
      for (const event of read) {
        handOnThrough(event.id - 1);
        const own = gathered.get(writers.of(event));
        if (!own?.ids.has(event.id)) continue;
        const size = event.messageBytes + EVENT_OVERHEAD_BYTES;
        own.events.push(event);
        own.bytes += size;
        bytes += size;
        // The one that ends last is read another time.
        while (bytes > room && byEnd.length - done > 1) {
          const last = byEnd.pop();
          bytes -= last?.bytes ?? 0;
          if (last) gathered.delete(writers.of(last.put));
        }
      }
      if (done === byEnd.length) break;
    }
    if (stop.aborted) return false;
    handOnThrough(Number.POSITIVE_INFINITY);
    return done > 0;
  }

  #handOn({ put, events }: Gathered): void {
    const writer = this.#parts.writers.of(put);
    this.#waiting.delete(put);
    const batch = this.#restore(put, events);
    if (batch) this.#read.set(batch, writer);
    writer.resend(batch);
  }

  #restore(put: PendingPut, events: readonly SpooledEvent[]): Batch | undefined {
    const { budget, flushes, gone, onlyOnDisk } = this.#parts;
    const batch = new Batch({ maxBytes: Number.POSITIVE_INFINITY, maxEvents: Number.POSITIVE_INFINITY });
    const parts: SplitState = { split: undefined };
    for (const event of events) {
      if (gone.has(event.id)) continue;
      const epoch = onlyOnDisk.epochOf(event.id);
      flushes.joined(epoch, batch.epoch);
      batch.append(recordOf(event, parts, epoch));
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
    return batch;
  }
}
