import { Writable } from 'node:stream';
import type { FlushResult, Publisher, PublisherEvents, PublisherStats } from 'cloudwatch-logs-publisher';
import { EVENT_NAMES, now, printLine, setImmediate } from 'cloudwatch-logs-publisher/worker';
import { type CloudWatchStream, PUBLISHER } from './cloudwatch-stream.js';
import { LineSplitter } from './line-splitter.js';
import { type LineFormat, publishLine } from './publish-line.js';

const FORWARDED = new Map<string | symbol, keyof PublisherEvents>(
  EVENT_NAMES.map((name) => [`cloudwatch:${name}`, name]),
);

/** A listener that throws is told of at most so often, as by the publisher. */
const THREW_EVERY_MS = 60_000;

type Listener = Parameters<Writable['on']>[1];
type WriteCallback = (error?: Error | null) => void;

/**
 * The in-process stream. A line is with the publisher when `write` returns, so that a `process.exit()` right
 * after logging finds it there.
 */
export class InProcessStream extends Writable implements CloudWatchStream {
  readonly [PUBLISHER]: Publisher;
  readonly #lines: LineSplitter;
  #threwAt = Number.NEGATIVE_INFINITY;
  readonly #forwarders = new Map<string | symbol, (about: unknown) => void>();

  constructor(publisher: Publisher, format: LineFormat) {
    // Nothing ever waits here: the bound is the publisher's buffer, which drops and counts instead of pushing back.
    super({ decodeStrings: false, highWaterMark: Number.MAX_SAFE_INTEGER });
    this[PUBLISHER] = publisher;
    this.#lines = new LineSplitter((line) => publishLine(publisher, format, line));
    this.on('newListener', (name) => this.#forward(name));
  }

  flush(callback?: () => void): Promise<FlushResult> {
    const flushed = this[PUBLISHER].flush().then((result) => {
      this.#tellStats();
      return result;
    });
    if (callback) void flushed.then(() => setImmediate(callback));
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
    if (done) setImmediate(done);
    return true;
  }

  // Node.js does not emit 'removeListener' for the last listener of a stream.
  override removeListener(name: string | symbol, listener: Listener): this {
    super.removeListener(name, listener);
    this.#endForward(name);
    return this;
  }

  override off(name: string | symbol, listener: Listener): this {
    return this.removeListener(name, listener);
  }

  override removeAllListeners(name?: string | symbol): this {
    super.removeAllListeners(name);
    for (const forwarded of FORWARDED.keys()) this.#endForward(forwarded);
    return this;
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
    if (!this.destroyed) this.#tellStats();
  }

  #tellStats(): void {
    try {
      this.emit('cloudwatch:stats', this.stats());
    } catch (error) {
      // A listener of the application failed: that must not keep a flush or the end from coming to its end.
      if (now() - this.#threwAt < THREW_EVERY_MS) return;
      this.#threwAt = now();
      const reason = error instanceof Error ? error.message : String(error);
      printLine(`a listener for 'cloudwatch:stats' threw: ${reason}`);
    }
  }

  /** Warnings go to stderr while nobody listens for them here. */
  #forward(name: string | symbol): void {
    const event = FORWARDED.get(name);
    if (event === undefined || this.#forwarders.has(name)) return;
    const forwarder = (about: unknown) => this.emit(name, about);
    this.#forwarders.set(name, forwarder);
    this[PUBLISHER].on(event, forwarder);
  }

  #endForward(name: string | symbol): void {
    const event = FORWARDED.get(name);
    const forwarder = this.#forwarders.get(name);
    if (event === undefined || forwarder === undefined || this.listenerCount(name) > 0) return;
    this.#forwarders.delete(name);
    this[PUBLISHER].off(event, forwarder);
  }
}
