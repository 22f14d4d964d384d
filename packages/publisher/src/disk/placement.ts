import type { MemoryBudget } from '../accounts/memory-budget.js';
import type { EventRecord } from '../batch/event-record.js';
import { isUnaccounted } from '../batch/note.js';
import type { DiskPlace } from '../intake/intake.js';
import type { SpoolMode } from '../options/options.js';
import type { Spool } from '../spool/spool.js';
import type { StreamWriter } from '../stream/stream-writer.js';
import type { OnlyOnDisk } from './only-on-disk.js';
import { flagsOf } from './spooled-events.js';

/** Of the memory, for what is read back: streams that are stuck would take all of it otherwise. */
export const RESERVE = 1 / 4;

/**
 * Finds new events their place. In mode 'overflow' memory holds the head of a stream and disk its tail; in mode
 * 'always' what is in memory is on disk too.
 */
export class Placement implements DiskPlace {
  readonly #mode: SpoolMode;
  readonly #spool: Spool;
  readonly #onlyOnDisk: OnlyOnDisk;
  readonly #budget: MemoryBudget;
  /** Calls of the spool while an event was given to it, before that event had its place. */
  #deferred: (() => void)[] | undefined;

  constructor(mode: SpoolMode, spool: Spool, onlyOnDisk: OnlyOnDisk, budget: MemoryBudget) {
    this.#mode = mode;
    this.#spool = spool;
    this.#onlyOnDisk = onlyOnDisk;
    this.#budget = budget;
  }

  take(writer: StreamWriter, event: EventRecord): boolean {
    return this.#hearLater(() => this.#place(writer, event, this.#hasMemory(writer, event.size)));
  }

  takeParts(writer: StreamWriter, parts: readonly EventRecord[]): boolean {
    return this.#hearLater(() => {
      const total = parts.reduce((sum, { size }) => sum + size, 0);
      let isMemorys = this.#hasMemory(writer, total);
      for (const [index, part] of parts.entries()) {
        if (this.#place(writer, part, isMemorys)) continue;
        if (index === 0) return false;
        isMemorys = true; // the disk failed in between: the rest of the event has to stay here
        writer.append(part);
      }
      return true;
    });
  }

  hasRoomFor(bytes: number): boolean | undefined {
    return this.#spool.usable ? this.#spool.hasRoomFor(bytes) : undefined;
  }

  /** Calls back at once, or when the event that is being given to the spool has its place. */
  later(callback: () => void): void {
    if (this.#deferred) this.#deferred.push(callback);
    else callback();
  }

  #hearLater(take: () => boolean): boolean {
    const deferred: (() => void)[] = [];
    this.#deferred = deferred;
    try {
      return take();
    } finally {
      this.#deferred = undefined;
      for (const callback of deferred) callback();
    }
  }

  /** @returns false when neither memory nor disk has the event */
  #place(writer: StreamWriter, event: EventRecord, isMemorys: boolean): boolean {
    if (!isMemorys || this.#mode === 'always') event.id = this.#write(writer, event);
    if (isMemorys) writer.append(event);
    else if (event.id > 0) this.#onlyOnDisk.add(writer, event.id, isUnaccounted(event.note) ? 0 : 1);
    return isMemorys || event.id > 0;
  }

  #write({ target }: StreamWriter, { message, timestamp, note }: EventRecord): number {
    const id = this.#spool.append(target, message, timestamp, flagsOf(note));
    if (id > 0) this.#onlyOnDisk.appended(id);
    return id;
  }

  #hasMemory(writer: StreamWriter, bytes: number): boolean {
    const most = Math.floor(this.#budget.mostBytes * (1 - RESERVE));
    return !this.#onlyOnDisk.live(writer) && this.#budget.usedBytes + bytes <= most;
  }
}
