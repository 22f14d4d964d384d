import type { PublisherOptions } from '../options/options.js';
import { Batch, type BatchLimits } from './batch.js';
import { PackedEvents, type PackedEventsData } from './packed-events.js';
import { leftUnanswered, type PutHistory, type PutToken } from './put-history.js';

/** A batch as plain data, fit to be sent to another thread. */
export interface BatchSnapshot {
  readonly events: PackedEventsData;
  readonly isFrozen: boolean;
  readonly history: PutHistory;
}

/** Everything of a publisher that is not settled, as plain data. */
export interface PublisherSnapshot {
  readonly options: PublisherOptions;
  /** Log groups that a function chose: the publisher's own, whose settings they get. @default none */
  readonly chosenGroups?: readonly string[];
  readonly streams: readonly {
    readonly logGroupName: string;
    readonly logStreamName: string;
    /** The token of the next put. */
    readonly token: PutToken;
    /** Whether the stream cannot be there yet. */
    readonly isUnmade: boolean;
    /** Oldest first. */
    readonly batches: readonly BatchSnapshot[];
  }[];
}

export function countBatches({ streams }: PublisherSnapshot): number {
  return streams.reduce((sum, { batches }) => sum + batches.length, 0);
}

/** @param underWay the token of a put of it that may be stored, and whose answer will never be seen */
export function snapshotBatch(batch: Batch, underWay: PutToken | undefined): BatchSnapshot {
  return {
    events: batch.eventData,
    isFrozen: batch.state === 'frozen',
    history: underWay ? leftUnanswered(batch.history, underWay) : batch.history,
  };
}

export function restoreBatch(saved: BatchSnapshot, limits: BatchLimits): Batch {
  const batch = new Batch(limits, PackedEvents.from(saved.events, limits.maxBytes));
  batch.seal();
  if (saved.isFrozen) batch.freeze();
  batch.history = saved.history;
  return batch;
}
