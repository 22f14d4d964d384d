import type { MemoryBudget } from '../accounts/memory-budget.js';
import { EVENT_OVERHEAD_BYTES, MAX_EVENT_AGE_MS } from '../options/limits.js';
import type { SpooledEvent } from '../spool/spool.js';
import type { ReplayGate } from '../stream/replay-lane.js';
import type { StreamWriters } from '../stream/stream-writers.js';
import type { Clock } from '../time/clock.js';
import type { DiskTail, DiskTails } from './disk-tail.js';
import { noteOf, weightOf } from './spooled-parts.js';
import { type TooOldContext, TooOldEvents } from './too-old-events.js';

/** What a pass needs. */
export interface TailPassContext extends TooOldContext {
  readonly clock: Clock;
  readonly budget: MemoryBudget;
  readonly writers: StreamWriters;
  readonly gate: ReplayGate;
  readonly tails: DiskTails;
  /** Most bytes of a stream, in each of its lanes, that are read back at a time. */
  readonly bytesPerStream: number;
  /** Whether an id is of an event that an earlier process left. */
  readonly isRecovered: (id: number) => boolean;
  /** Whether an event is not to be read: another batch has it, or it was dropped while it was read. */
  readonly isSpokenFor: (id: number) => boolean;
  readonly isStopped: () => boolean;
}

const READ_BYTES = 256 * 1024;

/** What a pass achieved. */
export interface TailPassResult {
  /** Whether it brought anything. */
  readonly hasRead: boolean;
  /** Tails of which nothing is left. */
  readonly ended: readonly DiskTail[];
}

/**
 * Reads on from the stream that is furthest behind, and gives events to all streams that have room. A stream without
 * room keeps its place and does not hold up the others.
 */
export class TailPass {
  readonly #context: TailPassContext;
  /** Bytes that each stream has room for. */
  readonly #room = new Map<DiskTail, number>();
  readonly #full = new Set<DiskTail>();
  readonly #tooOld: TooOldEvents;
  readonly #oldest: number;
  readonly #writtenThrough: number;
  #loaded = 0;
  #position = Number.POSITIVE_INFINITY;

  constructor(context: TailPassContext) {
    const { clock, spool, bytesPerStream, tails } = context;
    this.#context = context;
    this.#tooOld = new TooOldEvents(context);
    this.#oldest = clock.now() - MAX_EVENT_AGE_MS;
    this.#writtenThrough = spool.writtenThrough;
    for (const tail of tails) {
      // What an earlier process was about to put comes first; and a flush must not take it for lost.
      if (tail.writer.isHeld) continue;
      // A stream that fails would only take the memory of the others.
      if (tail.writer.isFailing && !tail.writer.isIdle) continue;
      const bytes = bytesPerStream - tail.writer.bytesIn(tail.isReplay);
      if (bytes <= 0) continue;
      this.#room.set(tail, bytes);
      this.#position = Math.min(this.#position, tail.cursor);
    }
  }

  async run(): Promise<TailPassResult> {
    const { spool, isStopped } = this.#context;
    const nothing = { hasRead: false, ended: [] };
    if (this.#room.size === 0) return nothing;
    let isAtEnd = true;
    for await (const read of spool.read({ afterId: this.#position, maxBytes: READ_BYTES })) {
      if (isStopped()) return nothing;
      for (const event of read) this.#take(event);
      this.#tooOld.acknowledge();
      if (this.#isDone) {
        isAtEnd = false;
        break;
      }
    }
    if (isStopped()) return nothing;
    this.#tooOld.report();
    const ended = this.#passed(isAtEnd);
    return { hasRead: this.#loaded > 0 || ended.length > 0, ended };
  }

  /** Whether nothing behind the present position is wanted. */
  get #isDone(): boolean {
    for (const tail of this.#room.keys()) {
      if (!this.#full.has(tail) && tail.cursor <= this.#position && this.#position < tail.through)
        return false;
    }
    return true;
  }

  #take(event: SpooledEvent): void {
    const { writers, tails, budget, bytesPerStream, isRecovered, isSpokenFor } = this.#context;
    const { id } = event;
    const isReplay = isRecovered(id);
    // Ids are written out of turn when one file is left and the next one begun; the gap is read later.
    if (!isReplay && id > this.#writtenThrough) return;
    this.#position = id;
    const writer = writers.of(event);
    const tail = isReplay ? tails.replay(writer) : tails.live(writer);
    if (!tail || id <= tail.cursor || this.#full.has(tail)) return;
    const bytes = this.#room.get(tail);
    if (bytes === undefined || isSpokenFor(id)) return;
    const size = event.messageBytes + EVENT_OVERHEAD_BYTES;
    const hasNothing = bytes === bytesPerStream;
    if (!hasNothing && (bytes < size || !budget.fits(size))) {
      this.#full.add(tail);
      return;
    }
    this.#loaded++;
    if (isReplay && event.timestamp < this.#oldest) {
      this.#tooOld.add(tail, event);
      return;
    }
    this.#room.set(tail, bytes - size);
    this.#load(tail, event, size);
  }

  /** Gives an event that was read to its stream. */
  #load(tail: DiskTail, event: SpooledEvent, size: number): void {
    const { budget, count, gate, spool } = this.#context;
    const { id, message, timestamp } = event;
    const { writer, isReplay } = tail;
    const note = noteOf(event, tail);
    const weight = weightOf(event);
    count.remove(weight);
    budget.take(size);
    if (isReplay && id > tail.directoryEnd) {
      // A put is noted, and settled, in one ledger: in several it would be done in one and open in another for a while.
      writer.replayLane(gate).seal();
      tail.directoryEnd = spool.lastIdBeside(id);
    }
    const lane = isReplay ? writer.replayLane(gate) : writer;
    tail.read(id, weight, lane.append(message, timestamp, size, note, id));
  }

  /** Tells tails how far they were read. @returns those of which nothing is left */
  #passed(isAtEnd: boolean): DiskTail[] {
    const { gate } = this.#context;
    const ended: DiskTail[] = [];
    for (const tail of this.#room.keys()) {
      const isFull = this.#full.has(tail);
      const end = tail.isReplay ? tail.through : this.#writtenThrough;
      const seen = isFull ? tail.cursor : isAtEnd ? end : Math.min(this.#position, end);
      // Whoever waits for the last of these events does not wait for company of theirs.
      if (tail.passed(seen) || (isFull && !tail.writer.hasDue)) tail.writer.sealLive();
      if (tail.isReplay) tail.writer.replayLane(gate).seal();
      if (tail.isOver) ended.push(tail);
    }
    return ended;
  }
}
