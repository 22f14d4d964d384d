import type { Publisher } from 'cloudwatch-logs-publisher';
import type { AskedWorker } from 'cloudwatch-logs-publisher/worker';
import { publisherOf } from './cloudwatch-stream.js';

/** The stream that `pino.transport()` returns, as far as it is used here. */
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
 * Finds where lines go: through a transport, an in-process stream, a `pino.multistream`, the logger itself, or what
 * frameworks wrap around it.
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
  visit(streamBehind(transport));
  if (publishers.length + workers.length === 0) {
    throw new TypeError(
      'Expected the result of pino.transport() or cloudWatchTransport(), or a logger (of pino, nestjs-pino, pino-http, ' +
        'Fastify) that writes to one; ' +
        `got ${transport === null ? 'null' : typeof transport}.`,
    );
  }
  return { publishers, workers };
}

/** Wrappers around wrappers: nestjs-pino's `Logger` holds a `PinoLogger`, which holds a logger. */
const MOST_WRAPPERS = 4;

/**
 * The stream behind a logger, or behind what holds one as `logger` (pino-http, nestjs-pino) or `log` (Fastify, a
 * request); what it is itself when there is none.
 */
function streamBehind(held: unknown): unknown {
  let at = held;
  for (let depth = 0; depth < MOST_WRAPPERS && isHolder(at); depth++) {
    const stream = streamOfLogger(at);
    if (stream !== undefined) return stream;
    if (publisherOf(at) || isWorkerTransport(at) || isMultistream(at)) return at;
    at = at.logger ?? at.log;
  }
  return held;
}

function isHolder(held: unknown): held is { readonly logger?: unknown; readonly log?: unknown } {
  return (typeof held === 'object' && held !== null) || typeof held === 'function';
}

/** The stream that a pino logger or a child of it writes to: pino keeps it under a symbol of its own. */
function streamOfLogger(logger: object): unknown {
  for (let at: unknown = logger; isHolder(at); at = Object.getPrototypeOf(at)) {
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
