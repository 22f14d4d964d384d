import type { Accounts } from './accounts.js';
import { safeMessage } from './advice.js';
import type { Schedule } from './backoff.js';
import type { Batch, Fate, Note } from './batch.js';
import type { Clock } from './clock.js';
import type { Deadlines } from './deadlines.js';
import type { Diagnostics } from './diagnostics.js';
import type { DiskTail } from './disk-tail.js';
import type { Dispatcher } from './dispatcher.js';
import type { Flush } from './flush.js';
import type { Leftover } from './leftovers.js';
import type { MemoryBudget } from './memory-budget.js';
import type { ResolvedOptions } from './options.js';
import { type Advice, judge, type Outcome } from './outcome.js';
import { judgeProvisioning, type Provisioner } from './provisioner.js';
import { toPutFailure } from './put-failure.js';
import type { ReplayGate, ReplayLane } from './replay-lane.js';
import { Rest } from './rest.js';
import { SequenceToken } from './sequence-token.js';
import { Settlement } from './settlement.js';
import type { PutFailure, PutResult, PutSuccess, Sink, Target } from './sink.js';
import { type BatchSnapshot, snapshotBatch } from './snapshot.js';
import type { Spooler } from './spooler.js';
import { StreamQueue } from './stream-queue.js';
import { StreamWarnings } from './stream-warnings.js';

/** What the writers of a publisher share. */
export interface WriterContext {
  readonly options: ResolvedOptions;
  readonly clock: Clock;
  readonly random: () => number;
  readonly deadlines: Deadlines;
  readonly sink: Sink;
  readonly provisioner: Provisioner;
  readonly accounts: Accounts;
  readonly budget: MemoryBudget;
  readonly diagnostics: Diagnostics;
  readonly dispatcher: Dispatcher;
  /** Whether the publisher is shutting down, so that no wait may outlast the deadline. */
  readonly isClosing: () => boolean;
  readonly spooler: () => Spooler | undefined;
}

/**
 * Writes one log stream: puts its batches one after the other and carries out what each answer asks for. A
 * stream that fails waits by itself and holds no request slot, so that it never holds up another.
 *
 * An event is in one place: the outbox or a batch under way; then it is settled.
 */
export class StreamWriter {
  readonly target: Target;
  /** Owned by the dispatcher: whether the writer stands in its queue. */
  isQueued = false;
  lastUsedAt: number;
  /** Owned by the spooler: events of this stream that are only on disk. */
  tail: DiskTail | undefined;
  /** Owned by the spooler: what earlier processes left on disk. */
  replayTail: DiskTail | undefined;

  readonly #context: WriterContext;
  readonly #token: SequenceToken;
  readonly #queue: StreamQueue;
  readonly #settlement: Settlement;
  readonly #warnings: StreamWarnings;
  readonly #underWay = new Set<Batch>();
  readonly #rest: Rest;
  /** Waits for a call other than a put: a stream is created, or a token is asked for. */
  #isPreparing = false;
  /** Batches of earlier processes that have to be read before anything else is put. */
  #held = 0;
  #missingInARow = 0;
  #hasPut = false;
  #isAbandoned = false;

