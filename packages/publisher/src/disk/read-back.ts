import type { Batch } from '../batch/batch.js';
import type { PendingPut } from '../spool/spool.js';
import { ReplayGate } from '../stream/queue/replay-lane.js';
import { type IdRange, RangeSet } from '../structures/range-set.js';
import { type ReadParts, Resends } from './resends.js';
import { TailReader } from './tail-reader.js';

const RETRY_MS = 1000;

/**
 * Decides when events are read back from the spool: first what earlier processes were about to put, then what the
 * streams have room for; new events beside those that earlier processes left; one reading at a time.
 */
export class ReadBack {
  readonly #parts: ReadParts;
  readonly #resends: Resends;
  readonly #readers: readonly TailReader[];
  readonly #gone = new RangeSet();
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #isWaiting = false;
  #again = false;

  /** @param bytesPerStream most bytes of a stream, in each of its lanes, that are read back at a time */
  constructor(shared: Omit<ReadParts, 'gone' | 'stop'>, bytesPerStream: number) {
    const parts = { ...shared, gone: this.#gone, stop: this.#stop.signal };
    this.#parts = parts;
    this.#resends = new Resends(parts);
    const again = (ms: number) => void parts.clock.setTimer(() => this.kick(), ms);
    const gate = new ReplayGate();
    this.#readers = [false, true].map(
      (isReplay) => new TailReader(isReplay, gate, parts, bytesPerStream, this.#resends, again),
    );
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
    if (this.#stop.signal.aborted || (this.#parts.onlyOnDisk.isEmpty && this.#resends.isEmpty)) return;
    this.#again = true;
    if (this.#isWaiting) return;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      if (this.#again) this.kick();
    });
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Resolves when nothing is read any more. */
  async idle(): Promise<void> {
    await this.#running;
    await this.#close();
  }

  async #run(): Promise<void> {
    while (this.#again && !this.#stop.signal.aborted) {
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
        this.#parts.clock.setTimer(() => {
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
      if (this.#stop.signal.aborted) return false;
      isMore = (await reader.step()) || isMore;
    }
    return isMore;
  }

  #forgetGone(): void {
    if (!this.#gone.isEmpty && !this.#readers.some(({ isOpen }) => isOpen)) this.#gone.clear();
  }

  async #close(): Promise<void> {
    for (const reader of this.#readers) await reader.close().catch(() => {});
  }
}
