import type { Accounts } from './accounts.js';
import { explainFailure, safeMessage } from './advice.js';
import { backoffMs, type FailureCounts, type Schedule } from './backoff.js';
import type { Batch, Fate, Note } from './batch.js';
import type { Clock } from './clock.js';
import type { Deadline, Deadlines } from './deadlines.js';
import type { Diagnostics, WarningCode } from './diagnostics.js';
import type { Dispatcher } from './dispatcher.js';
import type { Flush } from './flush.js';
import type { MemoryBudget } from './memory-budget.js';
import type { ResolvedOptions } from './options.js';
import { Outbox } from './outbox.js';
import { type Advice, judge, type Outcome } from './outcome.js';
import { judgeProvisioning, type Provisioner } from './provisioner.js';
import { toPutFailure } from './put-failure.js';
import { SequenceToken } from './sequence-token.js';
import { Settlement } from './settlement.js';
import type { PutFailure, PutResult, PutSuccess, Sink, Target } from './sink.js';
import { type BatchSnapshot, snapshotBatch } from './snapshot.js';

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
}

const CLOSING_WAIT_MS = 500;
const WARN_FROM_FAILURE: Record<Advice, number> = {
  // What only a person can mend is said at once; what may pass by itself, when it has not.
  credentials: 1,
  permission: 1,
  region: 1,
  service: 2,
  throttled: 3,
  unreachable: 3,
};

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

  readonly #context: WriterContext;
  readonly #token: SequenceToken;
  readonly #outbox: Outbox;
  readonly #settlement: Settlement;
  readonly #underWay = new Set<Batch>();
  #rest: { readonly deadline: Deadline; readonly schedule: Schedule } | undefined;
  /** Waits for a call other than a put: a stream is created, or a token is asked for. */
  #isPreparing = false;
  #failures: FailureCounts = { fast: 0, slow: 0 };
  #missingInARow = 0;
  #rivalConflicts = 0;
  #hasPut = false;
  #hasWarned = false;
  #isAbandoned = false;

  constructor(target: Target, context: WriterContext) {
    const { options, clock, deadlines, budget, accounts, diagnostics } = context;
    this.target = target;
    this.lastUsedAt = clock.now();
    this.#context = context;
    this.#token = new SequenceToken(options.sequenceTokens);
    this.#settlement = new Settlement(target, accounts, budget, diagnostics);
    this.#outbox = new Outbox({
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
    return this.#outbox.events;
  }

  /** Events in puts under way. */
  get inFlight(): number {
    let events = 0;
    for (const batch of this.#underWay) events += batch.weight;
    return events;
  }

  get isIdle(): boolean {
    return this.#outbox.isEmpty && this.#underWay.size === 0;
  }

  get canPut(): boolean {
    if (this.#rest || this.#isPreparing || this.#isAbandoned) return false;
    const isFailing = this.#failures.fast > 0 || this.#failures.slow > 0;
    const most = isFailing || this.#token.oneAtATime ? 1 : this.#context.options.maxInFlight;
    return this.#underWay.size < most && this.#outbox.hasDue;
  }

  /** Takes an event; its bytes are in the memory budget already. */
  append(message: string, timestamp: number, size: number, note?: Note): void {
    this.#outbox.append(message, timestamp, size, note);
  }

  /** The oldest batch whose events may still be dropped. */
  get droppable(): Batch | undefined {
    return this.#outbox.droppable;
  }

  /** Remembers a dropped event, to tell it in the stream. */
  noteLoss(size: number, timestamp: number): void {
    this.#outbox.noteLoss(size, timestamp);
  }

  /** Takes over what another publisher left, with the token that it knew. */
  adopt(batches: Iterable<Batch>, token: string | undefined): void {
    this.#token.restore(token);
    for (const batch of batches) this.#outbox.push(batch);
  }

  /** Everything that is not settled, as data for another thread. */
  snapshot(): { sequenceToken: string | undefined; batches: BatchSnapshot[] } {
    const sequenceToken = this.#token.forPut;
    const batches = [...this.#unsettled()].map((batch) =>
      snapshotBatch(batch, this.#underWay.has(batch) ? (sequenceToken ?? null) : undefined),
    );
    return { sequenceToken, batches };
  }

  /** Sends what there is without waiting for company, and lets `flush` follow it. */
  flush(flush: Flush): void {
    this.#outbox.seal();
    this.#outbox.pushMarker();
    for (const batch of this.#unsettled()) {
      batch.observers ??= [];
      batch.observers.push(flush);
      flush.follow(batch.weight);
    }
    this.hurry(this.#context.isClosing());
  }

  /** Ends a wait for a network or a stream that may be back by now; with `all`, for a throttled service too. */
  hurry(all: boolean): void {
    if (!this.#rest || (this.#rest.schedule === 'slow' && !all)) return;
    this.#rest.deadline.cancel();
    this.#rest = undefined;
    this.#offer();
  }

  /** Starts one put. The dispatcher has asked {@link canPut} and keeps a request slot for it. */
  start(): void {
    let batch = this.#outbox.take();
    // Every event of a batch may have been dropped while it waited.
    while (batch && batch.length === 0) {
      this.#settlement.all(batch, 'overflow');
      batch = this.#outbox.take();
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

  /** Settles everything that is left as `fate` and never puts again. */
  abandon(fate: Fate): void {
    this.#isAbandoned = true;
    for (const batch of this.#unsettled()) this.#settlement.all(batch, fate);
    this.#underWay.clear();
    this.#outbox.clear();
    this.#rest?.deadline.cancel();
  }

  *#unsettled(): IterableIterator<Batch> {
    yield* this.#underWay;
    yield* this.#outbox.batches();
  }

  #offer(): void {
    if (this.canPut) this.#context.dispatcher.offer(this);
  }

  async #put(batch: Batch): Promise<void> {
    const { accounts, sink, clock, dispatcher } = this.#context;
    const token = this.#token.forPut;
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
    dispatcher.finished(this);
  }

  #conclude(batch: Batch, token: string | undefined, result: PutResult, durationMs: number): void {
    let outcome = judge(result, batch.length);
    if (!result.ok) this.#noteError(result);
    if (outcome.kind === 'already-accepted' && !this.#mayBeStored(batch, result)) {
      // Never sent before, so the batch that is stored is somebody else's with the same text.
      outcome = { kind: 'conflict', expected: outcome.next };
    }
    if (outcome.kind !== 'missing') this.#missingInARow = 0;
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
        this.#outbox.putBack(batch);
        this.#conflict(outcome.expected);
        break;
      case 'missing':
        this.#outbox.putBack(batch);
        void this.#provision(outcome.group);
        break;
      case 'retry':
        this.#outbox.putBack(batch);
        this.#noteAmbiguous(batch, token, outcome.ambiguous, result as PutFailure);
        this.#warnOfFailure(outcome.advice, result as PutFailure, outcome.schedule);
        this.#waitAfterFailure(outcome.schedule, outcome.retryAfterMs);
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
    if (result.rejectedEntity) {
      const message = `CloudWatch Logs refused the option "entity" (${result.rejectedEntity}); events are stored without it.`;
      this.#warn('entity', message);
    }
    this.#settlement.delivered(batch, rejected, durationMs);
    this.#recovered();
    const pauseMs = this.#token.pauseAfterPutMs(this.#context.random());
    if (pauseMs > 0) this.#waitFor(pauseMs, 'fast');
  }

  #recovered(): void {
    this.#hasPut = true;
    this.#failures = { fast: 0, slow: 0 };
    if (this.#hasWarned) {
      this.#hasWarned = false;
      this.#warn('recovered', `logs are delivered again to ${this.#name}.`);
    }
    this.#context.provisioner.groupIsThere(this.target.logGroupName);
  }

  /** Notes every request of a put that failed, and that may have been stored all the same. */
  #noteAmbiguous(batch: Batch, token: string | undefined, isLastAmbiguous: boolean, failure: PutFailure): void {
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
      this.#hasWarned = true;
      this.#warn(
        'contention',
        `the endpoint of ${this.#name} enforces sequence tokens; set sequenceTokens to 'auto'. Events are kept.`,
      );
      this.#waitAfterFailure('slow', 0);
      return;
    }
    // The first conflict after a put can be a token that expired; a second one is somebody who puts too.
    if (this.#hasPut && ++this.#rivalConflicts === 2) {
      this.#warn(
        'contention',
        `another producer writes to ${this.#name}, so that puts take turns; ` +
          'give each its own stream with {instance} in logStreamName.',
      );
    }
    const waitMs = this.#token.waitAfterConflictMs(random());
    if (expected === undefined) void this.#askForToken();
    else if (waitMs > 0) this.#waitFor(waitMs, 'fast');
  }

  /** Neither the answer nor its text has the token: the only case in which it is worth asking for. */
  async #askForToken(): Promise<void> {
    this.#isPreparing = true;
    const token = await this.#context.sink.describeSequenceToken(this.target);
    this.#isPreparing = false;
    if (this.#isAbandoned) return;
    if (token === undefined) this.#waitAfterFailure('slow', 0);
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
      this.#waitAfterFailure(schedule, retryAfterMs);
    } else if (this.#missingInARow++ > 0) {
      // Created, and missing all the same: the service needs a moment until it sees its own stream.
      this.#waitAfterFailure('fast', 0);
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
    this.#outbox.putBack(second);
    this.#outbox.putBack(first);
    this.#settlement.halved(batch);
  }

  #waitAfterFailure(schedule: Schedule, retryAfterMs: number): void {
    const { random } = this.#context;
    this.#waitFor(backoffMs(schedule, ++this.#failures[schedule], random(), retryAfterMs), schedule);
  }

  #waitFor(ms: number, schedule: Schedule): void {
    const { deadlines, isClosing } = this.#context;
    this.#rest?.deadline.cancel();
    const deadline = deadlines.after(isClosing() ? Math.min(ms, CLOSING_WAIT_MS) : ms, () => {
      this.#rest = undefined;
      this.#offer();
    });
    this.#rest = { deadline, schedule };
  }

  get #name(): string {
    return `log stream "${this.target.logStreamName}" of log group "${this.target.logGroupName}"`;
  }

  #noteError({ name, message }: PutFailure): void {
    const { accounts, clock } = this.#context;
    accounts.lastError = { name, message: safeMessage(message), at: clock.now() };
  }

  #warn(code: WarningCode, message: string): void {
    this.#context.diagnostics.warn({ code, message, ...this.target });
  }

  #warnOfFailure(advice: Advice, failure: PutFailure, schedule: Schedule, action?: string): void {
    if (this.#failures[schedule] + 1 < WARN_FROM_FAILURE[advice]) return;
    this.#hasWarned = true;
    this.#warn(advice, explainFailure(advice, failure, this.target, action));
  }
}
