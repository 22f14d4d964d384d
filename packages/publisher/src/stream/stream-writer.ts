import type { Batch } from '../batch/batch.js';
import type { EventRecord } from '../batch/event-record.js';
import type { Fate } from '../batch/note.js';
import { attempted, leftUnanswered, type PutToken } from '../batch/put-history.js';
import { type BatchSnapshot, snapshotBatch } from '../batch/snapshot.js';
import { toPutFailure } from '../cloudwatch/sdk-failure.js';
import type { PutProgress, PutResult, Target } from '../cloudwatch/sink.js';
import { type AnsweredStream, Answers } from './answers/put-answers.js';
import type { Awaited } from './answers/stream-trouble.js';
import type { Lanes } from './lanes.js';
import type { PublisherParts } from './publisher-parts.js';
import { type DroppedListener, dropLowest, type WantedRoom } from './queue/drop-lowest.js';
import type { Fullest } from './queue/fullest.js';
import type { QueuedStream } from './queue/outbox.js';
import type { ReplayGate, ReplayLane } from './queue/replay-lane.js';
import { StreamQueue } from './queue/stream-queue.js';
import type { PutEnd, PutSource, RequestSlot } from './turns/dispatcher.js';

/** The parts of a publisher that its writers share. */
export interface WriterParts extends PublisherParts {
  readonly fullest: Fullest<StreamWriter>;
  /** A stream has nothing to put any more. */
  readonly onIdle: (writer: StreamWriter) => void;
}

/**
 * Writes one log stream: puts its batches one after the other. A stream that fails waits by itself and holds no request
 * slot, so that it never holds up another. An event is in one place: the outbox or a batch under way; then it is settled.
 */
export class StreamWriter implements PutSource, AnsweredStream, QueuedStream {
  readonly target: Target;
  isQueued = false;
  sizeClass = -1;
  /** Time of an event that has the stream of the next day made; undefined until the first event. */
  aheadAt: number | undefined;
  readonly #context: WriterParts;
  /** Undefined while nothing waits: with what it is made of it would be a third of what an idle stream takes. */
  #queue: StreamQueue | undefined;
  readonly #answers: Answers;
  readonly #madeAt: number;
  #lastPutAt = Number.NEGATIVE_INFINITY;
  #bytesUnderWay = 0;
  /** How far the puts under way have come; undefined while there is none. */
  #progress: Map<Batch, PutProgress> | undefined;
  /** Batches of earlier processes that have to be read before anything else is put. */
  #held = 0;
  #isHanging = false;

  /** @param isUnmade whether the stream cannot be there before this writer has it made */
  constructor(target: Target, context: WriterParts, isUnmade = false) {
    this.target = target;
    this.#madeAt = context.clock.now();
    this.#context = context;
    this.#answers = new Answers(this, context, isUnmade);
  }

  /** Creates the stream before anything is put on it, where its group is not known to be there. */
  createFirst(): void {
    void this.#answers.creation.first();
  }

  /** Has the stream made that events will soon go to. */
  createAhead(): void {
    void this.#answers.creation.ahead();
  }

  /** The events that wait. */
  get queue(): StreamQueue {
    this.#queue ??= new StreamQueue(this.#context, this);
    return this.#queue;
  }

  get droppableBytes(): number {
    return this.#queue?.live.droppableBytes ?? 0;
  }

  get heldBytes(): number {
    const frozenBytes = this.#queue?.live.frozenBytes ?? 0;
    return this.droppableBytes + frozenBytes + this.#bytesUnderWay;
  }

  /** Events that wait, as the application gave them. */
  get buffered(): number {
    return this.#queue?.events ?? 0;
  }

