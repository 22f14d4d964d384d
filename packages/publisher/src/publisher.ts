import { EventEmitter } from 'node:events';
import os from 'node:os';
import { Accounts, type PublisherStats } from './accounts/accounts.js';
import { retentionWarning, settingRefusedWarning, wrongClockWarning } from './accounts/advice.js';
import { Diagnostics, printLine } from './accounts/diagnostics.js';
import type { PublisherEvents } from './accounts/events.js';
import { type Flush, Flushes, type FlushResult } from './accounts/flush.js';
import { MemoryBudget } from './accounts/memory-budget.js';
import { Settlement } from './accounts/settlement.js';
import type { BatchObserver } from './batch/batch.js';
import { type PublisherSnapshot, restoreBatch } from './batch/snapshot.js';
import { Endpoint } from './cloudwatch/endpoint.js';
import { Provisioner } from './cloudwatch/provisioner.js';
import { CloudWatchLogsSink } from './cloudwatch/sdk-sink.js';
import { ServiceClock } from './cloudwatch/service-clock.js';
import type { GroupSetting, PutFailure, Sink } from './cloudwatch/sink.js';
import { Spooler } from './disk/spooler.js';
import { type Guarded, guardExit, published } from './exit/exit-guard.js';
import { Remains } from './exit/remains.js';
import { GroupNames } from './intake/group-names.js';
import { Intake, type LogEvent } from './intake/intake.js';
import { Room } from './intake/room.js';
import { streamNamerFor } from './intake/stream-namer.js';
import { nodeCrypto } from './modules/builtins.js';
import { disabledLine } from './options/enabled.js';
import { logGroupText } from './options/group-name.js';
import { groupSettings } from './options/group-settings.js';
import type { EventContext } from './options/name-template.js';
import { checkFlushOptions } from './options/option-checks.js';
import type { PublisherOptions } from './options/options.js';
import { type ResolvedOptions, resolveOptions } from './options/resolve-options.js';
import type { StreamNamer } from './options/stream-name.js';
import { openSpool } from './spool/spool.js';
import { Outages } from './stream/outages.js';
import { Overdue } from './stream/overdue.js';
import { Fullest } from './stream/queue/fullest.js';
import type { StreamWriter } from './stream/stream-writer.js';
import { StreamWriters } from './stream/stream-writers.js';
import { Dispatcher } from './stream/turns/dispatcher.js';
import { Pace } from './stream/turns/pace.js';
import { mostPuts, requestBounds } from './stream/turns/request-window.js';
import { AnnouncedEnd } from './time/announced-end.js';
import { type Clock, systemClock } from './time/clock.js';
import { Deadlines } from './time/deadlines.js';
import { KeepAlive } from './time/keep-alive.js';

/** How long a flush or a shutdown may take. */
export interface FlushOptions {
  /** Milliseconds. @default `flushTimeoutMs` for a flush, `closeTimeoutMs` for a shutdown */
  readonly timeoutMs?: number | undefined;
  /**
   * The process ends after this: the time that it takes is part of the time that the end of the process may take,
   * rather than added to it. Always so for a shutdown. @default false
   */
  readonly beforeExit?: boolean | undefined;
}

/** @internal Parts that tests, and the thread at the end of the process, put in the place of the world. */
export interface PublisherInternals {
  readonly clock?: Clock;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
  readonly sink?: Sink;
  /** Whether the end of the process is watched over. @default true */
  readonly guardExit?: boolean;
  /** Whether whoever started this thread asks for its end, so that it must not end with the main thread. @default false */
  readonly isAskedToEnd?: boolean;
  /** Never print a line on stderr. @default false */
  readonly silent?: boolean;
  /** Opens the disk spool. */
  readonly openSpool?: typeof openSpool;
}

/** A flush waits no longer for the retention of a group, once its events are stored. */
const RETENTION_WAIT_MS = 1000;

/**
 * Publishes log events to Amazon CloudWatch Logs: at least once, and exactly once where the endpoint enforces
 * sequence tokens. It accepts at once into a bounded buffer, never throws for data, never blocks, and never
 * emits 'error'. Its events are those of {@link PublisherEvents}.
 *
 * @throws PublisherError when an option is wrong
 */
