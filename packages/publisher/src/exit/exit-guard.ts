import { isMainThread } from 'node:worker_threads';
import type { LastError } from '../accounts/accounts.js';
import { printLine } from '../accounts/diagnostics.js';
import type { PublisherSnapshot } from '../batch/snapshot.js';
import type { Access } from '../cloudwatch/access.js';
import { LIVES_ON_MS } from '../time/announced-end.js';
import { now, setImmediate, setTimeout } from '../time/clock.js';
import { emitExitInDeno } from './end-in-deno.js';
import { ExitThread, type HandOver, type Rescued } from './exit-thread.js';
import { beginMainEnd, PlaceOfThread, waitForThreads } from './main-end.js';
import { afterExitListeners, onProcess } from './process-listeners.js';
import type { RescuedBatch } from './rescue-report.js';
import { routeFor } from './route.js';
import { SpareFiles } from './spare-files.js';

/** The side of a publisher that the guard sees. */
export interface Guarded {
  /** Events that were ever received. */
  readonly received: () => number;
  /** Events that are not settled. */
  readonly pending: () => number;
  /** Those of them that are lost when the process ends. */
  readonly inMemory: () => number;
  /** Whether something else is under way that should come to its end, such as the retention of a new group. */
  readonly isBusy: () => boolean;
  /** How long the end of the process may be held up. */
  readonly drainMs: () => number;
  readonly drain: (timeoutMs: number) => Promise<void>;
  /** Whether the end of the main thread is its end too; else whoever started this thread asks for it. */
  readonly endsWithMain: boolean;
  /** Takes no more, sends what there is, and reports what is left. */
  readonly close: (timeoutMs: number) => Promise<unknown>;
  /** The way for another thread to reach CloudWatch Logs, as far as it is known. */
  readonly access: () => Access | undefined;
  readonly snapshot: () => PublisherSnapshot;
  /**
   * Settles everything that is left, keeps it on disk where there is a spool, and reports it.
   *
   * @param rescued what another thread did for the batches of the snapshot, in their order
   */
  readonly settle: (rescued: readonly RescuedBatch[], lastError: LastError | undefined) => void;
}

/** A listener that logs for each batch makes the next one: so that it makes few, each round is held up longer than the last. */
const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 1000;
const LOOK_EVERY_MS = 200;

interface NaturalEnd {
  readonly until: number;
  nextPauseMs: number;
  /** When its last round was over; undefined while one is under way. */
  roundOverAt: number | undefined;
  /** Events that had been received then. */
  received: number;
}

const guarded = new Set<Guarded>();
let stopListening: readonly (() => void)[] = [];
/** Since the process has run out of work: until when that may be held up. */
let naturalEnd: NaturalEnd | undefined;
/** Until when the end may be held up, once it has begun; on the clock of `performance`. */
let exitDeadline: number | undefined;
let exitThread: ExitThread | undefined;
const spareFiles = new SpareFiles();
let isEnding = false;
/** Whether lines were logged by 'exit' listeners that run after the guard's. */
let hasLateLines = false;
let afterListeners: ReturnType<typeof afterExitListeners> | undefined;
const place = isMainThread ? undefined : new PlaceOfThread(endWithMain);
if (isMainThread) onProcess('exit', 'end of the main thread', onMainExit);

emitExitInDeno();

/**
 * Watches over the end of the process for a publisher. A process that runs out of work is held until the
 * events are settled or the deadline passes; one that is ended by `process.exit()` or an uncaught error hands
 * them to a thread of its own, for which the main thread waits: at that point only another thread can still
 * use the network. The same holds for a thread of the application, and for the end of the main thread where that loaded
 * this package before it started the thread.
 *
 * @returns call it when the publisher is closed
 */
export function guardExit(publisher: Guarded): () => void {
  if (guarded.size === 0) {
    stopListening = [onProcess('beforeExit', 'guard', onBeforeExit), onProcess('exit', 'guard', onExit)];
    afterListeners = afterExitListeners(onExitListenersCalled);
  }
  guarded.add(publisher);
  if (publisher.endsWithMain) spareFiles.hold();
  return () => {
    guarded.delete(publisher);
    if (guarded.size > 0) return;
    spareFiles.giveBack();
    for (const stop of stopListening) stop();
    // Once the end has begun it is still to be called back; before that it would hold a copy of this package for nothing.
    if (exitDeadline === undefined) afterListeners?.stop();
  };
}

/** An event was taken. What 'exit' listeners log that run after the guard's goes together, when all of them are through. */
export function published(publisher: Guarded): void {
  if (exitDeadline === undefined) linesCome();
  else if (afterListeners?.isUnderWay()) hasLateLines ||= !isEnding;
  else end([publisher]);
}

