/**
 * A fair sample of a sequence whose length is not known before: each item is in it with the same probability, and those
 * in it keep their order. Holds `maxItems` and `maxBytes` at most; items for which there are no bytes left are left out.
 */
export class Sample<T> {
  readonly #maxItems: number;
  readonly #maxBytes: number;
  readonly #random: () => number;
  #kept: { readonly place: number; readonly bytes: number; readonly item: T }[] = [];
  #bytes = 0;
  #seen = 0;

  constructor(maxItems: number, maxBytes: number, random: () => number) {
    this.#maxItems = maxItems;
    this.#maxBytes = maxBytes;
    this.#random = random;
  }

  add(item: T, bytes: number): void {
    const place = this.#seen;
    this.#seen += 1;
    const index =
      this.#kept.length < this.#maxItems ? this.#kept.length : Math.floor(this.#random() * this.#seen);
    if (index >= this.#maxItems) return;
    const bytesAfter = this.#bytes + bytes - (this.#kept[index]?.bytes ?? 0);
    if (bytesAfter > this.#maxBytes && this.#kept.length > 0) return;
    this.#kept[index] = { place, bytes, item };
    this.#bytes = bytesAfter;
  }

  /** Answers the sample and begins with the next. `sampled` tells whether items were left out. */
  take(): { readonly items: T[]; readonly sampled: boolean } {
    const items = this.#kept.sort((a, b) => a.place - b.place).map(({ item }) => item);
    const sampled = this.#seen > items.length;
    this.#kept = [];
    this.#bytes = 0;
    this.#seen = 0;
    return { items, sampled };
  }
}
