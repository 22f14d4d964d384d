import path from 'node:path';
import type { WarningCode } from '../accounts/events.js';
import type { Flush } from '../accounts/flush.js';
import type { Batch } from '../batch/batch.js';
import type { PutToken } from '../batch/put-history.js';
import type { Target } from '../cloudwatch/sink.js';
import type { DiskPlace, Intake } from '../intake/intake.js';
import type { ResolvedSpool } from '../options/resolve-options.js';
import type { openSpool, Recovery, Spool, SpoolDrop, SpooledEvent, SpoolStats } from '../spool/spool.js';
import type { PublisherParts, StreamDisk } from '../stream/publisher-parts.js';
import type { StreamWriter } from '../stream/stream-writer.js';
import type { StreamWriters } from '../stream/stream-writers.js';
import { mostPuts } from '../stream/turns/request-window.js';
import { RangeSet } from '../structures/range-set.js';
import { forPeople } from '../text/for-people.js';
import { queueMicrotask } from '../time/clock.js';
import { DiskLosses } from './disk-losses.js';
import { KeepAtEnd, type Leftover } from './keep-at-end.js';
import { OnlyOnDisk } from './only-on-disk.js';
import { Placement, RESERVE } from './placement.js';
import { PutNotes } from './put-notes.js';
import { ReadBack } from './read-back.js';
import { givenDestination, lookUpDestination } from './spool-destination.js';

type Context = Pick<
  PublisherParts,
  'accounts' | 'budget' | 'clock' | 'diagnostics' | 'dispatcher' | 'flushes' | 'options' | 'sink'
> & {
  readonly writers: StreamWriters;
  readonly intake: Pick<Intake, 'takeBack'>;
  readonly open: typeof openSpool;
};

const LONGEST_HANG_MS = 10_000; // a file system that hangs must not hold up logs

/**
 * Connects the core with the disk spool, and tells its pieces what happens. An event counts as `spooled` while it is
 * on disk only.
 */
export class Spooler implements StreamDisk {
  readonly place: DiskPlace;
  readonly #context: Context;
  readonly #settings: ResolvedSpool;
  readonly #spool: Spool;
  readonly #placement: Placement;
  readonly #onlyOnDisk: OnlyOnDisk;
  readonly #readBack: ReadBack;
  readonly #losses: DiskLosses;
  readonly #notes: PutNotes;
  readonly #keeper: KeepAtEnd;
  /** Ids of events that earlier processes left. */
  readonly #recovered = new RangeSet();
  /** Until what earlier processes left is known. */
  #starting: Promise<void> | undefined;

