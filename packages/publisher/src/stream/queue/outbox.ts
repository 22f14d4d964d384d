import { Batch, type BatchLimits } from '../../batch/batch.js';
import type { EventRecord } from '../../batch/event-record.js';
import { NEVER_PUT } from '../../batch/put-history.js';
import { EVENT_OVERHEAD_BYTES } from '../../options/limits.js';
import { Deadline } from '../../time/deadlines.js';
import type { NextBatch } from '../lanes.js';
import type { PublisherParts } from '../publisher-parts.js';
import { BatchLine } from './batch-line.js';
import { LossMarker } from './loss-marker.js';
import { OpenBatches } from './open-batches.js';

/** The parts of a publisher that an outbox uses. */
export type OutboxParts = Pick<PublisherParts, 'budget' | 'clock' | 'deadlines' | 'flushes' | 'pace'> & {
  /** As far as they are known of the endpoint. */
  readonly endpoint: BatchLimits;
  readonly options: Pick<PublisherParts['options'], 'flushIntervalMs'>;
  readonly sink: Pick<PublisherParts['sink'], 'prepare'>;
};

/** The stream whose events wait. */
export interface QueuedStream {
  /** When its last put started, on the clock of waits; negative infinity before the first. */
  readonly lastPutAt: number;
  /** Whether a batch ends at a change of the millisecond where it can, so that the next may be put beside it. */
  readonly endsAtMilliseconds: boolean;
  /** There may be something to put. */
  offer(): void;
}

const MARKER_EVERY_MS = 1000;

export function asNext({ earliest, latest, history, state }: Batch): NextBatch {
  return { earliest, latest, history, isComplete: state !== 'open' };
}

/**
 * The events of a stream that wait: one batch that is being built, and those that are complete, oldest first.
 * A batch is complete when the next event does not fit, when somebody flushes, or when it is due, has its turn, and nothing
 * is ahead of it. It is due `flushIntervalMs` after the last put of the stream started: after a pause, at the end of the turn
 * of the event loop.
 */
export class Outbox {
  readonly #context: OutboxParts;
  readonly #stream: QueuedStream;
  readonly #sealed = new BatchLine<Batch>();
  #lost: LossMarker | undefined;
  readonly #open = new OpenBatches();
  #deadline: Deadline | undefined;
  #openIsDue = false;
  #droppableBytes = 0;
  #frozenBytes = 0;
  #markerAt: number | undefined;
  #waitingMarker: Batch | undefined;

  constructor(context: OutboxParts, stream: QueuedStream) {
    this.#context = context;
    this.#stream = stream;
  }

  get isEmpty(): boolean {
    return this.#open.length === 0 && this.#sealed.length === 0 && !this.#hasLost;
  }

  /** Bytes of events that may still be dropped. */
  get droppableBytes(): number {
    return this.#droppableBytes;
  }

  /** Bytes of events that were put and wait to be put again. */
  get frozenBytes(): number {
    return this.#frozenBytes;
  }

  /** Events as the application gave them. */
  get events(): number {
    let events = 0;
    for (const batch of this.batches()) events += batch.weight;
    return events;
  }

  /** Whether there is a batch to send; a backlog lets the open batch fill up. */
  get hasDue(): boolean {
    return this.#sealed.length > 0 || (this.#open.length > 0 && this.#openIsDue) || this.#markerIsDue;
  }

  /** Whether the first batch has to be sent again. */
  get startsFrozen(): boolean {
    return this.#sealed.peek()?.state === 'frozen';
  }

  /** Oldest first. */
  *batches(): IterableIterator<Batch> {
    yield* this.#sealed;
    yield* this.#open;
  }

