import type { Publisher } from 'cloudwatch-logs-publisher';
import type { AskedWorker } from 'cloudwatch-logs-publisher/worker';
import { publisherOf } from './cloudwatch-stream.js';

/** What `pino.transport()` returns, as far as it is used here. */
export interface WorkerTransport extends AskedWorker {
  readonly worker: { readonly threadId: number };
  readonly ready: boolean;
  readonly writableEnded: boolean;
  readonly writableErrored?: Error | null;
  flush(callback: (error?: Error) => void): void;
}

/** Where the lines of a logger may go to CloudWatch Logs. */
export interface Destinations {
  readonly publishers: readonly Publisher[];
  readonly workers: readonly WorkerTransport[];
}

/**
 * Finds where lines go: through a transport, an in-process stream, a `pino.multistream`, or the logger itself.
 *
 * @throws TypeError when there is neither a worker nor a stream of this package
 */
export function destinationsOf(transport: unknown): Destinations {
  const publishers: Publisher[] = [];
  const workers: WorkerTransport[] = [];
  const visit = (candidate: unknown): void => {
    const publisher = publisherOf(candidate);
    if (publisher) publishers.push(publisher);
    else if (isWorkerTransport(candidate)) workers.push(candidate);
    else if (isMultistream(candidate)) for (const { stream } of candidate.streams) visit(stream);
  };
  visit(streamOfLogger(transport) ?? transport);
  if (publishers.length + workers.length === 0) {
    throw new TypeError(
      'Expected the result of pino.transport() or cloudWatchTransport(), or a logger that writes to one; ' +
        `got ${transport === null ? 'null' : typeof transport}.`,
    );
  }
  return { publishers, workers };
}

/** The stream that a pino logger or a child of it writes to: pino keeps it under a symbol of its own. */
function streamOfLogger(logger: unknown): unknown {
  for (let at = logger; typeof at === 'object' && at !== null; at = Object.getPrototypeOf(at)) {
    const symbol = Object.getOwnPropertySymbols(at).find(({ description }) => description === 'pino.stream');
    if (symbol) return (at as Record<symbol, unknown>)[symbol];
  }
  return undefined;
}

function isWorkerTransport(candidate: unknown): candidate is WorkerTransport {
  const { worker, flush, emit } = (candidate ?? {}) as Partial<WorkerTransport>;
  return typeof worker?.threadId === 'number' && typeof flush === 'function' && typeof emit === 'function';
}

function isMultistream(candidate: unknown): candidate is { streams: readonly { stream: unknown }[] } {
  return Array.isArray((candidate as { streams?: unknown } | null | undefined)?.streams);
}
