/**
 * A fair sample of a sequence whose length is not known before: each item is in it with the same probability, and those
 * in it keep their order. Holds `size` items at most.
 */
export class Sample<T> {
  readonly #size: number;
  readonly #random: () => number;
  #kept: { readonly place: number; readonly item: T }[] = [];
  #seen = 0;

  constructor(size: number, random: () => number) {
    this.#size = size;
    this.#random = random;
  }

  add(item: T): void {
    const place = this.#seen;
    this.#seen += 1;
    if (this.#kept.length < this.#size) {
      this.#kept.push({ place, item });
      return;
    }
    const victim = Math.floor(this.#random() * this.#seen);
    if (victim < this.#size) this.#kept[victim] = { place, item };
  }

  /** Answers the sample and begins with the next. `sampled` tells whether items were left out. */
  take(): { readonly items: T[]; readonly sampled: boolean } {
    const items = this.#kept.sort((a, b) => a.place - b.place).map(({ item }) => item);
    const sampled = this.#seen > this.#size;
    this.#kept = [];
    this.#seen = 0;
    return { items, sampled };
  }
}
