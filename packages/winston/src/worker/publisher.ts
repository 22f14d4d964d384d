import type {
  EventContext,
  FlushOptions,
  FlushResult,
  LogEvent,
  Publisher,
  PublisherOptions,
  PublisherStats,
} from 'cloudwatch-logs-publisher';
import {
  AnnouncedEnd,
  guardExit,
  Levels,
  lostEvents,
  MOST_CLOSE_MS,
  now,
  pendingEvents,
  type Question,
  STATS_EVENT,
  setTimeout,
  sumStats,
} from 'cloudwatch-logs-publisher/worker';
import type { Relay } from '../relay.js';
import { RelayingPublisher } from '../relaying-publisher.js';
import type { TransportPublisher } from '../transport-publisher.js';
import { WorkerAccounts } from './accounts.js';
import { HandOver } from './hand-over.js';
import { NameContext } from './name-context.js';
import { WorkerNews } from './news.js';
import { resolveForWorker, type WorkerOptions } from './options.js';
import { RestartPause } from './restart-pause.js';
import { PublisherThread } from './thread.js';

const NOTHING: FlushResult = { delivered: 0, dropped: 0, pending: 0 };

/** Since when the process ends: several transports wait for their workers in turn, within the same time. */
let processEndsSince: number | undefined;

/**
 * A publisher in a worker thread, with the manners of one in this thread. Lines wait on this side, within the bound and
 * by the rule of the options, until a worker has taken them; a worker that fails is followed by another one.
 */
export class WorkerPublisher implements TransportPublisher {
  readonly #options: WorkerOptions;
  readonly #news: WorkerNews;
  readonly #accounts = new WorkerAccounts();
  readonly #handOver: HandOver;
  readonly #nameContext: NameContext;
  readonly #levels: Levels | undefined;
  readonly #pause = new RestartPause();
  readonly #unguard: () => void;
  #state: 'open' | 'closing' | 'closed' = 'open';
  #closing: Promise<FlushResult> | undefined;
  readonly #end = new AnnouncedEnd();
  #thread: PublisherThread | undefined;
  /** Takes what 'exit' listeners log when the worker has ended; set once it has, with the process. */
  #lateLines: (() => Publisher) | undefined;
  #late: Publisher | undefined;
  readonly #publishHere: () => Publisher;

