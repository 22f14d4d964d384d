import { Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import type { FlushResult, Publisher, PublisherStats } from 'cloudwatch-logs-publisher';
import { MOST_CLOSE_MS, WorkerBridge } from 'cloudwatch-logs-publisher/worker';
import type { CloudWatchStream } from './cloudwatch-stream.js';
import { HOLD_EVENT, tellOfLines } from './held-streams.js';
import { LineSplitter } from './line-splitter.js';
import { type LineFormat, publishLine } from './publish-line.js';

/** While the counters change. */
const STATS_EVERY_MS = 5000;

type WriteCallback = (error?: Error | null) => void;

/**
 * The stream that pino's worker thread writes to. It takes what it is given at once: pino's main thread would
 * block on one that does not.
 */
export class WorkerStream extends Writable implements CloudWatchStream {
  readonly #publisher: Publisher;
  readonly #closeOptions: { readonly timeoutMs?: number };
  readonly #bridge = WorkerBridge.get();
  readonly #lines: LineSplitter;
  readonly #onLines: () => void;

  constructor(publisher: Publisher, format: LineFormat, closeTimeoutMs: number | undefined) {
    super({ decodeStrings: false });
    this.#publisher = publisher;
    this.#closeOptions =
      closeTimeoutMs === undefined ? {} : { timeoutMs: Math.min(closeTimeoutMs, MOST_CLOSE_MS) };
    this.#lines = new LineSplitter((line) => publishLine(publisher, format, line));
    this.#onLines = tellOfLines(
      (hasLines) => this.#bridge.tell(HOLD_EVENT, hasLines),
      () => this.#bridge.pending,
    );
    this.#bridge.add({ publisher, linesTaken: allRead });
    this.#bridge.reportEvery(STATS_EVERY_MS);
  }

  async flush(callback?: () => void): Promise<FlushResult> {
    await allRead();
    const result = await this.#publisher.flush();
    this.#bridge.report();
    if (callback) process.nextTick(callback);
    return result;
  }

  stats(): PublisherStats {
    return this.#publisher.stats();
  }

  /** Around the stream, whose state and callbacks would cost a tenth of all time that a line costs the process. */
  override write(
    chunk: unknown,
    encoding?: BufferEncoding | WriteCallback,
    callback?: WriteCallback,
  ): boolean {
    this.#lines.write(chunk as string | Uint8Array);
    this.#onLines();
    const done = typeof encoding === 'function' ? encoding : callback;
    if (typeof done === 'function') process.nextTick(done);
    return true;
  }

  /** Of a chunk that is given to `end()`. */
  override _write(chunk: string | Uint8Array, _encoding: BufferEncoding, callback: WriteCallback): void {
    this.#lines.write(chunk);
    callback();
  }

  /** Behind other streams in a `pipeline` nobody waits for more than 'finish' before the worker ends. */
  override _final(callback: WriteCallback): void {
    this.#lines.end();
    void this.#publisher.close(this.#closeOptions).finally(() => callback());
  }

  /** Without the error, which would end the worker: one of another stream of the `pipeline` is told there. */
  override _destroy(_error: Error | null, callback: WriteCallback): void {
    void this.#publisher.close(this.#closeOptions).finally(() => {
      this.#bridge.report();
      callback();
    });
  }
}

/** The publisher takes lines at once; those that pino's main thread has written are read within a turn of the loop. */
async function allRead(): Promise<void> {
  await turn();
}
