import { isMainThread } from 'node:worker_threads';
import type { LastError } from '../accounts/accounts.js';
import { printLine } from '../accounts/diagnostics.js';
import type { PublisherSnapshot } from '../batch/snapshot.js';
import type { Access } from '../cloudwatch/access.js';
import { now } from '../time/clock.js';
import { ExitThread, type HandOver, type Rescued } from './exit-thread.js';
import type { RescuedBatch } from './rescue-report.js';
import { routeFor } from './route.js';

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
  /** What another thread needs to reach CloudWatch Logs, as far as it is known. */
  readonly access: () => Access | undefined;
  readonly snapshot: () => PublisherSnapshot;
  /**
   * Settles everything that is left, keeps it on disk where there is a spool, and reports it.
   *
   * @param rescued what another thread did for the batches of the snapshot, in their order
   */
  readonly settle: (rescued: readonly RescuedBatch[], lastError: LastError | undefined) => void;
}

const guarded = new Set<Guarded>();
let drainingUntil: number | undefined;
/** Until when the end may be held up, once it has begun; on the clock of `performance`. */
let exitDeadline: number | undefined;
let exitThread: ExitThread | undefined;
let isEnding = false;

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

/**
 * Sends at once what an 'exit' listener has logged that runs after the guard's: nothing comes after it but the end. Does
 * nothing as long as the process lives.
 */
export function sendLate(publisher: Guarded): void {
  if (exitDeadline !== undefined) end([publisher]);
}

function onBeforeExit(): void {
  // Emitted again each time the process runs out of work; what could not be drained once has had its time.
  if (drainingUntil !== undefined) return;
  const waiting = [...guarded].filter((publisher) => publisher.pending() > 0 || publisher.isBusy());
  if (waiting.length === 0) return;
  drainingUntil = now() + Math.max(...waiting.map((publisher) => publisher.drainMs()));
  void Promise.all(waiting.map((publisher) => publisher.drain(publisher.drainMs()))).then(() => {
    // Logs of a later handler start a new count, unless the time is over.
    if (waiting.every((publisher) => publisher.pending() === 0)) drainingUntil = undefined;
  });
}

function onExit(): void {
  const waiting = [...guarded].filter((publisher) => publisher.inMemory() > 0);
  const counted = waiting.length > 0 ? waiting : [...guarded];
  const budgetMs = Math.max(...counted.map((publisher) => publisher.drainMs()));
  const timeoutMs = drainingUntil === undefined ? budgetMs : Math.min(budgetMs, drainingUntil - now());
  exitDeadline = now() + timeoutMs;
  end(guarded);
}

function end(publishers: Iterable<Guarded>): void {
  if (isEnding) return; // a listener logs while it hears of the end: that goes with the next round
  isEnding = true;
  try {
    settle([...publishers], true);
    const unsettled = () => [...publishers].filter((publisher) => publisher.inMemory() > 0);
    // What listeners logged when they heard of that; what they log now is counted, as one that logs for each event would
    // never end.
    settle(unsettled(), true);
    settle(unsettled(), false);
  } finally {
    isEnding = false;
  }
}

function settle(publishers: readonly Guarded[], send: boolean): void {
  const waiting = publishers.filter((publisher) => publisher.inMemory() > 0);
  const rescued = send && waiting.length > 0 ? rescue(waiting) : new Map<Guarded, Rescued>();
  for (const publisher of publishers) {
    const { batches = [], lastError } = rescued.get(publisher) ?? {};
    publisher.settle(batches, lastError);
  }
}

/** What another thread could deliver, for each publisher; without those for which no thread can be used. */
function rescue(waiting: readonly Guarded[]): Map<Guarded, Rescued> {
  const timeoutMs = (exitDeadline ?? 0) - now();
  if (!isMainThread || timeoutMs <= 0) return new Map();
  const handedOver: Guarded[] = [];
  const handOvers: HandOver[] = [];
  for (const publisher of waiting) {
    const snapshot = publisher.snapshot();
    const route = routeFor(publisher.access(), snapshot);
    if ('problem' in route) {
      printLine(`events that wait at exit cannot be handed to a thread: ${route.problem}`);
      continue;
    }
    handedOver.push(publisher);
    handOvers.push({ snapshot: 'access' in route ? withoutClient(snapshot) : snapshot, route });
  }
  if (handOvers.length === 0) return new Map();
  try {
    exitThread ??= new ExitThread(handOvers.some(({ route }) => 'sdkFile' in route));
    const rescued = exitThread.deliver(handOvers, timeoutMs);
    return new Map(handedOver.map((publisher, index) => [publisher, rescued[index]]));
  } catch {
    printLine('no thread could be started at exit for events that wait; call close() before.');
    return new Map();
  }
}

/** The thread reaches CloudWatch Logs without these, and could not have a client or a function. */
function withoutClient({ options, streams }: PublisherSnapshot): PublisherSnapshot {
  return { options: { ...options, aws: {}, client: undefined, clientModule: undefined }, streams };
}
