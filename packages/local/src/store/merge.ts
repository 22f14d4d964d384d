import type { KeptEvent, LogStream, Position } from './log-stream.js';
import type { TextSearch } from './text-search.js';

/** Which events are read, in which order. */
export interface Range {
  /** The first place and the place behind the last. */
  readonly from: Position;
  readonly to: Position;
  /** Whether the earliest event comes first. */
  readonly forward: boolean;
}

interface Cursor extends Position {
  readonly stream: LogStream;
  rank: number;
  /** How many events are still to come, this one included. */
  left: number;
  timestamp: number;
  arrival: number;
}

/**
 * Events of several streams in reading order, one at a time: a binary search in each stream finds where to begin, and a
 * heap of the streams says which comes next. It holds only until the next put or eviction.
 */
export class Merge {
  readonly #heap: Cursor[] = [];
  readonly #step: 1 | -1;
  #stream: LogStream | undefined;
  #rank = 0;
  #timestamp = 0;
  #arrival = 0;

  constructor(streams: Iterable<LogStream>, { from, to, forward }: Range) {
    this.#step = forward ? 1 : -1;
    for (const stream of streams) {
      if (stream.size === 0) continue;
      const first = stream.rankOf(from);
      const left = stream.rankOf(to) - first;
      if (left <= 0) continue;
      const rank = forward ? first : first + left - 1;
      this.#heap.push({
        stream,
        rank,
        left,
        timestamp: stream.timestampAt(rank),
        arrival: stream.arrivalAt(rank),
      });
    }
    for (let at = (this.#heap.length >>> 1) - 1; at >= 0; at--) this.#sink(at);
  }

  /** The stream of the event that was reached last. */
  get stream(): LogStream | undefined {
    return this.#stream;
  }

  /** The place of the event that was reached last. */
  get position(): Position {
    return { timestamp: this.#timestamp, arrival: this.#arrival };
  }

  /** Accounted bytes of the event that was reached last. */
  get bytes(): number {
    return this.#stream?.bytesAt(this.#rank) ?? 0;
  }

  /** Whether the event that was reached last may have the text that is looked for. */
  mayHave(search: TextSearch): boolean {
    return this.#stream?.mayHave(this.#rank, search) ?? false;
  }

  /** The event that was reached last. */
  get event(): KeptEvent | undefined {
    return this.#stream?.at(this.#rank);
  }

  /** The next event, or undefined after the last. */
  next(): KeptEvent | undefined {
    return this.advance() ? this.event : undefined;
  }

  /** Goes to the next event; false after the last. */
  advance(): boolean {
    const top = this.#heap[0];
    if (top === undefined) return false;
    this.#stream = top.stream;
    this.#rank = top.rank;
    this.#timestamp = top.timestamp;
    this.#arrival = top.arrival;
    top.left -= 1;
    if (top.left > 0) {
      top.rank += this.#step;
      top.timestamp = top.stream.timestampAt(top.rank);
      top.arrival = top.stream.arrivalAt(top.rank);
    } else {
      const last = this.#heap.pop();
      if (last !== undefined && last !== top) this.#heap[0] = last;
    }
    this.#sink(0);
    return true;
  }

  #sink(from: number): void {
    const heap = this.#heap;
    const moved = heap[from];
    if (moved === undefined) return;
    let at = from;
    for (;;) {
      const right = heap[2 * at + 2];
      const left = heap[2 * at + 1];
      if (left === undefined) break;
      const child = right !== undefined && this.#isBefore(right, left) ? right : left;
      if (!this.#isBefore(child, moved)) break;
      heap[at] = child;
      at = child === left ? 2 * at + 1 : 2 * at + 2;
    }
    heap[at] = moved;
  }

  #isBefore(a: Position, b: Position): boolean {
    return this.#step * (a.timestamp - b.timestamp || a.arrival - b.arrival) < 0;
  }
}
