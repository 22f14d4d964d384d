import { FATES } from './accounts.js';
import type { BatchObserver, Fate } from './batch.js';
import type { RescuedBatch } from './leftovers.js';

/** Numbers that the tally of one batch takes. */
export const TALLY_LENGTH = FATES.length + 1;

const SETTLED = FATES.length;

/** Tells another thread, in shared memory, what became of a batch: events by fate, and whether that is all. */
export class RescueTally implements BatchObserver {
  readonly #view: Int32Array;
  readonly #at: number;
  #parts = 1;
  #isGivenUp = false;

  constructor(view: Int32Array, at: number) {
    this.#view = view;
    this.#at = at;
  }

  settled(fate: Fate, count: number): void {
    // What this thread had no time for is the other's again.
    if (fate === 'shutdown') this.#isGivenUp = true;
    else Atomics.add(this.#view, this.#at + FATES.indexOf(fate), count);
  }

  finished(parts: number): void {
    this.#parts += parts - 1;
    if (this.#parts === 0 && !this.#isGivenUp) Atomics.store(this.#view, this.#at + SETTLED, 1);
  }
}

/** Reads what a {@link RescueTally} wrote. */
export function readTally(view: Int32Array, at: number): RescuedBatch {
  const fates = new Map<Fate, number>();
  FATES.forEach((fate, index) => {
    const events = Atomics.load(view, at + index);
    if (events > 0) fates.set(fate, events);
  });
  return { fates, isSettled: Atomics.load(view, at + SETTLED) === 1 };
}
