import type { Accounts, LastError } from '../accounts/accounts.js';
import { quote } from '../accounts/advice.js';
import type { Diagnostics } from '../accounts/diagnostics.js';
import { type PossibleDuplicates, possibleDuplicates } from '../accounts/events.js';
import type { MemoryBudget } from '../accounts/memory-budget.js';
import type { Batch } from '../batch/batch.js';
import { NEVER_PUT, notAttempted } from '../batch/put-history.js';
import type { Schedule } from '../cloudwatch/backoff.js';
import type { Endpoint } from '../cloudwatch/endpoint.js';
import { type Advice, judge, type RejectedRange } from '../cloudwatch/outcome.js';
import {
  judgeProvisioning,
  type Provisioned,
  type Provisioner,
  type ProvisioningFailure,
} from '../cloudwatch/provisioner.js';
import type {
  PutFailure,
  PutProgress,
  PutResult,
  PutSuccess,
  Sink,
  Stage,
  Target,
} from '../cloudwatch/sink.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import { forPeople } from '../text/for-people.js';
import type { PutEnd } from './dispatcher.js';
import { isOverload, Lanes, type LanesContext } from './lanes.js';
import type { Holdup, Overdue, WaitingStream } from './overdue.js';
import { RefusedBatches, type RefusedContext, type RefusedStream } from './refused-batches.js';
import { SequenceToken } from './sequence-token.js';
import type { StreamDisk } from './stream-disk.js';
import type { StreamQueue } from './stream-queue.js';
import { StreamWarnings } from './stream-warnings.js';
import { Rest, type RestContext, type RestingStream } from './waits.js';
import { without, wronglyTimed } from './wrong-times.js';

const NOT_BEGUN: PutProgress = { stage: 'client', mayBeStored: true };
const THROTTLED_CREATION_MS = 60_000;
/** Longer than a stream waits for its turn among a thousand others. */
const LAGGING_MS = 60_000;

/** Why nothing is stored, by how far a put has come that is not answered. */
export const NO_ANSWER: Record<Awaited, string> = {
  client: 'the client is not ready yet',
  credentials: 'no credentials came yet; check the provider of credentials, the profile or the role',
  request: 'no answer came yet; check the network and the endpoint',
  creation: 'creating it is not answered yet; check the network and the endpoint',
};

/** The reasons for which a stream waits that has met no failure. */
export type Awaited = Stage | 'creation';

/** The parts of a publisher that the answers of a stream need. */
export interface AnswersContext extends RestContext, LanesContext, RefusedContext {
  readonly options: ResolvedOptions;
  readonly sink: Sink;
  readonly provisioner: Provisioner;
  readonly endpoint: Endpoint;
  readonly overdue: Overdue;
  readonly disk: () => StreamDisk | undefined;
  readonly accounts: Accounts;
  readonly budget: MemoryBudget;
  readonly diagnostics: Diagnostics;
}

/** The stream that the answers are about. */
export interface AnsweredStream extends RestingStream {
  readonly target: Target;
  /** Whether only what was put before may be put. */
  readonly isHeld: boolean;
  readonly queue: StreamQueue;
  /** It may have nothing to put any more. */
  checkIdle(): void;
}

/**
 * Carries out what the answers to the puts of one stream ask for: settles the batch, or puts it back and takes the
 * token, waits, creates what is missing, or halves it.
 */
export class Answers implements WaitingStream, RefusedStream {
  readonly token: SequenceToken;
  readonly lanes: Lanes<Batch>;
  readonly rest: Rest;
  readonly refused: RefusedBatches;
  /** Whether the stream cannot be there yet, so that a put would only say so. */
  isUnmade: boolean;
  readonly warnings: StreamWarnings;
  readonly #context: AnswersContext;
  readonly #stream: AnsweredStream;
  /** Waits for a call other than a put: a stream is created, or a token is asked for. */
  #isPreparing = false;
  /** While the stream is created. */
  #creation: 'waits for its turn' | 'waits for an answer' | undefined;
  #missingInARow = 0;
  /** Since when creating the stream is throttled. */
  #throttledAt: number | undefined;
  #progress = NOT_BEGUN;
  /** Since something was stored. */
  #lastFailure: PutFailure | undefined;
  #lastError: LastError | undefined;
  #hasPut = false;
  #isAbandoned = false;

  /** @param isUnmade whether the stream cannot be there yet */
  constructor(stream: AnsweredStream, context: AnswersContext, isUnmade: boolean) {
    const { options, diagnostics } = context;
    this.#stream = stream;
    this.#context = context;
    this.isUnmade = isUnmade && options.createLogStream;
    this.token = new SequenceToken(options.sequenceTokens);
    this.lanes = new Lanes(this.token, context);
    this.rest = new Rest(context, stream);
    this.warnings = new StreamWarnings(stream.target, diagnostics);
    this.refused = new RefusedBatches(this, context);
  }

