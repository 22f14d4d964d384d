import { onSignals, type SignalOptions } from 'cloudwatch-logs-publisher/worker';
import { destinationsOf } from './destinations.js';
import { flushTransport } from './flush-transport.js';

/**
 * Flushes when SIGTERM or SIGINT comes, and then lets the signal take its course; Node.js would end the process at once
 * and lose the lines. Other listeners for the signal, such as those of a framework, keep their say. A second signal ends the
 * process at once.
 *
 * ```ts
 * flushOnSignals(logger, { before: () => server.close() });
 * ```
 *
 * @param transport all that {@link flushTransport} takes
 * @returns call it to listen no more
 * @throws PublisherError when an option is wrong; TypeError when there is nothing of this package to flush
 */
export function flushOnSignals(transport: unknown, options: SignalOptions = {}): () => void {
  destinationsOf(transport);
  return onSignals(options, (timeoutMs) => flushTransport(transport, { timeoutMs }).catch(() => undefined));
}
