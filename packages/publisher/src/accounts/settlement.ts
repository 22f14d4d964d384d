import { Batch } from '../batch/batch.js';
import type { Fate, RejectReason } from '../batch/fate.js';
import type { RejectedRange } from '../cloudwatch/outcome.js';
import type { PutFailure, Target } from '../cloudwatch/sink.js';
import { EVENT_OVERHEAD_BYTES } from '../options/limits.js';
import { forPeople } from '../text/for-people.js';
import type { Accounts } from './accounts.js';
import type { Diagnostics } from './diagnostics.js';
import type { Flushes } from './flush.js';
import type { MemoryBudget } from './memory-budget.js';

const REJECTED_BECAUSE: Record<RejectReason, string> = {
  tooOld: 'older than 14 days or than the retention of the log group',
  tooNew: 'more than 2 hours in the future',
  expired: 'past the retention of the log group',
};

/**
 * Settles the batches of a stream: counts every event under its fate, gives its memory back, tells whoever
 * waits for it, and reports what was lost.
 */
export class Settlement {
  readonly #target: Target;
  readonly #accounts: Accounts;
  readonly #budget: MemoryBudget;
  readonly #diagnostics: Diagnostics;
  readonly #flushes: Flushes;
  readonly #onSettled: ((batch: Batch) => void) | undefined;

  constructor(
    target: Target,
    accounts: Accounts,
    budget: MemoryBudget,
    diagnostics: Diagnostics,
    flushes: Flushes,
    onSettled?: (batch: Batch) => void,
  ) {
    this.#target = target;
    this.#accounts = accounts;
    this.#budget = budget;
    this.#diagnostics = diagnostics;
    this.#flushes = flushes;
    this.#onSettled = onSettled;
  }

  /** The batch is stored, but for what was rejected because of its time. */
  delivered(batch: Batch, rejected: readonly RejectedRange[], durationMs: number): void {
    let { bytes } = batch;
    let events = 0;
    let refused = 0;
    let from = 0;
    const reports: (() => void)[] = [];
    // The ranges are sorted and do not overlap; between them the events are stored.
    for (const range of rejected) {
      if (range.from > from) events += this.#accounts.settle(batch, from, range.from, 'delivered');
      const lost = this.#accounts.settle(batch, range.from, range.to, range.reason);
      refused += lost;
      reports.push(() => this.#reportRejected(batch, range, lost));
      bytes -= bytesOf(batch, range);
      from = range.to;
    }
    if (from < batch.length) events += this.#accounts.settle(batch, from, batch.length, 'delivered');
    this.#accounts.bytesDelivered += bytes;
    this.#flushes.settled(batch, events, refused);
    this.#finish(batch);
    // Listeners come last: what they see in stats() is complete.
    for (const report of reports) report();
    if (this.#diagnostics.wants('batch')) {
      const { attempts } = batch.history;
      this.#diagnostics.emit('batch', { ...this.#target, events, bytes, attempts, durationMs });
    }
  }

  /** CloudWatch Logs will never take this batch of one event. */
  refused(batch: Batch, fate: 'poison' | 'oversize', reason: string, failure: PutFailure): void {
    const cause = `${reason}: ${forPeople(failure.message)}`;
    this.all(batch, fate);
    if (this.#diagnostics.wants('drop')) {
      const { weight: events, bytes } = batch;
      this.#diagnostics.drop({ ...this.#target, reason: fate, events, bytes, cause });
    }
    this.#diagnostics.warn({
      code: fate,
      message:
        `CloudWatch Logs refused an event of ${batch.bytes} bytes for ${this.#name} (${cause}); ` +
        'it was dropped, its neighbours are delivered.',
      ...this.#target,
    });
  }

  /** Every event of the batch meets the same fate. */
  all(batch: Batch, fate: Fate): void {
    const events = this.#accounts.settle(batch, 0, batch.length, fate);
    this.#flushes.settled(batch, fate === 'delivered' ? events : 0, fate === 'delivered' ? 0 : events);
    this.#finish(batch);
  }

  /** The batch is settled as another thread counted it. */
  counted(batch: Batch, fates: ReadonlyMap<Fate, number>): void {
    let all = 0;
    for (const [fate, events] of fates) {
      this.#accounts.count(fate, events);
      all += events;
    }
    const delivered = fates.get('delivered') ?? 0;
    this.#flushes.settled(batch, delivered, all - delivered);
    this.#finish(batch);
  }

  /** The batch is not settled, and never will be here. */
  left(batch: Batch): void {
    this.#budget.release(batch.bytes);
    batch.observer?.finished(0);
    this.#flushes.replaced(batch, 0);
  }

  /** So many parts take the place of a batch. */
  parted(batch: Batch, parts = 2): void {
    batch.observer?.finished(parts);
    this.#flushes.replaced(batch, parts);
  }

  /** One batch takes the place of parts of another. */
  joined(parts: readonly Batch[]): Batch {
    const joined = Batch.joined(parts);
    for (let i = 1; i < parts.length; i++) joined.observer?.finished(0);
    this.#flushes.joined(joined.epoch, Number.POSITIVE_INFINITY);
    for (const part of parts) this.#flushes.replaced(part, 0);
    return joined;
  }

  #reportRejected(batch: Batch, range: RejectedRange, events: number): void {
    const { from, to, reason } = range;
    if (events === 0) return; // a marker, or parts of an event that is told with its last
    if (this.#diagnostics.wants('drop')) {
      const bytes = bytesOf(batch, range);
      this.#diagnostics.drop({ ...this.#target, reason, events, bytes });
    }
    const times = `${new Date(batch.timestampAt(from)).toJSON()} to ${new Date(batch.timestampAt(to - 1)).toJSON()}`;
    this.#diagnostics.warn({
      code: 'rejected',
      message:
        `CloudWatch Logs rejected ${events} event(s) of ${this.#name}: ${REJECTED_BECAUSE[reason]} ` +
        `(timestamps ${times}).`,
      ...this.#target,
    });
  }

  #finish(batch: Batch): void {
    this.left(batch);
    this.#onSettled?.(batch);
  }

  get #name(): string {
    return `log stream "${this.#target.logStreamName}" of log group "${this.#target.logGroupName}"`;
  }
}

/** Bytes as CloudWatch Logs counts them. */
function bytesOf(batch: Batch, { from, to }: RejectedRange): number {
  let bytes = 0;
  for (let i = from; i < to; i++) bytes += batch.messageBytesAt(i) + EVENT_OVERHEAD_BYTES;
  return bytes;
}
