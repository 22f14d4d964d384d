import type { PublisherOptions } from './options/options.js';
import { Publisher } from './publisher.js';

export { type HealthLimits, isHealthy, type LastError, type PublisherStats } from './accounts/accounts.js';
export type {
  BatchDelivered,
  Conflict,
  Drop,
  Place,
  PossibleDuplicates,
  PublisherEvents,
  Warning,
  WarningCode,
  WarningCodes,
} from './accounts/events.js';
export type { FlushResult } from './accounts/flush.js';
export type { DropReason, RejectReason } from './batch/note.js';
export type { Target } from './cloudwatch/sink.js';
export type { LogEvent } from './intake/intake.js';
export type { AwsCredentials, AwsOptions } from './options/aws-settings.js';
export { PublisherError, type PublisherErrorCode, type PublisherErrorCodes } from './options/errors.js';
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
export { type FlushOptions, Publisher } from './publisher.js';
export type { SpoolStats } from './spool/spool-options.js';

/** @internal The same as `new Publisher(options)`, for code without types. */
export function createPublisher(options: PublisherOptions): Publisher {
  return new Publisher(options);
}
