import path from 'node:path';
import type { Accounts } from '../accounts/accounts.js';
import type { Diagnostics, WarningCode } from '../accounts/diagnostics.js';
import type { Flush } from '../accounts/flush.js';
import type { MemoryBudget } from '../accounts/memory-budget.js';
import type { Batch } from '../batch/batch.js';
import type { Target } from '../cloudwatch/sink.js';
import { type DiskPlace, type Intake, partNotes } from '../intake/intake.js';
import type { ResolvedOptions, ResolvedSpool } from '../options/resolve-options.js';
import type { openSpool, Recovery, Spool, SpoolDrop, SpoolStats } from '../spool/spool.js';
import type { Dispatcher } from '../stream/dispatcher.js';
import type { StreamDisk } from '../stream/stream-disk.js';
import type { StreamWriter } from '../stream/stream-writer.js';
import type { StreamWriters } from '../stream/stream-writers.js';
import { RangeSet } from '../structures/range-set.js';
import { forPeople } from '../text/for-people.js';
import type { Clock } from '../time/clock.js';
import { SpoolLosses } from './disk-losses.js';
import { DiskTails } from './disk-tail.js';
import { LeftoverKeeper } from './keep-at-end.js';
import type { Leftover } from './leftovers.js';
import { PutNotes } from './put-notes.js';
import { SpoolLoader } from './read-back.js';
import { SpooledCount } from './spooled-count.js';
import { flagsOf } from './spooled-parts.js';
import { pauseAtStart } from './start-pause.js';

/** What connects the spool with its publisher. */
export interface SpoolerContext {
  readonly options: ResolvedOptions;
  readonly clock: Clock;
  readonly accounts: Accounts;
  readonly budget: MemoryBudget;
  readonly diagnostics: Diagnostics;
  readonly writers: StreamWriters;
  readonly dispatcher: Dispatcher;
  readonly intake: Pick<Intake, 'takeBack'>;
  readonly open: typeof openSpool;
}

// Of the memory, for what is read back: streams that are stuck would take all of it otherwise.
const RESERVE = 1 / 4;

/**
 * Connects the core with the disk spool: finds new events their place, in memory or on disk, and tells its pieces what
 * happens. In mode 'overflow' memory holds the head of a stream and disk its tail; in mode 'always' what is in memory
 * is on disk too. An event counts as `spooled` while it is on disk only.
 */
export class Spooler implements StreamDisk, DiskPlace {
  readonly #context: SpoolerContext;
  readonly #settings: ResolvedSpool;
  readonly #isAlways: boolean;
  readonly #liveBytes: number;
  readonly #spool: Spool;
  readonly #loader: SpoolLoader;
  readonly #losses: SpoolLosses;
  readonly #notes: PutNotes;
  readonly #keeper: LeftoverKeeper;
  readonly #count = new SpooledCount();
  readonly #tails = new DiskTails();
  /** Ids of events that earlier processes left. */
  readonly #recovered = new RangeSet();
  /** What the spool said while an event was given to it, before that event had its place. */
  #deferred: (() => void)[] | undefined;
  /** Until what earlier processes left is known. */
  #starting: Promise<void> | undefined;

