import { Batch } from '../batch/batch.js';
import type { Fate, RejectReason } from '../batch/note.js';
import type { RejectedRange } from '../cloudwatch/outcome.js';
import type { PutFailure, Target } from '../cloudwatch/sink.js';
import { EVENT_OVERHEAD_BYTES } from '../options/limits.js';
import { forPeople, nameOfStream } from '../text/for-people.js';
import type { Accounts } from './accounts.js';
import type { Diagnostics } from './diagnostics.js';
import type { Flushes } from './flush.js';
import type { MemoryBudget } from './memory-budget.js';

const REJECTED_BECAUSE: Record<RejectReason, string> = {
  tooOld: 'older than 14 days or than the retention of the log group',
  tooNew: 'more than 2 hours in the future',
  expired: 'past the retention of the log group',
};

/** The parts of a publisher that settling needs. */
export interface SettlementContext {
  readonly accounts: Accounts;
  readonly budget: MemoryBudget;
  readonly diagnostics: Diagnostics;
  readonly flushes: Flushes;
  /** A batch met its fate. */
  readonly onSettled: (batch: Batch) => void;
  /** Parts took the place of a batch, or one batch that of parts. */
  readonly onReplaced: (batches: readonly Batch[], by: readonly Batch[]) => void;
}

/**
 * Settles batches: counts every event under its fate, gives its memory back, tells whoever
 * waits for it, and reports what was lost.
 */
export class Settlement {
  readonly #context: SettlementContext;

  constructor(context: SettlementContext) {
    this.#context = context;
  }

  /** The batch is stored, but for what was rejected because of its time. */
  delivered(target: Target, batch: Batch, rejected: readonly RejectedRange[], durationMs: number): void {
    const { accounts, flushes, diagnostics } = this.#context;
    let { bytes } = batch;
    let events = 0;
    let refused = 0;
    let from = 0;
    const reports: (() => void)[] = [];
    // The ranges are sorted and do not overlap; between them the events are stored.
    for (const range of rejected) {
      if (range.from > from) events += accounts.settle(batch, from, range.from, 'delivered');
      const lost = accounts.settle(batch, range.from, range.to, range.reason);
      refused += lost;
      reports.push(() => this.#reportRejected(target, batch, range, lost));
      bytes -= bytesOf(batch, range);
      from = range.to;
    }
    if (from < batch.length) events += accounts.settle(batch, from, batch.length, 'delivered');
    accounts.bytesDelivered += bytes;
    flushes.settled(batch, events, refused);
    this.#finish(batch);
    // Listeners come last: what they see in stats() is complete.
    for (const report of reports) report();
    if (diagnostics.wants('batch')) {
      const { attempts } = batch.history;
      diagnostics.emit('batch', { ...target, events, bytes, attempts, durationMs });
    }
    batch.letGo();
  }

  /** CloudWatch Logs will never take this batch of one event. */
  refused(
    target: Target,
    batch: Batch,
    fate: 'poison' | 'oversize',
    reason: string,
    failure: PutFailure,
  ): void {
    const { diagnostics } = this.#context;
    const cause = `${reason}: ${forPeople(failure.message)}`;
    this.all(batch, fate);
    const { weight: events, bytes } = batch;
    diagnostics.drop({ ...target, reason: fate, events, bytes, cause });
    diagnostics.warn({
      code: fate,
      message:
        `CloudWatch Logs refused an event of ${batch.bytes} bytes for ${nameOfStream(target)} (${cause}); ` +
        'it was dropped, its neighbours are delivered.',
      ...target,
    });
  }

  /** Every event of the batch meets the same fate. */
  all(batch: Batch, fate: Fate): void {
    const { accounts, flushes } = this.#context;
    const events = accounts.settle(batch, 0, batch.length, fate);
    flushes.settled(batch, fate === 'delivered' ? events : 0, fate === 'delivered' ? 0 : events);
    this.#finish(batch, fate === 'overflow');
  }

  /** The batch is settled as another thread counted it. */
  counted(batch: Batch, fates: ReadonlyMap<Fate, number>): void {
    const { accounts, flushes } = this.#context;
    let all = 0;
    for (const [fate, events] of fates) {
      accounts.count(fate, events);
      all += events;
    }
    const delivered = fates.get('delivered') ?? 0;
    flushes.settled(batch, delivered, all - delivered);
    this.#finish(batch);
  }

  /** The batch is not settled, and never will be here. */
  left(batch: Batch): void {
    this.#leave(batch, false);
  }

  /** Parts take the place of a batch. */
  parted(batch: Batch, parts: readonly Batch[]): void {
    const { flushes, onReplaced } = this.#context;
    batch.observer?.finished(parts.length);
    flushes.replaced(batch, parts.length);
    onReplaced([batch], parts);
  }

  /** One batch takes the place of parts of another. */
  joined(parts: readonly Batch[]): Batch {
    const { flushes, onReplaced } = this.#context;
    const joined = Batch.joined(parts);
    for (let i = 1; i < parts.length; i++) joined.observer?.finished(0);
    flushes.joined(joined.epoch, Number.POSITIVE_INFINITY);
    for (const part of parts) flushes.replaced(part, 0);
    onReplaced(parts, [joined]);
    return joined;
  }

  #reportRejected(target: Target, batch: Batch, range: RejectedRange, events: number): void {
    const { diagnostics } = this.#context;
    const { from, to, reason } = range;
    if (events === 0) return; // a marker, or parts of an event that is told with its last
    diagnostics.drop({ ...target, reason, events, bytes: bytesOf(batch, range) });
    const times = `${new Date(batch.timestampAt(from)).toJSON()} to ${new Date(batch.timestampAt(to - 1)).toJSON()}`;
    diagnostics.warn({
      code: 'rejected',
      message:
        `CloudWatch Logs rejected ${events} event(s) of ${nameOfStream(target)}: ${REJECTED_BECAUSE[reason]} ` +
        `(timestamps ${times}).`,
      ...target,
    });
  }

  #finish(batch: Batch, isDropped = false): void {
    this.#leave(batch, isDropped);
    this.#context.onSettled(batch);
  }

  /** @param isDropped to make room for another event */
  #leave(batch: Batch, isDropped: boolean): void {
    const { budget, flushes } = this.#context;
    if (isDropped) budget.dropped(batch.bytes);
    else budget.release(batch.bytes);
    batch.observer?.finished(0);
    flushes.replaced(batch, 0);
  }
}

/** Bytes as CloudWatch Logs counts them. */
function bytesOf(batch: Batch, { from, to }: RejectedRange): number {
  let bytes = 0;
  for (let i = from; i < to; i++) bytes += batch.messageBytesAt(i) + EVENT_OVERHEAD_BYTES;
  return bytes;
}