  append(event: EventRecord): void {
    const { endpoint: limits, flushes } = this.#context;
    const { timestamp, size, epoch, id } = event;
    let open = this.#open.of(timestamp);
    // What is on disk is never mixed with what is not: a batch is noted, and found again, as a whole.
    const isOver = open
      ? !open.fits(timestamp, size) || (open.endsBefore(timestamp) && this.#stream.endsAtMilliseconds)
      : this.#open.isFull;
    if (isOver || (this.#open.first && this.#open.first.isSpooled !== id > 0)) {
      this.seal();
      open = undefined;
    }
    if (!open) {
      if (this.#open.length === 0) {
        this.#openIsDue = false;
        this.#endWait(); // of what was to be told of dropped events, which goes with these
        this.#deadline = this.#whenDue();
      }
      open = new Batch(limits);
      open.openedAt = this.#context.clock.now();
      this.#open.add(open);
    }
    flushes.joined(epoch, open.epoch);
    open.append(event);
    this.#droppableBytes += size;
    if (open.length >= limits.maxEvents) this.seal();
  }

  /** Closes the open batches, whatever is in them. */
  seal(): void {
    for (let batch = this.#close(); batch; batch = this.#close()) this.push(batch);
  }

  /**
   * Has the open batch sent without waiting for company. Behind others it takes events until its turn comes: whoever
   * flushes for every line would make a batch of every line in an outage.
   */
  hasten(): void {
    if (this.#sealed.length === 0) this.seal();
    else this.#openIsDue = true;
  }

  /** Moves the times that were not checked of all that was never put. */
  correctTimes(byMs: number): void {
    const { clock } = this.#context;
    for (const batch of this.batches()) {
      if (batch.state !== 'frozen') batch.correctTimes(byMs, clock.wallTime() + byMs);
    }
  }

  /** Adds a complete batch behind all others. */
  push(batch: Batch): void {
    this.#sealed.push(batch);
    this.#stream.offer();
  }

  /** Brings a batch back that was put. */
  putBack(batch: Batch): void {
    this.#frozenBytes += batch.bytes;
    this.#sealed.putBack(batch);
  }

  /** The batch that {@link take} gives, as far as it is known before. */
  get next(): NextBatch | undefined {
    if (this.#lost && this.#markerIsDue) {
      const { timestamp } = this.#lost;
      return { earliest: timestamp, latest: timestamp, history: NEVER_PUT, isComplete: true };
    }
    const complete = this.#sealed.peek();
    if (complete) return asNext(complete);
    const open = this.#openIsDue ? this.#open.first : undefined;
    return open && asNext(open);
  }

  /** The next batch to send. @param early also one that waits for company */
  take(early = false): Batch | undefined {
    if (this.#lost && this.#markerIsDue) return this.#markerBatch(this.#lost);
    // Not announced as due: whoever takes it would be asked to take another one meanwhile.
    const batch = this.#sealed.shift() ?? (this.#openIsDue || early ? this.#close() : undefined);
    if (batch?.state === 'frozen') this.#frozenBytes -= batch.bytes;
    else if (batch && isDroppable(batch)) this.#droppableBytes -= batch.bytes;
    return batch;
  }

  /** The oldest or the newest batch whose events may still be dropped; one that was sent once may be stored. */
  droppable(which: 'first' | 'last'): Batch | undefined {
    const last = this.#open.last?.length ? this.#open.last : this.#sealed.peekLast();
    if (which === 'last' && last && isDroppable(last)) return last;
    let found: Batch | undefined;
    for (const batch of this.batches()) {
      if (!isDroppable(batch)) continue;
      if (which === 'first') return batch;
      found = batch;
    }
    return found;
  }

  /** Takes the first or the last event out of a batch that is {@link droppable}. */
  dropOf(batch: Batch, which: 'first' | 'last'): ReturnType<Batch['drop']> {
    const dropped = batch.drop(which);
    this.#droppableBytes -= dropped.size;
    return dropped;
  }

  /** Takes a complete batch out. @returns whether it was here */
  remove(batch: Batch): boolean {
    return this.#sealed.remove(batch);
  }

  /** Closes the open batches and has others take the places of all; their order stays. */
  rearrange(change: (batches: readonly Batch[]) => readonly Batch[]): void {
    // Not offered before: the first would be put instead.
    for (let batch = this.#close(); batch; batch = this.#close()) this.#sealed.push(batch);
    this.#sealed.replace(change([...this.#sealed]));
    this.#droppableBytes = 0;
    for (const batch of this.batches()) if (isDroppable(batch)) this.#droppableBytes += batch.bytes;
    this.#stream.offer();
  }

  /** Remembers a dropped event, to tell it in the stream. */
  noteLoss(size: number, timestamp: number, events: number, level?: string): void {
    this.#lost ??= new LossMarker();
    this.#lost.add(size, timestamp, events, level);
    const isAlone = this.#sealed.length === 0 && this.#open.length === 0;
    if (isAlone && (this.#deadline?.cancelled ?? true)) this.#deadline = this.#whenDue();
  }

  /** Adds what is to be told of dropped events at the end; what is lost while it waits is told by the next. */
  pushMarker(): void {
    // One at a time: a program that flushes often while nothing gets through would pile them up.
    if (!this.#lost || this.#lost.isEmpty || this.#waitingMarker?.state === 'sealed') return;
    this.#waitingMarker = this.#markerBatch(this.#lost);
    this.push(this.#waitingMarker);
  }

  clear(): void {
    this.#endWait();
    this.#open.clear();
    while (this.#sealed.shift());
    this.#lost = undefined;
  }

  #whenDue(): Deadline {
    const { clock, deadlines, options } = this.#context;
    const now = clock.now();
    const waitMs = this.#stream.lastPutAt + options.flushIntervalMs - now;
    if (waitMs > 0) return deadlines.after(waitMs, () => this.#askForTurn());
    const endOfTurn = new Deadline(now, () => this.#askWhenPrepared());
    clock.soon(() => endOfTurn.run());
    return endOfTurn;
  }

  /** Events that come while the client is loaded go with the first put, rather than wait for its answer. */
  #askWhenPrepared(): void {
    const { deadlines, options, sink } = this.#context;
    const preparing = sink.prepare?.();
    if (!preparing) {
      this.#askForTurn();
      return;
    }
    const deadline = deadlines.after(options.flushIntervalMs, () => this.#askForTurn());
    this.#deadline = deadline;
    void preparing.then(() => deadline.run());
  }

  #askForTurn(): void {
    this.#deadline = this.#context.pace.ask(() => {
      this.#openIsDue = true;
      this.#stream.offer();
    });
  }

  #close(): Batch | undefined {
    const batch = this.#open.shift();
    if (this.#open.length === 0) this.#endWait();
    batch?.seal();
    return batch;
  }

  #endWait(): void {
    this.#deadline?.cancel();
    this.#deadline = undefined;
  }

  get #hasLost(): boolean {
    return this.#lost !== undefined && !this.#lost.isEmpty;
  }

  get #markerIsDue(): boolean {
    if (!this.#hasLost || this.startsFrozen) return false;
    if (this.#sealed.length === 0 || this.#markerAt === undefined) return true;
    return this.#context.clock.now() - this.#markerAt >= MARKER_EVERY_MS;
  }

  #markerBatch(lost: LossMarker): Batch {
    const { endpoint: limits, clock, budget, flushes } = this.#context;
    this.#markerAt = clock.now();
    const { message, timestamp } = lost.take();
    const batch = new Batch(limits);
    const size = Buffer.byteLength(message) + EVENT_OVERHEAD_BYTES;
    const { epoch } = flushes;
    budget.take(size);
    flushes.joined(epoch, batch.epoch);
    batch.append({ message, timestamp, size, note: { kind: 'marker' }, level: 0, epoch, id: 0 });
    batch.seal();
    return batch;
  }
}

/** A batch can be made of parts that do not count by themselves; only a marker is never dropped. */
export function isDroppable(batch: Batch): boolean {
  return batch.state !== 'frozen' && batch.length > 0 && batch.noteAt(0)?.kind !== 'marker';
}
