export type { ClientCredentials, LocalClientConfig } from './endpoint/addresses.js';
export type { NamedPlace, StoredEvent, StoredGroup } from './endpoint/contents.js';
export type { LocalStats } from './endpoint/counters.js';
export {
  type CreatedStream,
  LocalCloudWatchLogs,
  type LocalEvents,
  type RequestsSince,
  type ResetOptions,
  type StopOptions,
  type WaitOptions,
} from './endpoint/local.js';
export type { LocalOptions } from './endpoint/options.js';
export type { WantedEvents } from './endpoint/wanted-events.js';
export { ServiceError } from './errors/service-error.js';
export { FAULT_KINDS, type Fault, type FaultKind, type Milliseconds } from './faults/fault.js';
export type { Faults, SetFault } from './faults/faults.js';
export type { LocalMetric, MetricPoint } from './metrics/metric-data.js';
export type { AcceptedPut } from './operations/context.js';
export type { OffendingEvent } from './operations/offending-event.js';
export type { LocalCredentials } from './requests/sigv4.js';
export type { RequestRecord } from './service/request-record.js';
export { startLocal } from './start.js';
export type { FedPut, Subscription, SubscriptionOptions, Taken } from './store/feed.js';
export type { LogGroupClass, LogGroupSettings } from './store/log-group.js';
export type { SequenceTokenRule, TokenErrorStyle } from './store/sequence-tokens.js';
export type { SubscribedEvent, SubscriptionEnvelope } from './subscriptions/envelope.js';
export type { SubscriptionDelivery } from './subscriptions/subscription-filters.js';
