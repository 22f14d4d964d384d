import type { Batch } from '../batch/batch.js';
import { NO_TOKEN, type PutToken } from '../batch/put-history.js';
import type { Target } from '../cloudwatch/sink.js';
import type { IdRange, Spool } from '../spool/spool.js';
import type { Clock } from '../time/clock.js';

/** The parts of a publisher that the notes need. */
export interface PutNotesContext {
  readonly clock: Clock;
  readonly spool: Spool;
  /** Whether an id is of an event that an earlier process left. */
  readonly isRecovered: (id: number) => boolean;
}

const LONGEST_WRITE_MS = 10_000; // a file system that hangs must not hold up logs

/** Notes on disk which batch is put under which token, so that the next process can put the very same batch. */
export class PutNotes {
  readonly #context: PutNotesContext;
  readonly #writes: { readonly id: number; readonly resolve: () => void }[] = [];
  #putId = 0;

  constructor(context: PutNotesContext) {
    this.#context = context;
  }

  /** Resolves when a batch that is on disk is written, and its put is noted. */
  async before(target: Target, batch: Batch, token: PutToken): Promise<void> {
    const { spool, isRecovered } = this.#context;
    if (spool.isHanging) return;
    const ranges = batch.spoolRanges;
    const last = ranges[ranges.length - 1][1];
    if (last > spool.writtenThrough && !isRecovered(last)) {
      await this.#within(new Promise<void>((resolve) => this.#writes.push({ id: last, resolve })));
    }
    if (!token.isLane) await this.settled(ranges);
    await this.#within(this.#note(target, batch.history.unanswered, ranges, token));
  }

  /** Resolves when it is on disk which puts have ended; undefined when it is. @param about as for `Spool.settled` */
  settled(about?: readonly IdRange[]): Promise<void> | undefined {
    const { spool } = this.#context;
    const settled = spool.isHanging ? undefined : spool.settled(about);
    return settled && this.#within(settled);
  }

  /** Has the next process put a batch as its last put was, if that may be stored. */
  atEnd(target: Target, { history }: Batch, ranges: readonly IdRange[]): void {
    const { unanswered, unansweredUnder = { ...NO_TOKEN, isLane: true } } = history;
    if (unanswered > 0) void this.#note(target, unanswered - 1, ranges, unansweredUnder);
  }

  /** The put that was noted of a batch is known to have stored nothing: only earlier ones may have, if any was made. */
  undone(target: Target, batch: Batch): void {
    if (this.#context.spool.isHanging) return;
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
    return this.#context.spool.notePut({
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
    const { clock } = this.#context;
    let timer: unknown;
    const late = new Promise<void>((resolve) => {
      timer = clock.setTimer(resolve, LONGEST_WRITE_MS);
    });
    await Promise.race([done, late]);
    clock.clearTimer(timer);
  }
}
