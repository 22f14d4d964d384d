import type { Flush } from '../accounts/flush.js';
import type { Batch } from '../batch/batch.js';
import type { Fate } from '../batch/fate.js';
import type { SplitEvent } from '../batch/note.js';
import type { Target } from '../cloudwatch/sink.js';
import type { StreamWriter } from '../stream/stream-writer.js';

/** A flush that waits for events of a tail. */
export interface TailFollower {
  readonly flush: Flush;
  /** Id of the last event that it waits for. */
  readonly through: number;
  /** Events that were only on disk when it began, and still are. */
  events: number;
}

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
  /** Events that were not read back, as the application gave them. */
  events = 0;
  /** The event whose parts are being read. */
  split: SplitEvent | undefined;
  followers: TailFollower[] = [];

  constructor(writer: StreamWriter, isReplay: boolean, cursor: number) {
    this.writer = writer;
    this.isReplay = isReplay;
    this.cursor = cursor;
    this.through = cursor;
  }

  get isOver(): boolean {
    return this.cursor >= this.through;
  }

  /** Has `flush` wait for what is there now. */
  follow(flush: Flush): void {
    this.followers = this.followers.filter((follower) => !follower.flush.isOver);
    this.followers.push({ flush, through: this.through, events: this.events });
    flush.follow(this.events);
  }

  /** An event was read back: it is in a batch now, or met its fate. */
  read(id: number, weight: number, to: Batch | Fate): void {
    this.cursor = id;
    this.events -= weight;
    this.movedOn(id, weight, to);
  }

  /** An event that flushes may wait for left the disk: it is in a batch now, or met its fate. */
  movedOn(id: number, weight: number, to: Batch | Fate): void {
    for (const follower of this.followers) {
      const { flush, through } = follower;
      if (id > through) continue;
      follower.events -= weight;
      if (typeof to === 'string') flush.settled(to, weight);
      else if (!to.observers?.includes(flush)) {
        to.observe(flush);
        flush.follow(0);
      }
    }
  }

  /** Everything up to `id` was read; tells whoever waited for it. @returns whether somebody did */
  passed(id: number): boolean {
    if (id > this.cursor) this.cursor = id;
    if (this.followers.length === 0) return false;
    const done = this.followers.filter(({ through }) => through <= this.cursor);
    if (done.length === 0) return false;
    this.followers = this.followers.filter((follower) => !done.includes(follower));
    for (const { flush, events } of done) {
      // What was not found was given up: the spool was full, or files were damaged.
      flush.settled('overflow', events);
      flush.finished(0);
    }
    return true;
  }

  /** Nothing more will be read: whoever waits is told that what is left stays on disk. */
  leave(): void {
    for (const { flush } of this.followers) flush.finished(0);
    this.followers = [];
  }
}

/** The tails of all streams: of each stream one of its own events, and one of what earlier processes left. */
export class DiskTails {
  readonly #live = new Map<Target, DiskTail>();
  readonly #replay = new Map<Target, DiskTail>();

  get size(): number {
    return this.#live.size + this.#replay.size;
  }

  *[Symbol.iterator](): IterableIterator<DiskTail> {
    yield* this.#live.values();
    yield* this.#replay.values();
  }

  live({ target }: StreamWriter): DiskTail | undefined {
    return this.#live.get(target);
  }

  replay({ target }: StreamWriter): DiskTail | undefined {
    return this.#replay.get(target);
  }

  has(target: Target): boolean {
    return this.#live.has(target) || this.#replay.has(target);
  }

  /** The tail of a stream, which begins behind `cursor` if there is none yet. */
  begin(writer: StreamWriter, isReplay: boolean, cursor: number): DiskTail {
    const tails = isReplay ? this.#replay : this.#live;
    let tail = tails.get(writer.target);
    if (!tail) {
      tail = new DiskTail(writer, isReplay, cursor);
      tails.set(writer.target, tail);
    }
    return tail;
  }

  /** A tail was read to its end: new events stay in memory again. */
  ended(tail: DiskTail): void {
    (tail.isReplay ? this.#replay : this.#live).delete(tail.writer.target);
  }
}
