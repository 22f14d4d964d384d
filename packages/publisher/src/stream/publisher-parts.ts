import type { Accounts } from '../accounts/accounts.js';
import type { Diagnostics } from '../accounts/diagnostics.js';
import type { Flushes } from '../accounts/flush.js';
import type { MemoryBudget } from '../accounts/memory-budget.js';
import type { Settlement } from '../accounts/settlement.js';
import type { Batch } from '../batch/batch.js';
import type { PutToken } from '../batch/put-history.js';
import type { Endpoint } from '../cloudwatch/endpoint.js';
import type { Provisioner } from '../cloudwatch/provisioner.js';
import type { Sink, Target } from '../cloudwatch/sink.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import type { Clock } from '../time/clock.js';
import type { Deadlines } from '../time/deadlines.js';
import type { Outages } from './outages.js';
import type { Overdue } from './overdue.js';
import type { Dispatcher } from './turns/dispatcher.js';
import type { Pace } from './turns/pace.js';

/** The parts of a publisher that its streams share. Each class says which of them it uses. */
export interface PublisherParts {
  readonly options: ResolvedOptions;
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Whether the publisher is shutting down, so that no wait may outlast the deadline. */
  readonly isClosing: () => boolean;
  readonly accounts: Accounts;
  readonly budget: MemoryBudget;
  readonly diagnostics: Diagnostics;
  readonly flushes: Flushes;
  readonly settlement: Settlement;
  readonly sink: Sink;
  readonly endpoint: Endpoint;
  readonly provisioner: Provisioner;
  readonly dispatcher: Dispatcher;
  /** Most puts under way on one stream. */
  readonly mostPuts: number;
  readonly outages: Outages;
  readonly overdue: Overdue;
  readonly pace: Pace;
  /** The spool; undefined where there is none. */
  readonly disk: () => StreamDisk | undefined;
}

/** The disk, as the streams of a publisher see it. */
export interface StreamDisk {
  /**
   * Called before every put. A batch that is on disk is put only when it is written, and noted with its token, so
   * that the next process can put the very same batch. Others wait until it is known there which puts have ended, so that
   * a token that is noted still tells something; a put in a lane, which changes no token, does not wait for that.
   */
  beforePut(target: Target, batch: Batch, token: PutToken): Promise<void> | undefined;
  /** A put of a batch has stored nothing for certain, and waits to be made again: the note of it says too much. */
  undone(target: Target, batch: Batch): void;
  /** One event in memory was dropped that is on disk too. */
  dropped(id: number): void;
  /** A stream fails, so that others need not wait for it; it may need events of its own to go on. */
  failing(writer: { readonly lacksOthers: boolean }): void;
  /** Whether events of the stream of a writer are only on disk, so that the writer is still needed. */
  hasEventsOf(target: Target): boolean;
}
