/** Ids from `from` to `to`, both included. */
export type IdRange = readonly [from: number, to: number];

/** Bounds in a piece: so many numbers are moved when a range is put into the midst of it. */
const MOST_BOUNDS = 256;
/** From so many ranges on, compared with those in the set, one merge of all is cheaper than looking for each. */
const MERGE_FROM = 1 / 16;

/**
 * A set of whole numbers, kept as sorted ranges that neither overlap nor touch, in pieces: the events of thousands of streams
 * lie interleaved on disk, and each batch that is settled takes some out of the midst of a hundred thousand ranges.
 */
export class RangeSet {
  /** From, to, from, to, …; no piece is empty. */
  #pieces: number[][] = [];
  #count = 0;

  static of(ranges: Iterable<IdRange>): RangeSet {
    const set = new RangeSet();
    set.addAll([...ranges].sort((a, b) => a[0] - b[0]));
    return set;
  }

  /** How many numbers the set holds. */
  get count(): number {
    return this.#count;
  }

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /** The lowest number, or undefined when the set is empty. */
  get first(): number | undefined {
    return this.#pieces[0]?.[0];
  }

  /** The highest number, or undefined when the set is empty. */
  get last(): number | undefined {
    return this.#pieces.at(-1)?.at(-1);
  }

  has(id: number): boolean {
    const piece = this.#pieces[this.#pieceFrom(id)];
    return piece !== undefined && piece[rangeFrom(piece, id)] <= id;
  }

  ranges(): IdRange[] {
    const list: IdRange[] = [];
    for (const piece of this.#pieces)
      for (let at = 0; at < piece.length; at += 2) list.push([piece[at], piece[at + 1]]);
    return list;
  }

  clear(): void {
    this.#pieces = [];
    this.#count = 0;
  }

  clone(): RangeSet {
    const copy = new RangeSet();
    copy.#pieces = this.#pieces.map((piece) => piece.slice());
    copy.#count = this.#count;
    return copy;
  }

  add(from: number, to: number): void {
    const { last } = this;
    // Nearly every range that a spool adds follows the last one.
    if (last === undefined || from > last) {
      this.#append(from, to);
      return;
    }
    const [low, high] = [Math.min(from, this.#beginOf(from - 1)), Math.max(to, this.#endOf(to + 1))];
    this.#delete(low, high);
    const index = this.#pieceFrom(low);
    if (index === this.#pieces.length) {
      this.#append(low, high);
      return;
    }
    const piece = this.#pieces[index];
    piece.splice(rangeFrom(piece, low), 0, low, high);
    this.#count += high - low + 1;
    this.#split(index);
  }

  /** Adds ranges that are sorted by their beginning. */
  addAll(ranges: readonly IdRange[]): void {
    const { last = Number.NEGATIVE_INFINITY } = this;
    if (ranges.length === 0 || ranges[0][0] > last || !this.#isWorthMerging(ranges)) {
      for (const [from, to] of ranges) this.add(from, to);
      return;
    }
    const merged = new RangeSet();
    let next = 0;
    for (const piece of this.#pieces) {
      for (let at = 0; at < piece.length; at += 2) {
        for (; next < ranges.length && ranges[next][0] < piece[at]; next++) merged.#append(...ranges[next]);
        merged.#append(piece[at], piece[at + 1]);
      }
    }
    for (; next < ranges.length; next++) merged.#append(...ranges[next]);
    this.#become(merged);
  }

  /** Takes out ranges that are sorted by their beginning. Returns how many numbers were in the set before. */
  deleteAll(ranges: readonly IdRange[]): number {
    const before = this.#count;
    if (this.#isWorthMerging(ranges)) this.#become(this.#without(ranges));
    else for (const [from, to] of ranges) this.#delete(from, to);
    return before - this.#count;
  }

  /** The parts of sorted `ranges` that are in the set. */
  intersection(ranges: readonly IdRange[]): IdRange[] {
    const both: IdRange[] = [];
    for (const [from, to] of ranges) {
      for (let index = this.#pieceFrom(from); index < this.#pieces.length; index++) {
        const piece = this.#pieces[index];
        if (piece[0] > to) break;
        for (let at = rangeFrom(piece, from); at < piece.length && piece[at] <= to; at += 2)
          both.push([Math.max(from, piece[at]), Math.min(to, piece[at + 1])]);
      }
    }
    return both;
  }

  /** Whether any number of `ranges` is in the set. */
  intersects(ranges: readonly IdRange[]): boolean {
    return ranges.some(([from, to]) => {
      const piece = this.#pieces[this.#pieceFrom(from)];
      return piece !== undefined && piece[rangeFrom(piece, from)] <= to;
    });
  }

  /** Whether all numbers of `ranges` are in the set. */
  includes(ranges: readonly IdRange[]): boolean {
    return ranges.every(([from, to]) => {
      const piece = this.#pieces[this.#pieceFrom(from)];
      if (piece === undefined) return false;
      const at = rangeFrom(piece, from);
      return piece[at] <= from && piece[at + 1] >= to;
    });
  }

  #delete(from: number, to: number): void {
    for (let index = this.#pieceFrom(from); index < this.#pieces.length; ) {
      const piece = this.#pieces[index];
      if (piece[0] > to) return;
      const first = rangeFrom(piece, from);
      const rest: number[] = [];
      let end = first;
      for (; end < piece.length && piece[end] <= to; end += 2) {
        const low = piece[end];
        const high = piece[end + 1];
        if (low < from) rest.push(low, from - 1);
        if (high > to) rest.push(to + 1, high);
        this.#count -= Math.min(high, to) - Math.max(low, from) + 1;
      }
      const isOver = end < piece.length;
      piece.splice(first, end - first, ...rest);
      if (piece.length === 0) this.#pieces.splice(index, 1);
      else index += this.#split(index);
      if (isOver) return;
    }
  }

  /** The ids that are left when sorted ranges are taken out. */
  #without(ranges: readonly IdRange[]): RangeSet {
    const kept = new RangeSet();
    let next = 0;
    for (const piece of this.#pieces) {
      for (let at = 0; at < piece.length; at += 2) {
        let low = piece[at];
        const high = piece[at + 1];
        for (let index = next; index < ranges.length && low <= high; index++) {
          const [from, to] = ranges[index];
          if (to < low) {
            next = index;
            continue;
          }
          if (from > high) break;
          if (from > low) kept.#append(low, from - 1);
          low = Math.max(low, to + 1);
        }
        if (low <= high) kept.#append(low, high);
      }
    }
    return kept;
  }

  /** Adds a range that begins at or behind the beginning of the last one. */
  #append(from: number, to: number): void {
    const piece = this.#pieces.at(-1);
    const high = piece?.at(-1);
    if (piece !== undefined && high !== undefined && from <= high + 1) {
      if (to <= high) return;
      piece[piece.length - 1] = to;
      this.#count += to - high;
      return;
    }
    if (piece !== undefined && piece.length < MOST_BOUNDS) piece.push(from, to);
    else this.#pieces.push([from, to]);
    this.#count += to - from + 1;
  }

  #become(other: RangeSet): void {
    this.#pieces = other.#pieces;
    this.#count = other.#count;
  }

