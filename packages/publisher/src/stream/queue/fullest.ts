/** One that holds events in memory. */
export interface Holder {
  /** Bytes of all its events. */
  readonly heldBytes: number;
  /** Bytes of those that may be dropped, as they were never put. */
  readonly droppableBytes: number;
  /** Owned by {@link Fullest}: the class of its size that it is in, -1 for none. */
  sizeClass: number;
}

/**
 * Finds the stream that holds most, however many there are: each is in the class of its size, four to each doubling,
 * and changes it seldom. So the one that is found holds at least 4/5 of what the fullest holds.
 */
export class Fullest<T extends Holder> {
  readonly #classes: (Set<T> | undefined)[] = [];
  #highest = -1;

  /** The bytes of a stream have changed. */
  moved(holder: T): void {
    const before = holder.sizeClass;
    const now = holder.droppableBytes > 0 ? sizeClass(holder.heldBytes) : -1;
    if (before === now) return;
    this.#classes[before]?.delete(holder);
    holder.sizeClass = now;
    if (now < 0) return;
    this.#classes[now] ??= new Set();
    this.#classes[now].add(holder);
    if (now > this.#highest) this.#highest = now;
  }

  /** The stream that holds most, of those that have something to drop. */
  first(): T | undefined {
    while (this.#highest >= 0) {
      for (const holder of this.#classes[this.#highest] ?? []) return holder;
      this.#highest--;
    }
    return undefined;
  }

  /** Whether no stream holds more than this one would with `bytes` more. */
  isAmongThem(holder: Pick<T, 'heldBytes'>, bytes: number): boolean {
    this.first();
    return sizeClass(holder.heldBytes + bytes) >= this.#highest;
  }
}

/** -1 for nothing. */
function sizeClass(bytes: number): number {
  if (bytes <= 0) return -1;
  return Math.floor(Math.log2(bytes) * 4);
}
