/** What an endpoint has seen and holds. */
export interface LocalStats {
  /** Requests by operation, `'other'` for what names no known operation; those that met a fault are among them. */
  readonly requests: Readonly<Record<string, number>>;
  /** Errors answered, by code; those that a fault answered are among them. */
  readonly errors: Readonly<Record<string, number>>;
  /** Faults that happened, by kind. */
  readonly faults: Readonly<Record<string, number>>;
  /** Accepted PutLogEvents requests. Puts of the `rival` fault are not among them. */
  readonly puts: number;
  /** Events that are stored now, over all streams. */
  readonly events: number;
  /** Bytes of the stored events: their messages in UTF-8 and 26 for each. */
  readonly bytes: number;
  /** Events that left because `maxBytes` was reached. */
  readonly evicted: number;
}

/** Counts by name. */
export class Tally {
  readonly #counts = new Map<string, number>();

  add(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  clear(): void {
    this.#counts.clear();
  }

  /** A copy, sorted by name. */
  toObject(): Record<string, number> {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}