/** Lines are on their way to a publisher of this thread: the main thread waits for it until they are settled. */
export function linesCome(): void {
  if (!place || place.isTaken || ![...guarded].some(({ endsWithMain }) => endsWithMain)) return;
  place.take();
  leaveOnceSettled();
}

/** A thread that has nothing to deliver, and may be busy with something else, is not waited for. */
function leaveOnceSettled(): void {
  setTimeout(() => {
    if ([...guarded].some((publisher) => publisher.pending() > 0 || publisher.isBusy())) leaveOnceSettled();
    else place?.leave();
  }, LOOK_EVERY_MS).unref();
}

function onBeforeExit(): void {
  // Without a new event it may be a request, through code of others, that has kept the process alive.
  if (naturalEnd?.received !== receivedByAll()) forgetEndThatDidNotCome();
  if (naturalEnd && (naturalEnd.roundOverAt === undefined || now() >= naturalEnd.until)) return;
  const waiting = [...guarded].filter((publisher) => publisher.pending() > 0 || publisher.isBusy());
  if (waiting.length > 0) void drain(waiting);
}

/** One round: emitted again each time the process runs out of work, and all rounds have one time together. */
async function drain(waiting: readonly Guarded[]): Promise<void> {
  const until = now() + Math.max(...waiting.map((publisher) => publisher.drainMs()));
  const end: NaturalEnd = { until, nextPauseMs: 0, ...naturalEnd, roundOverAt: undefined, received: 0 };
  naturalEnd = end;
  if (end.nextPauseMs > 0) await new Promise((resolve) => setTimeout(resolve, end.nextPauseMs));
  end.nextPauseMs = Math.min(Math.max(FIRST_PAUSE_MS, 2 * end.nextPauseMs), LONGEST_PAUSE_MS);
  const leftMs = Math.max(0, end.until - now());
  await Promise.all(waiting.map((publisher) => publisher.drain(Math.min(publisher.drainMs(), leftMs))));
  end.roundOverAt = now();
  end.received = receivedByAll();
}

function receivedByAll(): number {
  return [...guarded].reduce((sum, publisher) => sum + publisher.received(), 0);
}

/** Work that other handlers of 'beforeExit' began keeps the process alive. */
function forgetEndThatDidNotCome(): void {
  const { roundOverAt = Number.POSITIVE_INFINITY } = naturalEnd ?? {};
  if (now() - roundOverAt > LIVES_ON_MS) naturalEnd = undefined;
}

/** Of the main thread, whether it logs or not: threads that do have no other end. */
function onMainExit(): void {
  beginMainEnd();
  if (guarded.size === 0) waitForOthers();
}

function waitForOthers(): void {
  if (waitForThreads()) return;
  printLine('the main thread has ended before another one had delivered its log events, which may be lost.');
}

/** Of a thread, when the main thread ends and waits for it. */
async function endWithMain(): Promise<void> {
  const ending = [...guarded].filter((publisher) => publisher.endsWithMain);
  place?.ends(Math.max(0, ...ending.map((publisher) => publisher.drainMs())));
  await new Promise(setImmediate); // what was logged in this turn may be on its way
  await Promise.all(ending.map((publisher) => publisher.close(publisher.drainMs())));
}

function onExit(): void {
  forgetEndThatDidNotCome();
  const waiting = [...guarded].filter((publisher) => publisher.inMemory() > 0);
  const counted = waiting.length > 0 ? waiting : [...guarded];
  const budgetMs = Math.max(...counted.map((publisher) => publisher.drainMs()));
  const timeoutMs = naturalEnd === undefined ? budgetMs : Math.min(budgetMs, naturalEnd.until - now());
  exitDeadline = now() + timeoutMs;
  place?.ends(timeoutMs);
  end(guarded);
  if (!afterListeners?.isUnderWay()) leave();
}

function onExitListenersCalled(): void {
  if (exitDeadline === undefined) return;
  if (hasLateLines) end(guarded);
  leave();
}

function leave(): void {
  place?.leave();
  if (isMainThread) waitForOthers();
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

/** The result of another thread, for each publisher; without those for which no thread can be used. */
function rescue(waiting: readonly Guarded[]): Map<Guarded, Rescued> {
  const timeoutMs = (exitDeadline ?? 0) - now();
  if (timeoutMs <= 0) return new Map();
  const handedOver: Guarded[] = [];
  const handOvers: HandOver[] = [];
  for (const publisher of waiting) {
    // A worker of pino or winston that fails is reported, and followed by another one, by the thread that started it.
    if (!isMainThread && !publisher.endsWithMain) continue;
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
  spareFiles.giveBack();
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
function withoutClient({ options, ...left }: PublisherSnapshot): PublisherSnapshot {
  return { ...left, options: { ...options, aws: {}, client: undefined, clientModule: undefined } };
}
