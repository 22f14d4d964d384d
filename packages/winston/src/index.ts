export type {
  AwsCredentials,
  AwsOptions,
  BatchDelivered,
  ByGroup,
  Conflict,
  Drop,
  DropReason,
  EventContext,
  FlushOptions,
  FlushResult,
  GroupRule,
  HealthLimits,
  LastError,
  LogGroupNameFunction,
  LogStreamNameFunction,
  OverflowPolicy,
  OversizePolicy,
  Place,
  PossibleDuplicates,
  PublisherErrorCode,
  PublisherErrorCodes,
  PublisherEvents,
  PublisherOptions,
  PublisherStats,
  RejectReason,
  SequenceTokenPolicy,
  SpoolMode,
  SpoolSettings,
  SpoolStats,
  Target,
  Warning,
  WarningCode,
  WarningCodes,
} from 'cloudwatch-logs-publisher';
export { isHealthy, PublisherError } from 'cloudwatch-logs-publisher';
export type { SignalOptions } from 'cloudwatch-logs-publisher/worker';
export { flushOnSignals } from './flush-on-signals.js';
export type { LogInfo, LogLine } from './log-info.js';
export type { CloudWatchTransportOptions } from './options.js';
export { CloudWatchTransport } from './transport.js';
