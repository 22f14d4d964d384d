import path from 'node:path';
import type { Accounts } from './accounts.js';
import { safeMessage } from './advice.js';
import type { Batch, Note } from './batch.js';
import type { Clock } from './clock.js';
import type { Diagnostics, WarningCode } from './diagnostics.js';
import type { Dispatcher } from './dispatcher.js';
import type { Flush } from './flush.js';
import { type Intake, partNotes } from './intake.js';
import type { Leftover } from './leftovers.js';
import { EVENT_OVERHEAD_BYTES } from './limits.js';
import type { MemoryBudget } from './memory-budget.js';
import type { ResolvedOptions, ResolvedSpool } from './options.js';
import type { Target } from './sink.js';
import { type IdRange, RangeSet } from './spool/range-set.js';
import {
  type openSpool,
  PART_FLAG,
  type Recovery,
  type Spool,
  type SpoolDrop,
  type SpooledEvent,
  type SpoolStats,
  type SpoolTrouble,
} from './spool/spool.js';
import { SpoolLoader } from './spool-loader.js';
import type { StreamWriter } from './stream-writer.js';
import type { StreamWriters } from './stream-writers.js';

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

const LONGEST_START_MS = 10_000; // a file system that hangs must not hold up logs
const LONGEST_WRITE_MS = 10_000;
// Of the memory, for what is read back: streams that are stuck would take all of it otherwise.
const RESERVE = 1 / 4;

/**
 * Connects the core with the disk spool. In mode 'overflow' memory holds the head of a stream and disk its tail; in
 * mode 'always' what is in memory is on disk too. An event counts as `spooled` while it is on disk only.
 */
export class Spooler {
  readonly #context: SpoolerContext;
  readonly #settings: ResolvedSpool;
  readonly #isAlways: boolean;
  readonly #liveBytes: number;
  readonly #spool: Spool;
  readonly #loader: SpoolLoader;
  /** Ids that are not on disk any more, or never came there. */
  readonly #gone = new RangeSet();
  readonly #recovered = new RangeSet();
  readonly #writes: { readonly id: number; readonly resolve: () => void }[] = [];
  /** What the spool said while an event was given to it, before that event had its place. */
  #deferred: (() => void)[] | undefined;
  /** Until what earlier processes left is known. */
  #starting: Promise<void> | undefined;
  #putId = 0;
  #spooled = 0;

