import type { Accounts } from './accounts.js';
import type { Batch } from './batch.js';
import type { Leftover } from './leftovers.js';
import type { PutNotes } from './put-notes.js';
import type { Target } from './sink.js';
import type { Spool } from './spool/spool.js';
import type { SpoolLosses } from './spool-losses.js';
import type { SpooledCount } from './spooled-count.js';
import { flagsOf } from './spooled-parts.js';

/** What the keeper needs. */
export interface LeftoverKeeperContext {
  readonly accounts: Accounts;
  readonly spool: Spool;
  readonly notes: PutNotes;
  readonly losses: SpoolLosses;
  readonly count: SpooledCount;
}

/** Has on disk what is left when a publisher ends, for the next process. */
export class LeftoverKeeper {
  readonly #context: LeftoverKeeperContext;

  constructor(context: LeftoverKeeperContext) {
    this.#context = context;
  }

  /**
   * Has what is left on disk when it returns, also inside `process.on('exit')`. What was kept counts as spooled, the
   * rest as `shutdown`.
   *
   * @returns how many events could not be kept
   */
  keep(leftovers: () => readonly Leftover[]): number {
    const { spool, losses } = this.#context;
    spool.flushSync(); // may hand events back, which are among the rest then
    const rest = leftovers();
    losses.takeNothingBack();
    const ids = new Map<Batch, readonly number[]>();
    spool.writeSync(() => {
      for (const leftover of rest) this.#keepOne(leftover, ids);
    });
    let lost = 0;
    for (const leftover of rest) lost += this.#countKept(leftover, ids.get(leftover.batch));
    return lost;
  }

  /** @param ids gets those of the events that were given to the spool */
  #keepOne(
    { writer, batch, mayBeStoredUnder, rescuedUnder }: Leftover,
    ids: Map<Batch, readonly number[]>,
  ): void {
    const { spool, notes, losses } = this.#context;
    const { target } = writer;
    const ranges = batch.spoolRanges;
    if (batch.isSpooled && !losses.includesAny(ranges)) {
      // Its own puts are noted; those of another thread are not.
      if (rescuedUnder !== undefined) notes.atEnd(target, batch, ranges, rescuedUnder);
      return;
    }
    if (batch.isSpooled) spool.acknowledge(ranges);
    const written = this.#write(target, batch);
    ids.set(batch, written);
    if (written.length === 0 || written.includes(0)) return;
    const token = rescuedUnder === undefined ? mayBeStoredUnder : rescuedUnder;
    if (token === undefined) return;
    notes.atEnd(target, batch, [[written[0], written[written.length - 1]]], token);
  }

  /** Gives every event of a batch to the spool; an id of 0 stands for one that it did not take. */
  #write({ logGroupName, logStreamName }: Target, batch: Batch): number[] {
    const { spool } = this.#context;
    const ids: number[] = [];
    for (let index = 0; index < batch.length; index++) {
      const note = batch.noteAt(index);
      if (note?.kind === 'marker') continue;
      const time = batch.timestampAt(index);
      ids.push(spool.append(logGroupName, logStreamName, time, batch.messageAt(index), flagsOf(note)));
    }
    return ids;
  }

  /** @param ids undefined when the whole batch was on disk before */
  #countKept({ writer, batch }: Leftover, ids: readonly number[] | undefined): number {
    const { accounts, losses, count } = this.#context;
    let lost = 0;
    let at = 0;
    for (let index = 0; index < batch.length; index++) {
      const note = batch.noteAt(index);
      if (note?.kind === 'marker') continue;
      const id = ids?.[at++];
      const isKept = ids === undefined || (id !== undefined && id > 0 && !losses.includesAny([[id, id]]));
      if (!isKept) lost += accounts.settleOne(note, 'shutdown');
      else if (note === undefined || note.last) count.add(1);
    }
    writer.left(batch);
    return lost;
  }
}
