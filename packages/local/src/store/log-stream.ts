import { Segment } from './segment.js';
import type { TokenHistory } from './sequence-tokens.js';

/** What a put adds. */
export interface NewEvent {
  readonly timestamp: number;
  readonly message: string;
}

/** A log event as it is read. `arrival` numbers all events of an endpoint in the order in which they were stored. */
export interface KeptEvent extends NewEvent {
  readonly ingestionTime: number;
  readonly arrival: number;
  /** What it counts: its UTF-8 bytes and 26. */
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
  readonly keyAttributes: Readonly<Record<string, string>>;
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
  /** Slots in reading order, once that is not their order of arrival; those before `#head` are gone. */
  #order: Uint32Array | undefined;
  /** How much of `#order` is in use. */
  #ordered = 0;
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
    this.#takeIntoOrder(firstSlot, first);
    this.#newestTimestamp = Math.max(this.#newestTimestamp, last);
    this.lastIngestionTime = put.ingestionTime;
    this.firstEventTimestamp = Math.min(this.firstEventTimestamp ?? first, first);
    this.lastEventTimestamp = Math.max(this.lastEventTimestamp ?? last, last);
  }

  /** The event at a rank. */
  at(rank: number): KeptEvent {
    const slot = this.#slotAt(rank);
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

  timestampAt(rank: number): number {
    const slot = this.#slotAt(rank);
    return this.#segmentOf(slot).timestampAt(slot);
  }

  arrivalAt(rank: number): number {
    return this.#arrivalOf(this.#slotAt(rank));
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

  /** The timestamp of the event that would be evicted next. */
  get oldestArrivalTimestamp(): number | undefined {
    return this.size === 0 ? undefined : this.#segmentOf(this.#head).timestampAt(this.#head);
  }

  discard(): void {
    this.#head = this.#end;
    this.#segments = [];
    this.#near = undefined;
    this.#order = undefined;
    this.#ordered = 0;
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
    const order = this.#currentOrder();
    return order === undefined ? this.#head + rank : (order[rank] ?? 0);
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

  /** The order without what was evicted since it was made. */
  #currentOrder(): Uint32Array | undefined {
    const order = this.#order;
    if (order === undefined || this.#ordered === this.size) return order;
    let kept = 0;
    for (let at = 0; at < this.#ordered; at++) {
      const slot = order[at] ?? 0;
      if (slot >= this.#head) order[kept++] = slot;
    }
    this.#ordered = kept;
    return order;
  }

  /** Merges the events from `firstSlot` on, which are in order among themselves, into the order of the others. */
  #takeIntoOrder(firstSlot: number, firstTimestamp: number): void {
    const count = this.#end - firstSlot;
    const before = firstSlot - this.#head;
    if (this.#order === undefined) {
      if (firstTimestamp >= this.#newestTimestamp || before === 0) return;
      const head = this.#head;
      this.#order = Uint32Array.from({ length: before }, (_, index) => head + index);
      this.#ordered = before;
    }
    if (this.#ordered + count > this.#order.length) {
      const larger = new Uint32Array(Math.max(this.#ordered + count, this.#order.length * 2));
      larger.set(this.#order);
      this.#order = larger;
    }
    const order = this.#order;
    const timeOf = (slot: number): number => this.#segmentOf(slot).timestampAt(slot);
    // Equal timestamps stay in order of arrival, so what was there comes first. Evicted slots have no time any more:
    // they are passed over, and left out of the tail.
    const isBehind = (slot: number): boolean => slot < this.#head || timeOf(slot) > firstTimestamp;
    let at = this.#ordered;
    while (at > 0 && isBehind(order[at - 1] ?? 0)) at -= 1;
    const tail = order.slice(at, this.#ordered).filter((slot) => slot >= this.#head);
    let fromTail = 0;
    for (let slot = firstSlot; slot < this.#end; slot++) {
      const time = timeOf(slot);
      while (fromTail < tail.length && timeOf(tail[fromTail] ?? 0) <= time)
        order[at++] = tail[fromTail++] ?? 0;
      order[at++] = slot;
    }
    order.set(tail.subarray(fromTail), at);
    this.#ordered = at + tail.length - fromTail;
  }
}

/** The last index whose value is not above `limit`, in values that never decrease; -1 when the first is above it. */
function lastNotAbove(length: number, valueAt: (index: number) => number, limit: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (valueAt(middle) <= limit) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