  /** Whether nothing may be put now. */
  get isWaiting(): boolean {
    return this.rest.isResting || this.#isPreparing || this.#isAbandoned;
  }

  /** Whether anything was stored here. */
  get hasPut(): boolean {
    return this.#hasPut;
  }

  /** Whether it waits for a call other than a put. */
  get isPreparing(): boolean {
    return this.#isPreparing;
  }

  /** Nothing of the stream waits any more. */
  idle(): void {
    if (!this.#isPreparing) this.#context.overdue.ends(this);
  }

  get isAbandoned(): boolean {
    return this.#isAbandoned;
  }

  /** Nothing is put any more; answers that come after this change nothing. */
  abandon(): void {
    this.#isAbandoned = true;
    this.#context.overdue.ends(this);
    this.refused.end();
  }

  get target(): Target {
    return this.#stream.target;
  }

  get queue(): StreamQueue {
    return this.#stream.queue;
  }

  get isHeld(): boolean {
    return this.#stream.isHeld;
  }

  restSlowly(): void {
    this.rest.afterFailure('slow', 0);
  }

  /** Has a stream made that cannot be there yet. @returns whether that has begun, so that nothing is put before its end */
  makesStream(): boolean {
    if (!this.isUnmade) return false;
    this.isUnmade = false;
    this.begins({ stage: 'request', mayBeStored: false });
    void this.#provision(false);
    return true;
  }

  /** A put begins. @param progress changes as it comes further */
  begins(progress: PutProgress): void {
    this.#context.overdue.begins(this);
    this.#progress = progress;
  }

  whyNotStored(): Holdup | undefined {
    const waitsForTurn = this.#creation === 'waits for its turn' && this.#context.provisioner.isMoving;
    if (this.warnings.isOpen || this.#throttledAt !== undefined || waitsForTurn) return undefined;
    this.warnings.open();
    const failure = this.#lastFailure;
    return failure
      ? { cause: failure.name, text: quote(failure) }
      : { cause: this.awaited, text: NO_ANSWER[this.awaited] };
  }

  get awaited(): Awaited {
    return this.#creation ? 'creation' : this.#progress.stage;
  }

  /** Carries out what the answer to a put asks for. @returns what it says of the load on the service */
  conclude(batch: Batch, result: PutResult, durationMs: number): PutEnd {
    const { accounts } = this.#context;
    const said = judge(result, batch.length);
    this.#noteUpload(batch, result);
    const hasNewTime = this.#learnTime(result);
    // What was never made yet is made now: nothing went wrong.
    const isNew = said.kind === 'missing' && this.#missingInARow === 0;
    if (isNew) batch.history = notAttempted(batch.history);
    else if (!result.ok) this.#noteError(result);
    // A client that retries by itself may have stored the batch with a request whose answer it lost.
    const { outcome, possibleCopies } = this.lanes.concluded(batch, said, result.unansweredBefore);
    const twice = this.#countCopies(batch, possibleCopies);
    if (said.kind !== 'missing') this.#missingInARow = 0;
    switch (outcome.kind) {
      case 'delivered':
        this.#delivered(batch, outcome.rejected, result as PutSuccess, durationMs, twice);
        return 'stored';
      case 'already-accepted':
        accounts.alreadyAccepted++;
        this.#context.settlement.delivered(this.target, batch, [], durationMs);
        if (twice) this.warnings.possiblyTwice(twice);
        this.refused.stored(batch);
        this.#recovered();
        return 'stored';
      case 'again':
        if (said.kind === 'conflict' || said.kind === 'already-accepted') accounts.tokenConflicts++;
        this.queue.live.putBack(batch);
        return 'other';
      case 'conflict':
        this.queue.live.putBack(batch);
        this.#conflict(outcome.expected);
        return 'other';
      case 'missing':
        this.#putBackUnstored(isNew ? this.#corrected(batch) : batch);
        void this.#provision(outcome.group);
        return 'other';
      case 'retry':
        // The signature had the time of a clock that is wrong; the next one has the right time.
        if (hasNewTime && outcome.advice === 'credentials') {
          this.queue.live.putBack(this.#corrected(batch));
          return 'other';
        }
        if (outcome.ambiguous) this.queue.live.putBack(batch);
        else this.#putBackUnstored(batch);
        if ((result as PutFailure).isGivenUp) return 'other';
        this.#warnOfFailure(outcome.advice, result as PutFailure, outcome.schedule);
        this.rest.afterFailure(outcome.schedule, outcome.retryAfterMs);
        return isOverload(outcome) ? 'overloaded' : 'other';
      case 'refused':
        this.refused.refused(batch, outcome, result as PutFailure);
        return 'other';
    }
  }

  /** The put has stored nothing, and is made again after a while. */
  #putBackUnstored(batch: Batch): void {
    this.queue.live.putBack(batch);
    this.#context.disk()?.undone(this.target, batch);
  }

  #delivered(
    batch: Batch,
    rejected: readonly RejectedRange[],
    result: PutSuccess,
    durationMs: number,
    twice: PossibleDuplicates | undefined,
  ): void {
    const { time } = this.#context.endpoint;
    const again = wronglyTimed(batch, rejected, time);
    const rest = again.size > 0 ? this.#putRightly(batch, again) : batch;
    if (rest) this.#context.settlement.delivered(this.target, rest, without(again, rejected), durationMs);
    if (twice) this.warnings.possiblyTwice(twice);
    this.#checkLag(batch);
    this.refused.stored(batch);
    this.#recovered();
    if (result.rejectedEntity) this.warnings.entityRefused(result.rejectedEntity);
    const pauseMs = this.token.pauseAfterPutMs(this.#context.random());
    if (pauseMs > 0) this.rest.take(pauseMs, 'fast');
  }

  /** @returns whether the answer told that the clock of this machine is wrong, which was not known */
  #learnTime(result: PutResult): boolean {
    const { time } = this.#context.endpoint;
    // What a gateway says in the place of CloudWatch Logs may be dated by any clock.
    if (result.date === undefined || !(result.ok || result.name.endsWith('Exception'))) return false;
    const before = time.correctionMs;
    time.heard(result.date);
    return !before && time.correctionMs !== 0;
  }

  /** The batch with the right times, where it has wrong ones and nothing of it can be stored. */
  #corrected(batch: Batch): Batch {
    const { time } = this.#context.endpoint;
    // Of what was on disk it is not known whether it has its time from the clock as it is now.
    const isOfNow = batch.openedAt !== Number.POSITIVE_INFINITY;
    if (!time.correctionMs || !isOfNow || batch.history.unanswered > 0 || !batch.hasUncheckedTimes)
      return batch;
    const [corrected] = batch.divided(() => true);
    if (!corrected.correctTimes(time.correctionMs, time.now)) return batch;
    this.#context.settlement.parted(batch, [corrected]);
    return corrected;
  }