  constructor(target: Target, context: WriterContext) {
    const { options, clock, deadlines, budget, accounts, diagnostics, spooler } = context;
    this.target = target;
    this.lastUsedAt = clock.now();
    this.#context = context;
    this.#token = new SequenceToken(options.sequenceTokens);
    this.#warnings = new StreamWarnings(target, diagnostics);
    this.#rest = new Rest(context, () => this.#offer());
    this.#settlement = new Settlement(target, accounts, budget, diagnostics, (batch) =>
      spooler()?.settled(batch),
    );
    this.#queue = new StreamQueue({
      limits: { maxBytes: options.maxBatchBytes, maxEvents: options.maxBatchEvents },
      flushIntervalMs: options.flushIntervalMs,
      clock,
      deadlines,
      budget,
      onDue: () => this.#offer(),
    });
  }

  /** Events that wait, as the application gave them. */
  get buffered(): number {
    return this.#queue.events;
  }

  /** Events in puts under way. */
  get inFlight(): number {
    let events = 0;
    for (const batch of this.#underWay) events += batch.weight;
    return events;
  }

  get isIdle(): boolean {
    return this.#queue.isEmpty && this.#underWay.size === 0;
  }

  get canPut(): boolean {
    if (this.#rest.isResting || this.#isPreparing || this.#isAbandoned) return false;
    if (this.isHeld && !this.#queue.startsWithResend) return false;
    const most = this.isFailing || this.#token.oneAtATime ? 1 : this.#context.options.maxInFlight;
    return this.#underWay.size < most && this.#queue.hasDue;
  }

  get isFailing(): boolean {
    return this.#rest.isFailing;
  }

  /** Whether anything was stored here. */
  get hasPut(): boolean {
    return this.#hasPut;
  }

  get isHeld(): boolean {
    return this.#held > 0;
  }

  get hasTail(): boolean {
    return this.tail !== undefined || this.replayTail !== undefined || this.isHeld;
  }

  get hasDue(): boolean {
    return this.#queue.hasDue || this.#underWay.size > 0;
  }

  /**
   * Takes an event; its bytes are in the memory budget already.
   *
   * @param id of the event in the spool, if it is there
   * @returns the batch that has it now
   */
  append(message: string, timestamp: number, size: number, note?: Note, id?: number): Batch {
    return this.#queue.live.append(message, timestamp, size, note, id);
  }

  /** Sends new events without waiting for company. */
  sealLive(): void {
    this.#queue.live.seal();
  }

  /** Where the events of earlier processes go. */
  replayLane(gate: ReplayGate): ReplayLane {
    return this.#queue.replayLane(gate);
  }

  /** Bytes in memory: of the recovered events that wait, or of all others. */
  bytesIn(isReplay: boolean): number {
    const waiting = this.#queue.bytes(isReplay);
    if (isReplay) return waiting;
    let bytes = waiting;
    for (const batch of this.#underWay) bytes += batch.bytes;
    return bytes;
  }

  /** Puts nothing until {@link resend} brings what an earlier process was about to put; called once for each. */
  hold(): void {
    this.#held++;
  }

  /** @param batch undefined when none of its events could be read */
  resend(batch: Batch | undefined): void {
    this.#held--;
    if (batch) this.#queue.resend(batch);
    this.#offer();
  }

  /** A tail was read to its end: new events stay in memory again. */
  tailEnded(tail: DiskTail): void {
    if (tail === this.tail) this.tail = undefined;
    else this.replayTail = undefined;
  }

  /** The oldest batch whose events may still be dropped. */
  get droppable(): Batch | undefined {
    return this.#queue.live.droppable;
  }

  /** Remembers a dropped event, to tell it in the stream. */
  noteLoss(size: number, timestamp: number, events = 1): void {
    this.#queue.live.noteLoss(size, timestamp, events);
  }

  /** One event in memory was dropped that may be on disk too; `id` is 0 when it is not. */
  droppedFromSpool(id: number): void {
    if (id > 0) this.#context.spooler()?.dropped(id);
  }

  /** Takes over what another publisher left, with the token that it knew. */
  adopt(batches: Iterable<Batch>, token: string | undefined): void {
    this.#token.restore(token);
    for (const batch of batches) this.#queue.live.push(batch);
  }

  /** Everything that is not settled, as data for another thread. Never puts again. */
  snapshot(): {
    readonly sequenceToken: string | undefined;
    readonly saved: readonly BatchSnapshot[];
    readonly batches: readonly Batch[];
  } {
    this.#isAbandoned = true;
    this.#queue.live.seal(); // what may come after this must not get into a batch that the thread has
    const batches = [...this.unsettled()];
    const saved = batches.map((batch) =>
      snapshotBatch(batch, this.#underWay.has(batch) ? (this.#tokenFor(batch) ?? null) : undefined),
    );
    return { sequenceToken: this.#token.forPut, saved, batches };
  }

  /** Sends what there is without waiting for company, and lets `flush` follow it. */
  flush(flush: Flush): void {
    this.#queue.live.seal();
    this.#queue.live.pushMarker();
    for (const batch of this.unsettled()) {
      batch.observe(flush);
      flush.follow(batch.weight);
    }
    this.hurry(this.#context.isClosing());
  }

  /** Ends a wait for a network or a stream that may be back by now; with `all`, for a throttled service too. */
  hurry(all: boolean): void {
    this.#rest.hurry(all);
  }

  /** Starts one put. The dispatcher has asked {@link canPut} and keeps a request slot for it. */
  start(): void {
    let batch = this.#queue.take();
    // Every event of a batch may have been dropped while it waited.
    while (batch && batch.length === 0) {
      this.#settlement.all(batch, 'overflow');
      batch = this.#queue.take();
    }
    if (!batch) {
      this.#context.dispatcher.finished(this);
      return;
    }
    batch.freeze();
    this.lastUsedAt = this.#context.clock.now();
    this.#underWay.add(batch);
    void this.#put(batch);
  }

  /** Everything that is not settled; never puts again. The caller settles it. */
  release(): Leftover[] {
    const leftovers = [...this.unsettled()].map((batch): Leftover => {
      const underWay = this.#underWay.has(batch) ? (this.#tokenFor(batch) ?? null) : undefined;
      // `null` is a token too: none.
      return {
        writer: this,
        batch,
        mayBeStoredUnder: underWay === undefined ? batch.ambiguousToken : underWay,
      };
    });
    this.#isAbandoned = true;
    this.#underWay.clear();
    this.#queue.clear();
    this.#rest.cancel();
    return leftovers;
  }

  /** Settles a batch that was released. */
  settle(batch: Batch, fate: Fate | ReadonlyMap<Fate, number>): void {
    if (typeof fate === 'string') this.#settlement.all(batch, fate);
    else this.#settlement.counted(batch, fate);
  }

  /** A batch that was released is on disk, for the next process. */
  left(batch: Batch): void {
    this.#settlement.left(batch);
  }

  *unsettled(): IterableIterator<Batch> {
    yield* this.#underWay;
    yield* this.#queue.batches();
  }

  #offer(): void {
    if (this.canPut) this.#context.dispatcher.offer(this);
  }

  async #put(batch: Batch): Promise<void> {
    const { accounts, sink, clock, dispatcher, spooler } = this.#context;
    const token = this.#tokenFor(batch);
    const spooling = spooler()?.beforePut(this.target, batch, token);
    if (spooling) {
      await spooling;
      if (this.#isAbandoned) return;
    }
    for (const observer of batch.observers ?? []) observer.putting?.(token ?? null);
    accounts.requests++;
    if (batch.attempts++ > 0) accounts.retries++;
    const startedAt = clock.now();
    let result: PutResult;
    try {
      result = await sink.put(this.target, batch, token);
    } catch (error) {
      result = toPutFailure(error); // a sink does not reject; if one does, the batch must not be lost for it
    }
    this.#underWay.delete(batch);
    if (!this.#isAbandoned) this.#conclude(batch, token, result, clock.now() - startedAt);
    this.#queue.putEnded(batch);
    dispatcher.finished(this);
  }

  /** A batch of an earlier process goes out under the token that was noted, which settles whether it is stored. */
  #tokenFor({ resendUnder }: Batch): string | undefined {
    const known = this.#token.forPut;
    if (resendUnder === undefined || this.#context.options.sequenceTokens === 'never') return known;
    return resendUnder ?? undefined;
  }

  #conclude(batch: Batch, token: string | undefined, result: PutResult, durationMs: number): void {
    let outcome = judge(result, batch.length);
    if (!result.ok) this.#noteError(result);
    if (outcome.kind === 'already-accepted' && !this.#mayBeStored(batch, result)) {
      // Never sent before, so the batch that is stored is somebody else's with the same text.
      outcome = { kind: 'conflict', expected: outcome.next };
    }
    if (outcome.kind !== 'missing') this.#missingInARow = 0;
    if (outcome.kind !== 'retry') batch.resendUnder = undefined;
    switch (outcome.kind) {
      case 'delivered':
        this.#delivered(batch, token, outcome, result as PutSuccess, durationMs);
        break;
      case 'already-accepted':
        this.#context.accounts.alreadyAccepted++;
        // One copy is the one that was found; a put under another token may have stored another before.
        if (batch.ambiguousTwice) {
          this.#context.accounts.possibleDuplicates += batch.weight * (batch.ambiguousPuts - 1);
        }
        this.#token.alreadyAccepted(outcome.next);
        this.#settlement.delivered(batch, [], durationMs);
        this.#recovered();
        break;
      case 'conflict':
        this.#queue.live.putBack(batch);
        this.#conflict(outcome.expected);
        break;
      case 'missing':
        this.#queue.live.putBack(batch);
        void this.#provision(outcome.group);
        break;
      case 'retry':
        this.#queue.live.putBack(batch);
        this.#noteAmbiguous(batch, token, outcome.ambiguous, result as PutFailure);
        this.#warnOfFailure(outcome.advice, result as PutFailure, outcome.schedule);
        this.#rest.afterFailure(outcome.schedule, outcome.retryAfterMs);
        break;
      case 'refused':
        this.#refused(batch, outcome.reason, result as PutFailure);
        break;
    }
  }

  #delivered(
    batch: Batch,
    token: string | undefined,
    { next, rejected }: Extract<Outcome, { kind: 'delivered' }>,
    result: PutSuccess,
    durationMs: number,
  ): void {
    // A client that retries by itself may have stored the batch with a request whose answer it lost.
    for (let i = result.clientAttempts ?? 1; i > 1; i--) batch.mayBeStoredUnder(token ?? null);
    // An endpoint that enforces tokens would have refused the same batch under the same token.
    const isProven = this.#token.enforced && batch.isSettledBy(token ?? null);
    if (batch.ambiguousToken !== undefined && !isProven) {
      // Each of them may have stored the batch once more.
      this.#context.accounts.possibleDuplicates += batch.weight * batch.ambiguousPuts;
    }
    this.#token.accepted(next);
    if (result.rejectedEntity) this.#warnings.entityRefused(result.rejectedEntity);
    this.#settlement.delivered(batch, rejected, durationMs);
    this.#recovered();
    const pauseMs = this.#token.pauseAfterPutMs(this.#context.random());
    if (pauseMs > 0) this.#rest.take(pauseMs, 'fast');
  }

  #recovered(): void {
    this.#hasPut = true;
    this.#rest.succeeded();
    this.#warnings.delivered();
    this.#context.provisioner.groupIsThere(this.target.logGroupName);
  }

  /** Notes every request of a put that failed, and that may have been stored all the same. */
  #noteAmbiguous(
    batch: Batch,
    token: string | undefined,
    isLastAmbiguous: boolean,
    failure: PutFailure,
  ): void {
    const requests = failure.bodySent ? (failure.clientAttempts ?? 1) : 1;
    for (let i = isLastAmbiguous ? 0 : 1; i < requests; i++) batch.mayBeStoredUnder(token ?? null);
  }

  /** Whether an earlier request with this batch may have been stored. */
  #mayBeStored(batch: Batch, result: PutResult): boolean {
    return batch.ambiguousToken !== undefined || (!result.ok && (result.clientAttempts ?? 1) > 1);
  }

  #conflict(expected: string | null | undefined): void {
    const { accounts, diagnostics, options, random } = this.#context;
    accounts.tokenConflicts++;
    this.#token.conflict(expected);
    const { conflictsInARow } = this.#token;
    if (diagnostics.wants('conflict')) diagnostics.emit('conflict', { ...this.target, conflictsInARow });
    if (options.sequenceTokens === 'never') {
      this.#warnings.tokensAreEnforced();
      this.#rest.afterFailure('slow', 0);
      return;
    }
    if (this.#hasPut) this.#warnings.conflictAfterPut();
    const waitMs = this.#token.waitAfterConflictMs(random());
    if (expected === undefined) void this.#askForToken();
    else if (waitMs > 0) this.#rest.take(waitMs, 'fast');
  }

  /** Neither the answer nor its text has the token: the only case in which it is worth asking for. */
  async #askForToken(): Promise<void> {
    this.#isPreparing = true;
    const token = await this.#context.sink.describeSequenceToken(this.target);
    this.#isPreparing = false;
    if (this.#isAbandoned) return;
    if (token === undefined) this.#rest.afterFailure('slow', 0);
    else this.#token.restore(token ?? undefined);
    this.#offer();
  }

  async #provision(groupIsMissing: boolean): Promise<void> {
    this.#token.forget();
    if (this.#isPreparing) return;
    this.#isPreparing = true;
    const problem = await this.#context.provisioner.ensure(this.target, groupIsMissing);
    this.#isPreparing = false;
    if (this.#isAbandoned) return;
    if (problem) {
      this.#noteError(problem.failure);
      const { schedule, advice, retryAfterMs } = judgeProvisioning(problem);
      this.#warnOfFailure(advice, problem.failure, schedule, problem.action);
      this.#rest.afterFailure(schedule, retryAfterMs);
    } else if (this.#missingInARow++ > 0) {
      // Created, and missing all the same: the service needs a moment until it sees its own stream.
      this.#rest.afterFailure('fast', 0);
    }
    this.#offer();
  }

  /** CloudWatch Logs will never take this batch: halve it until the event stands alone that is to blame. */
  #refused(batch: Batch, reason: string, failure: PutFailure): void {
    if (batch.length === 1) {
      this.#settlement.poison(batch, reason, failure);
      return;
    }
    const [first, second] = batch.halves();
    this.#queue.live.putBack(second);
    this.#queue.live.putBack(first);
    this.#settlement.halved(batch);
  }

  #noteError({ name, message }: PutFailure): void {
    const { accounts, clock } = this.#context;
    accounts.lastError = { name, message: safeMessage(message), at: clock.now() };
  }

  #warnOfFailure(advice: Advice, failure: PutFailure, schedule: Schedule, action?: string): void {
    this.#warnings.failed(advice, failure, this.#rest.failures(schedule) + 1, action);
  }
}
