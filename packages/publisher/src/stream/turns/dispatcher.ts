import { Fifo } from '../../structures/fifo.js';
import type { Deadline, Deadlines } from '../../time/deadlines.js';
import { type RequestBounds, RequestWindow } from './request-window.js';

/** One that has something to put at times. */
export interface PutSource {
  /** Owned by the dispatcher: whether it stands in one of its queues. */
  isQueued: boolean;
  readonly canPut: boolean;
  /** Whether its last put hung until its time was over. */
  readonly isHanging: boolean;
  /** Starts one put, and calls {@link Dispatcher.finished} with the slot when that ended. */
  start(slot: RequestSlot): void;
}

/** The place that one put takes. */
export interface RequestSlot {
  readonly isOfHanging: boolean;
  /** How often the window had been halved when the put started. */
  readonly halvings: number;
  /** Whether the put is silent for so long that another may take its place. */
  isLent: boolean;
  deadline: Deadline | undefined;
}

/** The end of a put, as far as it says how many may be under way. */
export type PutEnd = 'stored' | 'overloaded' | 'other';

const LENT_AFTER_MS = 1000;
/** Requests under way beside those that the window allows. */
export const MOST_LENT = 64;
/** Streams that hang have this part of the slots, beside the others. */
const SHARE_OF_HANGING = 1 / 4;

/**
 * Gives the request slots of a publisher to its writers, in turn: a stream with a long backlog gets one put,
 * then goes to the end of the queue. Puts that hang do not keep others waiting: their slots are lent after a second, and
 * a stream whose put has timed out has only a share of its own from then on.
 */
export class Dispatcher {
  readonly #window: RequestWindow;
  readonly #deadlines: Deadlines;
  readonly #ready = new Fifo<PutSource>();
  readonly #hanging = new Fifo<PutSource>();
  #underWay = 0;
  #hangingUnderWay = 0;
  #lent = 0;
  #isPaused = false;

  constructor(bounds: RequestBounds, deadlines: Deadlines) {
    this.#window = new RequestWindow(bounds);
    this.#deadlines = deadlines;
  }

  /** The writer has something to put and may. */
  offer(writer: PutSource): void {
    this.#enqueue(writer);
    this.#dispatch();
  }

  /** A put of the writer ended, and its slot is free. */
  finished(writer: PutSource, slot: RequestSlot, end: PutEnd = 'other'): void {
    const isFull = this.#ready.length > 0 || this.#underWay + 1 >= this.#window.limit;
    slot.deadline?.cancel();
    if (slot.isOfHanging) this.#hangingUnderWay--;
    else if (slot.isLent) this.#lent--;
    else this.#underWay--;
    if (end === 'stored') this.#window.stored(isFull);
    else if (end === 'overloaded') this.#window.overloaded(slot.halvings);
    this.#enqueue(writer);
    this.#dispatch();
  }

  /** The end has come: what waits is to be through in time. */
  hurry(): void {
    this.#window.hurry(this.#ready.length + this.#underWay);
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
    (writer.isHanging ? this.#hanging : this.#ready).push(writer);
  }

  #dispatch(): void {
    while (!this.#isPaused && this.#underWay < this.#window.limit && this.#startNext(this.#ready));
    const share = Math.max(1, Math.floor(this.#window.limit * SHARE_OF_HANGING));
    while (!this.#isPaused && this.#hangingUnderWay < share && this.#startNext(this.#hanging));
  }

  /** @returns whether there was one in the queue */
  #startNext(queue: Fifo<PutSource>): boolean {
    const writer = queue.shift();
    if (!writer) return false;
    writer.isQueued = false;
    if (!writer.canPut) return true;
    const isOfHanging = queue === this.#hanging;
    const slot: RequestSlot = {
      isOfHanging,
      halvings: this.#window.halvings,
      isLent: false,
      deadline: isOfHanging ? undefined : this.#deadlines.after(LENT_AFTER_MS, () => this.#lend(slot)),
    };
    if (isOfHanging) this.#hangingUnderWay++;
    else this.#underWay++;
    writer.start(slot);
    this.#enqueue(writer);
    return true;
  }

  #lend(slot: RequestSlot): void {
    if (this.#lent >= MOST_LENT) return;
    slot.isLent = true;
    this.#lent++;
    this.#underWay--;
    this.#dispatch();
  }
}
