import type { Batch } from '../batch/batch.js';
import type { PendingPut } from '../spool/spool.js';
import { ReplayGate } from '../stream/replay-lane.js';
import { type IdRange, RangeSet } from '../structures/range-set.js';
import { Resends, type ResendsContext } from './resends.js';
import { TailReader, type TailReaderContext } from './tail-reader.js';

/** The parts of a publisher that reading back needs. */
export type ReadBackContext = Omit<
  TailReaderContext & ResendsContext,
  'isSpokenFor' | 'isGone' | 'isStopped' | 'again'
>;

const RETRY_MS = 1000;

/**
 * Decides when events are read back from the spool: first what earlier processes were about to put, then what the
 * streams have room for; new events beside those that earlier processes left; one reading at a time.
 */
export class ReadBack {
  readonly #context: ReadBackContext;
  readonly #resends: Resends;
  readonly #readers: readonly TailReader[];
  /** Ids that the spool dropped and that may have been read before. */
  #gone = new RangeSet();
  #running: Promise<void> | undefined;
  #isWaiting = false;
  #again = false;
  #isStopped = false;

  constructor(context: ReadBackContext) {
    this.#context = context;
    const isStopped = () => this.#isStopped;
    const isGone = (id: number) => this.#gone.has(id);
    this.#resends = new Resends({ ...context, isGone, isStopped });
    const forReaders: TailReaderContext = {
      ...context,
      isSpokenFor: (id) => this.#resends.has(id) || isGone(id),
      isStopped,
      again: (ms) => void context.clock.setTimer(() => this.kick(), ms),
    };
    const gate = new ReplayGate();
    this.#readers = [false, true].map((isReplay) => new TailReader(isReplay, gate, forReaders));
  }

  /** Takes what earlier processes were about to put; nothing else is put on their streams before it. */
  resend(puts: readonly PendingPut[]): void {
    this.#resends.add(puts);
  }

  replaced(batches: readonly Batch[], by: readonly Batch[]): void {
    this.#resends.replaced(batches, by);
  }

  /** A batch met its fate, so there may be room. */
  settled(batch: Batch): void {
    this.#resends.settled(batch);
    this.kick();
  }

  /** A stream fails: what it has in memory is not in the way of what others are about to put. */
  failing({ lacksOthers }: { readonly lacksOthers: boolean }): void {
    if (lacksOthers || !this.#resends.isEmpty) this.kick();
  }

  /** The spool dropped events. */
  dropped(ranges: readonly IdRange[]): void {
    if (this.#running || this.#readers.some(({ isOpen }) => isOpen))
      this.#gone.addAll(RangeSet.of(ranges).ranges());
    this.kick();
  }

  /** There may be room, or more to read. */
  kick(): void {
    if (this.#isStopped || (this.#context.onlyOnDisk.isEmpty && this.#resends.isEmpty)) return;
    this.#again = true;
    if (this.#isWaiting) return;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      if (this.#again) this.kick();
    });
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** Resolves when nothing is read any more. */
  async idle(): Promise<void> {
    await this.#running;
    await this.#close();
  }

  async #run(): Promise<void> {
    while (this.#again && !this.#isStopped) {
      this.#again = false;
      try {
        do this.#forgetGone();
        while (await this.#resends.readSome());
        do this.#forgetGone();
        while (await this.#step());
      } catch {
        // Too many files are open, or memory is short: the events stay where they are for the moment.
        await this.#close();
        this.#isWaiting = true;
        this.#context.clock.setTimer(() => {
          this.#isWaiting = false;
          this.kick();
        }, RETRY_MS);
        break;
      }
    }
  }

  async #step(): Promise<boolean> {
    let isMore = false;
    for (const reader of this.#readers) {
      if (this.#isStopped) return false;
      isMore = (await reader.step()) || isMore;
    }
    return isMore;
  }

  #forgetGone(): void {
    if (!this.#gone.isEmpty && !this.#readers.some(({ isOpen }) => isOpen)) this.#gone = new RangeSet();
  }

  async #close(): Promise<void> {
    for (const reader of this.#readers) await reader.close().catch(() => {});
  }
}
