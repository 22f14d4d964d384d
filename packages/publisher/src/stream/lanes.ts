import {
  freedOfToken,
  leftUnanswered,
  mayBeAccepted,
  NO_TOKEN,
  type PutHistory,
  type PutToken,
  refusedInLane,
} from '../batch/put-history.js';
import type { Outcome } from '../cloudwatch/outcome.js';
import type { PublisherParts } from './publisher-parts.js';
import type { SequenceToken } from './sequence-token.js';

// The protocol for several puts of one stream at a time; `docs/architecture.md` says why it is sound, and the test
// `lanes-model` plays it against endpoints of every kind. One put at a time, the baton, carries the real token. Each put
// beside it is in a lane and carries a token that nobody gave out: an endpoint that enforces tokens can never store it,
// whatever happened to the stream, and one that ignores them does.

/** The facts that the streams of an endpoint have learned of it. */
export interface EndpointTokens {
  /** Tokens are enforced: from then on each stream keeps to one put at a time. */
  enforcesTokens: boolean;
}

/** A batch, as far as it matters which others may be under way beside it. */
export interface LaneBatch {
  history: PutHistory;
  /** Timestamps of its events, in milliseconds. */
  readonly earliest: number;
  readonly latest: number;
}

/** The next batch in the queue. */
export interface NextBatch extends Readonly<LaneBatch> {
  /** Whether it takes no more events: without a backlog no lane opens. */
  readonly isComplete: boolean;
}

type Context = Pick<PublisherParts, 'mostPuts' | 'random'> & { readonly endpoint: EndpointTokens };

/** An answer, as it has to be carried out. */
export interface Concluded {
  /** `again`: the answer says nothing of the batch. */
  readonly outcome: Outcome | { readonly kind: 'again' };
  /** Times that each event may be stored besides the first. */
  readonly possibleCopies: number;
}

/** A put under way. */
interface LanePut {
  readonly carried: PutToken;
  /** The state when it started. */
  readonly halvings: number;
  readonly creations: number;
}

const NO_PUTS = new Map<never, LanePut>();

/** Puts under way on one stream, and what each of them carries. */
export class Lanes<B extends LaneBatch> {
  readonly #token: SequenceToken;
  readonly #context: Context;
  /** Undefined while there is none: a map of its own would be much of what an idle stream takes. */
  #puts: Map<B, LanePut> | undefined;
  /** Puts that may be under way while the stream is well. */
  #width = 1;
  /** Counts the halvings, so that the puts of one burst halve only once. */
  #halvings = 0;
  #madeUp = 0;

  constructor(token: SequenceToken, context: Context) {
    this.#token = token;
    this.#context = context;
  }

  /** Each with the token that it was sent with. */
  get underWay(): ReadonlyMap<B, { readonly carried: PutToken }> {
    return this.#puts ?? NO_PUTS;
  }

  /** Whether lanes can open here at all. */
  get canOpen(): boolean {
    const { endpoint, mostPuts } = this.#context;
    return mostPuts > 1 && !endpoint.enforcesTokens && !this.#token.oneAtATime;
  }

  /** Whether more than one put may be under way now. */
  get areOpen(): boolean {
    return this.canOpen && this.#width > 1;
  }

