import type { Accounts } from './accounts.js';
import { Batch, type Note, type SplitEvent } from './batch.js';
import type { Clock } from './clock.js';
import type { Diagnostics } from './diagnostics.js';
import { DiskTail } from './disk-tail.js';
import { Fifo } from './fifo.js';
import type { Flush } from './flush.js';
import { EVENT_OVERHEAD_BYTES, MAX_EVENT_AGE_MS } from './limits.js';
import type { MemoryBudget } from './memory-budget.js';
import { ReplayGate } from './replay-lane.js';
import { RangeSet } from './spool/range-set.js';
import { PART_FLAG, type PendingPut, type Spool, type SpooledEvent } from './spool/spool.js';
import type { StreamWriter } from './stream-writer.js';
import type { StreamWriters } from './stream-writers.js';

/** What the loader needs. */
export interface LoaderContext {
  readonly clock: Clock;
  readonly accounts: Accounts;
  readonly budget: MemoryBudget;
  readonly diagnostics: Diagnostics;
  readonly writers: StreamWriters;
  readonly spool: Spool;
  /** Whether an id is of an event that an earlier process left. */
  readonly isRecovered: (id: number) => boolean;
  /** Whether an event was counted as dropped while it was read. */
  readonly isGone: (id: number) => boolean;
  /** Most bytes of a stream, in each of its lanes, that are read back at a time. */
  readonly bytesPerStream: number;
  /** Events left the disk: they are in memory or settled now. */
  readonly onLoaded: (events: number) => void;
}

const READ_BYTES = 256 * 1024;
const RETRY_MS = 1000;

/**
 * Reads events back from the spool, in the order of their ids, into the streams that have room for them. One pass at
 * a time; a stream without room keeps its place and does not hold up the others.
 */
export class SpoolLoader {
  readonly #context: LoaderContext;
  readonly #gate = new ReplayGate();
  readonly #tails = new Set<DiskTail>();
  readonly #resends = new Fifo<PendingPut>();
  /** Batches of earlier processes that were read and are not settled. */
  readonly #resent = new Set<Batch>();
  /** Ids that a batch of an earlier process holds. */
  readonly #claimed = new RangeSet();
  #running: Promise<void> | undefined;
  #isWaiting = false;
  #again = false;
  #isStopped = false;

  constructor(context: LoaderContext) {
    this.#context = context;
  }

  /** A tail of events behind `cursor`. */
  begin(writer: StreamWriter, isReplay: boolean, cursor: number): DiskTail {
    const tail = new DiskTail(writer, isReplay, cursor);
    this.#tails.add(tail);
    return tail;
  }

  /** Takes what earlier processes were about to put; nothing else is put on their streams before it. */
  resend(puts: readonly PendingPut[]): void {
    for (const put of puts) {
      this.#claimed.addAll(RangeSet.of(put.ranges).ranges());
      this.#context.writers.of(put).hold();
      this.#resends.push(put);
    }
  }

