import { lastNotAbove } from './binary-search.js';

/** Slots of one stream, with their times. */
interface Sorted {
  readonly slots: Uint32Array;
  readonly times: Float64Array;
}

/**
 * The slots of a stream whose puts did not come in the order of their timestamps, by timestamp and then by arrival. Puts
 * leave it alone; who reads brings it up to date, at a cost that follows the events since the earliest new one.
 */
export class ReadingOrder {
  #slots: Uint32Array;
  /** How much of `#slots` is in use. */
  #count: number;
  /** Slots from here to the one before `#end` are in the order. */
  #head: number;
  #end: number;

  /** Begins with the slots `[head, end)`, which are in order. */
  constructor(head: number, end: number) {
    this.#slots = Uint32Array.from({ length: end - head }, (_, index) => head + index);
    this.#count = end - head;
    this.#head = head;
    this.#end = end;
  }

  isOf(head: number, end: number): boolean {
    return this.#head === head && this.#end === end;
  }

  slotAt(rank: number): number {
    return this.#slots[rank] ?? 0;
  }

  /** Leaves out the slots before `head`, and takes in those up to `end`. Each put's slots, from its first on, are in order. */
  update(head: number, end: number, putSlots: readonly number[], timeOf: (slot: number) => number): void {
    if (head > this.#head) this.#forget(head);
    const from = Math.max(head, this.#end);
    this.#head = head;
    this.#end = end;
    if (from >= end) return;
    const runs: Sorted[] = [];
    let earliest = Number.POSITIVE_INFINITY;
    for (
      let put = lastNotAbove(putSlots.length, (at) => putSlots[at] ?? 0, from);
      put < putSlots.length;
      put++
    ) {
      const first = Math.max(from, putSlots[put] ?? from);
      const slots = Uint32Array.from(
        { length: (putSlots[put + 1] ?? end) - first },
        (_, index) => first + index,
      );
      const run = { slots, times: Float64Array.from(slots, timeOf) };
      earliest = Math.min(earliest, run.times[0] ?? earliest);
      runs.push(run);
    }
    const kept = 1 + lastNotAbove(this.#count, (at) => timeOf(this.#slots[at] ?? 0), earliest);
    const tail = this.#slots.slice(kept, this.#count);
    const merged = mergeAll([{ slots: tail, times: Float64Array.from(tail, timeOf) }, ...runs]);
    this.#reserve(kept + merged.slots.length);
    this.#slots.set(merged.slots, kept);
    this.#count = kept + merged.slots.length;
  }

  #forget(head: number): void {
    let kept = 0;
    for (let at = 0; at < this.#count; at++) {
      const slot = this.#slots[at] ?? 0;
      if (slot >= head) this.#slots[kept++] = slot;
    }
    this.#count = kept;
  }

  #reserve(count: number): void {
    if (count <= this.#slots.length) return;
    const larger = new Uint32Array(Math.max(count, this.#slots.length * 2));
    larger.set(this.#slots);
    this.#slots = larger;
  }
}

/** Merges neighbours until one is left. Of equal times the earlier run's come first, which arrived first. */
function mergeAll(runs: readonly Sorted[]): Sorted {
  let sorted = [...runs];
  while (sorted.length > 1) {
    const halved: Sorted[] = [];
    for (let at = 0; at < sorted.length; at += 2) {
      const [a, b] = [sorted[at], sorted[at + 1]];
      if (a !== undefined) halved.push(b === undefined ? a : merge(a, b));
    }
    sorted = halved;
  }
  return sorted[0] ?? { slots: new Uint32Array(0), times: new Float64Array(0) };
}

function merge(a: Sorted, b: Sorted): Sorted {
  const length = a.slots.length + b.slots.length;
  const slots = new Uint32Array(length);
  const times = new Float64Array(length);
  let fromA = 0;
  let fromB = 0;
  for (let at = 0; at < length; at++) {
    const takesA =
      fromB === b.slots.length || (fromA < a.slots.length && (a.times[fromA] ?? 0) <= (b.times[fromB] ?? 0));
    const source = takesA ? a : b;
    const index = takesA ? fromA++ : fromB++;
    slots[at] = source.slots[index] ?? 0;
    times[at] = source.times[index] ?? 0;
  }
  return { slots, times };
}