  #isWorthMerging(ranges: readonly IdRange[]): boolean {
    return ranges.length > 8 && ranges.length > this.#pieces.length * (MOST_BOUNDS / 2) * MERGE_FROM;
  }

  /** Makes two of a piece that has become too long. @returns how many there are in its place */
  #split(index: number): number {
    const piece = this.#pieces[index];
    if (piece.length <= MOST_BOUNDS) return 1;
    this.#pieces.splice(index + 1, 0, piece.splice(MOST_BOUNDS / 2));
    return 2;
  }

  /** Where the range begins that has `id`; infinite when none has it. */
  #beginOf(id: number): number {
    const piece = this.#pieces[this.#pieceFrom(id)];
    const from = piece?.[rangeFrom(piece, id)] ?? Number.POSITIVE_INFINITY;
    return from <= id ? from : Number.POSITIVE_INFINITY;
  }

  /** Where the range ends that has `id`; negative infinity when none has it. */
  #endOf(id: number): number {
    const piece = this.#pieces[this.#pieceFrom(id)];
    if (piece === undefined) return Number.NEGATIVE_INFINITY;
    const at = rangeFrom(piece, id);
    return piece[at] <= id ? piece[at + 1] : Number.NEGATIVE_INFINITY;
  }

  /** The place of the first piece that ends at or behind `id`. */
  #pieceFrom(id: number): number {
    let low = 0;
    let high = this.#pieces.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const piece = this.#pieces[middle];
      if (piece[piece.length - 1] < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The place of the first range of a piece that ends at or behind `id`. */
function rangeFrom(piece: readonly number[], id: number): number {
  let low = 0;
  let high = piece.length / 2;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (piece[middle * 2 + 1] < id) low = middle + 1;
    else high = middle;
  }
  return low * 2;
}

/** Moves ranges between the ids of files and those of a spool. */
export function shiftRanges(ranges: readonly IdRange[], by: number): readonly IdRange[] {
  return by === 0 ? ranges : ranges.map(([from, to]) => [from + by, to + by] as const);
}

/** How many numbers `ranges`, which do not overlap, hold. */
export function countIds(ranges: readonly IdRange[]): number {
  let count = 0;
  for (const [from, to] of ranges) count += to - from + 1;
  return count;
}

/** The ranges that ids, in any order and each once, make up. */
export function rangesOfIds(ids: readonly number[]): IdRange[] {
  const ranges: [number, number][] = [];
  const ascends = ids.every((id, index) => index === 0 || id > ids[index - 1]);
  for (const id of ascends ? ids : ids.toSorted((a, b) => a - b)) {
    const last = ranges[ranges.length - 1];
    if (last !== undefined && last[1] === id - 1) last[1] = id;
    else ranges.push([id, id]);
  }
  return ranges;
}
