import { holdStreams } from './held-streams.js';
import { cloudWatchTransport } from './transport.js';

export type {
  AwsCredentials,
  AwsOptions,
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
export type { CloudWatchStream } from './cloudwatch-stream.js';
export { flushOnSignals } from './flush-on-signals.js';
export { flushTransport, transportStats } from './flush-transport.js';
export { type CloudWatchTarget, cloudWatchTarget } from './target.js';
export type {
  CloudWatchStreamOptions,
  CloudWatchTransportOptions,
  LineOptions,
} from './transport-options.js';

// Where this is loaded before a worker starts, its stream can be held, whatever the worker was named by.
holdStreams();

export { cloudWatchTransport };
export default cloudWatchTransport;
