import { EVENT_OVERHEAD_BYTES } from '../../options/limits.js';

/**
 * The events of a stream that were dropped since this was last told in the stream itself, so that a reader of
 * the logs sees the gap where it is: `{"droppedEvents":N,"droppedBytes":B,"reason":"overflow","from":..,"to":..}`; with
 * `drop-lowest` also `"levels":{"debug":N}`.
 */
export class LossMarker {
  #events = 0;
  #bytes = 0;
  #from = Number.POSITIVE_INFINITY;
  #to = Number.NEGATIVE_INFINITY;
  readonly #levels = new Map<string, number>();

  get isEmpty(): boolean {
    return this.#events === 0;
  }

  /**
   * @param events 0 for another part of an event that was added before
   * @param level its name, where levels are looked at
   */
  add(size: number, timestamp: number, events = 1, level?: string): void {
    this.#events += events;
    if (level !== undefined) this.#levels.set(level, (this.#levels.get(level) ?? 0) + events);
    this.#bytes += size - EVENT_OVERHEAD_BYTES;
    if (timestamp < this.#from) this.#from = timestamp;
    if (timestamp > this.#to) this.#to = timestamp;
  }

  /** The time of the log event that tells the loss. */
  get timestamp(): number {
    return this.#from;
  }

  /** The log event that tells the loss; starts to count anew. */
  take(): { readonly message: string; readonly timestamp: number } {
    const message = JSON.stringify({
      droppedEvents: this.#events,
      droppedBytes: this.#bytes,
      reason: 'overflow',
      ...(this.#levels.size > 0 && { levels: Object.fromEntries(this.#levels) }),
      from: this.#from,
      to: this.#to,
    });
    const timestamp = this.#from;
    this.#events = 0;
    this.#bytes = 0;
    this.#from = Number.POSITIVE_INFINITY;
    this.#to = Number.NEGATIVE_INFINITY;
    this.#levels.clear();
    return { message, timestamp };
  }
}
