import { Fifo } from '../../structures/fifo.js';
import type { EventGroup } from '../format/event-group.js';
import type { TellTrouble } from './disk-trouble.js';

// A disk that is so far behind is too slow for what is logged; what waits for it must not fill the memory.
const MOST_BYTES = 32 * 1024 * 1024;

/**
 * Groups on their way to the files, in the order of their ids. They may arrive in another one: a file that was left is
 * written to for a while beside the one that follows it. A disk that does not keep up gets no more.
 */
export class Backlog {
  readonly #tell: TellTrouble;
  readonly #groups = new Fifo<EventGroup>();
  readonly #ahead = new Set<EventGroup>();
  #through = 0;
  #bytes = 0;
  #isTooLong = false;

  /** @param tell hears when the disk is too slow, and when it has caught up */
  constructor(tell: TellTrouble) {
    this.#tell = tell;
  }

  /** Every event up to this id was written, handed back, or dropped. */
  get through(): number {
    return this.#through;
  }

  /** Of the groups that did not arrive. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether the disk has to catch up before it gets more. */
  get isTooLong(): boolean {
    return this.#isTooLong;
  }

  begin(group: EventGroup): void {
    this.#groups.push(group);
    this.#bytes += group.buffer.length;
  }

  /** The groups that were begun are with the files now. */
  check(): void {
    if (this.#isTooLong || this.#bytes <= MOST_BYTES) return;
    this.#isTooLong = true;
    const message =
      `The disk of the spool is slower than what is logged: ${Math.round(this.#bytes / 2 ** 20)} MiB wait for it. ` +
      'Until it has caught up, events are buffered in memory as if there were no spool.';
    this.#tell({ code: 'ETOOSLOW', message });
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

  /** Lets the disk have more once it has caught up. */
  relax(): void {
    if (!this.#isTooLong || this.#bytes > MOST_BYTES / 2) return;
    this.#isTooLong = false;
    this.#tell(undefined);
  }
}
