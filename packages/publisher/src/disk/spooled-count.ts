/** How many events are only on disk, as the application gave them. */
export class SpooledCount {
  #events = 0;

  get events(): number {
    return this.#events;
  }

  add(events: number): void {
    this.#events += events;
  }

  /** Events are in memory now, or met their fate. */
  remove(events: number): void {
    this.#events -= events;
  }
}
