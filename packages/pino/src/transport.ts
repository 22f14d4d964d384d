import { Publisher } from 'cloudwatch-logs-publisher';
import { printLine, publisherInWorker } from 'cloudwatch-logs-publisher/worker';
import type { CloudWatchStream } from './cloudwatch-stream.js';
import { InProcessStream } from './in-process-stream.js';
import { levelNames } from './line-reader.js';
import {
  type CloudWatchStreamOptions,
  type CloudWatchTransportOptions,
  isInWorker,
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
 * @throws PublisherError when an option is wrong; in a worker it is printed on stderr, and pino hands it on as
 * 'error' of the transport
 */
export function cloudWatchTransport(
  options: (CloudWatchStreamOptions | CloudWatchTransportOptions) & PinoAdditions,
): CloudWatchStream {
  try {
    return start(options);
  } catch (error) {
    // An application that ends at once never sees the 'error': pino waits for the worker, and then throws of its own.
    if (isInWorker(options) && error instanceof Error) printLine(error.message);
    throw error;
  }
}

function start(options: Parameters<typeof cloudWatchTransport>[0]): CloudWatchStream {
  const { publisher: publisherOptions, levels, timeKey, inWorker } = separateOptions(options);
  const publisher = inWorker ? publisherInWorker(publisherOptions) : new Publisher(publisherOptions);
  const format = { levels: levelNames(levels), timeKey };
  return inWorker
    ? workerStream(publisher, format, publisherOptions.closeTimeoutMs)
    : new InProcessStream(publisher, format);
}
