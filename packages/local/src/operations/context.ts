import type { Writable } from 'node:stream';
import type { ReadFaults } from '../faults/read-faults.js';
import type { Queries } from '../insights/queries.js';
import type { LiveTails } from '../live-tail/live-tails.js';
import type { MetricFilters } from '../metrics/metric-filters.js';
import type { Input } from '../requests/input.js';
import type { Account } from '../store/log-group.js';
import type { Entity } from '../store/log-stream.js';
import type { SequenceTokenRule, TokenErrorStyle } from '../store/sequence-tokens.js';
import type { Store } from '../store/store.js';
import type { SubscriptionFilters } from '../subscriptions/subscription-filters.js';

/** Everything that operations work on. */
export interface Context {
  readonly store: Store;
  /** Whose request it is, and in which Region. */
  readonly account: Account;
  readonly now: () => number;
  readonly sequenceTokens: SequenceTokenRule;
  readonly tokenErrors: TokenErrorStyle;
  readonly maxEventBytes: number;
  readonly liveTails: LiveTails;
  readonly metricFilters: MetricFilters;
  readonly queries: Queries;
  readonly subscriptionFilters: SubscriptionFilters;
  /** Told about every accepted put. */
  readonly onPut: (put: AcceptedPut) => void;
  /** Told about every stream that CreateLogStream made. */
  readonly onStream: (logGroupName: string, logStreamName: string) => void;
}

/** A put that was accepted. */
export interface AcceptedPut {
  /** The log group that was put to. */
  readonly logGroupName: string;
  /** The log stream that was put to. */
  readonly logStreamName: string;
  /** Stored events; those that were rejected as too old or too new are not among them. */
  readonly events: number;
  /** UTF-8 bytes of the stored messages plus 26 for each. */
  readonly bytes: number;
  /** The token for the next put. */
  readonly sequenceToken: string;
  /** The entity that the put named, if it was not rejected. */
  readonly entity?: Entity;
}

/** An answer that goes on until the client leaves, or until it ends by itself. */
export class StreamedAnswer {
  readonly contentType: string;
  /** Begins to write. `requestId` is that of the header `x-amzn-requestid`. */
  readonly start: (output: Writable, requestId: string) => void;

  constructor(contentType: string, start: (output: Writable, requestId: string) => void) {
    this.contentType = contentType;
    this.start = start;
  }
}

/**
 * Carries out a request and answers the body of the reply, nothing for an empty one, or a StreamedAnswer. A promise only
 * where the event loop must have its turn meanwhile.
 */
export type Operation = (
  input: Input,
  context: Context,
  reading: ReadFaults,
) => object | undefined | Promise<object | undefined>;
