import type { MetricFilter } from '../metrics/metric-filters.js';
import type { LogGroupClass } from '../store/log-group.js';
import type { Entity } from '../store/log-stream.js';
import type { GroupPolicy, Resources } from '../store/resources.js';
import type { TokenHistory } from '../store/sequence-tokens.js';
import type { SubscriptionFilter } from '../subscriptions/subscription-filters.js';

/** A change of the store as it stands on disk. */
export type StoreRecord =
  /** Everything but events, at the beginning of each file: no file needs one before it. */
  | {
      readonly kind: 'snapshot';
      readonly nextStream: number;
      /** Events that were ever stored. */
      readonly arrivals: number;
      readonly accounts: readonly AccountState[];
    }
  | ({ readonly kind: 'account' } & AccountName & { readonly resources: ResourcesState })
  | ({ readonly kind: 'group' } & AccountName & { readonly group: GroupState })
  | ({ readonly kind: 'group-deleted' } & AccountName & { readonly name: string })
  | ({ readonly kind: 'stream' } & AccountName & { readonly group: string; readonly stream: StreamState })
  | { readonly kind: 'stream-deleted'; readonly id: number }
  | ({ readonly kind: 'put'; readonly tokens: TokenHistory; readonly entity?: Entity } & EventsState)
  /** Events of a file that is about to be removed. */
  | ({ readonly kind: 'copied' } & EventsState);

export interface AccountName {
  readonly region: string;
  readonly accountId: string;
}

export interface AccountState extends AccountName {
  readonly resources: ResourcesState;
  readonly groups: readonly (GroupState & { readonly streams: readonly StreamState[] })[];
}

/** The values of each map; every value has its key in it. */
export type ResourcesState = { readonly [Name in keyof Resources['maps']]: readonly [string, unknown][] };

export interface GroupState {
  readonly name: string;
  readonly creationTime: number;
  readonly logGroupClass: LogGroupClass;
  readonly tags: Readonly<Record<string, string>>;
  readonly kmsKeyId?: string;
  readonly retentionInDays?: number;
  readonly deletionProtectionEnabled: boolean;
  readonly indexPolicy?: GroupPolicy;
  readonly dataProtection?: GroupPolicy | 'deleted';
  readonly metricFilters: readonly Omit<MetricFilter, 'pattern'>[];
  readonly subscriptionFilters: readonly Omit<SubscriptionFilter, 'pattern'>[];
}

export interface StreamState {
  /** Tells a stream from one of the same name that was deleted. */
  readonly id: number;
  readonly name: string;
  readonly creationTime: number;
  readonly tokens: TokenHistory;
  readonly entity?: Entity;
  readonly firstEventTimestamp?: number;
  readonly lastEventTimestamp?: number;
  readonly lastIngestionTime?: number;
  /** Its events with a smaller number have left. */
  readonly oldest: number;
}

export interface EventsState {
  /** Of the stream. */
  readonly id: number;
  /** The number of the first event among all of the endpoint. */
  readonly arrival: number;
  readonly ingestionTime: number;
  readonly events: readonly (readonly [timestamp: number, message: string])[];
}
