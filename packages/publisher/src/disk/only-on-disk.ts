import type { Flush, Flushes } from '../accounts/flush.js';
import type { SplitEvent } from '../batch/note.js';
import type { Target } from '../cloudwatch/sink.js';
import type { StreamWriter } from '../stream/stream-writer.js';
import type { IdRange } from '../structures/range-set.js';

/**
 * The events of a stream that are only on disk: all that were appended behind `cursor`. While a stream has a tail,
 * its new events go to disk too, behind the others, so that its order is kept.
 */
export class DiskTail {
  readonly writer: StreamWriter;
  /** Whether it holds what earlier processes left; new events go by. */
  readonly isReplay: boolean;
  /** Events up to this id were read back. */
  cursor: number;
  /** Id of the last event. */
  through: number;
  /** Of recovered events: the last id of the directory that is being read. */
  directoryEnd = 0;
  /** The event whose parts are being read. */
  split: SplitEvent | undefined;
  /** Reading went on without it, as it had no room. */
  isParked = false;

  constructor(writer: StreamWriter, isReplay: boolean, cursor: number) {
    this.writer = writer;
    this.isReplay = isReplay;
    this.cursor = cursor;
    this.through = cursor;
  }

  get isOver(): boolean {
    return this.cursor >= this.through;
  }
}

/** The ids that a flush waits for: up to these of its own events, and of those that earlier processes left. */
interface FlushedIds {
  readonly own: number;
  recovered: number;
}

/**
 * Everything that is only on disk: how many events there are, in which streams, and in which epoch each was received.
 * The only owner of these facts.
 */
export class OnlyOnDisk {
  readonly #flushes: Flushes;
  readonly #isRecovered: (id: number) => boolean;
  readonly #live = new Map<Target, DiskTail>();
  readonly #replay = new Map<Target, DiskTail>();
  readonly #flushed = new WeakMap<Flush, FlushedIds>();
  readonly #now: () => number;
  #events = 0;
  #since = Number.POSITIVE_INFINITY;
  #lastId = 0;
  #lastRecoveredId = 0;

  /** @param now the clock of waits */
  constructor(flushes: Flushes, isRecovered: (id: number) => boolean, now: () => number) {
    this.#now = now;
    this.#flushes = flushes;
    this.#isRecovered = isRecovered;
  }

  /** As the application gave them. */
  get events(): number {
    return this.#events;
  }

  /** Since when there have been some without a break; `Infinity` when there are none. */
  get since(): number {
    return this.isEmpty ? Number.POSITIVE_INFINITY : this.#since;
  }

  get isEmpty(): boolean {
    return this.#live.size + this.#replay.size === 0;
  }

  tails(isReplay: boolean): ReadonlyMap<Target, DiskTail> {
    return isReplay ? this.#replay : this.#live;
  }

  live({ target }: StreamWriter): DiskTail | undefined {
    return this.#live.get(target);
  }

  has(target: Target): boolean {
    return this.#live.has(target) || this.#replay.has(target);
  }

  /** An event is on disk, and nowhere else; `weight` is 0 for a part that does not count. */
  add(writer: StreamWriter, id: number, weight: number): void {
    const tail = this.#begin(this.#live, writer, false, id - 1);
    tail.through = id;
    this.#events += weight;
  }

  /** Events of a stream were found, with ids from `first` to `last`. */
  recover(writer: StreamWriter, first: number, last: number, events: number): void {
    const tail = this.#begin(this.#replay, writer, true, first - 1);
    tail.through = Math.max(tail.through, last);
    this.#events += events;
    this.#lastRecoveredId = Math.max(this.#lastRecoveredId, last);
  }

  /** Events that are kept at the end are only on disk from now on. */
  keep(events: number): void {
    this.#events += events;
  }

  /** Events are in memory now. */
  load(events: number): void {
    this.#events -= events;
  }

  /** An event on disk was given up. */
  giveUp(id: number, weight: number): void {
    this.#events -= weight;
    this.#flushes.dropped(this.epochOf(id), weight);
  }

  /** Events on disk were given up; `weigh` tells how many some of their ids stand for. */
  giveUpRanges(ranges: readonly IdRange[], weigh: (ranges: readonly IdRange[]) => number): number {
    const events = weigh(ranges);
    this.#events -= events;
    for (const flush of [...this.#flushes]) {
      const own = this.#flushed.get(flush);
      if (!own) continue;
      const within = ranges.flatMap(([from, to]): IdRange[] => {
        const end = Math.min(to, this.#isRecovered(from) ? own.recovered : own.own);
        return end < from ? [] : [[from, end]];
      });
      flush.settled(0, weigh(within));
      flush.check();
    }
    return events;
  }

  /** A tail was read to its end: new events of its stream stay in memory again. */
  ended(tail: DiskTail): void {
    (tail.isReplay ? this.#replay : this.#live).delete(tail.writer.target);
  }

  /** An event has this id, and is on disk at least. */
  appended(id: number): void {
    this.#lastId = id;
  }

  /** A flush waits for everything that is here now. */
  flushing(flush: Flush): void {
    this.#flushed.set(flush, { own: this.#lastId, recovered: this.#lastRecoveredId });
  }

  /** A flush that began before it was known what earlier processes left waits for that too. */
  flushesRecovered(flush: Flush, events: number): void {
    flush.addPending(events);
    const own = this.#flushed.get(flush);
    if (own) own.recovered = this.#lastRecoveredId;
  }

  /** The epoch in which an event was received, as far as it matters to the flushes that wait. */
  epochOf(id: number): number {
    for (const flush of this.#flushes) {
      const own = this.#flushed.get(flush);
      if (own && id <= (this.#isRecovered(id) ? own.recovered : own.own)) return flush.epoch;
    }
    return this.#flushes.epoch;
  }

  #begin(tails: Map<Target, DiskTail>, writer: StreamWriter, isReplay: boolean, cursor: number): DiskTail {
    let tail = tails.get(writer.target);
    if (!tail) {
      if (this.isEmpty) this.#since = this.#now();
      tail = new DiskTail(writer, isReplay, cursor);
      tails.set(writer.target, tail);
    }
    return tail;
  }
}
