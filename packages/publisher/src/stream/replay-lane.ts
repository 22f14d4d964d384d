import type { Flushes } from '../accounts/flush.js';
import { Batch, type BatchLimits } from '../batch/batch.js';
import type { Note } from '../batch/note.js';
import { Fifo } from '../structures/fifo.js';

const MOST_REQUESTS = 2;

/** Lets at most {@link MOST_REQUESTS} puts of recovered events be under way over all streams. */
export class ReplayGate {
  readonly #underWay = new Set<Batch>();
  readonly #waiting = new Set<ReplayLane>();

  get isOpen(): boolean {
    return this.#underWay.size < MOST_REQUESTS;
  }

  enter(batch: Batch): void {
    this.#underWay.add(batch);
  }

  /** The put of a batch ended; nothing happens when it did not come through here. */
  leave(batch: Batch): void {
    if (!this.#underWay.delete(batch)) return;
    for (const lane of this.#waiting) {
      if (!this.isOpen) return;
      lane.offer();
    }
  }

  /** A lane has something to send, until {@link forget}: it is told whenever a put has ended. */
  remember(lane: ReplayLane): void {
    this.#waiting.add(lane);
  }

  forget(lane: ReplayLane): void {
    this.#waiting.delete(lane);
  }
}

/** The recovered events of a stream: a lane of their own, so that new events do not wait behind them. */
export class ReplayLane {
  readonly #limits: BatchLimits;
  readonly #flushes: Flushes;
  readonly #gate: ReplayGate;
  readonly #onDue: () => void;
  readonly #sealed = new Fifo<Batch>();
  #open: Batch | undefined;

  constructor(limits: BatchLimits, flushes: Flushes, gate: ReplayGate, onDue: () => void) {
    this.#limits = limits;
    this.#flushes = flushes;
    this.#gate = gate;
    this.#onDue = onDue;
  }

  get isEmpty(): boolean {
    return !this.#open && this.#sealed.length === 0;
  }

  get hasDue(): boolean {
    return this.#sealed.length > 0 && this.#gate.isOpen;
  }

  /** Oldest first. */
  *batches(): IterableIterator<Batch> {
    yield* this.#sealed;
    if (this.#open) yield this.#open;
  }

  append(
    message: string,
    timestamp: number,
    size: number,
    note: Note | undefined,
    id: number,
    epoch: number,
  ): void {
    if (this.#open && !this.#open.fits(timestamp, size)) this.seal();
    this.#open ??= new Batch(this.#limits);
    this.#flushes.joined(epoch, this.#open.epoch);
    this.#open.append(message, timestamp, size, note, id, epoch);
  }

  /** Makes everything that was appended ready to be sent. */
  seal(): void {
    if (!this.#open) return;
    this.#open.seal();
    this.#sealed.push(this.#open);
    this.#open = undefined;
    this.#gate.remember(this);
    this.offer();
  }

  /** The batch that {@link take} gives. */
  get next(): Batch | undefined {
    return this.#sealed.peek();
  }

  take(): Batch | undefined {
    const batch = this.#sealed.shift();
    if (!batch) return undefined;
    this.#gate.enter(batch);
    if (this.#sealed.length === 0) this.#gate.forget(this);
    return batch;
  }

  clear(): void {
    this.#open = undefined;
    while (this.#sealed.shift());
    this.#gate.forget(this);
  }

  /** There may be something to send. */
  offer(): void {
    if (this.hasDue) this.#onDue();
  }
}
