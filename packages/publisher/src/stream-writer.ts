import type { Accounts } from './accounts.js';
import { explainFailure, safeMessage } from './advice.js';
import { backoffMs, type FailureCounts, type Schedule } from './backoff.js';
import { Batch, type Fate, type Note } from './batch.js';
import type { Clock } from './clock.js';
import type { Deadline, Deadlines } from './deadlines.js';
import type { Diagnostics, WarningCode } from './diagnostics.js';
import type { Dispatcher } from './dispatcher.js';
import { Fifo } from './fifo.js';
import type { Flush } from './flush.js';
import { EVENT_OVERHEAD_BYTES } from './limits.js';
import { LossMarker } from './loss-marker.js';
import type { MemoryBudget } from './memory-budget.js';
import type { ResolvedOptions } from './options.js';
import { type Advice, judge, type Outcome, type RejectedRange } from './outcome.js';
import { judgeProvisioning, type Provisioner } from './provisioner.js';
import { toPutFailure } from './put-failure.js';
import { SequenceToken } from './sequence-token.js';
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
  /** Whether the publisher is shutting down, so that no wait may outlast the deadline. */
  readonly isClosing: () => boolean;
  readonly dispatcher: Dispatcher;
}

const MARKER_EVERY_MS = 1000;
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
 * Writes one log stream: takes events, builds batches, puts them one after the other and carries out what
 * each answer asks for. A stream that fails waits by itself and holds no request slot, so that it never holds
 * up another.
 *
 * An event is in one place: the open batch, the outbox, or a batch under way; then it is settled.
 */
export class StreamWriter {
  readonly target: Target;
  /** Owned by the dispatcher: whether the writer stands in its queue. */
  isQueued = false;
  lastUsedAt: number;

  readonly #context: WriterContext;
  readonly #token: SequenceToken;
  readonly #outbox = new Fifo<Batch>();
  readonly #underWay = new Set<Batch>();
  readonly #lost = new LossMarker();
  #markerAt = Number.NEGATIVE_INFINITY;
  #open: Batch | undefined;
  #openDeadline: Deadline | undefined;
  #openIsDue = false;
  #rest: { readonly deadline: Deadline; readonly schedule: Schedule } | undefined;
  #isProvisioning = false;
  #failures: FailureCounts = { fast: 0, slow: 0 };
  #missingInARow = 0;
  #rivalConflicts = 0;
  #hasPut = false;
  #hasWarned = false;
  #isAbandoned = false;

  constructor(target: Target, context: WriterContext) {
    this.target = target;
    this.#context = context;
    this.#token = new SequenceToken(context.options.sequenceTokens);
    this.lastUsedAt = context.clock.now();
  }

