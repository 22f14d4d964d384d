export type { LastError, PublisherStats } from './accounts.js';
export type { DropReason, RejectReason } from './batch.js';
export type { BatchDelivered, Conflict, Drop, PublisherEvents, Warning, WarningCode } from './diagnostics.js';
export { PublisherError, type PublisherErrorCode } from './errors.js';
export type { FlushResult } from './flush.js';
export type { LogEvent } from './intake.js';
export { checkOptionNames, checkOptionsAreData, PUBLISHER_OPTION_NAMES } from './option-checks.js';
export {
  type AwsCredentials,
  type AwsOptions,
  type LogStreamNameFunction,
  type OverflowPolicy,
  type OversizePolicy,
  type PublisherOptions,
  type ResolvedOptions,
  resolveOptions,
  type SequenceTokenPolicy,
  type SpoolMode,
  type SpoolSettings,
} from './options.js';
export { createPublisher, type FlushOptions, Publisher } from './publisher.js';
export type { SpoolStats } from './spool/spool-options.js';
export type { EventContext } from './stream-name.js';