  constructor(context: SpoolerContext, settings: ResolvedSpool) {
    const { clock, dispatcher, accounts, budget, diagnostics, writers, options } = context;
    this.#context = context;
    this.#settings = settings;
    this.#isAlways = settings.mode === 'always';
    this.#liveBytes = Math.floor(budget.maxBytes * (1 - RESERVE));
    let isOpening = true;
    this.#spool = context.open({
      ...settings,
      directory: path.resolve(settings.directory),
      onWarn: (message) => this.#warn('spool', message, 'damage'),
      onTrouble: (trouble) => {
        // At the very start nobody can listen yet.
        if (isOpening) queueMicrotask(() => this.#warn('spool', trouble.message, 'trouble'));
        else this.#warn('spool', trouble.message, 'trouble');
      },
      onUsable: () => this.#warn('recovered', 'The spool takes events again.', 'spool'),
      onWritten: (id) => this.#onWritten(id),
      onDropped: (drop) => this.#later(() => this.#onDropped(drop)),
      onHandBack: (events, trouble) => this.#later(() => this.#onHandBack(events, trouble)),
      onRecovered: (recovery) => this.#onRecovered(recovery),
    });
    isOpening = false;
    this.#loader = new SpoolLoader({
      clock,
      accounts,
      budget,
      diagnostics,
      writers,
      spool: this.#spool,
      isRecovered: (id) => this.#recovered.has(id),
      isGone: (id) => !this.#gone.isEmpty && this.#gone.has(id),
      bytesPerStream: Math.max(
        1,
        Math.min((options.maxInFlight + 1) * options.maxBatchBytes, Math.floor(budget.maxBytes * RESERVE)),
      ),
      onLoaded: (events) => {
        this.#spooled -= events;
      },
    });
    dispatcher.pause();
    const giveUp = clock.setTimer(() => dispatcher.resume(), LONGEST_START_MS);
    this.#starting = this.#spool.ready.then((recovery) => {
      this.#starting = undefined;
      this.#onRecovered(recovery);
      clock.clearTimer(giveUp);
      dispatcher.resume();
    });
  }

  /** Events that are only on disk, as the application gave them. */
  get spooled(): number {
    return this.#spooled;
  }

  stats(): SpoolStats {
    return this.#spool.stats();
  }

  /** @returns false when it is not accepted here, so that the rules of memory hold */
  take(writer: StreamWriter, text: string, time: number, size: number): boolean {
    const isMemorys = writer.tail === undefined && this.#hasMemory(size);
    const id = isMemorys && !this.#isAlways ? 0 : this.#append(writer.target, time, text, 0);
    if (isMemorys) {
      this.#context.budget.take(size);
      writer.append(text, time, size, undefined, id);
    } else if (id > 0) {
      this.#onlyOnDisk(writer, id, 1);
    }
    this.#runDeferred();
    return isMemorys || id > 0;
  }

  /** The same for an event that became several. */
  takeParts(writer: StreamWriter, parts: readonly string[], sizes: readonly number[], time: number): boolean {
    const total = sizes.reduce((sum, size) => sum + size, 0);
    let isMemorys = writer.tail === undefined && this.#hasMemory(total);
    const notes = partNotes(parts.length);
    for (const [index, part] of parts.entries()) {
      const isLast = index === parts.length - 1;
      const isOnDisk = !isMemorys || this.#isAlways;
      const id = isOnDisk ? this.#append(writer.target, time, part, isLast ? 0 : PART_FLAG) : 0;
      if (!isMemorys && id === 0) {
        if (index === 0) return false;
        isMemorys = true; // the disk failed in between: the rest of the event has to stay here
      }
      if (isMemorys) {
        this.#context.budget.take(sizes[index]);
        writer.append(part, time, sizes[index], notes[index], id);
      } else {
        this.#onlyOnDisk(writer, id, isLast ? 1 : 0);
      }
    }
    this.#runDeferred();
    return true;
  }

  /**
   * Called before every put. A batch that is on disk is put only when it is written, and noted with its token, so
   * that the next process can put the very same batch.
   */
  beforePut(target: Target, batch: Batch, sequenceToken: string | undefined): Promise<void> | undefined {
    return batch.isSpooled ? this.#beforePut(target, batch, sequenceToken) : undefined;
  }

  /** A batch met its fate. */
  settled(batch: Batch): void {
    if (batch.isSpooled) this.#spool.acknowledge(batch.spoolRanges);
    this.#loader.kick(batch);
  }

  /** One event in memory was dropped. */
  dropped(id: number): void {
    if (id > 0) this.#spool.acknowledge([[id, id]]);
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

  /**
   * Has what is left on disk when it returns, also inside `process.on('exit')`. What was kept counts as spooled, the
   * rest as `shutdown`.
   *
   * @returns how many events could not be kept
   */
  keep(leftovers: () => readonly Leftover[]): number {
    this.#loader.stop();
    this.#spool.flushSync(); // may hand events back, which are among the rest then
    const rest = leftovers();
    const ids = new Map<Batch, readonly number[]>();
    this.#spool.writeSync(() => {
      for (const leftover of rest) this.#keepOne(leftover, ids);
    });
    let lost = 0;
    for (const { writer, batch } of rest) lost += this.#countKept(writer, batch, ids.get(batch));
    return lost;
  }

  /** Has what was settled on disk when it returns. */
  flushSync(): void {
    this.#spool.flushSync();
  }

  /** The line on stderr for what waits for the next start. */
  report(): void {
    if (this.#spooled === 0) return;
    const { accounts, diagnostics, options } = this.#context;
    const { lastError } = accounts;
    const why = lastError ? `; last error: ${lastError.name}: ${safeMessage(lastError.message)}` : '';
    diagnostics.lastWords({
      code: 'spool',
      message:
        `${this.#spooled} log event(s) wait on disk in ${path.resolve(this.#settings.directory)} ` +
        `for the next start${why}.`,
      logGroupName: options.logGroupName,
    });
  }

  async close(): Promise<void> {
    this.#loader.stop();
    await this.#loader.idle();
    await this.#spool.close();
  }

  #append(target: Target, time: number, text: string, flags: number): number {
    this.#deferred ??= [];
    return this.#spool.append(target.logGroupName, target.logStreamName, time, text, flags);
  }

  /** The spool may call back while an event is given to it; what it says is heard when that event has its place. */
  #later(callback: () => void): void {
    if (this.#deferred) this.#deferred.push(callback);
    else callback();
  }

  #runDeferred(): void {
    const deferred = this.#deferred;
    this.#deferred = undefined;
    if (deferred) for (const callback of deferred) callback();
  }

  #hasMemory(bytes: number): boolean {
    return this.#context.budget.usedBytes + bytes <= this.#liveBytes;
  }

  #onlyOnDisk(writer: StreamWriter, id: number, events: number): void {
    writer.tail ??= this.#loader.begin(writer, false, id - 1);
    writer.tail.through = id;
    writer.tail.events += events;
    this.#spooled += events;
  }

  async #beforePut(target: Target, batch: Batch, sequenceToken: string | undefined): Promise<void> {
    const ranges = batch.spoolRanges;
    const last = ranges[ranges.length - 1][1];
    if (last > this.#spool.writtenThrough && !this.#recovered.has(last)) await this.#written(last);
    const { ambiguousPuts } = batch;
    await this.#within(
      this.#spool.notePut({ ...target, putId: ++this.#putId, ranges, sequenceToken, ambiguousPuts }),
    );
  }

  #written(id: number): Promise<void> {
    return this.#within(new Promise<void>((resolve) => this.#writes.push({ id, resolve })));
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

  #onWritten(id: number): void {
    if (this.#writes.length > 0) {
      for (const write of this.#writes.filter((one) => one.id <= id)) write.resolve();
      const left = this.#writes.filter((one) => one.id > id);
      this.#writes.splice(0, this.#writes.length, ...left);
    }
    this.#loader.kick();
  }

  #onRecovered({ events, perStream, ranges, pendingPuts }: Recovery): void {
    if (ranges.length === 0) return;
    const { accounts, writers } = this.#context;
    accounts.received += events;
    accounts.recovered += events;
    this.#spooled += events;
    const sorted = RangeSet.of(ranges);
    const first = sorted.first ?? 0;
    this.#recovered.addAll(sorted.ranges());
    for (const stream of perStream) {
      const writer = writers.of(stream);
      writer.replayTail ??= this.#loader.begin(writer, true, first - 1);
      writer.replayTail.through = Math.max(writer.replayTail.through, sorted.last ?? 0);
      writer.replayTail.events += stream.events;
    }
    this.#loader.resend(pendingPuts);
    this.#loader.kick();
  }

  #onDropped({ reason, ranges, weigh }: SpoolDrop): void {
    const lost = RangeSet.of(ranges);
    this.#gone.addAll(lost.ranges());
    for (const writer of this.#context.writers) {
      for (const batch of writer.unsettled()) if (batch.isSpooled) lost.deleteAll(batch.spoolRanges);
    }
    const events = weigh(lost.ranges());
    if (events === 0) return;
    this.#spooled -= events;
    const { accounts, diagnostics, options } = this.#context;
    const { logGroupName } = options;
    accounts.count('overflow', events);
    if (diagnostics.wants('drop')) {
      diagnostics.emit('drop', { reason: 'overflow', events, bytes: 0, logGroupName });
    }
    const why = {
      maxBytes: `the spool is full (maxBytes ${this.#settings.maxBytes}); its oldest events make room`,
      unreadable: 'files of the spool were damaged while it was in use',
      missing: 'files of the spool were deleted while it was in use',
    }[reason];
    this.#warn('spool', `${why}: ${events} event(s) were dropped and counted as "overflow".`, reason);
    this.#loader.kick();
  }

  /** Events that could not be written. Those that are in memory too lose nothing. */
  #onHandBack(events: readonly SpooledEvent[], _trouble: SpoolTrouble): void {
    const { writers, intake } = this.#context;
    const notes = new Map<StreamWriter, Note & { kind: 'part' }>();
    for (const event of events) {
      const { id, message, messageBytes, timestamp, flags } = event;
      this.#gone.add(id, id);
      const writer = writers.of(event);
      const { tail } = writer;
      if (!tail || id <= tail.cursor) continue;
      const isPart = (flags & PART_FLAG) !== 0;
      const before = notes.get(writer);
      const note: (Note & { kind: 'part' }) | undefined =
        isPart || before
          ? {
              kind: 'part',
              event: before?.event ?? { worst: undefined, counted: undefined },
              last: !isPart,
            }
          : undefined;
      if (isPart && note) notes.set(writer, note);
      else notes.delete(writer);
      const weight = isPart ? 0 : 1;
      this.#spooled -= weight;
      tail.events -= weight;
      const batch = intake.takeBack(writer, message, timestamp, messageBytes + EVENT_OVERHEAD_BYTES, note);
      tail.movedOn(id, weight, batch ?? 'overflow');
    }
  }

  /** Gives every event of a batch to the spool; an id of 0 stands for one that it did not take. */
  #write(target: Target, batch: Batch): number[] {
    const ids: number[] = [];
    for (let index = 0; index < batch.length; index++) {
      const note = batch.noteAt(index);
      if (note?.kind === 'marker') continue;
      const flags = note?.kind === 'part' && !note.last ? PART_FLAG : 0;
      const { logGroupName, logStreamName } = target;
      ids.push(
        this.#spool.append(
          logGroupName,
          logStreamName,
          batch.timestampAt(index),
          batch.messageAt(index),
          flags,
        ),
      );
    }
    return ids;
  }

  #keepOne(
    { writer, batch, mayBeStoredUnder, rescuedUnder }: Leftover,
    ids: Map<Batch, readonly number[]>,
  ): void {
    const ranges = batch.spoolRanges;
    if (batch.isSpooled && !this.#gone.intersects(ranges)) {
      // Its own puts are noted; those of another thread are not.
      this.#noteAtEnd(writer.target, batch, ranges, rescuedUnder);
      return;
    }
    if (batch.isSpooled) this.#spool.acknowledge(ranges);
    const written = this.#write(writer.target, batch);
    ids.set(batch, written);
    if (written.length === 0 || written.includes(0)) return;
    const through = written[written.length - 1];
    const token = rescuedUnder === undefined ? mayBeStoredUnder : rescuedUnder;
    this.#noteAtEnd(writer.target, batch, [[written[0], through]], token);
  }

  /** Has the next process put a batch as it was put under `token`, unless it was not put at all. */
  #noteAtEnd(
    target: Target,
    { ambiguousPuts }: Batch,
    ranges: readonly IdRange[],
    token: string | null | undefined,
  ): void {
    if (token === undefined) return;
    const sequenceToken = token ?? undefined;
    void this.#spool.notePut({ ...target, putId: ++this.#putId, ranges, sequenceToken, ambiguousPuts });
  }

  #countKept(writer: StreamWriter, batch: Batch, ids: readonly number[] | undefined): number {
    const { accounts } = this.#context;
    let lost = 0;
    let at = 0;
    for (let index = 0; index < batch.length; index++) {
      const note = batch.noteAt(index);
      if (note?.kind === 'marker') continue;
      const id = ids?.[at++];
      const isKept = ids === undefined || (id !== undefined && id > 0 && !this.#gone.has(id));
      if (!isKept) lost += accounts.settleOne(note, 'shutdown');
      else if (note === undefined || note.last) this.#spooled += 1;
    }
    writer.left(batch);
    return lost;
  }

  #warn(code: WarningCode, message: string, topic: string): void {
    const { diagnostics, options } = this.#context;
    diagnostics.warn({ code, message, logGroupName: options.logGroupName }, topic);
  }
}