  constructor(context: SpoolerContext, settings: ResolvedSpool) {
    const { budget, options } = context;
    this.#context = context;
    this.#settings = settings;
    this.#isAlways = settings.mode === 'always';
    this.#liveBytes = Math.floor(budget.maxBytes * (1 - RESERVE));
    this.#spool = this.#open();
    const isRecovered = (id: number) => this.#recovered.has(id);
    const shared = { ...context, spool: this.#spool, count: this.#count, tails: this.#tails, isRecovered };
    this.#loader = new SpoolLoader({
      ...shared,
      bytesPerStream: Math.max(
        1,
        Math.min((options.maxInFlight + 1) * options.maxBatchBytes, Math.floor(budget.maxBytes * RESERVE)),
      ),
    });
    this.#losses = new SpoolLosses({ ...shared, settings });
    this.#notes = new PutNotes(shared);
    this.#keeper = new LeftoverKeeper({ ...shared, notes: this.#notes, losses: this.#losses });
    this.#starting = this.#start();
  }

  /** Events that are only on disk, as the application gave them. */
  get spooled(): number {
    return this.#count.events;
  }

  stats(): SpoolStats {
    return this.#spool.stats();
  }

  take(writer: StreamWriter, text: string, time: number, size: number): boolean {
    return this.#hearLater(() => {
      const isMemorys = this.#hasMemory(writer, size);
      const id = isMemorys && !this.#isAlways ? 0 : this.#append(writer.target, time, text, 0);
      if (isMemorys) {
        this.#context.budget.take(size);
        writer.append(text, time, size, undefined, id);
      } else if (id > 0) {
        this.#onlyOnDisk(writer, id, 1);
      }
      return isMemorys || id > 0;
    });
  }

  takeParts(writer: StreamWriter, parts: readonly string[], sizes: readonly number[], time: number): boolean {
    return this.#hearLater(() => {
      const total = sizes.reduce((sum, size) => sum + size, 0);
      let isMemorys = this.#hasMemory(writer, total);
      const notes = partNotes(parts.length);
      for (const [index, part] of parts.entries()) {
        const note = notes[index];
        const id = isMemorys && !this.#isAlways ? 0 : this.#append(writer.target, time, part, flagsOf(note));
        if (!isMemorys && id === 0) {
          if (index === 0) return false;
          isMemorys = true; // the disk failed in between: the rest of the event has to stay here
        }
        if (isMemorys) {
          this.#context.budget.take(sizes[index]);
          writer.append(part, time, sizes[index], note, id);
        } else {
          this.#onlyOnDisk(writer, id, index === parts.length - 1 ? 1 : 0);
        }
      }
      return true;
    });
  }

  beforePut(target: Target, batch: Batch, sequenceToken: string | undefined): Promise<void> | undefined {
    return batch.isSpooled ? this.#notes.before(target, batch, sequenceToken) : this.#notes.settled();
  }

  settled(batch: Batch): void {
    if (batch.isSpooled) {
      const ranges = batch.spoolRanges;
      this.#spool.acknowledge(ranges);
      this.#losses.settled(ranges);
    }
    this.#loader.settled(batch);
  }

  replaced(batches: readonly Batch[], by: readonly Batch[]): void {
    this.#loader.replaced(batches, by);
  }

  failing(): void {
    this.#loader.failing();
  }

  hasEventsOf(target: Target): boolean {
    return this.#tails.has(target);
  }

  dropped(id: number): void {
    this.#spool.acknowledge([[id, id]]);
    this.#losses.settled([[id, id]]);
  }

  /** Has `flush` wait for what is only on disk. */
  follow(flush: Flush): void {
    this.#loader.follow(flush);
    if (!this.#starting) return;
    // A process that lives for a moment only has received what the one before it left, too.
    flush.follow(0);
    void this.#starting.then(() => {
      this.#loader.followReplays(flush);
      flush.finished(0);
    });
  }

  /** Has everything on disk that was given to it, as a thread is about to send what is in memory. */
  flushSync(): void {
    this.#spool.flushSync();
  }

  /** The same as {@link LeftoverKeeper.keep}. */
  keep(leftovers: () => readonly Leftover[]): number {
    this.#loader.stop();
    return this.#keeper.keep(leftovers);
  }

  /** The line on stderr for what waits for the next start. */
  report(): void {
    if (this.spooled === 0) return;
    const { accounts, diagnostics, options } = this.#context;
    const { lastError } = accounts;
    const why = lastError ? `; last error: ${lastError.name}: ${forPeople(lastError.message)}` : '';
    diagnostics.lastWords({
      code: 'spool',
      message:
        `${this.spooled} log event(s) wait on disk in ${path.resolve(this.#settings.directory)} ` +
        `for the next start${why}.`,
      logGroupName: options.logGroupName,
    });
  }

  async close(): Promise<void> {
    this.#loader.stop();
    await this.#loader.idle();
    await this.#spool.close();
  }

  #open(): Spool {
    let isOpening = true;
    const spool = this.#context.open({
      ...this.#settings,
      directory: path.resolve(this.#settings.directory),
      onWarn: (message) => this.#warn('spool', message, 'damage'),
      onTrouble: ({ message }) => {
        // At the very start nobody can listen yet.
        if (isOpening) queueMicrotask(() => this.#warn('spool', message, 'trouble'));
        else this.#warn('spool', message, 'trouble');
      },
      onUsable: () => this.#warn('recovered', 'The spool takes events again.', 'spool'),
      onWritten: (id) => {
        this.#notes.written(id);
        this.#loader.kick();
      },
      onDropped: (drop) => this.#later(() => this.#onDropped(drop)),
      onHandBack: (events) => this.#later(() => this.#losses.handedBack(events)),
      onRecovered: (recovery) => this.#onRecovered(recovery),
    });
    isOpening = false;
    return spool;
  }

  /** Nothing is put before it is known what earlier processes were about to put. */
  async #start(): Promise<void> {
    const end = pauseAtStart(this.#context, () => this.#spool.progress);
    const recovery = await this.#spool.ready;
    this.#starting = undefined;
    this.#onRecovered(recovery);
    end();
  }

  #append({ logGroupName, logStreamName }: Target, time: number, text: string, flags: number): number {
    return this.#spool.append(logGroupName, logStreamName, time, text, flags);
  }

  /** The spool may call back while an event is given to it; what it says is heard when that event has its place. */
  #hearLater(take: () => boolean): boolean {
    const deferred: (() => void)[] = [];
    this.#deferred = deferred;
    try {
      return take();
    } finally {
      this.#deferred = undefined;
      for (const callback of deferred) callback();
    }
  }

  #later(callback: () => void): void {
    if (this.#deferred) this.#deferred.push(callback);
    else callback();
  }

  #hasMemory(writer: StreamWriter, bytes: number): boolean {
    return !this.#tails.live(writer) && this.#context.budget.usedBytes + bytes <= this.#liveBytes;
  }

  #onlyOnDisk(writer: StreamWriter, id: number, events: number): void {
    const tail = this.#tails.begin(writer, false, id - 1);
    tail.through = id;
    tail.events += events;
    this.#count.add(events);
  }

  #onRecovered({ events, perStream, ranges, pendingPuts }: Recovery): void {
    if (ranges.length === 0) return;
    const { accounts, writers } = this.#context;
    accounts.received += events;
    accounts.recovered += events;
    this.#count.add(events);
    const sorted = RangeSet.of(ranges);
    const { first = 0, last = 0 } = sorted;
    this.#recovered.addAll(sorted.ranges());
    for (const stream of perStream) {
      const writer = writers.of(stream);
      const tail = this.#tails.begin(writer, true, first - 1);
      tail.through = Math.max(tail.through, last);
      tail.events += stream.events;
    }
    this.#loader.resend(pendingPuts);
    this.#loader.kick();
  }

  #onDropped(drop: SpoolDrop): void {
    this.#losses.dropped(drop);
    this.#loader.dropped(drop.ranges);
  }

  #warn(code: WarningCode, message: string, key: string): void {
    this.#context.diagnostics.warn({ code, message, logGroupName: this.#context.options.logGroupName }, key);
  }
}
