import type { PublisherOptions } from '../options/options.js';
import { Batch, type BatchLimits } from './batch.js';
import { PackedEvents, type PackedEventsData } from './packed-events.js';
import { leftUnanswered, type PutHistory } from './put-history.js';

/** A batch as plain data, fit to be sent to another thread. */
export interface BatchSnapshot {
  readonly events: PackedEventsData;
  readonly isFrozen: boolean;
  readonly history: PutHistory;
}

/** Everything of a publisher that is not settled, as plain data. */
export interface PublisherSnapshot {
  readonly options: PublisherOptions;
  readonly streams: readonly {
    readonly logGroupName: string;
    readonly logStreamName: string;
    readonly sequenceToken: string | undefined;
    /** Oldest first. */
    readonly batches: readonly BatchSnapshot[];
  }[];
}

export function countBatches({ streams }: PublisherSnapshot): number {
  return streams.reduce((sum, { batches }) => sum + batches.length, 0);
}

/**
 * @param tokenUnderWay when a put of the batch is under way: the token that it was sent with, `null` for none.
 * Its answer will never be seen, so it may be stored.
 */
export function snapshotBatch(batch: Batch, tokenUnderWay: string | null | undefined): BatchSnapshot {
  return {
    events: batch.eventData,
    isFrozen: batch.state === 'frozen',
    history: tokenUnderWay === undefined ? batch.history : leftUnanswered(batch.history, tokenUnderWay),
  };
}

export function restoreBatch(saved: BatchSnapshot, limits: BatchLimits): Batch {
  const batch = new Batch(limits, PackedEvents.from(saved.events, limits.maxBytes));
  batch.seal();
  if (saved.isFrozen) batch.freeze();
  batch.history = saved.history;
  return batch;
}
