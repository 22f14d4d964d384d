import { lastNotAbove } from './binary-search.js';
import { ReadingOrder } from './reading-order.js';
import { Segment } from './segment.js';
import type { TokenHistory } from './sequence-tokens.js';
import type { TextSearch } from './text-search.js';

/** An event as a put brings it. */
export interface NewEvent {
  /** Its time, in milliseconds since 1970. */
  readonly timestamp: number;
  /** Its text. */
  readonly message: string;
}

/** A log event as it is read. `arrival` numbers all events of an endpoint in the order in which they were stored. */
export interface KeptEvent extends NewEvent {
  readonly ingestionTime: number;
  readonly arrival: number;
  /** Accounted bytes: UTF-8 and 26. */
  readonly bytes: number;
  readonly logStreamName: string;
}

/** A place between two events in reading order: by timestamp, then by arrival. */
export interface Position {
  readonly timestamp: number;
  readonly arrival: number;
}

/** Every event costs its UTF-8 bytes and this much. */
export const EVENT_OVERHEAD_BYTES = 26;

/** The entity that a put said its events belong to. */
export interface Entity {
  /** The attributes that name it, such as `Type`, `Name` and `Environment`. */
  readonly keyAttributes: Readonly<Record<string, string>>;
  /** Further attributes, such as its platform. */
  readonly attributes: Readonly<Record<string, string>>;
}

/**
 * One log stream: its events, its token history and what DescribeLogStreams says about it. Every event has a slot, which
 * counts all that ever arrived in the stream, and a rank, which is its place in reading order among those still there.
 */
export class LogStream {
  readonly name: string;
  readonly creationTime: number;
  readonly tokens: TokenHistory = { expected: undefined, lastPut: undefined };
  /** Of the last put that named one. */
  entity: Entity | undefined;
  firstEventTimestamp: number | undefined;
  lastEventTimestamp: number | undefined;
  lastIngestionTime: number | undefined;
  bytes = 0;

  /** The slot of the oldest arrival that is still here, and the slot after the newest. */
  #head = 0;
  #end = 0;
  #segments: Segment[] = [];
  /** The segment that was used last: events are mostly read one after the other. */
  #near: Segment | undefined;
  /** Of each put its first slot, the arrival of its first event, and its time. */
  #putSlots: number[] = [];
  #putArrivals: number[] = [];
  #putTimes: number[] = [];
  /** Slots in reading order; undefined while that is their order of arrival. Brought up to date by who reads. */
  #order: ReadingOrder | undefined;
  #newestTimestamp = -1;

  constructor(name: string, creationTime: number) {
    this.name = name;
    this.creationTime = creationTime;
  }

  get size(): number {
    return this.#end - this.#head;
  }

  /** The slot of the event that would be evicted next, and the slot that the next event will get. */
  get slots(): { readonly head: number; readonly end: number } {
    return { head: this.#head, end: this.#end };
  }

  /** Adds `events[from..to)`, which are in chronological order; `sizes` holds what each counts. */
  append(
    events: readonly NewEvent[],
    sizes: Uint32Array,
    from: number,
    to: number,
    put: { readonly firstArrival: number; readonly ingestionTime: number },
  ): void {
    const first = events[from]?.timestamp ?? 0;
    const last = events[to - 1]?.timestamp ?? 0;
    const firstSlot = this.#end;
    let bytes = 0;
    for (let index = from; index < to; index++) bytes += sizes[index] ?? 0;
    this.#segmentFor(bytes - (to - from) * EVENT_OVERHEAD_BYTES).append(
      events,
      sizes,
      from,
      to,
      EVENT_OVERHEAD_BYTES,
    );
    this.#putSlots.push(firstSlot);
    this.#putArrivals.push(put.firstArrival);
    this.#putTimes.push(put.ingestionTime);
    this.#end += to - from;
    this.bytes += bytes;
    if (first < this.#newestTimestamp && this.#order === undefined) {
      this.#order = new ReadingOrder(this.#head, firstSlot);
    }
    this.#newestTimestamp = Math.max(this.#newestTimestamp, last);
    this.lastIngestionTime = put.ingestionTime;
    this.firstEventTimestamp = Math.min(this.firstEventTimestamp ?? first, first);
    this.lastEventTimestamp = Math.max(this.lastEventTimestamp ?? last, last);
  }

