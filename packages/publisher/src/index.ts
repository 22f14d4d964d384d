export type { LastError, PublisherStats } from './accounts/accounts.js';
export type {
  BatchDelivered,
  Conflict,
  Place,
  PossibleDuplicates,
  PublisherEvents,
  Warning,
  WarningCode,
} from './accounts/diagnostics.js';
export type { Drop } from './accounts/drop-tally.js';
export type { FlushResult } from './accounts/flush.js';
export { type HealthLimits, isHealthy } from './accounts/health.js';
export type { DropReason, RejectReason } from './batch/fate.js';
export type { LogEvent } from './intake/intake.js';
export type { AwsCredentials, AwsOptions } from './options/aws-settings.js';
export { PublisherError, type PublisherErrorCode } from './options/errors.js';
export type { ByGroup, GroupRule } from './options/group-settings.js';
export type {
  EventContext,
  LogGroupNameFunction,
  LogStreamNameFunction,
} from './options/name-template.js';
export type {
  OverflowPolicy,
  OversizePolicy,
  PublisherOptions,
  SequenceTokenPolicy,
  SpoolMode,
  SpoolSettings,
} from './options/options.js';
export { createPublisher, type FlushOptions, Publisher } from './publisher.js';
export type { SpoolStats } from './spool/spool-options.js';
