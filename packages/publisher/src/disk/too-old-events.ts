import type { Accounts } from '../accounts/accounts.js';
import type { Diagnostics } from '../accounts/diagnostics.js';
import { EVENT_OVERHEAD_BYTES } from '../options/limits.js';
import type { Spool, SpooledEvent } from '../spool/spool.js';
import { rangesOfIds } from '../structures/range-set.js';
import type { DiskTail, OnlyOnDisk } from './only-on-disk.js';
import { noteOf, weightOf } from './spooled-parts.js';

/** What it takes to give events up that are too old. */
export interface TooOldContext {
  readonly accounts: Accounts;
  readonly diagnostics: Diagnostics;
  readonly spool: Spool;
  readonly onlyOnDisk: OnlyOnDisk;
}

/** Events that were found in the spool. CloudWatch Logs takes nothing that is older than 14 days, so it is not asked. */
export class TooOldEvents {
  readonly #context: TooOldContext;
  readonly #byTail = new Map<DiskTail, { events: number; bytes: number }>();
  #ids: number[] = [];

  constructor(context: TooOldContext) {
    this.#context = context;
  }

  /** Counts an event of a tail. */
  add(tail: DiskTail, event: SpooledEvent): void {
    const { accounts, onlyOnDisk } = this.#context;
    const weight = weightOf(event);
    accounts.settleOne(noteOf(event, tail), 'tooOld');
    onlyOnDisk.giveUp(event.id, weight);
    this.#ids.push(event.id);
    const sum = this.#byTail.get(tail) ?? { events: 0, bytes: 0 };
    sum.events += weight;
    sum.bytes += event.messageBytes + EVENT_OVERHEAD_BYTES;
    this.#byTail.set(tail, sum);
  }

  /** Has those that were added since the last call forgotten by the spool. */
  acknowledge(): void {
    if (this.#ids.length > 0) this.#context.spool.acknowledge(rangesOfIds(this.#ids));
    this.#ids = [];
  }

  /** Says how many there were of each stream. */
  report(): void {
    const { diagnostics } = this.#context;
    for (const [{ writer }, { events, bytes }] of this.#byTail) {
      const { target } = writer;
      if (diagnostics.wants('drop')) {
        diagnostics.emit('drop', { ...target, reason: 'tooOld', events, bytes });
      }
      diagnostics.warn({
        code: 'rejected',
        message:
          `${events} event(s) in the spool for log stream "${target.logStreamName}" of log group ` +
          `"${target.logGroupName}" are older than 14 days, which CloudWatch Logs does not take; they were given up.`,
        ...target,
      });
    }
    this.#byTail.clear();
  }
}
