import type { Question } from 'cloudwatch-logs-publisher/worker';
import { RecordQueue } from './record-queue.js';
import { RecordWriter } from './records.js';

/** Of the buffer that the threads share. */
export const SHARED_BYTES = 4 * 1024 * 1024;
/** What may wait outside of it, when the logging thread does nothing but log. */
const MOST_WAITING_BYTES = 16 * 1024 * 1024;
/** Lines go together: at once when that many bytes have come, else after a moment. */
const TOGETHER_BYTES = 128 * 1024;
const TOGETHER_MS = 10;

/** The buffer that the threads share, as thread-stream has it in its synchronous mode. */
export interface SharedStream {
  readonly destroyed: boolean;
  /** Copies into the buffer; where that is full, waits until the worker has read all of it. */
  write(bytes: string): unknown;
  /** Calls back once the worker has read everything. */
  flush(callback: (error?: Error) => void): void;
}

/**
 * Hands lines over to a worker, several at once, because a hundred cost about as much as one. They go into the
 * shared buffer, and wait where that is full until the worker has read it. The logging thread waits for the worker
 * only when that much came together that its memory would grow without bound, and at the end.
 */
export class HandOver {
  readonly #stream: SharedStream;
  readonly #queue = new RecordQueue();
  readonly #records = new RecordWriter(this.#queue);
  /** Length of the queue at which it is looked at again. */
  #nextLookBytes = TOGETHER_BYTES;
  #timer: NodeJS.Timeout | undefined;
  /** Bytes in the shared buffer since it was empty; thread-stream begins anew only where it is full to the last. */
  #sharedBytes = 0;
  #isWaitingForWorker = false;

  constructor(stream: SharedStream) {
    this.#stream = stream;
  }

  /** @param context as JSON, where the stream name depends on it */
  line(timestamp: number, message: string, context: string | undefined): void {
    this.#records.line(timestamp, message, context);
    if (this.#queue.length >= this.#nextLookBytes) this.now();
    else this.#timer ??= setTimeout(() => this.now(), TOGETHER_MS).unref();
  }

  question(question: Question): void {
    this.#records.question(question);
    this.now();
  }

  /** Hands over what has come together, as far as there is room for it. */
  now(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#share();
    if (this.#queue.length > MOST_WAITING_BYTES) this.#shareAllBut(MOST_WAITING_BYTES - SHARED_BYTES);
    this.#nextLookBytes = this.#queue.length + TOGETHER_BYTES;
  }

  /** Hands over everything, and waits for the worker where there is no room. */
  all(): void {
    this.now();
    this.#shareAllBut(0);
  }

  /** Never waits. */
  #share(): void {
    while (!this.#isWaitingForWorker && this.#queue.length > 0) {
      if (this.#sharedBytes === SHARED_BYTES) this.#shareLater();
      else this.#shareNext();
    }
  }

  /** Goes on once the worker has read everything, so that the shared buffer begins anew without a wait. */
  #shareLater(): void {
    this.#isWaitingForWorker = true;
    this.#stream.flush((error) => {
      this.#isWaitingForWorker = false;
      if (error) return;
      if (this.#sharedBytes === SHARED_BYTES) this.#sharedBytes = 0;
      this.now();
    });
  }

  #shareAllBut(bytes: number): void {
    while (this.#queue.length > bytes) {
      if (this.#sharedBytes === SHARED_BYTES) this.#sharedBytes = 0;
      this.#shareNext();
    }
  }

  #shareNext(): void {
    const bytes = this.#queue.take(SHARED_BYTES - this.#sharedBytes);
    this.#sharedBytes += bytes.length;
    // A thread that has ended reads nothing: its owner knows, or soon will, that these are lost.
    if (!this.#stream.destroyed) this.#stream.write(bytes as unknown as string); // a Buffer, which the types do not say
  }
}
