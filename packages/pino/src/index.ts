import { holdStreams } from './held-streams.js';
import { cloudWatchTransport } from './transport.js';

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
export type { CloudWatchStream } from './cloudwatch-stream.js';
export { flushOnSignals } from './flush-on-signals.js';
export { flushTransport, transportStats } from './flush-transport.js';
export { type CloudWatchTarget, cloudWatchTarget } from './target.js';
export type {
  AwsData,
  CloudWatchStreamOptions,
  CloudWatchTransportOptions,
  LineOptions,
} from './transport-options.js';

// Where this is loaded before a worker starts, its stream can be held, whatever the worker was named by.
holdStreams();

export { cloudWatchTransport };
export default cloudWatchTransport;
