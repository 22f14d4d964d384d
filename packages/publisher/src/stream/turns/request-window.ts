import type { ResolvedOptions } from '../../options/resolve-options.js';

/** How many puts may be under way over all streams. */
export interface RequestBounds {
  readonly first: number;
  readonly most: number;
  /** At the end of the process, which has a time, a thousand streams may have an event each. */
  readonly mostAtEnd: number;
}

/** At 100 ms of latency it takes eight to fill a fast link. */
const AUTO_PUTS = 16;
const AUTO_REQUESTS: RequestBounds = { first: 8, most: 32, mostAtEnd: 256 };

/** Most puts under way on one stream. */
export function mostPuts({ maxInFlight }: Pick<ResolvedOptions, 'maxInFlight'>): number {
  return maxInFlight === 'auto' ? AUTO_PUTS : maxInFlight;
}

export function requestBounds({ maxRequests }: Pick<ResolvedOptions, 'maxRequests'>): RequestBounds {
  if (maxRequests === 'auto') return AUTO_REQUESTS;
  return { first: maxRequests, most: maxRequests, mostAtEnd: maxRequests };
}

const LEAST_AT_END = 64;
/** Of the streams that wait at the end: eight rounds, of 100 ms each, and connections that have to be opened. */
const PART_AT_END = 1 / 8;

/**
 * How many puts may be under way over all streams: one more for each round of stored puts while more wait, half as many
 * when the service asks for fewer. Were only each stream to halve for itself, those that come late to an account that is
 * throttled would wait for most of a minute (measured with 20 streams: 48 s).
 */
export class RequestWindow {
  #most: number;
  readonly #mostAtEnd: number;
  #limit: number;
  #grown = 0;
  #halvings = 0;

  constructor({ first, most, mostAtEnd }: RequestBounds) {
    this.#limit = first;
    this.#most = most;
    this.#mostAtEnd = mostAtEnd;
  }

  get limit(): number {
    return this.#limit;
  }

  /** How often it was halved: a put remembers it from its start to its end. */
  get halvings(): number {
    return this.#halvings;
  }

  /** The end has come, and so many streams wait for a request: there is no time to grow. */
  hurry(waiting: number): void {
    this.#most = this.#mostAtEnd;
    if (this.#halvings > 0) return; // the service has asked for fewer requests
    const wanted = Math.max(LEAST_AT_END, Math.ceil(waiting * PART_AT_END));
    this.#limit = Math.max(this.#limit, Math.min(this.#most, wanted));
  }

  /** A put was stored. @param isFull whether more could have been under way */
  stored(isFull: boolean): void {
    if (!isFull || this.#limit >= this.#most || ++this.#grown < this.#limit) return;
    this.#grown = 0;
    this.#limit++;
  }

  /** The service asked for fewer requests; the puts that started before the last halving say nothing new. */
  overloaded(halvingsAtStart: number): void {
    if (halvingsAtStart !== this.#halvings) return;
    this.#halvings++;
    this.#grown = 0;
    this.#limit = Math.max(1, this.#limit >> 1);
  }
}
