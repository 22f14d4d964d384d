import { FATES } from '../accounts/accounts.js';
import type { BatchObserver } from '../batch/batch.js';
import type { Fate } from '../batch/fate.js';
import type { RescuedBatch } from '../disk/leftovers.js';

/** Memory that two threads share for what one of them does with a number of batches. */
export class RescueTallies {
  readonly buffer: SharedArrayBuffer;

  /** @param size how many batches, or the memory of another thread */
  constructor(size: number | SharedArrayBuffer) {
    this.buffer = typeof size === 'number' ? new SharedArrayBuffer(size * TALLY_BYTES) : size;
  }

  of(batch: number): RescueTally {
    return new RescueTally(this.buffer, batch * TALLY_BYTES);
  }
}

// The numbers of a tally: events by fate, whether that is all, and what the token of the last put is.
const SETTLED = FATES.length;
const TOKEN = SETTLED + 1;
const NUMBERS_BYTES = 4 * (TOKEN + 1);
// Tokens of CloudWatch Logs have 56 digits.
const TOKEN_BYTES = 512;
const TALLY_BYTES = NUMBERS_BYTES + TOKEN_BYTES;

const NEVER_PUT = 0;
const UNKNOWN_TOKEN = -1;
const NO_TOKEN = -2; // put without one; anything above zero is the length of the token

/** Tells another thread, in shared memory, what became of a batch. */
export class RescueTally implements BatchObserver {
  readonly #numbers: Int32Array;
  readonly #token: Buffer;
  #parts = 1;
  #wasHalved = false;
  #isGivenUp = false;

  constructor(buffer: SharedArrayBuffer, at: number) {
    this.#numbers = new Int32Array(buffer, at, TOKEN + 1);
    this.#token = Buffer.from(buffer, at + NUMBERS_BYTES, TOKEN_BYTES);
  }

  putting(token: string | null): void {
    // The other thread may read at any moment, so a token that is half written must not look like one.
    Atomics.store(this.#numbers, TOKEN, UNKNOWN_TOKEN);
    if (this.#wasHalved) return;
    if (token === null) Atomics.store(this.#numbers, TOKEN, NO_TOKEN);
    else if (token !== '' && Buffer.byteLength(token) <= TOKEN_BYTES) {
      Atomics.store(this.#numbers, TOKEN, this.#token.write(token));
    }
  }

  settled(fate: Fate, count: number): void {
    // What this thread had no time for is the other's again.
    if (fate === 'shutdown') this.#isGivenUp = true;
    else Atomics.add(this.#numbers, FATES.indexOf(fate), count);
  }

  finished(parts: number): void {
    this.#parts += parts - 1;
    if (parts > 1) this.#wasHalved = true;
    if (this.#parts === 0 && !this.#isGivenUp) Atomics.store(this.#numbers, SETTLED, 1);
  }

  /** What was written so far. */
  read(): RescuedBatch {
    const fates = new Map<Fate, number>();
    FATES.forEach((fate, index) => {
      const events = Atomics.load(this.#numbers, index);
      if (events > 0) fates.set(fate, events);
    });
    return { fates, isSettled: Atomics.load(this.#numbers, SETTLED) === 1, putUnder: this.#readToken() };
  }

  #readToken(): string | null | undefined {
    const length = Atomics.load(this.#numbers, TOKEN);
    if (length === NO_TOKEN) return null;
    if (length === NEVER_PUT || length === UNKNOWN_TOKEN) return undefined;
    return this.#token.toString('utf8', 0, length);
  }
}