  constructor(context: Context, settings: ResolvedSpool) {
    const { accounts, budget, clock, flushes, intake, options, writers } = context;
    this.#context = context;
    this.#settings = settings;
    this.#spool = this.#open();
    const isRecovered = (id: number) => this.#recovered.has(id);
    this.#onlyOnDisk = new OnlyOnDisk(flushes, isRecovered, () => clock.now());
    const [spool, onlyOnDisk] = [this.#spool, this.#onlyOnDisk];
    this.#placement = new Placement(settings.mode, spool, onlyOnDisk, budget);
    this.place = this.#placement;
    const bytesOfPuts = (mostPuts(options) + 1) * options.maxBatchBytes;
    const bytesPerStream = Math.max(1, Math.min(bytesOfPuts, Math.floor(budget.maxBytes * RESERVE)));
    this.#readBack = new ReadBack({ ...context, spool, onlyOnDisk }, bytesPerStream);
    this.#losses = new DiskLosses(writers, onlyOnDisk, intake);
    this.#notes = new PutNotes(clock, spool, isRecovered);
    this.#keeper = new KeepAtEnd(spool, this.#notes, this.#losses, onlyOnDisk, accounts);
    this.#starting = this.#start();
  }

  /** Events that are only on disk, as the application gave them. */
  get spooled(): number {
    return this.#onlyOnDisk.events;
  }

  /** Since when events have been only on disk, without a break; `Infinity` when none are. */
  get spooledSince(): number {
    return this.#onlyOnDisk.since;
  }

  stats(): SpoolStats {
    return this.#spool.stats();
  }

  beforePut(target: Target, batch: Batch, token: PutToken): Promise<void> | undefined {
    if (batch.isSpooled) return this.#notes.before(target, batch, token);
    return token.isLane ? undefined : this.#notes.settled();
  }

  undone(target: Target, batch: Batch): void {
    if (batch.isSpooled) this.#notes.undone(target, batch);
  }

  /** A batch met its fate. */
  settled(batch: Batch): void {
    if (batch.isSpooled) {
      const ranges = batch.spoolRanges;
      this.#spool.acknowledge(ranges);
      this.#losses.settled(ranges);
    }
    this.#readBack.settled(batch);
  }

  /** Parts took the place of a batch, or one batch that of parts. */
  replaced(batches: readonly Batch[], by: readonly Batch[]): void {
    this.#readBack.replaced(batches, by);
  }

  failing(writer: { readonly lacksOthers: boolean }): void {
    this.#readBack.failing(writer);
  }

  hasEventsOf(target: Target): boolean {
    return this.#onlyOnDisk.has(target);
  }

  dropped(id: number): void {
    this.#spool.acknowledge([[id, id]]);
    this.#losses.settled([[id, id]]);
  }

  /** A flush began, which counts what is only on disk among what it waits for. */
  flushing(flush: Flush): void {
    this.#onlyOnDisk.flushing(flush);
    if (this.#starting) flush.addBatches(1); // ends with the start
    this.#readBack.kick();
  }

  /** Has everything on disk that was given to it, as a thread is about to send what is in memory. */
  flushSync(): void {
    this.#spool.flushSync();
  }

  /** The same as {@link KeepAtEnd.keep}. */
  keep(leftovers: () => readonly Leftover[]): number {
    this.#readBack.stop();
    return this.#keeper.keep(leftovers);
  }

  /** The line on stderr for what waits for the next start. */
  report(): void {
    if (this.spooled === 0) return;
    const { accounts, diagnostics } = this.#context;
    const { lastError } = accounts;
    const why = lastError ? `; last error: ${lastError.name}: ${forPeople(lastError.message)}` : '';
    diagnostics.lastWords({
      code: 'spool',
      message:
        `${this.spooled} log event(s) wait on disk in ${path.resolve(this.#settings.directory)} ` +
        `for the next start${why}.`,
    });
  }

  async close(): Promise<void> {
    this.#readBack.stop();
    await this.#spool.unlessHanging(this.#readBack.idle());
    await this.#spool.close();
  }

  #open(): Spool {
    let isOpening = true;
    const { options, sink } = this.#context;
    const destination = givenDestination(options);
    const spool = this.#context.open({
      ...this.#settings,
      destination,
      lookedUp: lookUpDestination(destination, sink),
      directory: path.resolve(this.#settings.directory),
      onWarn: (message, topic) => this.#warn('spool', message, topic),
      onTrouble: ({ message }) => {
        // At the very start nobody can listen yet.
        if (isOpening) queueMicrotask(() => this.#warn('spool', message, 'trouble'));
        else this.#warn('spool', message, 'trouble');
      },
      onUsable: () => this.#warn('recovered', 'The spool takes events again.', 'spool'),
      onWritten: (id) => {
        this.#notes.written(id);
        this.#readBack.kick();
      },
      onDropped: (drop) => this.#placement.later(() => this.#onDropped(drop)),
      onHandBack: (events) => this.#placement.later(() => this.#onHandBack(events)),
      onRecovered: (recovery) => this.#onRecovered(recovery),
    });
    isOpening = false;
    return spool;
  }

  /**
   * Puts nothing before it is known on which streams earlier processes were about to put something, and nothing on those
   * before it is read what that was, as its token tells nothing after another put. Where reading their files makes no
   * progress that ends by itself.
   */
  async #start(): Promise<void> {
    const { clock, dispatcher, flushes, writers } = this.#context;
    dispatcher.pause();
    let held: readonly StreamWriter[] = [];
    const letGo = (): void => {
      dispatcher.resume();
      for (const writer of held) writer.resend(undefined);
      held = [];
    };
    let seen = 0;
    let timer: unknown;
    const look = (): void => {
      if (this.#spool.progress === seen) letGo();
      else timer = clock.setTimer(look, LONGEST_HANG_MS);
      seen = this.#spool.progress;
    };
    timer = clock.setTimer(look, LONGEST_HANG_MS);
    held = (await this.#spool.noted).map((stream) => writers.of(stream));
    for (const writer of held) writer.hold();
    dispatcher.resume();
    const recovery = await this.#spool.ready;
    this.#starting = undefined;
    const { spooled } = this;
    this.#onRecovered(recovery);
    letGo();
    clock.clearTimer(timer);
    for (const flush of [...flushes]) {
      // A process that lives for a moment only has received what the one before it left, too.
      this.#onlyOnDisk.flushesRecovered(flush, this.spooled - spooled);
      flush.addBatches(-1);
      flush.check();
    }
  }

  #onRecovered({ events, perStream, ranges, pendingPuts }: Recovery): void {
    if (ranges.length === 0) return;
    const { accounts, writers } = this.#context;
    accounts.received += events;
    accounts.recovered += events;
    const sorted = RangeSet.of(ranges);
    const { first = 0, last = 0 } = sorted;
    this.#recovered.addAll(sorted.ranges());
    for (const stream of perStream) this.#onlyOnDisk.recover(writers.of(stream), first, last, stream.events);
    this.#readBack.resend(pendingPuts);
    this.#readBack.kick();
  }

  #onDropped(drop: SpoolDrop): void {
    const events = this.#losses.dropped(drop);
    if (events > 0) this.#countDropped(drop.reason, events);
    this.#readBack.dropped(drop.ranges);
  }

  #countDropped(reason: SpoolDrop['reason'], events: number): void {
    const { accounts, diagnostics } = this.#context;
    accounts.count('overflow', events);
    diagnostics.drop({ reason: 'overflow', events, bytes: 0 });
    const why = {
      maxBytes: `the spool is full (maxBytes ${this.#settings.maxBytes}); its oldest events make room`,
      unreadable: 'files of the spool were damaged while it was in use',
      missing: 'files of the spool were deleted while it was in use',
    }[reason];
    this.#warn('spool', `${why}: ${events} event(s) were dropped and counted as "overflow".`, reason);
  }

  #onHandBack(events: readonly SpooledEvent[]): void {
    const { diagnostics } = this.#context;
    diagnostics.hold();
    try {
      this.#losses.handedBack(events);
    } finally {
      diagnostics.release();
    }
  }

  #warn(code: WarningCode, message: string, key: string): void {
    this.#context.diagnostics.warn({ code, message }, key);
  }
}
