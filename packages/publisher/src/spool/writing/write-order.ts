import { Fifo } from '../../structures/fifo.js';
import type { EventGroup } from '../format/event-group.js';

/**
 * Groups on their way to the files, in the order of their ids. They may arrive in another one: a file that was left is
 * written to for a while beside the one that follows it.
 */
export class WriteOrder {
  readonly #groups = new Fifo<EventGroup>();
  readonly #ahead = new Set<EventGroup>();
  #through = 0;
  #bytes = 0;

  /** Every event up to this id was written, handed back, or dropped. */
  get through(): number {
    return this.#through;
  }

  /** Of the groups that did not arrive. */
  get bytes(): number {
    return this.#bytes;
  }

  begin(group: EventGroup): void {
    this.#groups.push(group);
    this.#bytes += group.buffer.length;
  }

  /** These were written, handed back, or dropped. @returns whether {@link through} has advanced */
  end(groups: readonly EventGroup[]): boolean {
    const before = this.#through;
    for (const group of groups) this.#ahead.add(group);
    for (let next = this.#groups.peek(); next && this.#ahead.delete(next); next = this.#groups.peek()) {
      this.#through = next.lastId;
      this.#bytes -= next.buffer.length;
      this.#groups.shift();
    }
    return this.#through > before;
  }
}
