import type { MemoryBudget } from '../../accounts/memory-budget.js';
import { Fifo } from '../../structures/fifo.js';
import type { Clock } from '../../time/clock.js';
import { Deadline, type Deadlines } from '../../time/deadlines.js';

const PER_SECOND = 50;
const INTERVAL_MS = 1000 / PER_SECOND;
const BURST_MS = 1000;

/**
 * Lets batches go that are not full but have waited long enough: at most {@link PER_SECOND} a second over all streams,
 * the others in turn. A thousand streams with a few events each would otherwise make a thousand requests a second,
 * which costs more than the events, and takes that much of the quota that a whole account shares. A buffer that is
 * half full ends the waiting.
 */
export class Pace {
  readonly #clock: Clock;
  readonly #deadlines: Deadlines;
  readonly #budget: MemoryBudget;
  readonly #waiting = new Fifo<Deadline>();
  /** When all that went so far would have gone, had it kept the pace. */
  #paidUntil = Number.NEGATIVE_INFINITY;
  #isArmed = false;

  constructor(clock: Clock, deadlines: Deadlines, budget: MemoryBudget) {
    this.#clock = clock;
    this.#deadlines = deadlines;
    this.#budget = budget;
  }

  /** Calls `go` at once, or when it is its turn, unless that is cancelled. */
  ask(go: () => void): Deadline {
    const turn = new Deadline(this.#clock.now(), go);
    this.#waiting.push(turn);
    this.#serve();
    return turn;
  }

  #serve(): void {
    for (let turn = this.#waiting.peek(); turn; turn = this.#waiting.peek()) {
      const waitMs = turn.cancelled ? 0 : this.#waitMs();
      if (waitMs > 0) {
        this.#arm(waitMs);
        return;
      }
      this.#waiting.shift();
      if (!turn.cancelled) this.#pay();
      turn.run();
    }
  }

  #waitMs(): number {
    if (this.#budget.usedBytes > this.#budget.mostBytes / 2) return 0;
    return this.#paidUntil - BURST_MS - this.#clock.now();
  }

  #pay(): void {
    this.#paidUntil = Math.max(this.#paidUntil, this.#clock.now()) + INTERVAL_MS;
  }

  #arm(ms: number): void {
    if (this.#isArmed) return;
    this.#isArmed = true;
    // Never longer than one turn: the buffer may fill up meanwhile.
    this.#deadlines.after(Math.min(ms, INTERVAL_MS), () => {
      this.#isArmed = false;
      this.#serve();
    });
  }
}
