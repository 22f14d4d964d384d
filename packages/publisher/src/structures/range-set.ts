/** Ids from `from` to `to`, both included. */
export type IdRange = readonly [from: number, to: number];

// Above this many ranges one linear merge is cheaper than as many splices.
const SPLICE_LIMIT = 8;

/** A set of whole numbers, kept as sorted ranges that neither overlap nor touch. */
export class RangeSet {
  #bounds: number[] = [];
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
    return this.#bounds[0];
  }

  /** The highest number, or undefined when the set is empty. */
  get last(): number | undefined {
    return this.#bounds[this.#bounds.length - 1];
  }

  has(id: number): boolean {
    const at = this.#rangeFrom(id);
    return at < this.#bounds.length && this.#from(at) <= id;
  }

  ranges(): IdRange[] {
    const list: IdRange[] = [];
    for (let at = 0; at < this.#bounds.length; at += 2) list.push([this.#from(at), this.#to(at)]);
    return list;
  }

  clone(): RangeSet {
    const copy = new RangeSet();
    copy.#bounds = this.#bounds.slice();
    copy.#count = this.#count;
    return copy;
  }

  add(from: number, to: number): void {
    const length = this.#bounds.length;
    // Nearly every range that a spool adds follows the last one.
    if (length > 0 && from === this.#to(length - 2) + 1) {
      this.#bounds[length - 1] = to;
      this.#count += to - from + 1;
      return;
    }
    const first = this.#rangeFrom(from - 1);
    let end = first;
    let low = from;
    let high = to;
    let replaced = 0;
    while (end < length && this.#from(end) <= to + 1) {
      low = Math.min(low, this.#from(end));
      high = Math.max(high, this.#to(end));
      replaced += this.#to(end) - this.#from(end) + 1;
      end += 2;
    }
    this.#bounds.splice(first, end - first, low, high);
    this.#count += high - low + 1 - replaced;
  }

  /** Adds ranges that are sorted by their beginning. */
  addAll(ranges: readonly IdRange[]): void {
    if (ranges.length <= SPLICE_LIMIT) {
      for (const [from, to] of ranges) this.add(from, to);
      return;
    }
    const merged = new RangeSet();
    let at = 0;
    let next = 0;
    while (at < this.#bounds.length || next < ranges.length) {
      const other = ranges[next];
      if (other === undefined || (at < this.#bounds.length && this.#from(at) <= other[0])) {
        merged.#append(this.#from(at), this.#to(at));
        at += 2;
      } else {
        merged.#append(other[0], other[1]);
        next += 1;
      }
    }
    this.#bounds = merged.#bounds;
    this.#count = merged.#count;
  }

  /** Takes out ranges that are sorted by their beginning. Returns how many numbers were in the set before. */
  deleteAll(ranges: readonly IdRange[]): number {
    const before = this.#count;
    if (ranges.length <= SPLICE_LIMIT) {
      for (const [from, to] of ranges) this.#delete(from, to);
      return before - this.#count;
    }
    const kept = new RangeSet();
    let next = 0;
    for (let at = 0; at < this.#bounds.length; at += 2) {
      let low = this.#from(at);
      const high = this.#to(at);
      for (let index = next; index < ranges.length && low <= high; index++) {
        const [from, to] = ranges[index] as IdRange;
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
    this.#bounds = kept.#bounds;
    this.#count = kept.#count;
    return before - this.#count;
  }

  /** The parts of sorted `ranges` that are in the set. */
  intersection(ranges: readonly IdRange[]): IdRange[] {
    const both: IdRange[] = [];
    for (const [from, to] of ranges) {
      for (let at = this.#rangeFrom(from); at < this.#bounds.length && this.#from(at) <= to; at += 2) {
        both.push([Math.max(from, this.#from(at)), Math.min(to, this.#to(at))]);
      }
    }
    return both;
  }

  /** Whether any number of `ranges` is in the set. */
  intersects(ranges: readonly IdRange[]): boolean {
    return ranges.some(([from, to]) => {
      const at = this.#rangeFrom(from);
      return at < this.#bounds.length && this.#from(at) <= to;
    });
  }

  /** Whether all numbers of `ranges` are in the set. */
  includes(ranges: readonly IdRange[]): boolean {
    return ranges.every(([from, to]) => {
      const at = this.#rangeFrom(from);
      return at < this.#bounds.length && this.#from(at) <= from && this.#to(at) >= to;
    });
  }

  #delete(from: number, to: number): void {
    const first = this.#rangeFrom(from);
    let end = first;
    const rest: number[] = [];
    while (end < this.#bounds.length && this.#from(end) <= to) {
      const low = this.#from(end);
      const high = this.#to(end);
      if (low < from) rest.push(low, from - 1);
      if (high > to) rest.push(to + 1, high);
      this.#count -= Math.min(high, to) - Math.max(low, from) + 1;
      end += 2;
    }
    if (end > first) this.#bounds.splice(first, end - first, ...rest);
  }

  /** Adds a range that begins at or behind the beginning of the last one. */
  #append(from: number, to: number): void {
    const end = this.#bounds.length;
    if (end > 0 && from <= this.#to(end - 2) + 1) {
      const high = this.#to(end - 2);
      if (to > high) {
        this.#bounds[end - 1] = to;
        this.#count += to - high;
      }
      return;
    }
    this.#bounds.push(from, to);
    this.#count += to - from + 1;
  }

  /** The place of the first range that ends at or behind `id`. */
  #rangeFrom(id: number): number {
    let low = 0;
    let high = this.#bounds.length / 2;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#to(middle * 2) < id) low = middle + 1;
      else high = middle;
    }
    return low * 2;
  }

  #from(at: number): number {
    return this.#bounds[at] as number;
  }

  #to(at: number): number {
    return this.#bounds[at + 1] as number;
  }
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
