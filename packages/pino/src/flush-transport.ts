import type { FlushOptions, FlushResult, PublisherStats } from 'cloudwatch-logs-publisher';
import {
  checkFlushOptions,
  lostEvents,
  now,
  sumFlushResults,
  sumStats,
} from 'cloudwatch-logs-publisher/worker';
import { askTransport, linesRead } from './ask-transport.js';
import { destinationsOf, type WorkerTransport } from './destinations.js';

// For a worker to start, and to tell what its options are.
const START_MS = 30_000;
// Beyond the time that the caller gives, because a busy worker still has to say how far it came.
const ANSWER_MS = 5000;

/**
 * Waits until everything that was logged before the call is stored in CloudWatch Logs or settled: through a
 * worker with one target, behind `targets: [...]` (where pino's own `logger.flush` does not reach a target),
 * and in-process. Of several targets in one worker the results are added up.
 *
 * @param transport what `pino.transport()` or `cloudWatchTransport()` returned, or a logger
 * @param options `timeoutMs`: how long to wait. @default the target's `flushTimeoutMs`, the longest of several
 * @throws PublisherError when an option is wrong; TypeError when there is nothing of this package to flush; Error when the worker has crashed or does
 * not answer
 *
 * ```ts
 * const { pending } = await flushTransport(logger, { timeoutMs: 5_000 });
 * ```
 */
export async function flushTransport(transport: unknown, options: FlushOptions = {}): Promise<FlushResult> {
  checkFlushOptions(options);
  const { publishers, workers } = destinationsOf(transport);
  const results = await Promise.all([
    ...publishers.map((publisher) => publisher.flush(options)),
    ...workers.map((worker) => flushWorker(worker, options)),
  ]);
  return sumFlushResults(results);
}

/**
 * The counters of a transport, wherever it runs; those of several targets in one worker are added up.
 *
 * @param transport what `pino.transport()` or `cloudWatchTransport()` returned, or a logger
 * @throws TypeError when there is nothing of this package; Error when the worker has ended or does not answer
 */
export async function transportStats(transport: unknown): Promise<PublisherStats> {
  const { publishers, workers } = destinationsOf(transport);
  const answers = await Promise.all(workers.map((worker) => askTransport(worker, {}, START_MS)));
  const sum = sumStats([
    ...publishers.map((publisher) => publisher.stats()),
    ...answers.map(({ stats }) => stats),
  ]);
  if (!sum) throw new TypeError('There is no destination to ask.');
  return sum;
}

async function flushWorker(transport: WorkerTransport, options: FlushOptions): Promise<FlushResult> {
  // An orderly end has settled every event, and told what became of them.
  if (transport.writableEnded && !transport.writableErrored) return { delivered: 0, dropped: 0, pending: 0 };
  // A worker that is not ready yet has delivered nothing.
  const hasDelivered = transport.ready;
  const startedAt = now();
  const asked = askTransport(
    transport,
    {},
    options.timeoutMs === undefined ? START_MS : options.timeoutMs + ANSWER_MS,
  );
  asked.catch(() => {}); // awaited below, when a failure of the flush itself has not come first
  const timeoutMs = options.timeoutMs ?? (await asked).flushTimeoutMs;
  await linesRead(transport, timeoutMs);
  const flushTimeoutMs = Math.max(0, Math.round(timeoutMs - (now() - startedAt)));
  const question = { flushTimeoutMs, beforeExit: options.beforeExit };
  const { pending, stats } = await askTransport(transport, question, flushTimeoutMs + ANSWER_MS);
  const before = hasDelivered ? (await asked).stats : undefined;
  return {
    delivered: stats.delivered - (before?.delivered ?? 0),
    dropped: lostEvents(stats) - (before ? lostEvents(before) : 0),
    pending,
  };
}
