import type { Accounts } from '../accounts/accounts.js';
import type { Diagnostics } from '../accounts/diagnostics.js';
import type { Flushes } from '../accounts/flush.js';
import type { MemoryBudget } from '../accounts/memory-budget.js';
import type { Settlement } from '../accounts/settlement.js';
import type { Endpoint } from '../cloudwatch/endpoint.js';
import type { Provisioner } from '../cloudwatch/provisioner.js';
import type { Sink } from '../cloudwatch/sink.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import type { Clock } from '../time/clock.js';
import type { Deadlines } from '../time/deadlines.js';
import type { Outages } from './outages.js';
import type { Overdue } from './overdue.js';
import type { StreamDisk } from './stream-disk.js';
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
