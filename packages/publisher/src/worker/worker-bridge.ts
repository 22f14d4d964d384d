import { subscribe } from 'node:diagnostics_channel';
import { BroadcastChannel, parentPort, threadId } from 'node:worker_threads';
import type { PublisherStats } from '../accounts/accounts.js';
import { EVENT_NAMES } from '../accounts/events.js';
import type { FlushResult } from '../accounts/flush.js';
import type { PublisherOptions } from '../options/options.js';
import { Publisher } from '../publisher.js';
import { setInterval } from '../time/clock.js';
import { pendingEvents, sumFlushResults, sumStats } from './stats-sum.js';
import {
  ANSWER_EVENT,
  type Answer,
  type BroadcastQuestion,
  QUESTIONS,
  type Question,
  STATS_EVENT,
} from './worker-protocol.js';

/** One target of this package in this worker. */
export interface WorkerTarget {
  readonly publisher: Publisher;
  /** Resolves when every line that reached the worker is with the publisher. */
  readonly linesTaken: () => Promise<void>;
}

/**
 * A publisher in a worker that another thread asks to end.
 *
 * @param silent whether that thread prints what nobody hears
 */
export function publisherInWorker(options: PublisherOptions, { silent = false } = {}): Publisher {
  return new Publisher(options, { silent, isAskedToEnd: true });
}

/** Brings an event to the main thread, where it is emitted on the transport. */
export type Post = (name: string, about: unknown) => void;

// Registered, because two copies of this package (ES module and CommonJS) may be targets in one worker.
const KEY = Symbol.for('cloudwatch-logs-publisher.bridge');

/** The way to the main thread and back, shared by the targets of one worker thread. */
export class WorkerBridge {
  readonly #post: Post;
  readonly #targets: WorkerTarget[] = [];
  /** News that are told with the counters, because there are many. */
  #news: [name: string, about: unknown][] = [];
  #lastTold = '';
  #isReporting = false;

  /**
   * The bridge of this thread.
   *
   * @param post @default a message that thread-stream, and so pino, emits on the transport
   */
  static get(post: Post = postToThreadStream): WorkerBridge {
    const shared = globalThis as { [KEY]?: WorkerBridge };
    shared[KEY] ??= new WorkerBridge(post);
    return shared[KEY];
  }

  private constructor(post: Post) {
    this.#post = post;
    // Heard here and not on the publishers, so that these go on to print warnings for which nobody else listens.
    for (const name of EVENT_NAMES) {
      const isOften = name === 'batch' || name === 'conflict'; // as often as a busy publisher puts
      subscribe(`cloudwatch-logs:${name}`, (about) => {
        if (isOften) this.#news.push([`cloudwatch:${name}`, about]);
        else post(`cloudwatch:${name}`, about);
      });
    }
    const questions = new BroadcastChannel(QUESTIONS);
    questions.onmessage = (event) => {
      const { data } = event as { data: BroadcastQuestion };
      if (data.threadId === threadId) void this.answer(data);
    };
    questions.unref();
  }

  add(target: WorkerTarget): void {
    this.#targets.push(target);
  }

  /** Events of all targets that are not settled. */
  get pending(): number {
    return this.#targets.reduce((sum, { publisher }) => sum + pendingEvents(publisher.stats()), 0);
  }

  /** Tells the main thread something at once. */
  tell(name: string, about: unknown): void {
    this.#post(name, about);
  }

  /** Tells the main thread the counters, and what waits to be told with them. */
  report(): void {
    const news = this.#news;
    this.#news = [];
    for (const [name, about] of news) this.#post(name, about);
    const stats = this.#stats();
    if (stats) this.#post(STATS_EVENT, stats);
  }

  /** From now on reports by itself; without it nobody empties what waits to be told. */
  reportEvery(ms: number): void {
    if (this.#isReporting) return;
    this.#isReporting = true;
    setInterval(() => {
      const now = JSON.stringify(this.#stats());
      if (now === this.#lastTold && this.#news.length === 0) return;
      this.#lastTold = now;
      this.report();
    }, ms).unref();
  }

  /** Does what is asked, then tells the counters; what happened before is told before. */
  async answer({ id, flushTimeoutMs, beforeExit, closeTimeoutMs }: Question): Promise<void> {
    let pending = 0;
    if (flushTimeoutMs !== undefined) {
      pending = await this.#each((publisher) => publisher.flush({ timeoutMs: flushTimeoutMs, beforeExit }));
    }
    if (closeTimeoutMs !== undefined) {
      pending = await this.#each((publisher) => publisher.close({ timeoutMs: closeTimeoutMs }));
    }
    this.report();
    const stats = this.#stats();
    if (!stats) return;
    const times = this.#targets.map(({ publisher }) => publisher.flushTimeoutMs);
    const answer: Answer = { id, pending, stats, flushTimeoutMs: Math.max(...times) };
    this.#post(ANSWER_EVENT, answer);
  }

  async #each(settle: (publisher: Publisher) => Promise<FlushResult>): Promise<number> {
    const results = this.#targets.map(async ({ publisher, linesTaken }) => {
      await linesTaken();
      return settle(publisher);
    });
    return sumFlushResults(await Promise.all(results)).pending;
  }

  #stats(): PublisherStats | undefined {
    return sumStats(this.#targets.map(({ publisher }) => publisher.stats()));
  }
}

/** Any other code would end the transport. */
function postToThreadStream(name: string, about: unknown): void {
  parentPort?.postMessage({ code: 'EVENT', name, args: [about] });
}
