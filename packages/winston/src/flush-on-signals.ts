import { onSignals, type SignalOptions } from 'cloudwatch-logs-publisher/worker';
import { CloudWatchTransport } from './transport.js';

/**
 * Flushes when SIGTERM or SIGINT comes, and then lets the signal take its course; Node.js would end the process at once
 * and lose the lines. Other listeners for the signal, such as those of a framework, keep their say. A second signal ends the
 * process at once.
 *
 * ```ts
 * flushOnSignals(logger, { before: () => server.close() });
 * ```
 *
 * @param target a transport, or a logger with at least one
 * @returns call it to listen no more
 * @throws TypeError when there is no transport of this package
 */
export function flushOnSignals(target: unknown, options: SignalOptions = {}): () => void {
  // Asked again at the signal: a logger may have other transports by then.
  if (transportsOf(target).length === 0) {
    throw new TypeError('Expected a CloudWatchTransport, or a winston logger that has one.');
  }
  return onSignals(options, (timeoutMs) =>
    Promise.all(transportsOf(target).map((transport) => transport.flush({ timeoutMs }))),
  );
}

function transportsOf(target: unknown): CloudWatchTransport[] {
  if (isOurs(target)) return [target];
  const { transports } = (target ?? {}) as { transports?: unknown };
  return Array.isArray(transports) ? transports.filter(isOurs) : [];
}

/** Also of the other build of this package, of which an application may load both. */
function isOurs(candidate: unknown): candidate is CloudWatchTransport {
  if (candidate instanceof CloudWatchTransport) return true;
  const { name, flush, shutdown } = (candidate ?? {}) as Partial<CloudWatchTransport>;
  return name === 'cloudwatch' && typeof flush === 'function' && typeof shutdown === 'function';
}
