/** The next step with a refused batch. */
export type Verdict =
  /** One of its events may be to blame: put its halves. */
  | 'halve'
  /** This event may be to blame: put another event alone, which shows whether it is. */
  | 'suspect'
  /** Nothing shows that an event is to blame: keep everything, and try slowly. */
  | 'hold'
  /** It was refused, alone or with one other, something got through since, and it is refused again: it is to blame. */
  | 'poison';

/** A refused batch, as far as it matters for the verdict. */
export interface RefusedBatch {
  /** Events in it. */
  readonly length: number;
  /** {@link Refusals.passes} when it was refused before, alone or as one half of a batch. */
  readonly passesThen: number | undefined;
  /** Whether another event waits that can be put alone. */
  readonly hasNeighbour: boolean;
  /** Whether the same answer holds another stream of the group already. */
  readonly isKnown: boolean;
}

const FEWEST_NEIGHBOURS = 4;
const MOST_NEIGHBOURS = 64;

/**
 * Judges the refusals of one stream: is an event to blame, or the request, or the account? An event is dropped only where
 * others get through: it was refused alone, and one that was put after that was stored. A bad event at the head of a batch
 * of 10,000 is refused 15 times in a row before anything else is put, so the number of refusals shows nothing.
 *
 * ```text
 *            refused, of several: halve          refused alone: suspect            neighbours are refused too: hold
 *   none ───────────────────────────────► none ────────────────────► suspecting ────────────────────────► holding
 *    ▲                                                                   │                                    │
 *    └──────────── a neighbour passes: the suspects are poison ──────────┴────── anything passes: resume ─────┘
 * ```
 */
export class Refusals {
  #phase: 'none' | 'suspecting' | 'holding' = 'none';
  #refused = 0;
  #passes = 0;
  #suspects = 0;
  /** Neighbours that are tried: more each time that holding showed that an event was to blame after all. */
  #neighbours = FEWEST_NEIGHBOURS;

  get phase(): 'none' | 'suspecting' | 'holding' {
    return this.#phase;
  }

  /** Puts that passed after a refusal. */
  get passes(): number {
    return this.#passes;
  }

  /** A put begins. @returns what {@link passed} is to be told */
  begin(): number {
    return this.#refused;
  }

  refused({ length, passesThen, hasNeighbour, isKnown }: RefusedBatch): Verdict {
    this.#refused++;
    if (this.#phase === 'holding') return 'hold';
    if (length === 1 && passesThen !== undefined && this.#passes > passesThen) return 'poison';
    const isFirst = this.#phase === 'none';
    if (length > 1 && isFirst && !isKnown) return 'halve';
    if (length === 1 && !(isFirst && isKnown) && hasNeighbour && this.#suspects < this.#neighbours) {
      this.#suspects++;
      this.#phase = 'suspecting';
      return 'suspect';
    }
    this.#suspects = 0;
    this.#phase = 'holding';
    return 'hold';
  }

  /**
   * A put was stored.
   *
   * @param begun what {@link begin} said: what began before the last refusal shows nothing about it
   * @returns what becomes of the suspects, or of what is held
   */
  passed(begun: number): 'nothing' | 'poison' | 'resume' {
    if (begun < this.#refused) return 'nothing';
    const phase = this.#phase;
    this.#passes++;
    this.#phase = 'none';
    this.#suspects = 0;
    if (phase === 'holding') this.#neighbours = Math.min(this.#neighbours * 2, MOST_NEIGHBOURS);
    if (phase === 'suspecting') this.#neighbours = FEWEST_NEIGHBOURS;
    return phase === 'holding' ? 'resume' : phase === 'suspecting' ? 'poison' : 'nothing';
  }
}
