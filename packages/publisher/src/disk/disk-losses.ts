import type { Intake } from '../intake/intake.js';
import type { SpoolDrop, SpooledEvent } from '../spool/spool.js';
import type { StreamWriter } from '../stream/stream-writer.js';
import type { StreamWriters } from '../stream/stream-writers.js';
import { type IdRange, RangeSet } from '../structures/range-set.js';
import type { OnlyOnDisk } from './only-on-disk.js';
import { recordOf, type SplitState, weightOf } from './spooled-events.js';

/** Events that the spool drops or hands back: they are lost, or taken into memory again, unless they are there anyway. */
export class DiskLosses {
  readonly #writers: StreamWriters;
  readonly #onlyOnDisk: OnlyOnDisk;
  readonly #intake: Pick<Intake, 'takeBack'>;
  /** Ids of events in memory that are not on disk any more, or never came there. */
  readonly #offDisk = new RangeSet();

  /** @param intake takes events that the spool could not keep */
  constructor(writers: StreamWriters, onlyOnDisk: OnlyOnDisk, intake: Pick<Intake, 'takeBack'>) {
    this.#writers = writers;
    this.#onlyOnDisk = onlyOnDisk;
    this.#intake = intake;
  }

  /** Whether any of these events is not on disk, though it has an id. */
  includesAny(ranges: readonly IdRange[]): boolean {
    return this.#offDisk.intersects(ranges);
  }

  /** These events met their fate. */
  settled(ranges: readonly IdRange[]): void {
    if (!this.#offDisk.isEmpty) this.#offDisk.deleteAll(ranges);
  }

  /** The spool gave events up. @returns how many are lost: those that are not in memory too */
  dropped({ ranges, weigh }: SpoolDrop): number {
    const lost = RangeSet.of(ranges);
    for (const writer of this.#writers) {
      for (const batch of writer.unsettled()) {
        if (!batch.isSpooled) continue;
        const inMemory = lost.intersection(batch.spoolRanges);
        this.#offDisk.addAll(inMemory);
        lost.deleteAll(inMemory);
      }
    }
    return this.#onlyOnDisk.giveUpRanges(lost.ranges(), weigh);
  }

  /** Events that could not be written. Those that are in memory too lose nothing. */
  handedBack(events: readonly SpooledEvent[]): void {
    const parts = new Map<StreamWriter, SplitState>();
    for (const event of events) {
      const { id } = event;
      const writer = this.#writers.of(event);
      const tail = this.#onlyOnDisk.live(writer);
      // Behind a tail is only what is kept at the end.
      if (!tail || id <= tail.cursor || id > tail.through) {
        this.#offDisk.add(id, id);
        continue;
      }
      const state = parts.get(writer) ?? { split: undefined };
      parts.set(writer, state);
      const record = recordOf(event, state, this.#onlyOnDisk.epochOf(id));
      record.id = 0; // it is not there
      this.#onlyOnDisk.load(weightOf(event));
      this.#intake.takeBack(writer, record);
    }
  }
}
