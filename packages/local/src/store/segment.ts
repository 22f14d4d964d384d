import { lastNotAbove } from './binary-search.js';

/** A put of this size or more gets a segment of its own; smaller ones share one until it is this full. */
const SHARED_BYTES = 256 * 1024;
const FIRST_BYTES = 1024;
const FIRST_EVENTS = 8;

/**
 * The timestamps and the UTF-8 text of some events that arrived one after the other in a stream. Outside the JavaScript
 * heap, where a message takes its bytes and no more and no garbage collection walks over it.
 */
export class Segment {
  /** The slot of the first event. */
  readonly firstSlot: number;
  count = 0;
  #timestamps = new Float64Array(FIRST_EVENTS);
  /** Where the text of each event ends. */
  #ends = new Uint32Array(FIRST_EVENTS);
  #text: Buffer = Buffer.alloc(0);
  #bytes = 0;

  constructor(firstSlot: number) {
    this.firstSlot = firstSlot;
  }

  /** Whether `bytes` more of text belong in here. An empty segment takes what it gets. */
  takes(bytes: number): boolean {
    return this.count === 0 || this.#bytes + bytes <= SHARED_BYTES;
  }

  timestampAt(slot: number): number {
    return this.#timestamps[slot - this.firstSlot] ?? 0;
  }

  messageAt(slot: number): string {
    const index = slot - this.firstSlot;
    const from = index === 0 ? 0 : (this.#ends[index - 1] ?? 0);
    return this.#text.toString('utf8', from, this.#ends[index]);
  }

  /** UTF-8 bytes of a message. */
  bytesAt(slot: number): number {
    const index = slot - this.firstSlot;
    return (this.#ends[index] ?? 0) - (index === 0 ? 0 : (this.#ends[index - 1] ?? 0));
  }

  /** The slots of the events that have this text, or undefined when there are more than `most`. */
  slotsWith(text: Buffer, most: number): ReadonlySet<number> | undefined {
    const used = this.#text.subarray(0, this.#bytes);
    const slots = new Set<number>();
    for (let at = used.indexOf(text); at >= 0; ) {
      const index = lastNotAbove(this.count, (event) => this.#ends[event] ?? 0, at) + 1;
      const end = this.#ends[index] ?? 0;
      const isWithin = at + text.length <= end; // else it began in one event and ended in the next
      if (isWithin && slots.add(this.firstSlot + index).size > most) return undefined;
      at = used.indexOf(text, isWithin ? end : at + 1);
    }
    return slots;
  }

  /** Adds events whose messages have these bytes, `overhead` of each left out. */
  append(
    events: readonly { readonly timestamp: number; readonly message: string }[],
    sizes: Uint32Array,
    from: number,
    to: number,
    overhead: number,
  ): void {
    let bytes = 0;
    for (let index = from; index < to; index++) bytes += (sizes[index] ?? 0) - overhead;
    this.#reserve(to - from, bytes);
    const joined = joinMessages(events, from, to);
    // One write for all, unless two halves of a surrogate pair in neighbouring messages became one character.
    const atOnce = this.#text.write(joined, this.#bytes, 'utf8') === bytes;
    for (let index = from; index < to; index++) {
      const event = events[index];
      if (event === undefined) break;
      if (!atOnce) this.#text.write(event.message, this.#bytes, 'utf8');
      this.#bytes += (sizes[index] ?? 0) - overhead;
      this.#timestamps[this.count] = event.timestamp;
      this.#ends[this.count] = this.#bytes;
      this.count += 1;
    }
  }

  /** Gives back what was reserved and not needed. */
  seal(): void {
    if (this.#text.length > this.#bytes) this.#text = copyOf(this.#text, this.#bytes, this.#bytes);
    if (this.#timestamps.length > this.count) {
      this.#timestamps = this.#timestamps.slice(0, this.count);
      this.#ends = this.#ends.slice(0, this.count);
    }
  }

  #reserve(events: number, bytes: number): void {
    const needed = this.#bytes + bytes;
    if (needed > this.#text.length) {
      const doubled = Math.min(SHARED_BYTES, Math.max(FIRST_BYTES, this.#text.length * 2));
      this.#text = copyOf(this.#text, this.#bytes, Math.max(needed, doubled));
    }
    if (this.count + events > this.#timestamps.length) {
      const length = Math.max(this.count + events, this.#timestamps.length * 2);
      const timestamps = new Float64Array(length);
      timestamps.set(this.#timestamps);
      this.#timestamps = timestamps;
      const ends = new Uint32Array(length);
      ends.set(this.#ends);
      this.#ends = ends;
    }
  }
}

function joinMessages(events: readonly { readonly message: string }[], from: number, to: number): string {
  let joined = '';
  for (let index = from; index < to; index++) joined += events[index]?.message ?? '';
  return joined;
}

function copyOf(buffer: Buffer, used: number, length: number): Buffer {
  const copy = Buffer.allocUnsafeSlow(length);
  buffer.copy(copy, 0, 0, used);
  return copy;
}
