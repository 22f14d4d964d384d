import type { Flushes } from '../../accounts/flush.js';
import { Batch, type BatchLimits } from '../../batch/batch.js';
import type { EventRecord } from '../../batch/event-record.js';
import { Fifo } from '../../structures/fifo.js';
import { OpenBatches } from './open-batches.js';

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
  readonly #stream: { offer(): void };
  readonly #sealed = new Fifo<Batch>();
  readonly #open = new OpenBatches();
  #bytes = 0;

  constructor(limits: BatchLimits, flushes: Flushes, gate: ReplayGate, stream: { offer(): void }) {
    this.#limits = limits;
    this.#flushes = flushes;
    this.#gate = gate;
    this.#stream = stream;
  }

  get isEmpty(): boolean {
    return this.#open.length === 0 && this.#sealed.length === 0;
  }

  get hasDue(): boolean {
    return this.#sealed.length > 0 && this.#gate.isOpen;
  }

  /** Of all events in it. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Oldest first. */
  *batches(): IterableIterator<Batch> {
    yield* this.#sealed;
    yield* this.#open;
  }

  append(event: EventRecord): void {
    const { timestamp, size, epoch } = event;
    let open = this.#open.of(timestamp);
    if (open ? !open.fits(timestamp, size) : this.#open.isFull) {
      this.seal();
      open = undefined;
    }
    if (!open) {
      open = new Batch(this.#limits);
      this.#open.add(open);
    }
    this.#flushes.joined(epoch, open.epoch);
    open.append(event);
    this.#bytes += size;
  }

  /** Makes everything that was appended ready to be sent. */
  seal(): void {
    if (this.#open.length === 0) return;
    for (let batch = this.#open.shift(); batch; batch = this.#open.shift()) {
      batch.seal();
      this.#sealed.push(batch);
    }
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
    this.#bytes -= batch.bytes;
    this.#gate.enter(batch);
    if (this.#sealed.length === 0) this.#gate.forget(this);
    return batch;
  }

  clear(): void {
    this.#open.clear();
    while (this.#sealed.shift());
    this.#bytes = 0;
    this.#gate.forget(this);
  }

  /** There may be something to send. */
  offer(): void {
    if (this.hasDue) this.#stream.offer();
  }
}
