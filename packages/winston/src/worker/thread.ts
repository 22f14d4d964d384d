import { createRequire } from 'node:module';
import { MessageChannel, type MessagePort, receiveMessageOnPort, type Worker } from 'node:worker_threads';
import { type Answer, type AskedWorker, askWorker, type Question } from 'cloudwatch-logs-publisher/worker';
import type ThreadStream from 'thread-stream';
import type { PublisherWorkerData } from './entry.js';
import { findWorkerFile } from './file.js';
import { HandOver, SHARED_BYTES } from './hand-over.js';
import type { WorkerOptions } from './options.js';

/** What thread-stream has at run time and its types do not say. */
type Stream = ThreadStream & AskedWorker & { readonly worker: Worker; unref(): void };

/** Who hears of a thread. */
export interface ThreadListener {
  /** An event of the worker. */
  told(name: string, about: unknown): void;
  /** The thread has ended, in whatever way; it tells nothing after that. */
  ended(error: Error | undefined): void;
}

/** A worker thread with a publisher, from its start to its end. */
export class PublisherThread {
  readonly #stream: Stream;
  readonly #port: MessagePort;
  readonly #listener: ThreadListener;
  readonly #handOver: HandOver;
  #error: Error | undefined;

  /** @throws Error when the package was bundled in a way that leaves no file for the thread to load */
  constructor(options: WorkerOptions, listener: ThreadListener) {
    const filename = findWorkerFile();
    // Not imported, because a bundler would take it in without the file that it needs at run time.
    const Stream: typeof ThreadStream = createRequire(filename)('thread-stream');
    const { port1, port2 } = new MessageChannel();
    this.#listener = listener;
    this.#port = port1;
    this.#stream = new Stream({
      filename,
      bufferSize: SHARED_BYTES,
      // Each write lands in the shared buffer before it returns. The other mode copies in later turns of the event
      // loop, which a busy application does not take, and must not be mixed with waiting.
      sync: true,
      workerData: { isPublisherWorker: true, options, port: port2 } satisfies PublisherWorkerData,
      workerOpts: {
        name: 'winston-cloudwatch-logs',
        transferList: [port2],
        // Flags of the application (a loader, a profiler, a module that starts loggers) are not for this thread.
        execArgv: [],
      },
    }) as Stream;
    this.#handOver = new HandOver(this.#stream);
    this.#stream.unref();
    this.#stream.on('error', (error) => this.#fails(error));
    // Without a listener a thread that runs out of memory would end the application.
    this.#stream.worker.on('error', (error) => this.#fails(error));
    this.#stream.on('close', () => this.#ended());
    port1.on('message', (message) => this.#tell(message));
    port1.unref();
  }

  /** @param context as JSON, where the stream name depends on it */
  line(timestamp: number, message: string, context: string | undefined): void {
    this.#handOver.line(timestamp, message, context);
  }

  /**
   * Asks the worker, which answers once it has taken everything that was written before.
   *
   * @throws Error when the thread ends or does not answer in time
   */
  ask(question: Omit<Question, 'id'>, timeoutMs: number): Promise<Answer> {
    return askWorker(this.#stream, question, timeoutMs, (complete) => this.#handOver.question(complete));
  }

  /**
   * Asks the worker what it knows now, ahead of what was written.
   *
   * @throws Error when the thread ends or does not answer in time
   */
  askNow(timeoutMs: number): Promise<Answer> {
    return askWorker(this.#stream, {}, timeoutMs, (complete) => this.#port.postMessage(complete));
  }

  /**
   * Ends the thread and waits for that, without a turn of the event loop.
   *
   * @param closeTimeoutMs how long it may take the publisher to close; left out when it has closed
   * @returns whether the thread came to its end by itself
   */
  end(closeTimeoutMs?: number): boolean {
    if (closeTimeoutMs !== undefined) this.#handOver.question({ id: '', closeTimeoutMs });
    this.#handOver.all();
    this.#stream.end();
    const isOrderly = !this.#stream.destroyed;
    this.#receive();
    return isOrderly;
  }

  /** Ends the thread at once, whatever it does. */
  terminate(): void {
    void this.#stream.worker.terminate();
  }

  #receive(): void {
    for (let next = receiveMessageOnPort(this.#port); next; next = receiveMessageOnPort(this.#port)) {
      this.#tell(next.message);
    }
  }

  #tell([name, about]: [name: string, about: unknown]): void {
    this.#listener.told(name, about);
    this.#stream.emit(name, about); // for answers
  }

  #fails(error: unknown): void {
    this.#error ??= error instanceof Error ? error : new Error(String(error));
  }

  #ended(): void {
    this.#receive();
    this.#port.close();
    this.#listener.ended(this.#error);
  }
}
