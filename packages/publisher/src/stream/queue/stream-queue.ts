import type { Batch } from '../../batch/batch.js';
import { Fifo } from '../../structures/fifo.js';
import type { NextBatch } from '../lanes.js';
import { asNext, Outbox, type OutboxParts, type QueuedStream } from './outbox.js';
import { type ReplayGate, ReplayLane } from './replay-lane.js';

/**
 * The events that one stream has to send: new ones, those that an earlier process was about to put, and other events that were
 * recovered. They share the sequence token of the stream, so they take turns; a batch that has to be sent again
 * always goes first, because the token of its first try settles whether it is stored.
 */
export class StreamQueue {
  /** New events, and batches that are to be sent again. */
  readonly live: Outbox;
  /** Batches that were refused, and wait until it is known why. */
  readonly aside: Batch[] = [];
  readonly #context: OutboxParts;
  readonly #stream: QueuedStream;
  #resends: Fifo<Batch> | undefined;
  #replay: ReplayLane | undefined;
  #gate: ReplayGate | undefined;
  #isReplaysTurn = false;
  /** Events of the batches that were taken. */
  #places = 0;

  constructor(context: OutboxParts, stream: QueuedStream) {
    this.#context = context;
    this.#stream = stream;
    this.live = new Outbox(context, stream);
  }

  get isEmpty(): boolean {
    return this.aside.length === 0 && !this.hasOthers;
  }

  /** Whether anything waits that is not set aside. */
  get hasOthers(): boolean {
    return !this.live.isEmpty || Boolean(this.#resends?.length) || !(this.#replay?.isEmpty ?? true);
  }

  get hasDue(): boolean {
    return (
      this.aside.length > 0 ||
      this.live.hasDue ||
      Boolean(this.#resends?.length) ||
      (this.#replay?.hasDue ?? false)
    );
  }

  /** Whether the next batch was put before, by this process or an earlier one. */
  get startsWithResend(): boolean {
    return this.live.startsFrozen || Boolean(this.#resends?.length);
  }

  /** Whether an earlier process was about to put something that was not put again yet. */
  get hasResends(): boolean {
    return Boolean(this.#resends?.length);
  }

  /** Events as the application gave them. */
  get events(): number {
    let { events } = this.live;
    for (const batch of this.aside) events += batch.weight;
    if (this.#resends) for (const batch of this.#resends) events += batch.weight;
    if (this.#replay) for (const batch of this.#replay.batches()) events += batch.weight;
    return events;
  }

  *batches(): IterableIterator<Batch> {
    yield* this.aside;
    if (this.#resends) yield* this.#resends;
    yield* this.live.batches();
    if (this.#replay) yield* this.#replay.batches();
  }

  /** Bytes of the recovered events, or of all others. */
  bytes(isReplay: boolean): number {
    if (isReplay) return this.#replay?.bytes ?? 0;
    let bytes = 0;
    for (const batch of this.live.batches()) bytes += batch.bytes;
    for (const batch of this.#resends ?? []) bytes += batch.bytes;
    for (const batch of this.aside) bytes += batch.bytes;
    return bytes;
  }

  /** The lane for recovered events. */
  replayLane(gate: ReplayGate): ReplayLane {
    const { endpoint, flushes } = this.#context;
    this.#gate = gate;
    this.#replay ??= new ReplayLane(endpoint, flushes, gate, this.#stream);
    return this.#replay;
  }

  /** The put of a batch ended, whatever came of it. */
  putEnded(batch: Batch): void {
    this.#gate?.leave(batch);
  }

  /** Takes a batch that an earlier process was about to put. */
  resend(batch: Batch): void {
    this.#resends ??= new Fifo();
    this.#resends.push(batch);
    this.#stream.offer();
  }

  /** The batch that {@link take} gives, as far as it is known before. */
  get next(): NextBatch | undefined {
    const from = this.#source;
    if (from === 'live') return this.live.next;
    const batch = from === 'resends' ? this.#resends?.peek() : this.#replay?.next;
    return batch && asNext(batch);
  }

  /** The next batch to send, of those that are not set aside. @param early also one that waits for company */
  take(early = false): Batch | undefined {
    const from = this.#source;
    if (from !== 'resends') this.#isReplaysTurn = from === 'live';
    const batch =
      from === 'live'
        ? this.live.take(early)
        : from === 'resends'
          ? this.#resends?.shift()
          : this.#replay?.take();
    if (batch && batch.place === undefined) {
      batch.place = this.#places;
      this.#places += batch.length;
    }
    return batch;
  }

  get #source(): 'live' | 'resends' | 'replay' {
    if (this.live.startsFrozen) return 'live';
    if (this.#resends?.length) return 'resends';
    const isReplayDue = this.#replay?.hasDue ?? false;
    return isReplayDue && (this.#isReplaysTurn || !this.live.hasDue) ? 'replay' : 'live';
  }

  clear(): void {
    this.live.clear();
    this.aside.length = 0;
    this.#resends = undefined;
    this.#replay?.clear();
  }
}
