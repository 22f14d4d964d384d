import { EventEmitter } from 'node:events';
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { type Answer, askWorker, type Question } from 'cloudwatch-logs-publisher/worker';
import { findWorkerFile } from './file.js';
import type { Lines, Receiver } from './hand-over.js';
import type { WorkerOptions } from './options.js';
import { plugAndPlayFlags } from './plug-and-play.js';
import { SHARED, type ToWorker, type WorkerThreadData } from './protocol.js';

/** Beyond the time that is given, because a busy worker still has to say how far it came. */
const ANSWER_MS = 1000;
/** The same for one that has just been started. */
const START_MS = 5000;

/** Who hears of a thread. */
export interface ThreadListener {
  /** An event of the worker. */
  told(name: string, about: unknown): void;
  /** The worker has taken lines for which this side waited. */
  taken(): void;
  /** The thread has ended, in whatever way; it tells nothing after that. */
  ended(error: Error | undefined): void;
}

/**
 * A worker thread with a publisher, from its start to its end. Lines and questions about them go one way; what the
 * worker tells, and questions that may overtake lines, have a port of their own, which can be read without a turn
 * of the event loop.
 */
export class PublisherThread extends EventEmitter implements Receiver {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #shared = new Int32Array(new SharedArrayBuffer(SHARED.length * Int32Array.BYTES_PER_ELEMENT));
  readonly #listener: ThreadListener;
  #error: Error | undefined;
  #destroyed = false;

  /** @throws Error when the package was bundled in a way that leaves no file for the thread, or none can start */
  constructor(options: WorkerOptions, listener: ThreadListener) {
    super();
    const { port1, port2 } = new MessageChannel();
    this.#listener = listener;
    this.#port = port1;
    this.#worker = new Worker(findWorkerFile(), {
      name: 'winston-cloudwatch-logs',
      workerData: {
        isPublisherWorker: true,
        options,
        port: port2,
        shared: this.#shared,
      } satisfies WorkerThreadData,
      transferList: [port2],
      // Flags of the application (a loader, a profiler, a module that starts loggers) are not for this thread.
      execArgv: plugAndPlayFlags(process.execArgv),
    });
    this.#worker.unref();
    // Without a listener a thread that runs out of memory would end the application.
    this.#worker.on('error', (error) => {
      this.#error ??= error instanceof Error ? error : new Error(String(error));
    });
    this.#worker.on('exit', () => this.#ended());
    port1.on('message', (message) => this.#tell(message));
    port1.unref();
  }

  get destroyed(): boolean {
    return this.#destroyed;
  }

  get taken(): number {
    return Atomics.load(this.#shared, SHARED.taken);
  }

  waitForTaken(taken: number): boolean {
    Atomics.store(this.#shared, SHARED.isAwaited, 1);
    return this.taken === taken; // else it may have looked before it was told
  }

  send(lines: Lines): void {
    this.#worker.postMessage(lines satisfies ToWorker);
  }

  ask(question: Question): void {
    this.#worker.postMessage(question satisfies ToWorker);
  }

  /**
   * Waits for the answer to a question.
   *
   * @param send brings it to the worker, behind the lines that it is about; by default ahead of all lines
   * @throws Error when the thread ends or does not answer in time
   */
  answer(
    question: Omit<Question, 'id'>,
    timeoutMs: number,
    send = (complete: Question): void => this.#port.postMessage(complete),
  ): Promise<Answer> {
    return askWorker(this, question, timeoutMs + this.#answerMs, send);
  }

  /** Waits, without a turn of the event loop, until the worker has done what ends it, and hears what it has told. */
  waitForEnd(timeoutMs: number): void {
    Atomics.wait(this.#shared, SHARED.hasEnded, 0, timeoutMs + this.#answerMs);
    this.#receive();
  }

  /** Ends the thread at once, whatever it does. */
  terminate(): void {
    void this.#worker.terminate();
  }

  get #answerMs(): number {
    return Atomics.load(this.#shared, SHARED.isReady) === 1 ? ANSWER_MS : START_MS;
  }

  #receive(): void {
    for (let next = receiveMessageOnPort(this.#port); next; next = receiveMessageOnPort(this.#port)) {
      this.#tell(next.message);
    }
  }

  #tell([name, about]: [name: string, about: unknown]): void {
    if (name === 'taken') this.#listener.taken();
    else {
      this.#listener.told(name, about);
      this.emit(name, about); // for answers
    }
  }

  #ended(): void {
    this.#receive();
    this.#port.close();
    this.#destroyed = true;
    this.#listener.ended(this.#error);
    this.emit('close');
  }
}
