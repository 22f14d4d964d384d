import type {
  EventContext,
  FlushOptions,
  FlushResult,
  LogEvent,
  PublisherOptions,
  PublisherStats,
} from 'cloudwatch-logs-publisher';
import {
  guardExit,
  lostEvents,
  MOST_CLOSE_MS,
  pendingEvents,
  type Question,
  STATS_EVENT,
} from 'cloudwatch-logs-publisher/worker';
import type { Relay } from '../relay.js';
import type { TransportPublisher } from '../transport-publisher.js';
import { WorkerAccounts } from './accounts.js';
import { WorkerNews } from './news.js';
import { resolveForWorker, type WorkerOptions } from './options.js';
import { StreamContext } from './stream-context.js';
import { PublisherThread } from './thread.js';

/** Longer than anything that is meant to be a line, and short enough for a string that holds it several times. */
const MOST_CHARACTERS = 64 * 1024 * 1024;
/** Beyond the time that is given, because a busy worker still has to say how far it came. */
const ANSWER_MS = 5000;
/** A thread that fails as soon as it starts must not be started over and over. */
const RESTART_MS = 10_000;
const NOTHING: FlushResult = { delivered: 0, dropped: 0, pending: 0 };

/** Since when the process ends: several transports wait for their workers in turn, within the same time. */
let processEndsSince: number | undefined;

/** A publisher in a worker thread, with the manners of one in this thread. */
export class WorkerPublisher implements TransportPublisher {
  readonly #options: WorkerOptions;
  readonly #news: WorkerNews;
  readonly #accounts = new WorkerAccounts();
  readonly #streamContext: StreamContext;
  readonly #unguard: () => void;
  #state: 'open' | 'closing' | 'closed' = 'open';
  #closing: Promise<FlushResult> | undefined;
  /** Set once the application has begun to end: from then on the end of the process counts. */
  #exitDeadline: number | undefined;
  #thread: PublisherThread | undefined;
  #startedAt = 0;

  /**
   * @throws PublisherError when an option is wrong or is no data
   * @throws Error when the package was bundled in a way that leaves no file for the worker
   */
  constructor(options: PublisherOptions, relay: Relay) {
    this.#options = resolveForWorker(options);
    this.#news = new WorkerNews(relay, this.#options.logGroupName);
    this.#streamContext = new StreamContext(this.#options.logStreamName);
    this.#start();
    this.#unguard = guardExit({
      pending: () => pendingEvents(this.stats()),
      inMemory: () => 0, // nothing for the thread that the guard would start: there is one
      isBusy: () => false,
      drainMs: () => this.#exitMs(Date.now()),
      drain: async (timeoutMs) => {
        await this.flush({ timeoutMs, beforeExit: true });
      },
      access: () => undefined,
      snapshot: () => ({ options: this.#options, streams: [] }),
      settle: () => this.#endWithProcess(),
    });
  }

  get needsContext(): boolean {
    return this.#streamContext.isNeeded;
  }

