import { cloudWatchTransport } from './transport.js';

export type {
  AwsCredentials,
  AwsOptions,
  Drop,
  FlushOptions,
  FlushResult,
  PublisherStats,
  Warning,
} from 'cloudwatch-logs-publisher';
export { PublisherError } from 'cloudwatch-logs-publisher';
export type { CloudWatchStream } from './cloudwatch-stream.js';
export { flushTransport, transportStats } from './flush-transport.js';
export { type CloudWatchTarget, cloudWatchTarget } from './target.js';
export type {
  CloudWatchStreamOptions,
  CloudWatchTransportOptions,
  LineOptions,
} from './transport-options.js';
export { cloudWatchTransport };
export default cloudWatchTransport;
