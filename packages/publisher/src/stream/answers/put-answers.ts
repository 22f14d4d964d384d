import { type PossibleDuplicates, possibleDuplicates } from '../../accounts/events.js';
import type { Batch } from '../../batch/batch.js';
import { notAttempted } from '../../batch/put-history.js';
import { judge, type RejectedRange } from '../../cloudwatch/outcome.js';
import type { PutFailure, PutResult, PutSuccess } from '../../cloudwatch/sink.js';
import { isOverload, Lanes } from '../lanes.js';
import type { PublisherParts } from '../publisher-parts.js';
import { SequenceToken } from '../sequence-token.js';
import type { PutEnd } from '../turns/dispatcher.js';
import { Rest, type RestingStream } from '../waits.js';
import { RefusedBatches, type RefusedStream } from './refused-batches.js';
import { type CreatedStream, StreamCreation } from './stream-creation.js';
import { StreamTrouble } from './stream-trouble.js';
import { corrected, learnTime, withoutWrongTimes } from './wrong-times.js';

/** Longer than a stream waits for its turn among a thousand others. */
const LAGGING_MS = 60_000;

/** The stream that the answers are about. */
export type AnsweredStream = RestingStream & CreatedStream & RefusedStream;

/**
 * Carries out what the answers to the puts of one stream ask for: settles the batch, or puts it back and takes the
 * token, waits, creates what is missing, or halves it.
 */
export class Answers {
  readonly token: SequenceToken;
  readonly lanes: Lanes<Batch>;
  readonly rest: Rest;
  readonly trouble: StreamTrouble;
  readonly creation: StreamCreation;
  readonly refused: RefusedBatches;
  readonly #context: PublisherParts;
  readonly #stream: AnsweredStream;
  #isAskingForToken = false;
  #hasPut = false;
  #isAbandoned = false;

  /** @param isUnmade whether the stream cannot be there yet */
  constructor(stream: AnsweredStream, context: PublisherParts, isUnmade: boolean) {
    this.#stream = stream;
    this.#context = context;
    this.token = new SequenceToken(context.options.sequenceTokens);
    this.lanes = new Lanes(this.token, context);
    this.rest = new Rest(context, stream);
    this.trouble = new StreamTrouble(stream.target, context, this.rest);
    this.creation = new StreamCreation(stream, context, this.token, this.trouble, isUnmade);
    this.refused = new RefusedBatches(stream, context, this.trouble);
  }

  /** Whether nothing may be put now. */
  get isWaiting(): boolean {
    return this.rest.isResting || this.isPreparing || this.#isAbandoned;
  }

  /** Whether anything was stored here. */
  get hasPut(): boolean {
    return this.#hasPut;
  }

  /** Whether it waits for a call other than a put. */
  get isPreparing(): boolean {
    return this.creation.isUnderWay || this.#isAskingForToken;
  }

  /** Nothing of the stream waits any more. */
  idle(): void {
    if (!this.isPreparing) this.trouble.rests();
  }

  get isAbandoned(): boolean {
    return this.#isAbandoned;
  }

  /** Nothing is put any more; answers that come after this change nothing. */
  abandon(): void {
    this.#isAbandoned = true;
    this.trouble.nothingWaits();
    this.creation.end();
    this.refused.end();
  }

  /** Carries out what the answer to a put asks for. @returns what it says of the load on the service */
  conclude(batch: Batch, result: PutResult, durationMs: number): PutEnd {
    const { accounts } = this.#context;
    const said = judge(result, batch.length);
    this.#noteUpload(batch, result);
    const hasNewTime = learnTime(this.#context.endpoint.time, result);
    // What was never made yet is made now: nothing went wrong.
    const isNew = said.kind === 'missing' && this.creation.missingInARow === 0;
    if (isNew) batch.history = notAttempted(batch.history);
    else if (!result.ok) this.trouble.noteFailure(result);
    // A client that retries by itself may have stored the batch with a request whose answer it lost.
    const { outcome, possibleCopies } = this.lanes.concluded(batch, said, result.unansweredBefore);
    const twice = this.#countCopies(batch, possibleCopies);
    if (said.kind !== 'missing') this.creation.missingInARow = 0;
    switch (outcome.kind) {
      case 'delivered':
        this.#delivered(batch, outcome.rejected, result as PutSuccess, durationMs, twice);
        return 'stored';
      case 'already-accepted':
        accounts.alreadyAccepted++;
        this.#context.settlement.delivered(this.#stream.target, batch, [], durationMs);
        if (twice) this.trouble.warnings.possiblyTwice(twice);
        this.refused.stored(batch);
        this.#recovered();
        return 'stored';
      case 'again':
        if (said.kind === 'conflict' || said.kind === 'already-accepted') accounts.tokenConflicts++;
        this.#stream.queue.live.putBack(batch);
        return 'other';
      case 'conflict':
        this.#stream.queue.live.putBack(batch);
        this.#conflict(outcome.expected);
        return 'other';
      case 'missing':
        this.#putBackUnstored(isNew ? corrected(batch, this.#context) : batch);
        if (!this.isPreparing) void this.creation.create(outcome.group);
        return 'other';
      case 'retry':
        // The signature had the time of a clock that is wrong; the next one has the right time.
        if (hasNewTime && outcome.advice === 'credentials') {
          this.#stream.queue.live.putBack(corrected(batch, this.#context));
          return 'other';
        }
        if (outcome.ambiguous) this.#stream.queue.live.putBack(batch);
        else this.#putBackUnstored(batch);
        if ((result as PutFailure).isGivenUp) return 'other';
        this.trouble.retried(outcome, result as PutFailure);
        return isOverload(outcome) ? 'overloaded' : 'other';
      case 'refused':
        this.refused.refused(batch, outcome, result as PutFailure);
        return 'other';
    }
  }

  /** The put has stored nothing, and is made again after a while. */
  #putBackUnstored(batch: Batch): void {
    this.#stream.queue.live.putBack(batch);
    this.#context.disk()?.undone(this.#stream.target, batch);
  }

