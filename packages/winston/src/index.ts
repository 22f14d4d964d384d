export type {
  BatchDelivered,
  Conflict,
  Drop,
  FlushOptions,
  FlushResult,
  HealthLimits,
  Place,
  PossibleDuplicates,
  PublisherStats,
  Warning,
} from 'cloudwatch-logs-publisher';
export { isHealthy, PublisherError } from 'cloudwatch-logs-publisher';
export type { SignalOptions } from 'cloudwatch-logs-publisher/worker';
export { flushOnSignals } from './flush-on-signals.js';
export type { LogInfo, LogLine } from './log-info.js';
export type { CloudWatchTransportOptions } from './options.js';
export { CloudWatchTransport } from './transport.js';
