import type { Accounts } from '../accounts/accounts.js';
import type { Batch } from '../batch/batch.js';
import type { Spool } from '../spool/spool.js';
import type { StreamWriter } from '../stream/stream-writer.js';
import type { DiskLosses } from './disk-losses.js';
import type { OnlyOnDisk } from './only-on-disk.js';
import type { PutNotes } from './put-notes.js';
import { flagsOf, weightOf } from './spooled-events.js';

/** A batch that was not settled when its publisher ended, with its stream. */
export interface Leftover {
  readonly writer: StreamWriter;
  readonly batch: Batch;
  /** Whether another thread made the last put of it, which is not noted on disk. */
  readonly wasPutElsewhere: boolean;
}

/** Has on disk what is left when a publisher ends, for the next process. */
export class KeepAtEnd {
  readonly #spool: Spool;
  readonly #notes: PutNotes;
  readonly #losses: DiskLosses;
  readonly #onlyOnDisk: OnlyOnDisk;
  readonly #accounts: Accounts;

  constructor(spool: Spool, notes: PutNotes, losses: DiskLosses, onlyOnDisk: OnlyOnDisk, accounts: Accounts) {
    this.#spool = spool;
    this.#notes = notes;
    this.#losses = losses;
    this.#onlyOnDisk = onlyOnDisk;
    this.#accounts = accounts;
  }

  /**
   * Has what is left on disk when it returns, also inside `process.on('exit')`. What was kept counts as spooled, the
   * rest as `shutdown`.
   *
   * @returns how many events could not be kept
   */
  keep(leftovers: () => readonly Leftover[]): number {
    this.#spool.flushSync(); // may hand events back, which are among the rest then
    const rest = leftovers();
    const written = new Map<Leftover, readonly number[]>();
    this.#spool.writeSync(() => {
      const others: Leftover[] = [];
      // First, as what is written may drop the oldest events, which must have been counted then.
      for (const leftover of rest) {
        const { batch } = leftover;
        if (batch.isSpooled && !this.#losses.includesAny(batch.spoolRanges)) this.#stay(leftover);
        else others.push(leftover);
      }
      for (const leftover of others) written.set(leftover, this.#write(leftover));
    });
    let lost = 0;
    for (const [{ batch }, ids] of written) lost += this.#countLost(batch, ids);
    for (const { writer, batch } of rest) writer.left(batch);
    return lost;
  }

  /** A batch is on disk as it is. */
  #stay({ writer, batch, wasPutElsewhere }: Leftover): void {
    this.#onlyOnDisk.keep(batch.weight);
    // Its own puts are noted; those of another thread are not.
    if (wasPutElsewhere) this.#notes.atEnd(writer.target, batch, batch.spoolRanges);
  }

  /** Gives every event of a batch to the spool. @returns their ids; 0 stands for one that it did not take */
  #write({ writer, batch }: Leftover): number[] {
    if (batch.isSpooled) this.#spool.acknowledge(batch.spoolRanges);
    const ids: number[] = [];
    for (let index = 0; index < batch.length; index++) {
      const note = batch.noteAt(index);
      if (note?.kind === 'marker') continue;
      const flags = flagsOf(note);
      const [message, time] = [batch.messageAt(index), batch.timestampAt(index)];
      const id = this.#spool.append(writer.target, message, time, flags);
      if (id > 0) this.#onlyOnDisk.keep(weightOf({ flags }));
      ids.push(id);
    }
    if (ids.length > 0 && !ids.includes(0))
      this.#notes.atEnd(writer.target, batch, [[ids[0], ids[ids.length - 1]]]);
    return ids;
  }

  /** @returns how many events of a batch the spool did not take, or handed back */
  #countLost(batch: Batch, ids: readonly number[]): number {
    let lost = 0;
    let at = 0;
    for (let index = 0; index < batch.length; index++) {
      const note = batch.noteAt(index);
      if (note?.kind === 'marker') continue;
      const id = ids[at++];
      if (id > 0 && !this.#losses.includesAny([[id, id]])) continue;
      if (id > 0) this.#onlyOnDisk.keep(-weightOf({ flags: flagsOf(note) }));
      lost += this.#accounts.settleOne(note, 'shutdown');
    }
    return lost;
  }
}
