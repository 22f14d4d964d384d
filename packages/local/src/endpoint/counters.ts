/** How often things happened at an endpoint, and how much it holds. */
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
class Tally {
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

/** The counts of an endpoint that do not follow from what it holds. */
export class Counters {
  readonly requests = new Tally();
  readonly errors = new Tally();
  readonly faults = new Tally();
  puts = 0;

  clear(): void {
    for (const tally of [this.requests, this.errors, this.faults]) tally.clear();
    this.puts = 0;
  }

  toObject(): Pick<LocalStats, 'requests' | 'errors' | 'faults' | 'puts'> {
    return {
      requests: this.requests.toObject(),
      errors: this.errors.toObject(),
      faults: this.faults.toObject(),
      puts: this.puts,
    };
  }
}