  follow(flush: Flush): void {
    for (const tail of this.#tails) tail.follow(flush);
    this.kick();
  }

  /** Has `flush` wait for what earlier processes left. */
  followReplays(flush: Flush): void {
    if (this.#isStopped) return;
    for (const tail of this.#tails) if (tail.isReplay) tail.follow(flush);
    this.kick();
  }

  /** There may be room, or more to read. */
  kick(settled?: Batch): void {
    if (settled) this.#resent.delete(settled);
    if (this.#isStopped || (this.#tails.size === 0 && this.#resends.length === 0)) return;
    this.#again = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      if (this.#again && !this.#isWaiting) this.kick();
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

  async #run(): Promise<void> {
    while (this.#again && !this.#isStopped) {
      this.#again = false;
      try {
        while (await this.#loadResend());
        while (await this.#pass());
      } catch {
        // Too many files are open, or memory is short: the events stay where they are for the moment.
        this.#isWaiting = true;
        this.#context.clock.setTimer(() => {
          this.#isWaiting = false;
          this.kick();
        }, RETRY_MS);
        break;
      }
    }
  }

  /** Reads one batch that an earlier process was about to put. @returns whether there was one, and room for it */
  async #loadResend(): Promise<boolean> {
    const { budget, spool, writers } = this.#context;
    let held = 0;
    for (const { bytes } of this.#resent) held += bytes;
    if (this.#isStopped || held > budget.maxBytes / 4) return false;
    const put = this.#resends.peek();
    if (!put) return false;
    const events = new Map<number, SpooledEvent>();
    const wanted = RangeSet.of(put.ranges);
    const last = wanted.last ?? 0;
    for await (const read of spool.read({ afterId: (wanted.first ?? 1) - 1, maxBytes: READ_BYTES })) {
      for (const event of read) if (wanted.has(event.id)) events.set(event.id, event);
      if (read[read.length - 1].id >= last) break;
    }
    const writer = writers.of(put);
    if (this.#isStopped) return false;
    this.#resends.shift();
    const batch = this.#restore(put, events, wanted.count, writer);
    if (batch) this.#resent.add(batch);
    writer.resend(batch);
    return true;
  }

  #restore(
    put: PendingPut,
    events: ReadonlyMap<number, SpooledEvent>,
    expected: number,
    writer: StreamWriter,
  ): Batch | undefined {
    const { budget, onLoaded, isGone } = this.#context;
    const batch = new Batch({ maxBytes: Number.POSITIVE_INFINITY, maxEvents: Number.POSITIVE_INFINITY });
    const split: SplitState = { split: undefined };
    for (const [from, to] of put.ranges) {
      for (let id = from; id <= to; id++) {
        const event = events.get(id);
        if (!event || isGone(id)) continue;
        const size = event.messageBytes + EVENT_OVERHEAD_BYTES;
        batch.append(event.message, event.timestamp, size, noteOf(event, split), id);
      }
    }
    if (batch.length === 0) return undefined;
    budget.take(batch.bytes);
    onLoaded(batch.weight);
    batch.freeze();
    batch.attempts = 1;
    for (let n = put.ambiguousPuts; n >= 0; n--) batch.mayBeStoredUnder(put.sequenceToken ?? null);
    batch.resendUnder = put.sequenceToken ?? null;
    // Not the batch that was put, or not the next one on its stream any more: no token can tell.
    if (!put.isIntact || batch.length < expected || writer.hasPut) batch.ambiguousTwice = true;
    const { replayTail } = writer;
    if (replayTail) {
      replayTail.events -= batch.weight;
      replayTail.movedOn(0, batch.weight, batch);
    }
    return batch;
  }

  /** Reads on from the stream that is furthest behind. @returns whether that brought anything */
  async #pass(): Promise<boolean> {
    const { clock, spool, budget, bytesPerStream } = this.#context;
    if (this.#isStopped) return false;
    const room = new Map<DiskTail, number>();
    let first: DiskTail | undefined;
    for (const tail of this.#tails) {
      // What an earlier process was about to put comes first; and a flush must not take it for lost.
      if (tail.writer.isHeld) continue;
      // A stream that fails would only take the memory of the others.
      if (tail.writer.isFailing && !tail.writer.isIdle) continue;
      const bytes = bytesPerStream - tail.writer.bytesIn(tail.isReplay);
      if (bytes <= 0) continue;
      room.set(tail, bytes);
      if (!first || tail.cursor < first.cursor) first = tail;
    }
    if (!first) return false;
    const { writtenThrough } = spool;
    const full = new Set<DiskTail>();
    const tooOld = new Map<DiskTail, SpooledEvent[]>();
    const oldest = clock.now() - MAX_EVENT_AGE_MS;
    let loaded = 0;
    let position = first.cursor;
    let isAtEnd = true;
    const isDone = () => {
      for (const tail of room.keys()) {
        if (!full.has(tail) && tail.cursor <= position && position < tail.through) return false;
      }
      return true;
    };
    for await (const read of spool.read({ afterId: first.cursor, maxBytes: READ_BYTES })) {
      if (this.#isStopped) return false;
      for (const event of read) {
        const { id } = event;
        const isReplay = this.#context.isRecovered(id);
        // Ids are written out of turn when one file is left and the next one begun; the gap is read later.
        if (!isReplay && id > writtenThrough) continue;
        position = id;
        const tail = this.#tailOf(event, isReplay);
        if (!tail || id <= tail.cursor || full.has(tail)) continue;
        const bytes = room.get(tail);
        if (bytes === undefined || this.#claimed.has(id) || this.#context.isGone(id)) continue;
        const size = event.messageBytes + EVENT_OVERHEAD_BYTES;
        const hasNothing = bytes === bytesPerStream;
        if (!hasNothing && (bytes < size || !budget.fits(size))) {
          full.add(tail);
          continue;
        }
        loaded++;
        if (isReplay && event.timestamp < oldest) {
          tooOld.set(tail, [...(tooOld.get(tail) ?? []), event]);
          this.#settleTooOld(tail, event);
          continue;
        }
        room.set(tail, bytes - size);
        this.#load(tail, event, size);
      }
      if (isDone()) {
        isAtEnd = false;
        break;
      }
    }
    if (this.#isStopped) return false;
    this.#reportTooOld(tooOld);
    let ended = 0;
    for (const tail of room.keys()) {
      const isFull = full.has(tail);
      const end = tail.isReplay ? tail.through : writtenThrough;
      const seen = isFull ? tail.cursor : isAtEnd ? end : Math.min(position, end);
      // Whoever waits for the last of these events does not wait for company of theirs.
      if (tail.passed(seen) || (isFull && !tail.writer.hasDue)) tail.writer.sealLive();
      if (tail.isReplay) tail.writer.replayLane(this.#gate).seal();
      if (!tail.isOver) continue;
      ended++;
      this.#tails.delete(tail);
      tail.writer.tailEnded(tail);
    }
    return loaded > 0 || ended > 0;
  }

  #tailOf(event: SpooledEvent, isReplay: boolean): DiskTail | undefined {
    const writer = this.#context.writers.of(event);
    return isReplay ? writer.replayTail : writer.tail;
  }

  /** Gives an event that was read to its stream. */
  #load(tail: DiskTail, event: SpooledEvent, size: number): void {
    const { budget, onLoaded } = this.#context;
    const { id, message, timestamp } = event;
    const note = noteOf(event, tail);
    const weight = weightOf(event);
    tail.cursor = id;
    tail.events -= weight;
    onLoaded(weight);
    budget.take(size);
    const batch = tail.isReplay
      ? tail.writer.replayLane(this.#gate).append(message, timestamp, size, note, id)
      : tail.writer.append(message, timestamp, size, note, id);
    tail.movedOn(id, weight, batch);
  }

  /** CloudWatch Logs takes nothing that is older than 14 days, so it is not asked. */
  #settleTooOld(tail: DiskTail, event: SpooledEvent): void {
    const { accounts, onLoaded, spool } = this.#context;
    const weight = weightOf(event);
    tail.cursor = event.id;
    tail.events -= weight;
    onLoaded(weight);
    accounts.settleOne(noteOf(event, tail), 'tooOld');
    spool.acknowledge([[event.id, event.id]]);
    tail.movedOn(event.id, weight, 'tooOld');
  }

  #reportTooOld(tooOld: ReadonlyMap<DiskTail, readonly SpooledEvent[]>): void {
    const { diagnostics } = this.#context;
    for (const [{ writer }, read] of tooOld) {
      const events = read.reduce((sum, event) => sum + weightOf(event), 0);
      const bytes = read.reduce((sum, { messageBytes }) => sum + messageBytes + EVENT_OVERHEAD_BYTES, 0);
      if (diagnostics.wants('drop')) {
        diagnostics.emit('drop', { ...writer.target, reason: 'tooOld', events, bytes });
      }
      const { logGroupName, logStreamName } = writer.target;
      diagnostics.warn({
        code: 'rejected',
        message:
          `${events} event(s) in the spool for log stream "${logStreamName}" of log group "${logGroupName}" ` +
          'are older than 14 days, which CloudWatch Logs does not take; they were given up.',
        ...writer.target,
      });
    }
  }
}

/** Where the parts of an event are put together again; a tail is one. */
interface SplitState {
  split: SplitEvent | undefined;
}

/** The note of an event that was read: what follows the parts of a split event in its stream is the last of them. */
function noteOf({ flags }: SpooledEvent, state: SplitState): Note | undefined {
  if ((flags & PART_FLAG) !== 0) {
    state.split ??= { worst: undefined, counted: undefined };
    return { kind: 'part', event: state.split, last: false };
  }
  const event = state.split;
  if (!event) return undefined;
  state.split = undefined;
  return { kind: 'part', event, last: true };
}

function weightOf({ flags }: SpooledEvent): number {
  return (flags & PART_FLAG) === 0 ? 1 : 0;
}