  /** Events in puts under way. */
  get inFlight(): number {
    let events = 0;
    for (const batch of this.#underWay.keys()) events += batch.weight;
    return events;
  }

  /** When the oldest event came that is not settled, on the clock of waits; `Infinity` when there is none. */
  get oldestAt(): number {
    let oldest = Number.POSITIVE_INFINITY;
    for (const { openedAt } of this.unsettled()) if (openedAt < oldest) oldest = openedAt;
    return oldest;
  }

  get lastUsedAt(): number {
    return Math.max(this.#madeAt, this.#lastPutAt);
  }

  /** Whether no event of it is in memory. */
  get isIdle(): boolean {
    return (this.#queue?.isEmpty ?? true) && this.#underWay.size === 0;
  }

  /** Whether nothing is lost when it is forgotten, as far as what is in memory. */
  get isUnused(): boolean {
    return this.isIdle && !this.isHeld && !this.#answers.isPreparing;
  }

  get lastPutAt(): number {
    return this.#lastPutAt;
  }

  get endsAtMilliseconds(): boolean {
    return this.#answers.lanes.canOpen;
  }

  get canPut(): boolean {
    if (this.#answers.isWaiting || !this.#queue) return false;
    const { startsWithResend, aside, hasResends, hasDue, next } = this.#queue;
    if (this.isHeld && !startsWithResend && aside.length === 0) return false;
    const { lanes, refused } = this.#answers;
    if (lanes.underWay.size === 0) return hasDue;
    const isAlone = this.isFailing || this.isHeld || hasResends || refused.isSearching;
    return next !== undefined && lanes.mayStart(next, isAlone);
  }

  get isHanging(): boolean {
    return this.#isHanging;
  }

  /** The reason for which it waits, as far as nothing has failed. */
  get awaited(): Awaited {
    return this.#answers.trouble.awaited;
  }

  get isFailing(): boolean {
    return this.#answers.rest.isFailing;
  }

  /** Whether anything was stored here. */
  get hasPut(): boolean {
    return this.#answers.hasPut;
  }

  get isHeld(): boolean {
    return this.#held > 0;
  }

  /** Whether events were refused that only others of the stream can clear, and none of those is in memory. */
  get lacksOthers(): boolean {
    return this.#answers.refused.lacksOthers;
  }

  get hasDue(): boolean {
    return (this.#queue?.hasDue ?? false) || this.#underWay.size > 0;
  }

  /** Takes an event into memory, for which there is room. */
  append(event: EventRecord): void {
    this.#context.budget.take(event.size);
    this.queue.live.append(event);
    this.#context.fullest.moved(this);
  }

  /** The clock of this machine is wrong: what was never put gets the right times. */
  correctTimes(byMs: number): void {
    this.#queue?.live.correctTimes(byMs);
  }

  /** Sends new events without waiting for company. */
  sealLive(): void {
    this.#queue?.live.seal();
  }

  /** Where the events of earlier processes go. */
  replayLane(gate: ReplayGate): ReplayLane {
    return this.queue.replayLane(gate);
  }

  /** Bytes in memory: of the recovered events that wait, or of all others. */
  bytesIn(isReplay: boolean): number {
    let bytes = this.#queue?.bytes(isReplay) ?? 0;
    if (isReplay) return bytes;
    for (const batch of this.#underWay.keys()) bytes += batch.bytes;
    return bytes;
  }

  /** Puts nothing until {@link resend} brings what an earlier process was about to put; called once for each. */
  hold(): void {
    this.#held++;
  }

  /** @param batch undefined when none of its events could be read */
  resend(batch: Batch | undefined): void {
    this.#held--;
    if (batch) this.queue.resend(batch);
    this.offer();
    this.checkIdle();
  }

  /**
   * Takes out the first or the last event that was never put, to make room; the caller counts it.
   *
   * @returns undefined when there is none
   */
  drop(which: 'first' | 'last'): ReturnType<Batch['drop']> | undefined {
    const live = this.#queue?.live;
    const batch = live?.droppable(which);
    const dropped = batch && live?.dropOf(batch, which);
    this.#context.fullest.moved(this);
    if (!live || !dropped) return undefined;
    this.#context.budget.dropped(dropped.size);
    if (dropped.id > 0) this.#context.disk()?.dropped(dropped.id);
    // Nothing is left of it to be put, behind one that fails.
    if (batch.length === 0 && live.remove(batch)) this.#context.settlement.all(batch, 'overflow');
    this.checkIdle();
    return dropped;
  }

  /** Drops events of the lowest levels that were never put, to make room, and counts them. @returns whether there were any */
  dropLowest(room: WantedRoom, onDropped: DroppedListener): boolean {
    const isDropped = dropLowest(this.queue.live, this.#context, room, onDropped);
    this.#context.fullest.moved(this);
    return isDropped;
  }

  /** Remembers a dropped event, to tell it in the stream. @param level its name, where levels are looked at */
  noteLoss(size: number, timestamp: number, events = 1, level?: string): void {
    this.queue.live.noteLoss(size, timestamp, events, level);
  }

  /** Takes over what another publisher left, with the token that it knew. */
  adopt(batches: Iterable<Batch>, token: PutToken, isUnmade: boolean): void {
    this.#answers.token.restore(token);
    this.#answers.creation.isUnmade = isUnmade;
    for (const batch of batches) {
      if (batch.state === 'frozen') this.queue.resend(batch);
      else this.queue.live.push(batch);
    }
  }

  /** Everything that is not settled, as data for another thread. Never puts again. */
  snapshot(): {
    readonly token: PutToken;
    readonly isUnmade: boolean;
    readonly saved: readonly BatchSnapshot[];
    readonly batches: readonly Batch[];
  } {
    this.#answers.abandon();
    this.#queue?.live.seal(); // what may come after this must not get into a batch that the thread has
    const batches: Batch[] = [];
    const saved: BatchSnapshot[] = [];
    const inTurn = [...this.unsettled()]
      .map((batch) => ({ batch, snapshot: snapshotBatch(batch, this.#mayBeStoredUnder(batch)) }))
      // Only before anything else is put the token of a batch that keeps it can tell whether it is stored.
      .sort((a, b) => rank(a.snapshot) - rank(b.snapshot));
    for (const { batch, snapshot } of inTurn) {
      batches.push(batch);
      saved.push(snapshot);
    }
    const { token, creation } = this.#answers;
    return { token: token.forPut, isUnmade: creation.isUnmade, saved, batches };
  }

  /** Sends events without waiting for company. */
  hasten(): void {
    this.#queue?.live.hasten();
    this.#queue?.live.pushMarker();
    this.hurry(this.#context.isClosing());
  }

  /** Ends a wait for a network or a stream that may be back by now; with `all`, for a throttled service too. */
  hurry(all: boolean): void {
    this.#answers.rest.hurry(all);
  }

  /** Starts one put. The dispatcher has asked {@link canPut} and keeps a request slot for it. */
  start(slot: RequestSlot): void {
    if (this.#answers.creation.begin()) {
      this.#context.dispatcher.finished(this, slot);
      return;
    }
    const { refused } = this.#answers;
    let batch = refused.next();
    // Every event of the batch that is being built may have been dropped.
    while (batch && batch.length === 0) {
      this.#context.settlement.all(batch, 'overflow');
      batch = this.canPut ? refused.next() : undefined;
    }
    if (!batch) {
      this.checkIdle();
      this.#context.dispatcher.finished(this, slot);
      return;
    }
    batch.freeze();
    this.#bytesUnderWay += batch.bytes;
    this.#context.fullest.moved(this);
    this.#lastPutAt = this.#context.clock.now();
    this.#progress ??= new Map();
    this.#progress.set(batch, { stage: 'client', mayBeStored: false });
    void this.#put(batch, slot, this.#answers.lanes.start(batch));
  }

  /** Everything that is not settled; never puts again. The caller settles it. */
  release(): Batch[] {
    const unsettled = [...this.unsettled()];
    for (const batch of this.#underWay.keys()) {
      const token = this.#mayBeStoredUnder(batch);
      if (token) batch.history = leftUnanswered(batch.history, token);
    }
    this.#answers.abandon();
    this.#answers.lanes.clear();
    this.#queue?.clear();
    this.#answers.rest.cancel();
    return unsettled;
  }

  /** Settles a batch that was released. */
  settle(batch: Batch, fate: Fate | ReadonlyMap<Fate, number>): void {
    if (typeof fate === 'string') this.#context.settlement.all(batch, fate);
    else this.#context.settlement.counted(batch, fate);
  }

  /** A batch that was released is on disk, for the next process. */
  left(batch: Batch): void {
    this.#context.settlement.left(batch);
  }

  *unsettled(): IterableIterator<Batch> {
    yield* this.#underWay.keys();
    if (this.#queue) yield* this.#queue.batches();
  }

  /** Gives back what it needs only while it has events, where it has none any more. */
  checkIdle(): void {
    if (!this.isIdle) return;
    this.#queue = undefined;
    this.#answers.idle();
    this.#context.onIdle(this);
  }

  /** There may be something to put. */
  offer(): void {
    if (this.canPut) this.#context.dispatcher.offer(this);
  }

  failing(): void {
    this.#context.disk()?.failing(this);
  }

  get #underWay(): Lanes<Batch>['underWay'] {
    return this.#answers.lanes.underWay;
  }

  /** The token of a put that may be carried out whatever becomes of this process; undefined when nothing was sent yet. */
  #mayBeStoredUnder(batch: Batch): PutToken | undefined {
    return this.#progress?.get(batch)?.mayBeStored ? this.#underWay.get(batch)?.carried : undefined;
  }

  async #put(batch: Batch, slot: RequestSlot, token: PutToken): Promise<void> {
    const { accounts, endpoint, sink, clock, dispatcher, disk } = this.#context;
    const spooling = disk()?.beforePut(this.target, batch, token);
    if (spooling) {
      await spooling;
      if (this.#answers.isAbandoned) return;
    }
    batch.observer?.putting(token);
    accounts.requests++;
    if (batch.history.attempts > 0) accounts.retries++;
    batch.history = attempted(batch.history);
    const startedAt = clock.now();
    let result: PutResult;
    try {
      const without = this.#answers.refused.extrasLeftOut(batch);
      const patience = endpoint.uplink.patience(batch.bytes);
      const progress: PutProgress = { stage: 'client', mayBeStored: true };
      this.#progress?.set(batch, progress);
      this.#answers.trouble.begins(progress);
      result = await sink.put(this.target, batch, token.value ?? undefined, { without, progress, patience });
    } catch (error) {
      result = toPutFailure(error); // a sink does not reject; if one does, the batch must not be lost for it
    }
    this.#bytesUnderWay -= batch.bytes;
    this.#progress?.delete(batch);
    if (this.#progress?.size === 0) this.#progress = undefined;
    let end: PutEnd = 'other';
    if (this.#answers.isAbandoned) this.#answers.lanes.ended(batch);
    else {
      this.#isHanging = !result.ok && result.name === 'TimeoutError';
      end = this.#answers.conclude(batch, result, clock.now() - startedAt);
    }
    this.#context.fullest.moved(this);
    this.#queue?.putEnded(batch);
    this.checkIdle();
    dispatcher.finished(this, slot, end);
  }
}

/** Batches that were put go before others, and the one that keeps its token before all. */
function rank({ history, isFrozen }: BatchSnapshot): number {
  if (history.keepsToken) return 0;
  return isFrozen ? 1 : 2;
}
