import type { FilterPattern } from '../filter-pattern/compile.js';
import type { IngestCounts } from './ingest-counts.js';

/** Patterns that are counted at a time: each takes time from every put. */
const MAX_PATTERNS = 4;
/** A pattern that nobody has asked for in this time is not counted any more; a chart asks every other second. */
const FORGOTTEN_MS = 30_000;

interface Counted {
  readonly counts: IngestCounts;
  readonly timer: NodeJS.Timeout;
}

/** Counts of the events that match some patterns, for as long as somebody looks at them. */
export class PatternCounts {
  readonly #start: (matches: (message: string) => boolean) => IngestCounts;
  /** By patterns; the one that was asked for last is the last. */
  readonly #counted = new Map<string, Counted>();

  /** @param start begins to count what matches, with what is stored */
  constructor(start: (matches: (message: string) => boolean) => IngestCounts) {
    this.#start = start;
  }

  /** The counts of the events that match all of the patterns. */
  of(patterns: readonly FilterPattern[], texts: readonly string[]): IngestCounts {
    const key = JSON.stringify(texts);
    const known = this.#counted.get(key);
    if (known !== undefined) clearTimeout(known.timer);
    const matches = (message: string): boolean => patterns.every((pattern) => pattern.matches(message));
    const counts = known?.counts ?? this.#start(matches);
    this.#counted.delete(key);
    this.#counted.set(key, { counts, timer: setTimeout(() => this.#forget(key), FORGOTTEN_MS).unref() });
    const [oldest] = this.#counted.keys();
    if (this.#counted.size > MAX_PATTERNS && oldest !== undefined) this.#forget(oldest);
    return counts;
  }

  #forget(key: string): void {
    const counted = this.#counted.get(key);
    this.#counted.delete(key);
    if (counted === undefined) return;
    clearTimeout(counted.timer);
    counted.counts.close();
  }
}
