import { workerData } from 'node:worker_threads';
import type { PublisherOptions } from 'cloudwatch-logs-publisher';
import { isEnabled } from 'cloudwatch-logs-publisher/worker';
import type { Relay } from './relay.js';
import { RelayingPublisher } from './relaying-publisher.js';
import type { TransportPublisher } from './transport-publisher.js';
import { resolveForWorker } from './worker/options.js';
import type { WorkerThreadData } from './worker/protocol.js';
import { WorkerPublisher } from './worker/publisher.js';

/**
 * Starts a publisher, in this thread or in one of its own.
 *
 * @throws PublisherError when an option is wrong, or no data where a thread needs data
 */
export function startPublisher(
  options: PublisherOptions,
  inWorker: boolean,
  relay: Relay,
): TransportPublisher {
  if (inWorker && !isPublisherWorker()) {
    if (isEnabled(options)) return new WorkerPublisher(options, relay);
    resolveForWorker(options); // a mistake shows where nothing is sent, too
  }
  return new RelayingPublisher(options, relay);
}

/**
 * Whether this is such a thread already: a module that NODE_OPTIONS loads into every thread may start loggers, and
 * each would start a thread, without end.
 */
function isPublisherWorker(): boolean {
  return (workerData as Partial<WorkerThreadData> | null)?.isPublisherWorker === true;
}