  /** Events that wait, as the application gave them. */
  get buffered(): number {
    let events = this.#open?.weight ?? 0;
    for (const batch of this.#outbox) events += batch.weight;
    return events;
  }

  /** Events in puts under way. */
  get inFlight(): number {
    let events = 0;
    for (const batch of this.#underWay) events += batch.weight;
    return events;
  }

  get isIdle(): boolean {
    return !this.#open && this.#outbox.length === 0 && this.#underWay.size === 0 && this.#lost.isEmpty;
  }

  get canPut(): boolean {
    if (this.#rest || this.#isProvisioning || this.#isAbandoned) return false;
    const failing = this.#failures.fast > 0 || this.#failures.slow > 0;
    const most = failing || this.#token.oneAtATime ? 1 : this.#context.options.maxInFlight;
    if (this.#underWay.size >= most) return false;
    return this.#outbox.length > 0 || (this.#open !== undefined && this.#openIsDue) || this.#markerIsDue;
  }

  /** Takes an event; its bytes are in the memory budget already. */
  append(message: string, timestamp: number, size: number, note?: Note): void {
    if (this.#open && !this.#open.fits(timestamp, size)) this.#seal();
    let open = this.#open;
    if (!open) {
      const { options, deadlines, clock } = this.#context;
      open = new Batch({ maxBytes: options.maxBatchBytes, maxEvents: options.maxBatchEvents });
      this.#open = open;
      this.#openIsDue = false;
      this.lastUsedAt = clock.now();
      this.#openDeadline = deadlines.after(options.flushIntervalMs, () => {
        this.#openIsDue = true;
        this.#offer();
      });
    }
    open.append(message, timestamp, size, note);
    if (open.length >= this.#context.options.maxBatchEvents) this.#seal();
  }

  /** Takes over a batch of another publisher, with the token it was last sent with. */
  adopt(batch: Batch): void {
    this.#outbox.push(batch);
    this.#offer();
  }

  adoptToken(token: string | undefined): void {
    this.#token.restore(token);
  }

  get token(): string | undefined {
    return this.#token.forPut;
  }

  /** Every batch that is not settled, as data for another thread. */
  snapshot(): BatchSnapshot[] {
    const token = this.#token.forPut ?? null;
    return [...this.#unsettled()].map((batch) =>
      snapshotBatch(batch, this.#underWay.has(batch) ? token : undefined),
    );
  }

  /** Oldest first. */
  *#unsettled(): IterableIterator<Batch> {
    yield* this.#underWay;
    yield* this.#outbox;
    if (this.#open) yield this.#open;
  }

  /** Sends what there is without waiting for company, and lets `flush` follow it. */
  flush(flush: Flush): void {
    if (this.#open) this.#seal();
    if (!this.#lost.isEmpty) this.#outbox.push(this.#markerBatch());
    for (const batch of this.#unsettled()) {
      batch.observers ??= [];
      if (batch.observers.includes(flush)) continue;
      batch.observers.push(flush);
      flush.follow(batch.weight);
    }
    this.hurry(this.#context.isClosing());
  }

  /** Ends a wait for a network or a stream that may be back by now; with `all`, also one for a throttled service. */
  hurry(all: boolean): void {
    if (!this.#rest || (this.#rest.schedule === 'slow' && !all)) return;
    this.#rest.deadline.cancel();
    this.#rest = undefined;
    this.#offer();
  }

  /** The oldest batch whose events may still be dropped; one that was sent once may be stored. */
  get droppable(): Batch | undefined {
    for (const batch of this.#outbox) {
      if (batch.state !== 'frozen' && batch.weight > 0) return batch;
    }
    return this.#open && this.#open.length > 0 ? this.#open : undefined;
  }

  /** Remembers a dropped event, to tell it in the stream. */
  noteLoss(size: number, timestamp: number): void {
    this.#lost.add(size, timestamp);
  }

  /** Starts one put. The dispatcher has asked {@link canPut} and keeps a request slot for it. */
  start(): void {
    const batch = this.#nextBatch();
    if (!batch) {
      this.#context.dispatcher.finished(this);
      return;
    }
    batch.freeze();
    this.#underWay.add(batch);
    void this.#put(batch);
  }

  /** Settles everything that is left as `fate` and never puts again. */
  abandon(fate: Fate): void {
    for (const batch of this.#unsettled()) this.#settle(batch, fate);
    this.#isAbandoned = true;
    this.#underWay.clear();
    while (this.#outbox.shift());
    this.#open = undefined;
    this.#openDeadline?.cancel();
    this.#rest?.deadline.cancel();
  }

  get #markerIsDue(): boolean {
    if (this.#lost.isEmpty || this.#failures.fast > 0 || this.#failures.slow > 0) return false;
    return this.#outbox.length === 0 || this.#context.clock.now() - this.#markerAt >= MARKER_EVERY_MS;
  }

  #nextBatch(): Batch | undefined {
    if (this.#markerIsDue) return this.#markerBatch();
    for (;;) {
      if (this.#outbox.length === 0 && this.#open && this.#openIsDue) this.#seal();
      const batch = this.#outbox.shift();
      // Every event of a batch may have been dropped while it waited.
      if (!batch || batch.length > 0) return batch;
      this.#finish(batch, 0);
    }
  }

  #markerBatch(): Batch {
    const { options, clock, budget } = this.#context;
    this.#markerAt = clock.now();
    const { message, timestamp } = this.#lost.take();
    const batch = new Batch({ maxBytes: options.maxBatchBytes, maxEvents: options.maxBatchEvents });
    const size = Buffer.byteLength(message) + EVENT_OVERHEAD_BYTES;
    budget.take(size);
    batch.append(message, timestamp, size, { kind: 'marker' });
    return batch;
  }

  #seal(): void {
    const batch = this.#open;
    if (!batch) return;
    batch.seal();
    this.#open = undefined;
    this.#openDeadline?.cancel();
    this.#outbox.push(batch);
    this.#offer();
  }

  #offer(): void {
    if (this.canPut) this.#context.dispatcher.offer(this);
  }

  async #put(batch: Batch): Promise<void> {
    const { accounts, sink, clock } = this.#context;
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
    this.#context.dispatcher.finished(this);
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
        this.#delivered(batch, token, outcome.next, outcome.rejected, result as PutSuccess, durationMs);
        break;
      case 'already-accepted':
        this.#context.accounts.alreadyAccepted++;
        this.#token.alreadyAccepted(outcome.next);
        this.#settled(batch, [], durationMs);
        break;
      case 'conflict':
        this.#conflict(batch, outcome.expected);
        break;
      case 'missing':
        this.#outbox.unshift(batch);
        void this.#provision(outcome.group);
        break;
      case 'retry':
        this.#retry(batch, token, outcome, result as PutFailure);
        break;
      case 'refused':
        this.#refused(batch, outcome.reason, result as PutFailure);
        break;
    }
  }

  #delivered(
    batch: Batch,
    token: string | undefined,
    next: string | undefined,
    rejected: readonly RejectedRange[],
    result: PutSuccess,
    durationMs: number,
  ): void {
    if (batch.ambiguousToken !== undefined) {
      // An endpoint that enforces tokens would have refused the same batch under the same token.
      const once = this.#token.enforced && !batch.ambiguousTwice && batch.ambiguousToken === (token ?? null);
      if (!once) this.#context.accounts.possibleDuplicates += batch.weight;
    }
    this.#token.accepted(next);
    if (result.rejectedEntity) {
      this.#warn(
        'entity',
        `CloudWatch Logs refused the option "entity" (${result.rejectedEntity}); the events are stored without it.`,
      );
    }
    this.#settled(batch, rejected, durationMs);
  }

  /** The batch is stored, but for what was rejected because of its time. */
  #settled(batch: Batch, rejected: readonly RejectedRange[], durationMs: number): void {
    const { accounts, diagnostics, provisioner, random } = this.#context;
    let from = 0;
    let bytes = batch.bytes;
    // The ranges are sorted and do not overlap; between them the events are stored.
    for (const range of [...rejected, { from: batch.length, to: batch.length, reason: undefined }]) {
      if (range.from > from) accounts.settle(batch, from, range.from, 'delivered');
      if (range.reason) bytes -= this.#reject(batch, range);
      from = range.to;
    }
    accounts.bytesDelivered += bytes;
    if (diagnostics.wants('batch')) {
      const { weight: events, attempts } = batch;
      diagnostics.emit('batch', { ...this.target, events, bytes, attempts, durationMs });
    }
    this.#finish(batch, 0);
    this.#hasPut = true;
    this.#failures = { fast: 0, slow: 0 };
    if (this.#hasWarned) {
      this.#hasWarned = false;
      this.#warn('recovered', `logs are delivered again to ${this.#name}.`);
    }
    provisioner.groupIsThere(this.target.logGroupName);
    const pauseMs = this.#token.pauseAfterPutMs(random());
    if (pauseMs > 0) this.#waitFor(pauseMs, 'fast');
  }

  #reject(batch: Batch, range: RejectedRange): number {
    const { accounts, diagnostics } = this.#context;
    accounts.settle(batch, range.from, range.to, range.reason);
    let bytes = 0;
    for (let i = range.from; i < range.to; i++) bytes += batch.messageBytesAt(i) + EVENT_OVERHEAD_BYTES;
    const events = range.to - range.from;
    if (diagnostics.wants('drop'))
      diagnostics.emit('drop', { ...this.target, reason: range.reason, events, bytes });
    const why = {
      tooOld: 'older than 14 days or than the retention of the log group',
      tooNew: 'more than 2 hours in the future',
      expired: 'past the retention of the log group',
    }[range.reason];
    const times = `${new Date(batch.timestampAt(range.from)).toJSON()} to ${new Date(batch.timestampAt(range.to - 1)).toJSON()}`;
    this.#warn(
      'rejected',
      `CloudWatch Logs rejected ${events} event(s) of ${this.#name}: ${why} (timestamps ${times}).`,
    );
    return bytes;
  }

  /** Whether an earlier request with this batch may have been stored. */
  #mayBeStored(batch: Batch, result: PutResult): boolean {
    return batch.ambiguousToken !== undefined || (!result.ok && (result.clientAttempts ?? 1) > 1);
  }

  #conflict(batch: Batch, expected: string | null | undefined): void {
    const { accounts, diagnostics, options, random, sink } = this.#context;
    accounts.tokenConflicts++;
    this.#token.conflict(expected);
    const { conflictsInARow } = this.#token;
    if (diagnostics.wants('conflict')) diagnostics.emit('conflict', { ...this.target, conflictsInARow });
    this.#outbox.unshift(batch);
    if (options.sequenceTokens === 'never') {
      this.#warn(
        'contention',
        `the endpoint of ${this.#name} enforces sequence tokens; set sequenceTokens to 'auto'. Events are kept.`,
      );
      this.#hasWarned = true;
      this.#waitAfterFailure('slow', 0);
      return;
    }
    if (this.#hasPut && ++this.#rivalConflicts === 2) {
      this.#warn(
        'contention',
        `another producer writes to ${this.#name}, so that puts take turns; give each its own stream with {instance} in logStreamName.`,
      );
    }
    const waitMs = this.#token.waitAfterConflictMs(random());
    if (expected !== undefined) {
      if (waitMs > 0) this.#waitFor(waitMs, 'fast');
      return;
    }
    // Neither the answer nor its text has the token: the only case in which it is worth asking for.
    this.#isProvisioning = true;
    void sink.describeSequenceToken(this.target).then((token) => {
      this.#isProvisioning = false;
      if (this.#isAbandoned) return;
      if (token === undefined) this.#waitAfterFailure('slow', 0);
      else this.#token.restore(token ?? undefined);
      this.#offer();
    });
  }

  async #provision(groupIsMissing: boolean): Promise<void> {
    const { provisioner } = this.#context;
    this.#token.forget();
    if (this.#isProvisioning) return;
    this.#isProvisioning = true;
    const problem = await provisioner.ensure(this.target, groupIsMissing);
    this.#isProvisioning = false;
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

  #retry(
    batch: Batch,
    token: string | undefined,
    outcome: Extract<Outcome, { kind: 'retry' }>,
    failure: PutFailure,
  ): void {
    if (outcome.ambiguous) {
      const sent = token ?? null;
      if (batch.ambiguousToken !== undefined && batch.ambiguousToken !== sent) batch.ambiguousTwice = true;
      batch.ambiguousToken = sent;
    }
    this.#outbox.unshift(batch);
    this.#warnOfFailure(outcome.advice, failure, outcome.schedule);
    this.#waitAfterFailure(outcome.schedule, outcome.retryAfterMs);
  }

  /** CloudWatch Logs will never take this batch: halve it until the event stands alone that is to blame. */
  #refused(batch: Batch, reason: string, failure: PutFailure): void {
    if (batch.length > 1) {
      const [first, second] = batch.halves();
      this.#outbox.unshift(second);
      this.#outbox.unshift(first);
      for (const observer of batch.observers ?? []) observer.finished(2);
      return;
    }
    const { diagnostics } = this.#context;
    const cause = `${reason}: ${safeMessage(failure.message)}`;
    if (diagnostics.wants('drop')) {
      diagnostics.emit('drop', {
        ...this.target,
        reason: 'poison',
        events: batch.weight,
        bytes: batch.bytes,
        cause,
      });
    }
    this.#warn(
      'poison',
      `CloudWatch Logs refused an event of ${batch.bytes} bytes for ${this.#name} (${cause}); it was dropped, its neighbours are delivered.`,
    );
    this.#settle(batch, 'poison');
  }

  #settle(batch: Batch, fate: Fate): void {
    this.#context.accounts.settle(batch, 0, batch.length, fate);
    this.#finish(batch, 0);
  }

  #finish(batch: Batch, parts: number): void {
    this.#context.budget.release(batch.bytes);
    for (const observer of batch.observers ?? []) observer.finished(parts);
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