  #delivered(
    batch: Batch,
    rejected: readonly RejectedRange[],
    result: PutSuccess,
    durationMs: number,
    twice: PossibleDuplicates | undefined,
  ): void {
    const { again, others, othersRejected } = withoutWrongTimes(batch, rejected, this.#context);
    if (again) this.#stream.queue.live.putBack(again);
    if (others) this.#context.settlement.delivered(this.#stream.target, others, othersRejected, durationMs);
    if (twice) this.trouble.warnings.possiblyTwice(twice);
    this.#checkLag(batch);
    this.refused.stored(batch);
    this.#recovered();
    if (result.rejectedEntity) this.trouble.warnings.entityRefused(result.rejectedEntity);
    const pauseMs = this.token.pauseAfterPutMs(this.#context.random());
    if (pauseMs > 0) this.rest.take(pauseMs, 'fast');
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
    const duplicates = possibleDuplicates(this.#stream.target, batch, copies);
    this.#context.accounts.possibleDuplicates += duplicates.copies;
    return duplicates;
  }

  /** Nothing failed since the batch came, and it is late all the same. */
  #checkLag({ openedAt, history }: Batch): void {
    const { accounts, budget, clock } = this.#context;
    const lagMs = clock.now() - openedAt;
    if (lagMs < LAGGING_MS || history.attempts > 1 || accounts.lastFailureAt >= openedAt) return;
    this.trouble.warnings.lagging(lagMs, budget.usedBytes);
  }

  #recovered(): void {
    const { accounts, clock, diagnostics, provisioner, sink } = this.#context;
    const { target } = this.#stream;
    if (!this.#hasPut) diagnostics.place('started', target, sink.sentPlace?.());
    this.#hasPut = true;
    accounts.stored(target, clock.wallTime());
    this.trouble.stored();
    provisioner.groupIsThere(target.logGroupName);
  }

  #conflict(expected: string | null | undefined): void {
    const { accounts, diagnostics, options, random } = this.#context;
    accounts.tokenConflicts++;
    const { conflictsInARow } = this.token;
    if (diagnostics.wants('conflict'))
      diagnostics.emit('conflict', { ...this.#stream.target, conflictsInARow });
    if (options.sequenceTokens === 'never') {
      this.trouble.warnings.tokensAreEnforced();
      this.rest.afterFailure('slow', 0);
      return;
    }
    if (this.#hasPut) this.trouble.warnings.conflictAfterPut();
    const waitMs = this.token.waitAfterConflictMs(random());
    if (expected === undefined) void this.#askForToken();
    else if (waitMs > 0) this.rest.take(waitMs, 'fast');
  }

  /** Neither the answer nor its text has the token: the only case in which it is worth asking for. */
  async #askForToken(): Promise<void> {
    this.#isAskingForToken = true;
    const token = await this.#context.sink.describeSequenceToken(this.#stream.target);
    this.#isAskingForToken = false;
    if (this.#isAbandoned) return;
    if (token !== undefined) this.token.restore({ value: token, isOwnStream: false });
    // What was asked for and did not help is asked for again less and less often.
    if (token === undefined) this.rest.afterFailure('slow', 0);
    else if (this.token.conflictsInARow > 1) this.rest.afterFailure('fast', 0);
    this.#stream.offer();
  }
}
