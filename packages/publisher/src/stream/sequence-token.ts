import type { PutToken } from '../batch/put-history.js';
import type { SequenceTokenPolicy } from '../options/options.js';

/**
 * The sequence token of one log stream: a baton. Whoever holds the newest may put next. AWS has ignored it
 * since January 2023; other endpoints still enforce it.
 */
export class SequenceToken {
  readonly #policy: SequenceTokenPolicy;
  #token: string | undefined;
  #isOwnStream = false;
  #creations = 0;
  #conflictsInARow = 0;
  #contention = 0;

  constructor(policy: SequenceTokenPolicy) {
    this.#policy = policy;
  }

  /** The token to put with; `null` when none is known or none is to be sent. */
  get forPut(): PutToken {
    const value = this.#policy === 'never' ? null : (this.#token ?? null);
    return { value, isLane: false, isOwnStream: this.#isOwnStream };
  }

  /** Whether tokens are sent at all. */
  get isSent(): boolean {
    return this.#policy !== 'never';
  }

  /** Whether the stream keeps to one put at a time from the start. */
  get oneAtATime(): boolean {
    return this.#policy === 'always';
  }

  get conflictsInARow(): number {
    return this.#conflictsInARow;
  }

  /** A put was stored. A success without a token is a success all the same. */
  accepted(next: string | undefined): void {
    this.#token = next;
    this.#isOwnStream = false;
    if (this.#conflictsInARow === 0 && this.#contention > 0) this.#contention--;
    this.#conflictsInARow = 0;
  }

  /** Somebody else put first, or the token was stale. `null` means that the stream expects none. */
  conflict(expected: string | null | undefined): void {
    this.#token = expected ?? undefined;
    if (expected !== null) this.#isOwnStream = false; // else nothing was stored since it was made
    this.#conflictsInARow++;
    this.#contention = Math.min(this.#contention + 1, 6);
  }

  /** The batch was stored before, under the token that it was sent with. */
  alreadyAccepted(next: string | null | undefined): void {
    this.accepted(next ?? undefined);
  }

  /** The stream is gone, and the token with it. */
  forget(): void {
    this.#token = undefined;
    this.#isOwnStream = false;
  }

  /** Streams that this publisher has made under this name. */
  get creations(): number {
    return this.#creations;
  }

  /** This publisher has made the stream anew: it has no token, and nobody else can have put on it before. */
  created(): void {
    this.#token = undefined;
    this.#isOwnStream = true;
    this.#creations++;
  }

  restore({ value, isOwnStream }: Omit<PutToken, 'isLane'>): void {
    this.#token = value ?? undefined;
    this.#isOwnStream = isOwnStream;
  }

  /**
   * How long to wait before the batch is sent again after a conflict: not at all after the first, then with
   * jitter and longer each time, so that producers which share a stream take turns instead of racing.
   *
   * @param random uniform in [0, 1)
   */
  waitAfterConflictMs(random: number): number {
    if (this.#conflictsInARow <= 1) return 0;
    const full = Math.min(2000, 20 * 2 ** (this.#conflictsInARow - 2));
    return full / 2 + (random * full) / 2;
  }

  /**
   * How long to leave the stream to others after a put on it was stored: nothing while nobody else uses it.
   * Without the pause the producer that has just put holds the newest token and would win every time.
   */
  pauseAfterPutMs(random: number): number {
    if (this.#contention < 2) return 0;
    return random * 15 * this.#contention;
  }
}
