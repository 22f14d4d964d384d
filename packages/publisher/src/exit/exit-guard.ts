import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isMainThread, Worker } from 'node:worker_threads';
import type { LastError } from '../accounts/accounts.js';
import { printLine } from '../accounts/diagnostics.js';
import { countBatches, type PublisherSnapshot } from '../batch/snapshot.js';
import type { RescuedBatch } from '../disk/leftovers.js';
import type { PublisherOptions } from '../options/options.js';
import { RescueTallies } from './rescue-tally.js';

/** What the guard needs of a publisher. */
export interface Guarded {
  /** Events that are not settled. */
  readonly pending: () => number;
  /** Those of them that are lost when the process ends. */
  readonly inMemory: () => number;
  /** Whether something else is under way that should come to its end, such as the retention of a new group. */
  readonly isBusy: () => boolean;
  /** How long the end of the process may be held up. */
  readonly drainMs: () => number;
  readonly drain: (timeoutMs: number) => Promise<void>;
  readonly snapshot: () => PublisherSnapshot;
  /**
   * Settles everything that is left, keeps it on disk where there is a spool, and reports it.
   *
   * @param rescued what another thread did for the batches of the snapshot, in their order
   */
  readonly settle: (rescued: readonly RescuedBatch[], lastError: LastError | undefined) => void;
}

/** What the rescue thread shares with the thread that waits for it. */
export interface RescueData {
  readonly snapshots: readonly PublisherSnapshot[];
  readonly timeoutMs: number;
  /** One of {@link RESCUE}. */
  readonly progress: SharedArrayBuffer;
  /** What became of each batch, in the order of the snapshots; see `rescue-tally.ts`. */
  readonly tallies: SharedArrayBuffer;
  /** The newest failure of each publisher as JSON, in {@link ERROR_BYTES} each; zeros while there is none. */
  readonly errors: SharedArrayBuffer;
}

/** Room for one failure; its message is at most 300 characters. */
export const ERROR_BYTES = 2048;

/** States of a rescue, in the order in which they are passed. */
export const RESCUE = { starting: 0, running: 1, done: 2 } as const;

const BOOT_MS = 5000; // a thread that has not started by then (a bundler left its file out) never will
const guarded = new Set<Guarded>();
let drainingUntil: number | undefined;

/**
 * Watches over the end of the process for a publisher. A process that runs out of work is held until the
 * events are settled or the deadline passes; one that is ended by `process.exit()` or an uncaught error hands
 * them to a thread of its own, for which the main thread waits: at that point only another thread can still
 * use the network.
 *
 * @returns call it when the publisher is closed
 */
export function guardExit(publisher: Guarded): () => void {
  if (guarded.size === 0) {
    process.on('beforeExit', onBeforeExit);
    process.on('exit', onExit);
  }
  guarded.add(publisher);
  return () => {
    guarded.delete(publisher);
    if (guarded.size > 0) return;
    process.off('beforeExit', onBeforeExit);
    process.off('exit', onExit);
  };
}

function onBeforeExit(): void {
  // Emitted again each time the process runs out of work; what could not be drained once has had its time.
  if (drainingUntil !== undefined) return;
  const waiting = [...guarded].filter((publisher) => publisher.pending() > 0 || publisher.isBusy());
  if (waiting.length === 0) return;
  drainingUntil = Date.now() + Math.max(...waiting.map((publisher) => publisher.drainMs()));
  void Promise.all(waiting.map((publisher) => publisher.drain(publisher.drainMs()))).then(() => {
    // Logs of a later handler start a new count, unless the time is over.
    if (waiting.every((publisher) => publisher.pending() === 0)) drainingUntil = undefined;
  });
}

function onExit(): void {
  const waiting = [...guarded].filter((publisher) => publisher.inMemory() > 0);
  let rescued = new Map<Guarded, Rescued>();
  if (waiting.length > 0) {
    const budgetMs = Math.max(...waiting.map((publisher) => publisher.drainMs()));
    const timeoutMs = drainingUntil === undefined ? budgetMs : Math.min(budgetMs, drainingUntil - Date.now());
    if (timeoutMs > 0) rescued = rescue(waiting, timeoutMs);
  }
  for (const publisher of guarded) {
    const { batches = [], lastError } = rescued.get(publisher) ?? {};
    publisher.settle(batches, lastError);
  }
}

interface Rescued {
  readonly batches: readonly RescuedBatch[];
  readonly lastError: LastError | undefined;
}

/** What another thread could deliver, for each publisher; without those for which no thread can be used. */
function rescue(waiting: readonly Guarded[], timeoutMs: number): Map<Guarded, Rescued> {
  const rescued = new Map<Guarded, Rescued>();
  const entry = isMainThread ? workerFile() : undefined;
  if (entry === undefined) return rescued;
  const handed = waiting
    .map((publisher) => ({ publisher, snapshot: publisher.snapshot() }))
    .filter(({ snapshot }) => isData(snapshot.options));
  if (handed.length === 0) return rescued;
  const progress = new SharedArrayBuffer(4);
  const errors = new SharedArrayBuffer(ERROR_BYTES * handed.length);
  const view = new Int32Array(progress);
  const startedAt = Date.now();
  const snapshots = handed.map(({ snapshot }) => snapshot);
  const sizes = snapshots.map(countBatches);
  const tallies = new RescueTallies(sizes.reduce((sum, size) => sum + size, 0));
  const workerData: RescueData = { snapshots, timeoutMs, progress, tallies: tallies.buffer, errors };
  try {
    // Flags of the main thread (a loader, a profiler) would only slow the thread down or fail in it.
    new Worker(entry, { workerData, execArgv: [], stdout: true, stderr: true });
  } catch {
    printLine('no thread could be started at exit for events that wait; call close() before.');
    return rescued;
  }
  Atomics.wait(view, 0, RESCUE.starting, Math.min(BOOT_MS, timeoutMs));
  if (Atomics.load(view, 0) === RESCUE.running) {
    Atomics.wait(view, 0, RESCUE.running, Math.max(0, timeoutMs + 500 - (Date.now() - startedAt)));
  }
  let at = 0;
  handed.forEach(({ publisher }, index) => {
    const batches = Array.from({ length: sizes[index] }, () => tallies.of(at++).read());
    const lastError = readError(Buffer.from(errors, index * ERROR_BYTES, ERROR_BYTES));
    rescued.set(publisher, { batches, lastError });
  });
  return rescued;
}

/** `undefined` when a bundler left it out, or left no place to look for it. */
function workerFile(): string | undefined {
  try {
    const file = fileURLToPath(new URL('../exit-worker.js', import.meta.url));
    return existsSync(file) ? file : undefined;
  } catch {
    return undefined;
  }
}

/** Whether another thread can have them. */
function isData(options: PublisherOptions): boolean {
  try {
    structuredClone(options);
    return true;
  } catch {
    // The error quotes the function, and a function for credentials may have them in it.
    printLine(
      'events that wait at exit cannot be handed to a thread, because the options hold a ready client or a function; ' +
        'use aws with data or clientModule, or call close() before.',
    );
    return false;
  }
}

function readError(bytes: Buffer): LastError | undefined {
  const end = bytes.indexOf(0);
  try {
    return end > 0 ? JSON.parse(bytes.toString('utf8', 0, end)) : undefined;
  } catch {
    return undefined; // cut off while it was written
  }
}
