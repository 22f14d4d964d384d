import { Writable } from 'node:stream';
import type { FlushResult, Publisher, PublisherStats } from 'cloudwatch-logs-publisher';
import { type CloudWatchStream, PUBLISHER } from './cloudwatch-stream.js';
import type { LevelNames } from './line-reader.js';
import { LineSplitter } from './line-splitter.js';
import { publishLine } from './publish-line.js';

type WriteCallback = (error?: Error | null) => void;

/**
 * The in-process stream. A line is with the publisher when `write` returns, so that a `process.exit()` right
 * after logging finds it there.
 */
export class InProcessStream extends Writable implements CloudWatchStream {
  readonly [PUBLISHER]: Publisher;
  readonly #lines: LineSplitter;
  readonly #forwarded = new Set<string>();

  constructor(publisher: Publisher, levels: LevelNames) {
    // Nothing ever waits here: the bound is the publisher's buffer, which drops and counts instead of pushing back.
    super({ decodeStrings: false, highWaterMark: Number.MAX_SAFE_INTEGER });
    this[PUBLISHER] = publisher;
    this.#lines = new LineSplitter((line) => publishLine(publisher, levels, line));
    this.on('newListener', (name) => this.#forward(name));
  }

  flush(callback?: () => void): Promise<FlushResult> {
    const flushed = this[PUBLISHER].flush().then((result) => {
      this.emit('cloudwatch:stats', this.stats());
      return result;
    });
    if (callback) void flushed.then(() => process.nextTick(callback));
    return flushed;
  }

  stats(): PublisherStats {
    return this[PUBLISHER].stats();
  }

  override write(
    chunk: unknown,
    encoding?: BufferEncoding | WriteCallback,
    callback?: WriteCallback,
  ): boolean {
    if (!this.writableEnded && !this.destroyed) {
      return typeof encoding === 'string'
        ? super.write(chunk, encoding, callback)
        : super.write(chunk, encoding ?? callback);
    }
    // A Writable would emit 'error' here and end the application; the publisher counts and reports the line.
    this.#lines.write(chunk as string);
    const done = typeof encoding === 'function' ? encoding : callback;
    if (done) process.nextTick(done);
    return true;
  }

  override _write(chunk: string | Uint8Array, _encoding: BufferEncoding, callback: WriteCallback): void {
    this.#lines.write(chunk);
    callback();
  }

  override _final(callback: WriteCallback): void {
    this.#lines.end();
    void this.#close().then(() => callback());
  }

  override _destroy(error: Error | null, callback: WriteCallback): void {
    void this.#close().then(() => callback(error));
  }

  async #close(): Promise<void> {
    await this[PUBLISHER].close();
    if (!this.destroyed) this.emit('cloudwatch:stats', this.stats());
  }

  /** Warnings go to stderr until somebody listens for them here. */
  #forward(name: string | symbol): void {
    const event = name === 'cloudwatch:warn' ? 'warn' : name === 'cloudwatch:drop' ? 'drop' : undefined;
    if (event === undefined || this.#forwarded.has(event)) return;
    this.#forwarded.add(event);
    this[PUBLISHER].on(event, (about: unknown) => this.emit(`cloudwatch:${event}`, about));
  }
}
