import { subscribe } from 'node:diagnostics_channel';
import { BroadcastChannel, parentPort, threadId } from 'node:worker_threads';
import type { Drop, FlushResult, Publisher, PublisherStats } from 'cloudwatch-logs-publisher';
import { DropTally } from './drop-tally.js';
import { sumFlushResults, sumStats } from './stats-sum.js';
import { ANSWER_EVENT, type Answer, QUESTIONS, type Question } from './worker-protocol.js';

/** One target of this package in this worker. */
export interface Target {
  readonly publisher: Publisher;
  /** Resolves when every line that reached the worker is with the publisher. */
  readonly linesTaken: () => Promise<void>;
}

// Registered, because two copies of this package (ES module and CommonJS) may be targets in one worker.
const KEY = Symbol.for('pino-cloudwatch-logs.bridge');

/** What the targets of one worker thread share: the way to the main thread and back. */
export class WorkerBridge {
  readonly #targets: Target[] = [];
  readonly #drops = new DropTally((drop) => this.#emit('cloudwatch:drop', drop));

  /** The bridge of this thread. */
  static get(): WorkerBridge {
    const shared = globalThis as { [KEY]?: WorkerBridge };
    shared[KEY] ??= new WorkerBridge();
    return shared[KEY];
  }

  private constructor() {
    // The publishers' own events stay without listeners, so that they go on to print warnings on stderr as well.
    subscribe('cloudwatch-logs:warn', (warning) => this.#emit('cloudwatch:warn', warning));
    subscribe('cloudwatch-logs:drop', (drop) => this.#drops.add(drop as Drop));
    const questions = new BroadcastChannel(QUESTIONS);
    questions.onmessage = (event) => {
      const { data } = event as { data: Question };
      if (data.threadId === threadId) void this.#answer(data);
    };
    questions.unref();
  }

  add(target: Target): void {
    this.#targets.push(target);
  }

  /** Tells the main thread the counters, and drops that wait to be told. */
  report(): void {
    this.#drops.report();
    const stats = this.#stats();
    if (stats) this.#emit('cloudwatch:stats', stats);
  }

  async #answer({ id, flushTimeoutMs }: Question): Promise<void> {
    const pending = flushTimeoutMs === undefined ? 0 : (await this.#flush(flushTimeoutMs)).pending;
    const stats = this.#stats();
    if (!stats) return;
    const answer: Answer = { id, pending, stats };
    this.#emit(ANSWER_EVENT, answer);
    this.report();
  }

  async #flush(timeoutMs: number): Promise<FlushResult> {
    const results = this.#targets.map(async ({ publisher, linesTaken }) => {
      await linesTaken();
      return publisher.flush({ timeoutMs });
    });
    return sumFlushResults(await Promise.all(results));
  }

  #stats(): PublisherStats | undefined {
    return sumStats(this.#targets.map(({ publisher }) => publisher.stats()));
  }

  /** Any other code would end the transport. */
  #emit(name: string, about: unknown): void {
    parentPort?.postMessage({ code: 'EVENT', name, args: [about] });
  }
}
