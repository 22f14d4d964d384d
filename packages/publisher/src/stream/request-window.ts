/** How many requests may be under way, at first and at most. */
export interface RequestBounds {
  readonly first: number;
  readonly most: number;
}

/**
 * How many puts may be under way over all streams: one more for each round of stored puts while more wait, half as many
 * when the service asks for fewer. Were only each stream to halve for itself, those that come late to an account that is
 * throttled would wait for most of a minute (measured with 20 streams: 48 s).
 */
export class RequestWindow {
  readonly #most: number;
  #limit: number;
  #grown = 0;
  #halvings = 0;

  constructor({ first, most }: RequestBounds) {
    this.#limit = first;
    this.#most = most;
  }

  get limit(): number {
    return this.#limit;
  }

  /** How often it was halved: a put remembers it from its start to its end. */
  get halvings(): number {
    return this.#halvings;
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