export class Publisher extends EventEmitter<PublisherEvents> {
  readonly #options: ResolvedOptions;
  readonly #clock: Clock;
  readonly #deadlines: Deadlines;
  readonly #accounts = new Accounts();
  readonly #budget: MemoryBudget;
  readonly #diagnostics: Diagnostics;
  readonly #flushes = new Flushes();
  readonly #sink: Sink;
  readonly #groups: GroupNames;
  readonly #namer: StreamNamer;
  readonly #provisioner: Provisioner;
  readonly #dispatcher: Dispatcher;
  readonly #writers: StreamWriters;
  readonly #intake: Intake;
  readonly #spooler: Spooler | undefined;
  readonly #remains: Remains;
  readonly #keepAlive = new KeepAlive();
  readonly #room: Room;
  #state: 'open' | 'closing' | 'closed' = 'open';
  #closing: Promise<FlushResult> | undefined;
  #unguard: (() => void) | undefined;
  readonly #exitHooks: Guarded;
  readonly #end: AnnouncedEnd;

  /** @throws PublisherError when an option is wrong */
  constructor(options: PublisherOptions);
  /** @internal */
  constructor(options: PublisherOptions, internals: PublisherInternals);
  constructor(options: PublisherOptions, internals: PublisherInternals = {}) {
    super();
    this.#options = resolveOptions(options);
    this.#clock = internals.clock ?? systemClock;
    this.#deadlines = new Deadlines(this.#clock);
    this.#end = new AnnouncedEnd(() => this.#clock.now());
    this.#budget = new MemoryBudget(this.#options.maxBufferBytes);
    this.#diagnostics = new Diagnostics(
      this,
      this.#clock,
      internals.silent ?? false,
      logGroupText(this.#options),
    );
    const naming = {
      hostname: os.hostname(),
      pid: process.pid,
      instance: nodeCrypto().randomBytes(4).toString('hex'),
      env: process.env,
    };
    this.#groups = new GroupNames(this.#options, naming, this.#diagnostics);
    this.#namer = streamNamerFor(this.#options, naming, this.#diagnostics);
    this.#dispatcher = new Dispatcher(requestBounds(this.#options), this.#deadlines);
    const { maxBatchBytes: maxBytes, maxBatchEvents: maxEvents, requestTimeoutMs } = this.#options;
    const time = new ServiceClock(this.#clock, (byMs) => this.#correctTimes(byMs));
    const endpoint = new Endpoint({ maxBytes, maxEvents }, time, requestTimeoutMs);
    this.#sink = internals.sink ?? new CloudWatchLogsSink(this.#options);
    const news = {
      onRetentionFailure: (logGroupName: string, failure: PutFailure) =>
        this.#diagnostics.warn(retentionWarning(logGroupName, failure)),
      onSettingRefused: (logGroupName: string, setting: GroupSetting, failure: PutFailure) =>
        this.#diagnostics.warn(settingRefusedWarning(setting, logGroupName, failure)),
      onCreated: (logGroupName: string, logStreamName?: string) => {
        const where = { logGroupName, ...(logStreamName !== undefined && { logStreamName }) };
        this.#diagnostics.place('created', where, this.#sink.sentPlace?.());
      },
    };
    const provisioning = {
      ...this.#options,
      settingsOf: (logGroupName: string) =>
        this.#groups.owns(logGroupName) ? groupSettings(this.#options, logGroupName) : undefined,
    };
    this.#provisioner = new Provisioner(this.#sink, this.#clock, provisioning, news, internals.random);
    const shared = {
      options: this.#options,
      endpoint,
      clock: this.#clock,
      accounts: this.#accounts,
      budget: this.#budget,
      diagnostics: this.#diagnostics,
      flushes: this.#flushes,
      fullest: new Fullest<StreamWriter>(),
    };
    const settlement = new Settlement({
      ...shared,
      onSettled: (batch) => this.#spooler?.settled(batch),
      onReplaced: (batches, by) => this.#spooler?.replaced(batches, by),
    });
    this.#writers = new StreamWriters(
      this.#groups.only,
      {
        ...shared,
        random: internals.random ?? Math.random,
        deadlines: this.#deadlines,
        pace: new Pace(this.#clock, this.#deadlines, this.#budget),
        sink: this.#sink,
        provisioner: this.#provisioner,
        overdue: new Overdue(this.#clock, this.#deadlines, this.#diagnostics),
        outages: new Outages(this.#diagnostics, (logGroupName) => this.#writers.waitingIn(logGroupName)),
        dispatcher: this.#dispatcher,
        mostPuts: mostPuts(this.#options),
        isClosing: () => this.#state !== 'open',
        disk: () => this.#spooler,
        settlement,
      },
      this.#namer.instance,
    );
    const writers = this.#writers;
    const random = internals.random ?? Math.random;
    this.#intake = new Intake({ ...shared, random, writers, groups: this.#groups, namer: this.#namer });
    this.#room = new Room(this.#budget, () => this.#intake.disk, this.#keepAlive);
    const { spool, enabled } = this.#options;
    if (spool && enabled) {
      const open = internals.openSpool ?? openSpool;
      this.#spooler = new Spooler(
        { ...shared, writers, dispatcher: this.#dispatcher, intake: this.#intake, sink: this.#sink, open },
        spool,
      );
      this.#intake.disk = this.#spooler.place;
    }
    this.#remains = new Remains({ ...shared, writers, groups: this.#groups, spooler: this.#spooler });
    this.#exitHooks = this.#hooksForExit(!internals.isAskedToEnd);
    if (enabled && (internals.guardExit ?? true)) this.#unguard = guardExit(this.#exitHooks);
    const line = enabled || internals.silent ? undefined : disabledLine(options);
    if (line) printLine(line);
  }

  /** Whether the level or the fields of an event are looked at, so that they must be passed on. */
  get needsContext(): boolean {
    return this.needsFields || (this.#options.overflow === 'drop-lowest' && this.#options.enabled);
  }

  /** Whether the fields are looked at, too: the names of group and stream depend on the event. */
  get needsFields(): boolean {
    return (this.#namer.dependsOnEvent || this.#groups.dependsOnEvent) && this.#options.enabled;
  }

  /** How long a flush waits that names no time, in milliseconds. */
  get flushTimeoutMs(): number {
    return this.#options.flushTimeoutMs;
  }

  /**
   * Takes an event. Returns at once and never throws; the event is delivered later, or counted.
   *
   * @param context level and fields, where the names of group and stream ask for them, or `overflow: 'drop-lowest'` for the level
   * @returns false when the event was dropped at once
   */
  publish(event: LogEvent, context?: EventContext): boolean {
    if (!this.#options.enabled) return true;
    this.#accounts.received++;
    if (this.#state !== 'open') {
      return this.#intake.refuse('shutdown', 0, 'an event came after the end of the publisher');
    }
    this.#diagnostics.hold();
    try {
      const isTaken = this.#intake.take(event, context);
      if (isTaken) published(this.#exitHooks);
      return isTaken;
    } catch (error) {
      // Its name only: the text of an error may quote the event.
      const reason = error instanceof Error ? error.name : typeof error;
      return this.#intake.refuse('invalid', 0, `an event could not be taken (${reason})`);
    } finally {
      this.#diagnostics.release();
    }
  }

  /**
   * Takes an event once there is room for it, in memory or in the spool, so that nothing is dropped for it. For jobs and audit
   * trails that can wait for CloudWatch Logs; not where an outage must not hold up the application. The process stays alive
   * meanwhile. What is given to {@link publish} beside it may drop events of either. Never rejects.
   *
   * @returns true when it has its place, which is before it is stored; false when the publisher is closed, or the event cannot
   * be taken at all
   */
  publishWhenRoom(event: LogEvent, context?: EventContext): Promise<boolean> {
    let copy: LogEvent;
    try {
      copy = { ...event }; // the application may use its own again
    } catch {
      return Promise.resolve(this.publish(event, context)); // a getter throws, which is counted there
    }
    const take = () => this.publish(copy, context);
    const bytes = this.#intake.sizeOf(copy);
    const hasStream = () => this.#intake.hasStreamFor(copy, context);
    const waits = this.#state === 'open' && this.#options.enabled && !this.#room.isFor(bytes, hasStream);
    return waits ? this.#room.wait(bytes, hasStream, take) : Promise.resolve(take());
  }

  /**
   * Waits until every event that was received before this call is stored or settled, queued and in flight.
   * Rejects only when an option is wrong.
   */
  async flush(options: FlushOptions = {}): Promise<FlushResult> {
    checkFlushOptions(options);
    for (const writer of this.#writers) writer.hasten();
    if (options.beforeExit || this.#state !== 'open') this.#hurry();
    const flush = this.#beginFlush();
    const timeoutMs = options.timeoutMs ?? this.flushTimeoutMs;
    const deadline = this.#clock.now() + timeoutMs;
    if (!flush.isDone && !this.#flushes.isOver) {
      if (options.beforeExit) this.#end.announce(timeoutMs);
      await this.#within(timeoutMs, new Promise<void>((resolve) => flush.whenDone(resolve)));
      if (options.beforeExit && flush.isDone && this.#state === 'open') this.#end.callOff();
    }
    // Who flushes and ends at once would never set the retention of the group otherwise.
    const retentions = flush.isDone ? this.#provisioner.retentionsAreSet() : undefined;
    if (retentions) await this.#within(Math.min(deadline - this.#clock.now(), RETENTION_WAIT_MS), retentions);
    this.#flushes.end(flush);
    this.#diagnostics.tellDrops();
    return flush.result;
  }

  /**
   * Takes no more events, sends what there is within a deadline, and reports what is left. Idempotent; rejects only when
   * an option is wrong.
   */
  close(options: FlushOptions = {}): Promise<FlushResult> {
    try {
      checkFlushOptions(options);
    } catch (error) {
      return Promise.reject(error);
    }
    this.#closing ??= this.#shutDown(options.timeoutMs ?? this.#options.closeTimeoutMs);
    return this.#closing;
  }

  /** Counters; see {@link PublisherStats} for the law that they obey. */
  stats(): PublisherStats {
    let buffered = 0;
    let inFlight = 0;
    let oldestAt = this.#spooler?.spooledSince ?? Number.POSITIVE_INFINITY;
    for (const writer of this.#writers) {
      buffered += writer.buffered;
      inFlight += writer.inFlight;
      oldestAt = Math.min(oldestAt, writer.oldestAt);
    }
    const spooled = this.#spooler?.spooled ?? 0;
    const { usedBytes: bufferedBytes, maxBytes: maxBufferBytes } = this.#budget;
    const ageMs = this.#clock.now() - oldestAt; // negative infinity when there is none
    const oldestEventAgeMs = Math.max(0, Math.round(ageMs));
    const streams = this.#writers.size;
    return this.#accounts.stats(
      { buffered, inFlight, spooled, streams, bufferedBytes, maxBufferBytes, oldestEventAgeMs },
      this.#spooler?.stats(),
    );
  }

  /**
   * @internal
   * Takes over the events of a publisher whose thread has ended.
   *
   * @param observe called for each batch, in order
   */
  restore(snapshot: PublisherSnapshot, observe: () => BatchObserver): void {
    const { maxBatchBytes, maxBatchEvents } = this.#options;
    this.#groups.take(snapshot.chosenGroups ?? []);
    for (const { token, isUnmade, batches, ...target } of snapshot.streams) {
      const restored = batches.map((saved) =>
        restoreBatch(saved, { maxBytes: maxBatchBytes, maxEvents: maxBatchEvents }),
      );
      for (const batch of restored) {
        batch.observer = observe();
        batch.epoch = this.#flushes.epoch;
        this.#accounts.received += batch.weight;
        this.#budget.take(batch.bytes);
      }
      this.#writers.of(target).adopt(restored, token, isUnmade);
    }
  }

  /** The clock of this machine is wrong: what waits in memory has its times from it. */
  #correctTimes(byMs: number): void {
    this.#diagnostics.warn({ code: 'clock', message: wrongClockWarning(byMs) });
    for (const writer of this.#writers) writer.correctTimes(byMs);
  }

  /** The end has come: nothing waits for a better time, and as much is under way as the service may like. */
  #hurry(): void {
    for (const writer of this.#writers) writer.hurry(true);
    this.#provisioner.hurry();
    this.#dispatcher.hurry();
  }

  #beginFlush(): Flush {
    let batches = 0;
    let events = this.#spooler?.spooled ?? 0;
    for (const writer of this.#writers) {
      for (const batch of writer.unsettled()) {
        batches++;
        events += batch.weight;
      }
    }
    const flush = this.#flushes.begin(batches, events);
    this.#spooler?.flushing(flush);
    return flush;
  }

  /** Waits, holding the process alive, at most `timeoutMs`. */
  async #within(timeoutMs: number, waited: Promise<void>): Promise<void> {
    const release = this.#keepAlive.hold();
    const isOver = this.#sink.waitsFor?.(timeoutMs);
    let timer: unknown;
    const timeout = new Promise<void>((resolve) => {
      timer = this.#clock.setTimer(resolve, Math.max(0, timeoutMs));
    });
    await Promise.race([waited, timeout]);
    this.#clock.clearTimer(timer);
    isOver?.();
    release();
  }

  async #shutDown(timeoutMs: number): Promise<FlushResult> {
    this.#state = 'closing';
    this.#room.end();
    const deadline = this.#clock.now() + timeoutMs;
    this.#end.announce(timeoutMs);
    const result = await this.flush({ timeoutMs });
    // A process that lives for a second only would never set the retention of its group otherwise.
    if (this.#provisioner.isBusy) await this.#within(deadline - this.#clock.now(), this.#provisioner.idle());
    const lost = this.#remains.settle();
    this.#state = 'closed';
    this.#unguard?.();
    this.#deadlines.clear();
    this.#sink.close();
    this.#remains.report(lost, timeoutMs > 0 ? `within ${timeoutMs} ms` : 'in time');
    this.#spooler?.report();
    this.#diagnostics.tellDrops();
    // Everything is settled or on disk by now; a disk that hangs, or much that earlier processes left, ends by itself.
    await this.#spooler?.close();
    this.#flushes.giveUp();
    const pending = this.#spooler?.spooled ?? 0;
    return { delivered: result.delivered, dropped: result.dropped + lost, pending };
  }

  #hooksForExit(endsWithMain: boolean): Guarded {
    return {
      endsWithMain,
      close: (timeoutMs) => this.close({ timeoutMs }),
      received: () => this.#accounts.received,
      pending: () => {
        const { buffered, inFlight, spooled } = this.stats();
        return buffered + inFlight + spooled;
      },
      inMemory: () => {
        const { buffered, inFlight } = this.stats();
        return buffered + inFlight;
      },
      drainMs: () => this.#end.leftMs(this.#options.closeTimeoutMs),
      drain: async (timeoutMs) => {
        const deadline = this.#clock.now() + timeoutMs;
        const { pending } = await this.flush({ timeoutMs, beforeExit: true });
        await this.#within(deadline - this.#clock.now(), this.#provisioner.idle());
        if (pending > 0 || this.#provisioner.isBusy) this.#sink.letGo?.();
      },
      isBusy: () => this.#provisioner.isBusy,
      access: () => this.#sink.access?.(),
      snapshot: () => this.#remains.snapshot(),
      settle: (rescued, lastError) => {
        this.#accounts.lastError = lastError ?? this.#accounts.lastError;
        const waiting = this.#room.giveUp();
        this.#accounts.received += waiting;
        this.#accounts.count('shutdown', waiting);
        const lost = this.#remains.settle(rescued) + waiting;
        // Lines of later 'exit' listeners are sent, unless there is no way: who logs for each loss would never end.
        if (lost > 0) this.#state = 'closed';
        this.#remains.report(lost, 'before the process ended');
        this.#spooler?.report();
        this.#diagnostics.tellDrops();
      },
    };
  }
}
