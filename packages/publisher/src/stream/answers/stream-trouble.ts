import type { LastError } from '../../accounts/accounts.js';
import { quote } from '../../accounts/advice.js';
import type { Schedule } from '../../cloudwatch/backoff.js';
import type { Advice } from '../../cloudwatch/outcome.js';
import type { ProvisioningFailure } from '../../cloudwatch/provisioner.js';
import type { PutFailure, PutProgress, Stage, Target } from '../../cloudwatch/sink.js';
import { forPeople } from '../../text/for-people.js';
import type { Holdup, WaitingStream } from '../overdue.js';
import type { PublisherParts } from '../publisher-parts.js';
import type { Rest } from '../waits.js';
import { StreamWarnings } from './stream-warnings.js';

/** Why nothing is stored, by how far a put has come that is not answered. */
export const NO_ANSWER: Record<Awaited, string> = {
  client: 'the client is not ready yet',
  credentials: 'no credentials came yet; check the provider of credentials, the profile or the role',
  request: 'no answer came yet; check the network and the endpoint',
  creation: 'creating it is not answered yet; check the network and the endpoint',
};

/** The reasons for which a stream waits that has met no failure. */
export type Awaited = Stage | 'creation';

/** A failure, as far as it says how long to wait. */
interface Judged {
  readonly advice: Advice;
  readonly schedule: Schedule;
  readonly retryAfterMs: number;
}

type Context = Pick<
  PublisherParts,
  'accounts' | 'clock' | 'diagnostics' | 'outages' | 'overdue' | 'provisioner'
>;

const NOT_BEGUN: PutProgress = { stage: 'client', mayBeStored: true };
const THROTTLED_CREATION_MS = 60_000;

/** Why a stream stores nothing at present: the last failure, or what it waits for; and what people hear of that. */
export class StreamTrouble implements WaitingStream {
  readonly target: Target;
  readonly rest: Rest;
  readonly #context: Context;
  /** Undefined while people heard of nothing, as with most streams. */
  #warnings: StreamWarnings | undefined;
  #progress = NOT_BEGUN;
  /** While the stream is created. */
  #creation: 'waits for its turn' | 'waits for an answer' | undefined;
  /** Since when creating the stream is throttled. */
  #throttledAt: number | undefined;
  /** Since something was stored. */
  #lastFailure: PutFailure | undefined;
  #lastError: LastError | undefined;

  constructor(target: Target, context: Context, rest: Rest) {
    this.target = target;
    this.#context = context;
    this.rest = rest;
  }

  get warnings(): StreamWarnings {
    const { diagnostics, outages } = this.#context;
    this.#warnings ??= new StreamWarnings(this.target, diagnostics, outages);
    return this.#warnings;
  }

  get isCreating(): boolean {
    return this.#creation !== undefined;
  }

  /** The answer that it waits for, as far as nothing has failed. */
  get awaited(): Awaited {
    return this.#creation ? 'creation' : this.#progress.stage;
  }

  /** A put begins. @param progress changes as it comes further */
  begins(progress: PutProgress): void {
    this.#context.overdue.begins(this);
    this.#progress = progress;
  }

  /** The stream is created; undefined when that has ended. */
  creating(stage: 'waits for its turn' | 'waits for an answer' | undefined): void {
    this.#creation = stage;
  }

  noteFailure(failure: PutFailure): void {
    const { accounts, clock } = this.#context;
    const { name, message } = failure;
    accounts.lastFailureAt = clock.now();
    this.#lastFailure = failure;
    this.#lastError = { name: forPeople(name), message: forPeople(message), at: clock.wallTime() };
    accounts.lastError = this.#lastError;
  }

  /** A call failed, and is made again after a while. @param action the call, unless it is a put */
  retried({ advice, schedule, retryAfterMs }: Judged, failure: PutFailure, action?: string): void {
    this.warnings.failed(advice, failure, this.rest.failures(schedule) + 1, action);
    this.rest.afterFailure(schedule, retryAfterMs);
  }

  /** Creating the stream failed. Of many streams that begin together it does at times, and passes by itself as a rule. */
  creationFailed({ action, failure }: ProvisioningFailure, judged: Judged): void {
    this.noteFailure(failure);
    if (judged.advice !== 'throttled') {
      this.#throttledAt = undefined;
      this.retried(judged, failure, action);
      return;
    }
    const now = this.#context.clock.now();
    this.#throttledAt ??= now;
    if (now - this.#throttledAt >= THROTTLED_CREATION_MS) this.warnings.creationThrottled(failure, action);
    this.rest.afterFailure(judged.schedule, judged.retryAfterMs);
  }

  created(): void {
    this.#throttledAt = undefined;
  }

  /** Something was stored. */
  stored(): void {
    const { accounts } = this.#context;
    this.#lastFailure = undefined;
    // What another stream met last is not over for that.
    if (accounts.lastError === this.#lastError) accounts.lastError = undefined;
    this.nothingWaits();
    this.rest.succeeded();
    this.#warnings?.delivered();
  }

  /** Nothing waits to be stored, whatever became of it. */
  rests(): void {
    this.nothingWaits();
    this.#warnings?.rests();
  }

  /** Nothing waits to be stored. */
  nothingWaits(): void {
    this.#context.overdue.ends(this);
  }

  whyNotStored(): Holdup | undefined {
    const waitsForTurn = this.#creation === 'waits for its turn' && this.#context.provisioner.isMoving;
    if (this.#warnings?.isOpen || this.#throttledAt !== undefined || waitsForTurn) return undefined;
    this.warnings.open();
    const failure = this.#lastFailure;
    return failure
      ? { cause: failure.name, text: quote(failure) }
      : { cause: this.awaited, text: NO_ANSWER[this.awaited] };
  }
}
