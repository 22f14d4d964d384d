import type { Accounts } from '../accounts/accounts.js';
import type { Diagnostics } from '../accounts/diagnostics.js';
import type { Intake } from '../intake/intake.js';
import { logGroupText } from '../options/group-name.js';
import { EVENT_OVERHEAD_BYTES } from '../options/limits.js';
import type { ResolvedOptions, ResolvedSpool } from '../options/resolve-options.js';
import type { SpoolDrop, SpooledEvent } from '../spool/spool.js';
import type { StreamWriter } from '../stream/stream-writer.js';
import type { StreamWriters } from '../stream/stream-writers.js';
import { type IdRange, RangeSet } from '../structures/range-set.js';
import type { OnlyOnDisk } from './only-on-disk.js';
import { noteOf, type SplitState, weightOf } from './spooled-parts.js';

/** The parts of a publisher that the losses of its spool need. */
export interface DiskLossesContext {
  readonly options: ResolvedOptions;
  readonly settings: ResolvedSpool;
  readonly accounts: Accounts;
  readonly diagnostics: Diagnostics;
  readonly writers: StreamWriters;
  readonly intake: Pick<Intake, 'takeBack'>;
  readonly onlyOnDisk: OnlyOnDisk;
}

/** Events that the spool drops or hands back: they are counted, or taken into memory again, unless they are there anyway. */
export class DiskLosses {
  readonly #context: DiskLossesContext;
  /** Ids of events in memory that are not on disk any more, or never came there. */
  readonly #offDisk = new RangeSet();

  constructor(context: DiskLossesContext) {
    this.#context = context;
  }

  /** Whether any of these events is not on disk, though it has an id. */
  includesAny(ranges: readonly IdRange[]): boolean {
    return this.#offDisk.intersects(ranges);
  }

  /** These events met their fate. */
  settled(ranges: readonly IdRange[]): void {
    if (!this.#offDisk.isEmpty) this.#offDisk.deleteAll(ranges);
  }

  /** The spool gave events up. Those that are in memory too lose nothing. */
  dropped({ reason, ranges, weigh }: SpoolDrop): void {
    const { writers, onlyOnDisk, accounts, diagnostics, options, settings } = this.#context;
    const lost = RangeSet.of(ranges);
    for (const writer of writers) {
      for (const batch of writer.unsettled()) {
        if (!batch.isSpooled) continue;
        const inMemory = lost.intersection(batch.spoolRanges);
        this.#offDisk.addAll(inMemory);
        lost.deleteAll(inMemory);
      }
    }
    const events = onlyOnDisk.giveUpRanges(lost.ranges(), weigh);
    if (events === 0) return;
    accounts.count('overflow', events);
    const logGroupName = logGroupText(options);
    diagnostics.emit('drop', { reason: 'overflow', events, bytes: 0, logGroupName });
    const why = {
      maxBytes: `the spool is full (maxBytes ${settings.maxBytes}); its oldest events make room`,
      unreadable: 'files of the spool were damaged while it was in use',
      missing: 'files of the spool were deleted while it was in use',
    }[reason];
    const message = `${why}: ${events} event(s) were dropped and counted as "overflow".`;
    diagnostics.warn({ code: 'spool', message, logGroupName }, reason);
  }

  /** Events that could not be written. Those that are in memory too lose nothing. */
  handedBack(events: readonly SpooledEvent[]): void {
    const { diagnostics } = this.#context;
    diagnostics.hold();
    try {
      this.#takeBack(events);
    } finally {
      diagnostics.release();
    }
  }

  #takeBack(events: readonly SpooledEvent[]): void {
    const { writers, intake, onlyOnDisk } = this.#context;
    const parts = new Map<StreamWriter, SplitState>();
    for (const event of events) {
      const { id, message, messageBytes, timestamp } = event;
      const writer = writers.of(event);
      const tail = onlyOnDisk.live(writer);
      // Behind a tail is only what is kept at the end.
      if (!tail || id <= tail.cursor || id > tail.through) {
        this.#offDisk.add(id, id);
        continue;
      }
      const state = parts.get(writer) ?? { split: undefined };
      parts.set(writer, state);
      const note = noteOf(event, state);
      onlyOnDisk.load(weightOf(event));
      const size = messageBytes + EVENT_OVERHEAD_BYTES;
      intake.takeBack(writer, message, timestamp, size, note, onlyOnDisk.epochOf(id));
    }
  }
}
