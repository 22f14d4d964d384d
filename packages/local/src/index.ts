export type { LocalStats } from './counters.js';
export { ServiceError } from './errors.js';
export { FAULT_KINDS, type Fault, type FaultKind, type Milliseconds } from './fault.js';
export type { Faults } from './faults.js';
export {
  type LocalClientConfig,
  LocalCloudWatchLogs,
  type LocalEvents,
  type StoredEvent,
  type StoredGroup,
  startLocal,
} from './local.js';
export type { AcceptedPut } from './operations/context.js';
export type { LocalOptions } from './options.js';
export type { SequenceTokenRule, TokenErrorStyle } from './sequence-tokens.js';
export type { LocalCredentials } from './sigv4.js';
export type { LogGroupClass, LogGroupSettings } from './store.js';
export type { WantedEvents } from './wanted-events.js';