  publish({ timestamp, message }: LogEvent, context?: EventContext): boolean {
    if (this.#state !== 'open') return this.#refuse('shutdown', 'a line came after the end of the transport');
    const thread = this.#thread ?? this.#restart();
    if (!thread) {
      return this.#refuse('shutdown', 'a line came while there was no worker thread');
    }
    if (message.length > MOST_CHARACTERS) {
      return this.#refuse('oversize', `a line has more than ${MOST_CHARACTERS} characters`);
    }
    try {
      thread.line(timestamp, message, context && this.#streamContext.encode(context));
    } catch (error) {
      // Its name only: the text of an error may quote the line.
      const reason = error instanceof Error ? error.name : typeof error;
      return this.#refuse('invalid', `a line could not be taken (${reason})`);
    }
    this.#accounts.handedOver();
    return true;
  }

  async flush({ timeoutMs, beforeExit }: FlushOptions = {}): Promise<FlushResult> {
    if (pendingEvents(this.stats()) === 0) return NOTHING;
    const flushTimeoutMs = timeoutMs ?? this.#options.flushTimeoutMs;
    if (beforeExit) this.#exitDeadline ??= Date.now() + flushTimeoutMs;
    const { result } = await this.#settle({ flushTimeoutMs, beforeExit }, flushTimeoutMs);
    // The process may live on; what it logs from now on has its time again.
    if (beforeExit && this.#state === 'open' && pendingEvents(this.stats()) === 0)
      this.#exitDeadline = undefined;
    return result;
  }

  close({ timeoutMs }: FlushOptions = {}): Promise<FlushResult> {
    this.#closing ??= this.#shutDown(Math.min(timeoutMs ?? this.#options.closeTimeoutMs, MOST_CLOSE_MS));
    return this.#closing;
  }

  stats(): PublisherStats {
    return this.#accounts.stats();
  }

  /** @throws Error when there is no file for the thread */
  #start(): PublisherThread {
    this.#startedAt = performance.now();
    const thread = new PublisherThread(this.#options, {
      told: (name, about) => {
        if (thread !== this.#thread) return;
        if (name === STATS_EVENT) this.#accounts.told(about as PublisherStats);
        else this.#news.fromWorker(name, about, this.#state !== 'open');
      },
      ended: (error) => {
        if (thread === this.#thread) this.#failed(error);
      },
    });
    this.#thread = thread;
    return thread;
  }

  #restart(): PublisherThread | undefined {
    if (performance.now() - this.#startedAt < RESTART_MS) return undefined;
    try {
      return this.#start();
    } catch {
      return undefined; // its files were there when the process started: somebody took them away
    }
  }

  #failed(error: Error | undefined): void {
    const lost = this.#forgetThread();
    // Its code or name only: the text of an error may quote a line.
    const code = (error as { code?: string } | undefined)?.code ?? error?.name ?? 'it exited';
    this.#news.failed(code, lost);
  }

  /** @returns how many events were lost with it */
  #forgetThread(): number {
    this.#thread = undefined;
    return this.#accounts.threadEnded();
  }

  /** Asks the worker to settle what was written before. Answers what became of the events in that time. */
  async #settle(
    question: Omit<Question, 'id'>,
    timeoutMs: number,
  ): Promise<{ readonly result: FlushResult; readonly isAnswered: boolean }> {
    const known = this.stats();
    const thread = this.#thread;
    if (!thread) return { result: NOTHING, isAnswered: false };
    // What the worker told last may be old: some of what it delivered since was delivered before this call.
    const asked = thread.askNow(timeoutMs + ANSWER_MS).then(
      () => this.stats(),
      () => known,
    );
    const answer = await thread.ask(question, timeoutMs + ANSWER_MS).catch(() => undefined);
    const before = await asked;
    const after = this.stats();
    const result = {
      delivered: after.delivered - before.delivered,
      dropped: lostEvents(after) - lostEvents(before),
      pending: answer?.pending ?? pendingEvents(after),
    };
    return { result, isAnswered: answer !== undefined };
  }

  async #shutDown(timeoutMs: number): Promise<FlushResult> {
    this.#state = 'closing';
    this.#exitDeadline ??= Date.now() + timeoutMs;
    const { result, isAnswered } = await this.#settle({ closeTimeoutMs: timeoutMs }, timeoutMs);
    const thread = this.#thread; // none when it failed, or the process has ended meanwhile
    if (isAnswered) thread?.end();
    else thread?.terminate();
    const lost = this.#ended();
    return { ...result, dropped: result.dropped + lost };
  }

  /** The event loop does not turn any more: what is left to do is done when this returns. */
  #endWithProcess(): void {
    this.#state = 'closing';
    processEndsSince ??= Date.now();
    this.#thread?.end(this.#exitMs(processEndsSince));
    this.#ended();
  }

  /** How long the end of the process, which began `since`, may still be held up. */
  #exitMs(since: number): number {
    const deadline = this.#exitDeadline ?? since + this.#options.closeTimeoutMs;
    return Math.max(0, deadline - Date.now());
  }

  /** @returns how many events the worker has left without a word */
  #ended(): number {
    const lost = this.#forgetThread();
    this.#state = 'closed';
    this.#unguard();
    if (lost > 0) this.#news.lost(lost);
    return lost;
  }

  #refuse(reason: 'shutdown' | 'invalid' | 'oversize', what: string): false {
    this.#accounts.refused(reason);
    this.#news.refused(reason, what);
    return false;
  }
}