  /** Has rejected events put again with the right time. @returns what is left of the batch, if anything is */
  #putRightly(batch: Batch, places: ReadonlySet<number>): Batch | undefined {
    const { time } = this.#context.endpoint;
    const [again, others] = batch.divided((index) => places.has(index));
    again.history = NEVER_PUT;
    again.correctTimes(time.correctionMs ?? 0, time.now);
    const rest = others.length > 0 ? others : undefined;
    if (rest) rest.history = batch.history;
    this.#context.settlement.parted(batch, rest ? [rest, again] : [again]);
    this.queue.live.putBack(again);
    return rest;
  }

  #noteUpload({ bytes }: Batch, result: PutResult): void {
    const { uplink } = this.#context.endpoint;
    if (result.requestMs === undefined) return;
    if (result.ok || result.status !== undefined) uplink.answered(bytes, result.requestMs);
    else if (result.name === 'TimeoutError') uplink.timedOut(bytes);
  }

  /** @param copies how often each event may be stored besides once */
  #countCopies(batch: Batch, copies: number): PossibleDuplicates | undefined {
    if (copies <= 0) return undefined;
    const duplicates = possibleDuplicates(this.target, batch, copies);
    this.#context.accounts.possibleDuplicates += duplicates.copies;
    return duplicates;
  }

  /** Nothing failed since the batch came, and it is late all the same. */
  #checkLag({ openedAt, history }: Batch): void {
    const { accounts, budget, clock } = this.#context;
    const lagMs = clock.now() - openedAt;
    if (lagMs < LAGGING_MS || history.attempts > 1 || accounts.lastFailureAt >= openedAt) return;
    this.warnings.lagging(lagMs, budget.usedBytes);
  }

  #recovered(): void {
    if (!this.#hasPut)
      this.#context.diagnostics.place('started', this.target, this.#context.sink.sentPlace?.());
    this.#hasPut = true;
    this.#context.accounts.lastSuccessAt = this.#context.clock.wallTime();
    this.#lastFailure = undefined;
    // What another stream met last is not over for that.
    const { accounts } = this.#context;
    if (accounts.lastError === this.#lastError) accounts.lastError = undefined;
    this.#context.overdue.ends(this);
    this.rest.succeeded();
    this.warnings.delivered();
    this.#context.provisioner.groupIsThere(this.target.logGroupName);
  }

  #conflict(expected: string | null | undefined): void {
    const { accounts, diagnostics, options, random } = this.#context;
    accounts.tokenConflicts++;
    const { conflictsInARow } = this.token;
    if (diagnostics.wants('conflict')) diagnostics.emit('conflict', { ...this.target, conflictsInARow });
    if (options.sequenceTokens === 'never') {
      this.warnings.tokensAreEnforced();
      this.rest.afterFailure('slow', 0);
      return;
    }
    if (this.#hasPut) this.warnings.conflictAfterPut();
    const waitMs = this.token.waitAfterConflictMs(random());
    if (expected === undefined) void this.#askForToken();
    else if (waitMs > 0) this.rest.take(waitMs, 'fast');
  }

  /** Neither the answer nor its text has the token: the only case in which it is worth asking for. */
  async #askForToken(): Promise<void> {
    this.#isPreparing = true;
    const token = await this.#context.sink.describeSequenceToken(this.target);
    this.#isPreparing = false;
    if (this.#isAbandoned) return;
    if (token !== undefined) this.token.restore({ value: token, isOwnStream: false });
    // What was asked for and did not help is asked for again less and less often.
    if (token === undefined) this.rest.afterFailure('slow', 0);
    else if (this.token.conflictsInARow > 1) this.rest.afterFailure('fast', 0);
    this.#stream.offer();
  }

  /** Nothing is put until the stream is there, or could not be created: then the put tells what is wrong. */
  async createFirst(): Promise<void> {
    const { provisioner } = this.#context;
    if (!provisioner.createsFirst(this.target)) return;
    this.begins({ stage: 'request', mayBeStored: false });
    await this.#ensure(true);
    if (this.#isAbandoned) return;
    this.#stream.offer();
    this.#stream.checkIdle();
  }

  /** Has the stream made before anything is logged to it; whether that fails shows when something is. */
  async createAhead(): Promise<void> {
    if (!this.#context.options.createLogStream || this.#hasPut || this.#isPreparing) return;
    const made = await this.#ensure(false);
    if (this.#isAbandoned) return;
    if (typeof made === 'string') this.isUnmade = false;
    this.#stream.offer();
    this.#stream.checkIdle();
  }

  async #ensure(groupIsMissing: boolean): Promise<Provisioned> {
    this.#isPreparing = true;
    this.#creation = 'waits for its turn';
    const made = await this.#context.provisioner.ensure(this.target, groupIsMissing, () => {
      this.#creation = 'waits for an answer';
    });
    this.#isPreparing = false;
    this.#creation = undefined;
    if (made === 'created' && !this.#isAbandoned) this.token.created();
    return made;
  }

  async #provision(groupIsMissing: boolean): Promise<void> {
    if (this.#isPreparing) return;
    const made = await this.#ensure(groupIsMissing);
    if (this.#isAbandoned) return;
    const wasThrottledAt = this.#throttledAt;
    this.#throttledAt = undefined;
    if (typeof made === 'object') {
      this.#noteError(made.failure);
      const { schedule, advice, retryAfterMs } = judgeProvisioning(made);
      if (advice === 'throttled') this.#creationThrottled(made, wasThrottledAt);
      else this.#warnOfFailure(advice, made.failure, schedule, made.action);
      this.rest.afterFailure(schedule, retryAfterMs);
    } else if (this.#missingInARow++ > 0) {
      // Created, and missing all the same: the service needs a moment until it sees its own stream.
      this.rest.afterFailure('fast', 0);
    }
    this.#stream.offer();
    this.#stream.checkIdle();
  }

  /** Many streams begin together, and the account has few creations a second: that passes by itself, as a rule. */
  #creationThrottled({ action, failure }: ProvisioningFailure, since = this.#context.clock.now()): void {
    this.#throttledAt = since;
    if (this.#context.clock.now() - since >= THROTTLED_CREATION_MS)
      this.warnings.creationThrottled(failure, action);
  }

  #noteError(failure: PutFailure): void {
    this.#context.accounts.lastFailureAt = this.#context.clock.now();
    this.#lastFailure = failure;
    const { name, message } = failure;
    const { accounts, clock } = this.#context;
    this.#lastError = { name: forPeople(name), message: forPeople(message), at: clock.wallTime() };
    accounts.lastError = this.#lastError;
  }

  #warnOfFailure(advice: Advice, failure: PutFailure, schedule: Schedule, action?: string): void {
    this.warnings.failed(advice, failure, this.rest.failures(schedule) + 1, action);
  }
}
