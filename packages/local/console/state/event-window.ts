import type { EventPage, WireEvent } from './wire.ts';

/** Rows that are kept; what is further away is read again when it is scrolled to. */
export const MAX_ROWS = 50_000;
/** Rows that wait while the tail is paused. Beyond it the oldest of them go, and are counted all the same. */
const MAX_WAITING = 50_000;

/**
 * The events that the list holds: a piece of all that match, in reading order, that grows at both ends and lets go of
 * the other end when it becomes too large. Pure state; who uses it draws it again after a change.
 */
export class EventWindow {
  #rows: WireEvent[] = [];
  #waiting: WireEvent[] = [];
  readonly #maxRows: number;
  /** Of what is in the rows or waits: live events may have come with a page, too. */
  #ids = new Set<string>();
  /** Where older events go on; undefined when there are none. */
  older: string | undefined;
  /** Where newer events go on; undefined when the rows reach the newest. */
  newer: string | undefined;
  /** Events that came while it was paused, those among them that went again. */
  missed = 0;
  paused = false;

  constructor(maxRows = MAX_ROWS) {
    this.#maxRows = maxRows;
  }

  get rows(): readonly WireEvent[] {
    return this.#rows;
  }

  /** Whether the last row is the newest that there is. */
  get atNewest(): boolean {
    return this.newer === undefined;
  }

  /** Begins anew with a page that ends with the newest event, if `older` is where it was read from. */
  replace(page: EventPage, direction: 'older' | 'newer', from: string | undefined): void {
    this.#rows = [];
    this.#waiting = [];
    this.#ids = new Set();
    this.missed = 0;
    this.older = direction === 'older' ? page.cursor : from;
    this.newer = direction === 'newer' ? page.cursor : from;
    this.#rows = page.events.filter((event) => this.#isNew(event));
  }

  /** Answers how many rows came in at the top, those that left at the bottom not counted. */
  prepend(page: EventPage): number {
    const fresh = page.events.filter((event) => this.#isNew(event));
    this.#rows = [...fresh, ...this.#rows];
    this.older = page.cursor;
    const surplus = this.#rows.length - this.#maxRows;
    if (surplus > 0) {
      const last = this.#rows[this.#maxRows - 1];
      this.#forget(this.#rows.splice(this.#maxRows));
      // Events that arrive live belong behind those that have left.
      this.newer = last?.id;
    }
    return fresh.length;
  }

  /** Answers how many rows left at the top. */
  append(page: EventPage): number {
    for (const event of page.events) if (this.#isNew(event)) this.#rows.push(event);
    this.newer = page.cursor;
    return this.#trimTop();
  }

  /** Live events. While paused, or while the rows do not reach the newest, they wait or are only counted. */
  arrive(events: readonly WireEvent[]): number {
    const fresh = events.filter((event) => this.#isNew(event));
    if (!this.atNewest) {
      this.#forget(fresh);
      this.missed += fresh.length;
      return 0;
    }
    if (this.paused) {
      this.missed += fresh.length;
      this.#waiting.push(...fresh);
      if (this.#waiting.length > MAX_WAITING) {
        this.#forget(this.#waiting.splice(0, this.#waiting.length - MAX_WAITING));
        // There is a gap now; it is read when the pause ends.
        this.newer = this.#rows.at(-1)?.id ?? this.newer;
        if (this.newer !== undefined) this.#forget(this.#waiting.splice(0));
      }
      return 0;
    }
    this.#rows.push(...fresh);
    return this.#trimTop();
  }

  /** Ends a pause: what waited joins the rows. Answers how many rows left at the top. */
  resume(): number {
    this.paused = false;
    this.missed = 0;
    this.#rows.push(...this.#waiting);
    this.#waiting = [];
    return this.#trimTop();
  }

  #isNew(event: WireEvent): boolean {
    if (this.#ids.has(event.id)) return false;
    this.#ids.add(event.id);
    return true;
  }

  #trimTop(): number {
    // In steps, because each moves all rows.
    const surplus = this.#rows.length - this.#maxRows;
    if (surplus <= 0) return 0;
    const leaving = Math.min(this.#rows.length, surplus + Math.floor(this.#maxRows / 10));
    this.#forget(this.#rows.splice(0, leaving));
    this.older = this.#rows[0]?.id;
    return leaving;
  }

  #forget(events: readonly WireEvent[]): void {
    for (const { id } of events) this.#ids.delete(id);
  }
}
