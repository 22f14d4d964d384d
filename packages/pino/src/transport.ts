import { Publisher } from 'cloudwatch-logs-publisher';
import type { CloudWatchStream } from './cloudwatch-stream.js';
import { InProcessStream } from './in-process-stream.js';
import { levelNames } from './line-reader.js';
import {
  type CloudWatchStreamOptions,
  type CloudWatchTransportOptions,
  type PinoAdditions,
  separateOptions,
} from './transport-options.js';
import { workerStream } from './worker-stream.js';

/**
 * The transport. Given to pino as a stream it publishes from the thread that logs, and takes functions and a
 * ready client; named to pino as a target it is called by pino inside a worker thread.
 *
 * ```ts
 * const logger = pino({ level: 'debug' }, cloudWatchTransport({ logGroupName: 'my-app' }));
 * const other = pino({ transport: { target: 'pino-cloudwatch-logs', options: { logGroupName: 'my-app' } } });
 * ```
 *
 * @throws PublisherError when an option is wrong; in a worker pino hands it on as 'error' of the transport
 */
export function cloudWatchTransport(
  options: (CloudWatchStreamOptions | CloudWatchTransportOptions) & PinoAdditions,
): CloudWatchStream {
  const { publisher: publisherOptions, levels, inWorker } = separateOptions(options);
  const publisher = new Publisher(publisherOptions);
  const names = levelNames(levels);
  return inWorker
    ? workerStream(publisher, names, publisherOptions.closeTimeoutMs)
    : new InProcessStream(publisher, names);
}