  /**
   * @throws PublisherError when an option is wrong or is no data
   * @throws Error when the package was bundled in a way that leaves no file for the worker
   */
  constructor(options: PublisherOptions, relay: Relay) {
    this.#options = resolveForWorker(options);
    this.#publishHere = () => new RelayingPublisher(this.#options, relay);
    const { logGroupName, maxBufferBytes, overflow } = this.#options;
    this.#news = new WorkerNews(relay, logGroupName);
    this.#nameContext = new NameContext(this.#options);
    this.#levels = overflow === 'drop-lowest' ? new Levels() : undefined;
    this.#handOver = new HandOver(maxBufferBytes, overflow, this.#levels, (events, bytes, levels) => {
      this.#accounts.takenBack('overflow', events);
      this.#news.overflow(events, bytes, maxBufferBytes, levels);
    });
    this.#start();
    this.#unguard = guardExit({
      received: () => this.stats().received,
      pending: () => pendingEvents(this.stats()),
      inMemory: () => 0, // nothing for the thread that the guard would start: there is one
      isBusy: () => false,
      endsWithMain: true,
      close: (timeoutMs) => this.close({ timeoutMs }),
      drainMs: () => this.#exitMs(now()),
      drain: async (timeoutMs) => {
        await this.flush({ timeoutMs, beforeExit: true });
      },
      access: () => undefined,
      snapshot: () => ({ options: this.#options, streams: [] }),
      settle: () => this.#endWithProcess(),
    });
  }

  get needsContext(): boolean {
    return this.needsFields || this.#levels !== undefined;
  }

  get needsFields(): boolean {
    return this.#nameContext.isNeeded;
  }

  publish({ timestamp, message }: LogEvent, context?: EventContext): boolean {
    if (this.#lateLines) return this.#lateLines().publish({ timestamp, message }, context);
    if (this.#state !== 'open') {
      this.#accounts.dropped('shutdown', 1);
      this.#news.late();
      return false;
    }
    const values = context && this.needsFields ? this.#nameContext.encode(context) : undefined;
    const level = this.#levels?.numberOf(context) ?? 0;
    if (this.#handOver.add(message, timestamp, values, level)) {
      this.#accounts.handedOver();
      return true;
    }
    this.#accounts.dropped('overflow', 1);
    const levels = this.#levels && { [this.#levels.nameOf(level)]: 1 };
    this.#news.overflow(1, 0, this.#options.maxBufferBytes, levels);
    return false;
  }

  async flush({
    timeoutMs = this.#options.flushTimeoutMs,
    beforeExit,
  }: FlushOptions = {}): Promise<FlushResult> {
    if (pendingEvents(this.stats()) === 0) return NOTHING;
    if (beforeExit) this.#end.announce(timeoutMs);
    const { result } = await this.#settle((leftMs) => ({ flushTimeoutMs: leftMs, beforeExit }), timeoutMs);
    if (beforeExit && this.#state === 'open' && pendingEvents(this.stats()) === 0) this.#end.callOff();
    return result;
  }

  close({ timeoutMs }: FlushOptions = {}): Promise<FlushResult> {
    this.#closing ??= this.#shutDown(Math.min(timeoutMs ?? this.#options.closeTimeoutMs, MOST_CLOSE_MS));
    return this.#closing;
  }

  stats(): PublisherStats {
    const { bytes: bufferedBytes, oldestAgeMs: oldestEventAgeMs } = this.#handOver;
    const { maxBufferBytes } = this.#options;
    const stats = this.#accounts.stats({ bufferedBytes, maxBufferBytes, oldestEventAgeMs });
    return this.#late ? (sumStats([stats, this.#late.stats()]) ?? stats) : stats;
  }

  /** @throws Error when no thread can be started */
  #start(): PublisherThread {
    this.#pause.started();
    const thread = new PublisherThread(this.#options, {
      told: (name, about) => {
        if (thread !== this.#thread) return;
        if (name === STATS_EVENT) this.#accounts.told(about as PublisherStats);
        else this.#news.fromWorker(name, about, this.#state !== 'open');
      },
      taken: () => this.#handOver.pump(),
      ended: (error) => {
        if (thread === this.#thread) this.#failed(error);
      },
    });
    this.#thread = thread;
    this.#handOver.connect(thread);
    return thread;
  }

  /** Starts a thread where there is none, unless the last one failed a moment ago. */
  #restart(): void {
    if (this.#thread || this.#state === 'closed' || this.#pause.leftMs > 0) return;
    try {
      this.#start();
    } catch {
      this.#restartLater(); // its files were there when the process started: somebody took them away
    }
  }

  #restartLater(): void {
    this.#pause.failed();
    setTimeout(() => this.#restart(), this.#pause.leftMs).unref();
  }

  #failed(error: Error | undefined): void {
    this.#handOver.disconnect();
    const waiting = this.#handOver.events;
    const lost = this.#forgetThread(waiting);
    this.#restartLater();
    // Its code or name only: the text of an error may quote a line.
    const code = (error as { code?: string } | undefined)?.code ?? error?.name ?? 'it exited';
    this.#news.failed(code, lost, waiting);
  }

  /** @returns how many events were lost with it, beside those that wait for another one */
  #forgetThread(waiting: number): number {
    this.#thread = undefined;
    return this.#accounts.threadEnded(waiting);
  }

  /**
   * Asks the worker to settle what was written before; the next worker, where one fails. Answers what became of the
   * events in that time.
   */
  async #settle(
    question: (leftMs: number) => Omit<Question, 'id'>,
    timeoutMs: number,
  ): Promise<{ readonly result: FlushResult; readonly isAnswered: boolean }> {
    const known = this.stats();
    const deadline = now() + timeoutMs;
    // What the worker told last may be old: some of what it delivered since was delivered before this call.
    const asked = this.#thread?.answer({}, timeoutMs).then(
      () => this.stats(),
      () => known,
    );
    let pending: number | undefined;
    for (let leftMs = timeoutMs; ; leftMs = deadline - now()) {
      const thread = this.#thread;
      if (thread) {
        const send = (complete: Question) => this.#handOver.ask(complete);
        const isAnswer = await thread
          .answer(question(Math.max(0, Math.round(leftMs))), Math.max(0, leftMs), send)
          .then(
            (answer) => {
              pending = answer.pending;
              return true;
            },
            () => false,
          );
        if (isAnswer || thread === this.#thread) break;
      } else {
        await wait(Math.min(this.#pause.leftMs, leftMs));
        this.#restart();
      }
      if (now() >= deadline || pendingEvents(this.stats()) === 0) break;
    }
    const before = (await asked) ?? known;
    const after = this.stats();
    this.#news.report();
    const result = {
      delivered: after.delivered - before.delivered,
      dropped: lostEvents(after) - lostEvents(before),
      pending: pending ?? pendingEvents(after),
    };
    return { result, isAnswered: pending !== undefined };
  }

  async #shutDown(timeoutMs: number): Promise<FlushResult> {
    this.#state = 'closing';
    this.#end.announce(timeoutMs);
    const { result } = await this.#settle((leftMs) => ({ closeTimeoutMs: leftMs }), timeoutMs);
    const thread = this.#thread; // none when it failed, or the process has ended meanwhile
    const lost = this.#ended();
    thread?.terminate();
    return { ...result, dropped: result.dropped + lost, pending: pendingEvents(this.stats()) };
  }

  /** The event loop does not turn any more: what is left to do is done when this returns. */
  #endWithProcess(): void {
    if (this.#state === 'open') this.#lateLines = () => (this.#late ??= this.#publishHere());
    this.#state = 'closing';
    processEndsSince ??= now();
    const leftMs = this.#exitMs(processEndsSince);
    const thread = this.#thread ?? this.#lastThread(leftMs);
    if (thread) {
      this.#handOver.all();
      thread.ask({ id: '', closeTimeoutMs: leftMs });
      thread.waitForEnd(leftMs);
    }
    this.#ended();
  }

  /** For lines that wait for a thread, there is no later. */
  #lastThread(leftMs: number): PublisherThread | undefined {
    if (this.#handOver.events === 0 || leftMs === 0) return undefined;
    try {
      return this.#start();
    } catch {
      return undefined;
    }
  }

  /** How long the end of the process, which began `since`, may still be held up. */
  #exitMs(since: number): number {
    const unannouncedMs = Math.max(0, since + this.#options.closeTimeoutMs - now());
    return Math.round(this.#end.leftMs(unannouncedMs));
  }

  /** @returns how many events the worker has left without a word, or no worker has taken */
  #ended(): number {
    this.#handOver.disconnect();
    const lost = this.#forgetThread(0);
    this.#state = 'closed';
    this.#unguard();
    if (lost > 0) this.#news.lost(lost);
    this.#news.report();
    return lost;
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}
