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
 * @param target a transport, or a logger with at least one: of winston, `winston` itself for its default logger, or of nest-winston
 * @returns call it to listen no more
 * @throws PublisherError when an option is wrong; TypeError when there is no transport of this package
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

/** Wrappers around wrappers, and none that wrap each other for ever. */
const MOST_WRAPPERS = 4;

/** Of a logger; or of what holds one: the logger of nest-winston, and winston itself, whose default logger its handlers know. */
function transportsOf(target: unknown): CloudWatchTransport[] {
  let held = target;
  for (let depth = 0; depth < MOST_WRAPPERS; depth++) {
    if (isOurs(held)) return [held];
    const { transports, logger, exceptions } = (held ?? {}) as {
      readonly transports?: unknown;
      readonly logger?: unknown;
      readonly exceptions?: { readonly logger?: unknown };
    };
    if (Array.isArray(transports)) return transports.filter(isOurs);
    held = logger ?? exceptions?.logger;
  }
  return [];
}

/** Also of the other build of this package, of which an application may load both. */
function isOurs(candidate: unknown): candidate is CloudWatchTransport {
  if (candidate instanceof CloudWatchTransport) return true;
  const { name, flush, shutdown } = (candidate ?? {}) as Partial<CloudWatchTransport>;
  return name === 'cloudwatch' && typeof flush === 'function' && typeof shutdown === 'function';
}