  /**
   * Whether a put of the next batch in the queue may start.
   *
   * @param isAlone whether the stream has to keep to one put at a time for another reason
   */
  mayStart(next: NextBatch, isAlone: boolean): boolean {
    const { underWay } = this;
    if (underWay.size === 0) return true;
    if (isAlone || !this.areOpen || next.history.keepsToken) return false;
    if (underWay.size >= Math.min(this.#width, this.#context.mostPuts)) return false;
    if (this.#isBatonOut && (next.history.needsBaton || !next.isComplete)) return false;
    // CloudWatch Logs shows events by timestamp, equal ones as they came: only these can show that two batches changed places.
    for (const { earliest, latest, history } of underWay.keys()) {
      if (history.keepsToken) return false;
      if (next.latest >= earliest && next.earliest <= latest) return false;
    }
    return true;
  }

  /** A put starts. @returns what it carries */
  start(batch: B): PutToken {
    const token = this.#token;
    const { keepsToken, unansweredUnder } = batch.history;
    const baton = (keepsToken && token.isSent && unansweredUnder) || token.forPut;
    const carried = this.#isBatonOut ? this.#laneToken() : baton;
    this.#puts ??= new Map();
    this.#puts.set(batch, { carried, halvings: this.#halvings, creations: token.creations });
    return carried;
  }

  /** A put ended that will not be concluded. */
  ended(batch: B): void {
    this.#puts?.delete(batch);
    if (this.#puts?.size === 0) this.#puts = undefined;
  }

  /**
   * A put was answered, or its answer is lost. Changes the past of the batch, the token, and how many puts may be under
   * way.
   *
   * @param unansweredBefore requests of this put that a client which retries by itself made before the last
   */
  concluded(batch: B, said: Outcome, unansweredBefore = 0): Concluded {
    const put = this.#puts?.get(batch);
    if (!put) throw new Error('no put of this batch is under way');
    const { carried, halvings, creations } = put;
    this.ended(batch);
    for (let i = unansweredBefore; i > 0; i--) batch.history = leftUnanswered(batch.history, carried);
    if (said.kind === 'retry' && isOverload(said) && halvings === this.#halvings) this.#halve();
    if (said.kind === 'missing' && creations < this.#token.creations) {
      // The answer is older than the stream: another put has found out the same, and had it made.
      batch.history = freedOfToken(batch.history);
      return { outcome: { kind: 'again' }, possibleCopies: 0 };
    }
    return carried.isLane ? this.#laneConcluded(batch, said) : this.#batonConcluded(batch, carried, said);
  }

  /** Of events that are put again, or are stored by a put that another thread made. */
  clear(): void {
    this.#puts = undefined;
  }

  #batonConcluded(batch: B, carried: PutToken, said: Outcome): Concluded {
    const token = this.#token;
    const { endpoint } = this.#context;
    const past = batch.history;
    // The twin that is stored is somebody else's when the batch was not put under this token before.
    const outcome: Outcome =
      said.kind === 'already-accepted' && !mayBeAccepted(past, carried)
        ? { kind: 'conflict', expected: said.next }
        : said;
    let possibleCopies = 0;
    switch (outcome.kind) {
      case 'delivered': {
        // Each may have stored it: that tokens were enforced before does not say that they were then, nor on which stream.
        possibleCopies = past.unanswered;
        if (past.needsBaton && outcome.rejected.length === 0) endpoint.enforcesTokens = true;
        token.accepted(outcome.next);
        this.#width = Math.max(this.#width, 2);
        break;
      }
      case 'already-accepted':
        possibleCopies = past.unanswered - 1; // one of them is the one that was found
        endpoint.enforcesTokens = true;
        token.alreadyAccepted(outcome.next);
        break;
      case 'conflict':
        endpoint.enforcesTokens = true;
        token.conflict(outcome.expected);
        break;
      case 'missing':
        token.forget();
        this.#width = 1;
        break;
      case 'retry':
        if (outcome.ambiguous) {
          batch.history = leftUnanswered(past, carried);
          this.#width = 1;
        }
        break;
    }
    if (outcome.kind !== 'retry') batch.history = freedOfToken(batch.history);
    return { outcome, possibleCopies };
  }

  #laneConcluded(batch: B, outcome: Outcome): Concluded {
    const { endpoint } = this.#context;
    switch (outcome.kind) {
      case 'delivered':
        this.#width = Math.min(this.#width + 1, this.#context.mostPuts);
        return { outcome, possibleCopies: batch.history.unanswered };
      case 'conflict':
      case 'already-accepted':
        endpoint.enforcesTokens = true;
        return { outcome: { kind: 'again' }, possibleCopies: 0 };
      case 'refused':
        // An endpoint may refuse a token that it cannot read: only the answer to the baton tells of the batch.
        batch.history = refusedInLane(batch.history);
        return { outcome: { kind: 'again' }, possibleCopies: 0 };
      case 'retry':
        if (outcome.ambiguous) {
          batch.history = leftUnanswered(batch.history, { ...NO_TOKEN, isLane: true });
          this.#width = 1;
        }
        return { outcome, possibleCopies: 0 };
      case 'missing':
        this.#width = 1;
        return { outcome, possibleCopies: 0 };
    }
  }

  get #isBatonOut(): boolean {
    for (const { carried } of this.underWay.values()) if (!carried.isLane) return true;
    return false;
  }

  /** 56 digits as CloudWatch Logs gives out, never the same twice. */
  #laneToken(): PutToken {
    const { random } = this.#context;
    const digits = () => String(Math.floor(random() * 1e14)).padStart(14, '0');
    const value = `${digits()}${digits()}${digits()}${String(++this.#madeUp).padStart(14, '0')}`;
    return { value: this.#token.isSent ? value : null, isLane: true, isOwnStream: false };
  }

  #halve(): void {
    this.#width = Math.max(1, this.#width >> 1);
    this.#halvings++;
  }
}

/** Whether the service asks for fewer requests. */
export function isOverload({ advice, schedule, ambiguous }: Extract<Outcome, { kind: 'retry' }>): boolean {
  return advice === 'throttled' || (advice === 'service' && schedule === 'slow' && ambiguous);
}