  /** The event at a rank. */
  at(rank: number): KeptEvent {
    return this.eventIn(this.#slotAt(rank));
  }

  timestampAt(rank: number): number {
    const slot = this.#slotAt(rank);
    return this.#segmentOf(slot).timestampAt(slot);
  }

  arrivalAt(rank: number): number {
    return this.#arrivalOf(this.#slotAt(rank));
  }

  /** Accounted bytes of the event at a rank. */
  bytesAt(rank: number): number {
    const slot = this.#slotAt(rank);
    return this.#segmentOf(slot).bytesAt(slot) + EVENT_OVERHEAD_BYTES;
  }

  /** Whether the event at a rank may have the text that is looked for. */
  mayHave(rank: number, search: TextSearch): boolean {
    const slot = this.#slotAt(rank);
    return search.mayBeIn(this.#segmentOf(slot), slot);
  }

  /** The rank of the first event that is not before `position`; `size` when all are. */
  rankOf(position: Position): number {
    let low = 0;
    let high = this.size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const timestamp = this.timestampAt(middle);
      const before =
        timestamp < position.timestamp ||
        (timestamp === position.timestamp && this.arrivalAt(middle) < position.arrival);
      if (before) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Removes the event that arrived first and answers its bytes, or 0 when there is none. */
  evictOldest(): number {
    if (this.size === 0) return 0;
    const slot = this.#head;
    const segment = this.#segmentOf(slot);
    const bytes = segment.bytesAt(slot) + EVENT_OVERHEAD_BYTES;
    this.#head += 1;
    this.bytes -= bytes;
    if (this.#head === segment.firstSlot + segment.count) this.#forgetSegment();
    return bytes;
  }

  /** The event of a slot, which must be here. */
  eventIn(slot: number): KeptEvent {
    const segment = this.#segmentOf(slot);
    const put = this.#putOf(slot);
    return {
      timestamp: segment.timestampAt(slot),
      message: segment.messageAt(slot),
      ingestionTime: this.#putTimes[put] ?? 0,
      arrival: (this.#putArrivals[put] ?? 0) + slot - (this.#putSlots[put] ?? 0),
      bytes: segment.bytesAt(slot) + EVENT_OVERHEAD_BYTES,
      logStreamName: this.name,
    };
  }

  /** The timestamp of the event that would be evicted next. */
  get oldestArrivalTimestamp(): number | undefined {
    return this.size === 0 ? undefined : this.#segmentOf(this.#head).timestampAt(this.#head);
  }

  discard(): void {
    this.#head = this.#end;
    this.#segments = [];
    this.#near = undefined;
    this.#order = undefined;
    this.#putSlots = [];
    this.#putArrivals = [];
    this.#putTimes = [];
    this.bytes = 0;
  }

  #segmentFor(bytes: number): Segment {
    const last = this.#segments.at(-1);
    if (last?.takes(bytes)) return last;
    last?.seal();
    const segment = new Segment(this.#end);
    this.#segments.push(segment);
    return segment;
  }

  #forgetSegment(): void {
    this.#segments.shift();
    this.#near = undefined;
    const put = this.size === 0 ? this.#putSlots.length : this.#putOf(this.#head);
    this.#putSlots.splice(0, put);
    this.#putArrivals.splice(0, put);
    this.#putTimes.splice(0, put);
  }

  #slotAt(rank: number): number {
    if (this.#order === undefined) return this.#head + rank;
    if (!this.#order.isOf(this.#head, this.#end)) {
      this.#order.update(this.#head, this.#end, this.#putSlots, (slot) =>
        this.#segmentOf(slot).timestampAt(slot),
      );
    }
    return this.#order.slotAt(rank);
  }

  #segmentOf(slot: number): Segment {
    const near = this.#near;
    if (near !== undefined && slot >= near.firstSlot && slot < near.firstSlot + near.count) return near;
    const index = lastNotAbove(this.#segments.length, (at) => this.#segments[at]?.firstSlot ?? 0, slot);
    const found = this.#segments[index];
    if (found === undefined) throw new Error(`There is no event in slot ${slot}.`);
    this.#near = found;
    return found;
  }

  #putOf(slot: number): number {
    return lastNotAbove(this.#putSlots.length, (at) => this.#putSlots[at] ?? 0, slot);
  }

  #arrivalOf(slot: number): number {
    const put = this.#putOf(slot);
    return (this.#putArrivals[put] ?? 0) + slot - (this.#putSlots[put] ?? 0);
  }
}
