import { Fifo } from '../structures/fifo.js';

/** One that has something to put at times. */
export interface PutSource {
  /** Owned by the dispatcher: whether it stands in its queue. */
  isQueued: boolean;
  readonly canPut: boolean;
  /** Starts one put, and calls {@link Dispatcher.finished} when that ended. */
  start(): void;
}

/**
 * Gives the request slots of a publisher to its writers, in turn: a stream with a long backlog gets one put,
 * then goes to the end of the queue.
 */
export class Dispatcher {
  readonly #maxRequests: number;
  readonly #ready = new Fifo<PutSource>();
  #underWay = 0;
  #isPaused = false;

  constructor(maxRequests: number) {
    this.#maxRequests = maxRequests;
  }

  /** The writer has something to put and may. */
  offer(writer: PutSource): void {
    this.#enqueue(writer);
    this.#dispatch();
  }

  /** A put of the writer ended, and its slot is free. */
  finished(writer: PutSource): void {
    this.#underWay--;
    this.#enqueue(writer);
    this.#dispatch();
  }

  /** Starts no put until {@link resume}. */
  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#dispatch();
  }

  #enqueue(writer: PutSource): void {
    if (writer.isQueued || !writer.canPut) return;
    writer.isQueued = true;
    this.#ready.push(writer);
  }

  #dispatch(): void {
    while (this.#underWay < this.#maxRequests && !this.#isPaused) {
      const writer = this.#ready.shift();
      if (!writer) return;
      writer.isQueued = false;
      if (!writer.canPut) continue;
      this.#underWay++;
      writer.start();
      this.#enqueue(writer);
    }
  }
}
