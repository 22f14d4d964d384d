import type { Batch } from '../batch/batch.js';
import { NO_TOKEN, type PutToken } from '../batch/put-history.js';
import type { Target } from '../cloudwatch/sink.js';
import type { IdRange, Spool } from '../spool/spool.js';
import type { Clock } from '../time/clock.js';

const LONGEST_WRITE_MS = 10_000; // a file system that hangs must not hold up logs

/** Notes on disk which batch is put under which token, so that the next process can put the very same batch. */
export class PutNotes {
  readonly #clock: Clock;
  readonly #spool: Spool;
  readonly #isRecovered: (id: number) => boolean;
  readonly #writes: { readonly id: number; readonly resolve: () => void }[] = [];
  #putId = 0;

  /** @param isRecovered whether an id is of an event that an earlier process left */
  constructor(clock: Clock, spool: Spool, isRecovered: (id: number) => boolean) {
    this.#clock = clock;
    this.#spool = spool;
    this.#isRecovered = isRecovered;
  }

  /** Resolves when a batch that is on disk is written, and its put is noted. */
  async before(target: Target, batch: Batch, token: PutToken): Promise<void> {
    if (this.#spool.isHanging) return;
    const ranges = batch.spoolRanges;
    const last = ranges[ranges.length - 1][1];
    if (last > this.#spool.writtenThrough && !this.#isRecovered(last)) {
      await this.#within(new Promise<void>((resolve) => this.#writes.push({ id: last, resolve })));
    }
    if (!token.isLane) await this.settled(ranges);
    await this.#within(this.#note(target, batch.history.unanswered, ranges, token));
  }

  /** Resolves when it is on disk which puts have ended; undefined when it is. @param about as for `Spool.settled` */
  settled(about?: readonly IdRange[]): Promise<void> | undefined {
    const settled = this.#spool.isHanging ? undefined : this.#spool.settled(about);
    return settled && this.#within(settled);
  }

  /** Has the next process put a batch as its last put was, if that may be stored. */
  atEnd(target: Target, { history }: Batch, ranges: readonly IdRange[]): void {
    const { unanswered, unansweredUnder = { ...NO_TOKEN, isLane: true } } = history;
    if (unanswered > 0) void this.#note(target, unanswered - 1, ranges, unansweredUnder);
  }

  /** The put that was noted of a batch is known to have stored nothing: only earlier ones may have, if any was made. */
  undone(target: Target, batch: Batch): void {
    if (this.#spool.isHanging) return;
    const ranges = batch.spoolRanges;
    if (batch.history.unanswered > 0) this.atEnd(target, batch, ranges);
    else void this.#note(target, 0, ranges, NO_TOKEN, true);
  }

  /** Everything up to `id` is written. */
  written(id: number): void {
    if (this.#writes.length === 0) return;
    for (const write of this.#writes.filter((one) => one.id <= id)) write.resolve();
    const left = this.#writes.filter((one) => one.id > id);
    this.#writes.splice(0, this.#writes.length, ...left);
  }

  #note(
    target: Target,
    ambiguousPuts: number,
    ranges: readonly IdRange[],
    { value, isLane, isOwnStream }: PutToken,
    isUndone = false,
  ): Promise<boolean> {
    const putId = ++this.#putId;
    return this.#spool.notePut({
      ...target,
      putId,
      ranges,
      sequenceToken: value ?? undefined,
      isLane,
      isOwnStream,
      isUndone,
      ambiguousPuts,
    });
  }

  async #within(done: Promise<unknown>): Promise<void> {
    let timer: unknown;
    const late = new Promise<void>((resolve) => {
      timer = this.#clock.setTimer(resolve, LONGEST_WRITE_MS);
    });
    await Promise.race([done, late]);
    this.#clock.clearTimer(timer);
  }
}
