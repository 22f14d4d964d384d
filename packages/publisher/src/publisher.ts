import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import os from 'node:os';
import { Accounts, type PublisherStats } from './accounts.js';
import { safeMessage } from './advice.js';
import type { DropReason, SplitEvent } from './batch.js';
import { CloudWatchLogsSink } from './client.js';
import { type Clock, systemClock } from './clock.js';
import { Deadlines } from './deadlines.js';
import { Diagnostics, type PublisherEvents } from './diagnostics.js';
import { Dispatcher } from './dispatcher.js';
import { type Guarded, guardExit } from './exit-guard.js';
import { Flush, type FlushResult } from './flush.js';
import { KeepAlive } from './keep-alive.js';
import { EVENT_OVERHEAD_BYTES } from './limits.js';
import { MemoryBudget } from './memory-budget.js';
import { type PublisherOptions, type ResolvedOptions, resolveOptions } from './options.js';
import { Overflow } from './overflow.js';
import { Provisioner } from './provisioner.js';
import type { Sink } from './sink.js';
import { type PublisherSnapshot, restoreBatch } from './snapshot.js';
import { splitMessage, truncateMessage } from './split-message.js';
import { compileStreamName, type EventContext, type StreamNamer, streamNamerOf } from './stream-name.js';
import type { StreamWriter } from './stream-writer.js';
import { StreamWriters } from './stream-writers.js';

/** A log event as it goes to CloudWatch Logs. */
export interface LogEvent {
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly message: string;
}

/** How long a flush or a shutdown may take. */
export interface FlushOptions {
  /** Milliseconds. @default `flushTimeoutMs` for a flush, `closeTimeoutMs` for a shutdown */
  readonly timeoutMs?: number;
  /**
   * The process ends after this: the time that it takes is part of the time that the end of the process may take,
   * rather than added to it. Always so for a shutdown. @default false
   */
  readonly beforeExit?: boolean;
}

/** What a test puts in the place of the world. */
export interface PublisherInternals {
  readonly clock?: Clock;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
  readonly sink?: Sink;
  /** Whether the end of the process is watched over. @default true */
  readonly guardExit?: boolean;
  /** Never print a line on stderr. @default false */
  readonly silent?: boolean;
}

/**
 * Publishes log events to Amazon CloudWatch Logs: at least once, and exactly once where the endpoint enforces
 * sequence tokens. It accepts at once into a bounded buffer, never throws for data, never blocks, and never
 * emits 'error'. Events: `warn`, `drop`, `conflict`, `batch`.
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
  readonly #sink: Sink;
  readonly #namer: StreamNamer;
  readonly #provisioner: Provisioner;
  readonly #writers: StreamWriters;
  readonly #overflow: Overflow;
  readonly #keepAlive = new KeepAlive();
  #state: 'open' | 'closing' | 'closed' = 'open';
  #closing: Promise<FlushResult> | undefined;
  #unguard: (() => void) | undefined;
  /** Set once the application has begun to end: from then on the end of the process counts. */
  #exitDeadline: number | undefined;

  constructor(options: PublisherOptions, internals: PublisherInternals = {}) {
    super();
    this.#options = resolveOptions(options);
    this.#clock = internals.clock ?? systemClock;
    this.#deadlines = new Deadlines(this.#clock);
    this.#budget = new MemoryBudget(this.#options.maxBufferBytes);
    this.#diagnostics = new Diagnostics(this, this.#clock, internals.silent ?? false);
    this.#sink = internals.sink ?? new CloudWatchLogsSink(this.#options);
    this.#namer = this.#makeNamer();
    this.#provisioner = this.#makeProvisioner();
    this.#writers = new StreamWriters(this.#options.logGroupName, {
      options: this.#options,
      clock: this.#clock,
      random: internals.random ?? Math.random,
      deadlines: this.#deadlines,
      sink: this.#sink,
      provisioner: this.#provisioner,
      accounts: this.#accounts,
      budget: this.#budget,
      diagnostics: this.#diagnostics,
      dispatcher: new Dispatcher(this.#options.maxRequests),
      isClosing: () => this.#state !== 'open',
    });
    this.#overflow = new Overflow(this.#budget, this.#accounts, this.#writers, (writer, size) =>
      this.#reportOverflow(writer, size),
    );
    if (internals.guardExit ?? true) this.#unguard = guardExit(this.#exitHooks());
  }

  /** Whether the stream name depends on the level or the fields of an event, so that they must be passed on. */
  get needsContext(): boolean {
    return this.#namer.dependsOnEvent;
  }

  /**
   * Takes an event. Returns at once and never throws; the event is delivered later, or counted.
   *
   * @param context level and fields, where the stream name asks for them
   * @returns false when the event was dropped at once
   */
  publish(event: LogEvent, context?: EventContext): boolean {
    this.#accounts.received++;
    try {
      return this.#take(event, context);
    } catch (error) {
      // Its name only: the text of an error may quote the event.
      const reason = error instanceof Error ? error.name : typeof error;
      return this.#refuse('invalid', 0, `an event could not be taken (${reason})`);
    }
  }

  /**
   * Waits until every event that was received before this call is stored or settled, queued and in flight.
   * Never rejects.
   */
  async flush(options: FlushOptions = {}): Promise<FlushResult> {
    const flush = new Flush();
    for (const writer of this.#writers) writer.flush(flush);
    if (!flush.isDone) {
      const timeoutMs = options.timeoutMs ?? this.#options.flushTimeoutMs;
      if (options.beforeExit) this.#exitDeadline ??= this.#clock.now() + timeoutMs;
      const done = new Promise<void>((resolve) => flush.whenDone(resolve));
      await this.#within(timeoutMs, done);
    }
    return flush.result;
  }

  /**
   * Takes no more events, sends what there is within a deadline, and reports what is left. Idempotent; never
   * rejects.
   */
  close(options: FlushOptions = {}): Promise<FlushResult> {
    this.#closing ??= this.#shutDown(options.timeoutMs ?? this.#options.closeTimeoutMs);
    return this.#closing;
  }

  /** Counters; see {@link PublisherStats} for the law that they obey. */
  stats(): PublisherStats {
    let buffered = 0;
    let inFlight = 0;
    for (const writer of this.#writers) {
      buffered += writer.buffered;
      inFlight += writer.inFlight;
    }
    return this.#accounts.stats({ buffered, inFlight, spooled: 0, streams: this.#writers.size });
  }

  /** Takes over the events of a publisher whose thread has ended. */
  restore(snapshot: PublisherSnapshot): void {
    const { maxBatchBytes, maxBatchEvents } = this.#options;
    for (const { logStreamName, sequenceToken, batches } of snapshot.streams) {
      const restored = batches.map((saved) =>
        restoreBatch(saved, { maxBytes: maxBatchBytes, maxEvents: maxBatchEvents }),
      );
      for (const batch of restored) {
        this.#accounts.received += batch.weight;
        this.#budget.take(batch.bytes);
      }
      this.#writers.named(logStreamName).adopt(restored, sequenceToken);
    }
  }

  #take({ timestamp, message }: LogEvent, context: EventContext | undefined): boolean {
    if (this.#state !== 'open')
      return this.#refuse('shutdown', 0, 'an event came after the end of the publisher');
    if (typeof message !== 'string')
      return this.#refuse('invalid', 0, `an event has a message of type ${typeof message}`);
    if (message === '') return this.#refuse('invalid', EVENT_OVERHEAD_BYTES, 'an event has an empty message');
    const time = this.#validTime(timestamp);
    const text = message.isWellFormed() ? message : message.toWellFormed();
    const size = Buffer.byteLength(text) + EVENT_OVERHEAD_BYTES;
    const writer = this.#writers.named(this.#namer.nameFor(time, context, text));
    if (size > this.#options.maxEventBytes) return this.#takeOversize(writer, text, time, size);
    if (!this.#fits(size)) return this.#refuseOverflow(writer, size, time);
    this.#budget.take(size);
    writer.append(text, time, size);
    return true;
  }

  #takeOversize(writer: StreamWriter, text: string, time: number, size: number): boolean {
    const { oversize, maxEventBytes } = this.#options;
    const room = maxEventBytes - EVENT_OVERHEAD_BYTES;
    if (oversize === 'drop') {
      return this.#refuse(
        'oversize',
        size,
        `an event of ${size} bytes is larger than maxEventBytes (${maxEventBytes})`,
      );
    }
    const parts = oversize === 'split' ? splitMessage(text, room) : [truncateMessage(text, room)];
    const sizes = parts.map((part) => Buffer.byteLength(part) + EVENT_OVERHEAD_BYTES);
    const total = sizes.reduce((sum, one) => sum + one, 0);
    if (!this.#fits(total)) return this.#refuseOverflow(writer, total, time);
    this.#budget.take(total);
    if (parts.length === 1) {
      this.#accounts.truncatedEvents++;
      this.#warnOf(
        'oversize',
        `an event of ${size} bytes was truncated to maxEventBytes (${maxEventBytes}).`,
      );
      writer.append(parts[0], time, sizes[0]);
      return true;
    }
    this.#accounts.splitEvents++;
    const event: SplitEvent = { worst: undefined, counted: undefined };
    parts.forEach((part, index) => {
      writer.append(part, time, sizes[index], { kind: 'part', event, last: index === parts.length - 1 });
    });
    return true;
  }

  /** Whether bytes fit into the buffer, after older events made room where that is wanted. */
  #fits(bytes: number): boolean {
    return (
      this.#budget.fits(bytes) || (this.#options.overflow === 'drop-oldest' && this.#overflow.makeRoom(bytes))
    );
  }

  #validTime(timestamp: number): number {
    if (timestamp >= 0 && timestamp <= Number.MAX_SAFE_INTEGER) return Math.trunc(timestamp);
    this.#warnOf(
      'invalid',
      'an event has no valid timestamp (milliseconds since the epoch); it gets the present time.',
    );
    return this.#clock.now();
  }

  #refuseOverflow(writer: StreamWriter, size: number, time: number): false {
    this.#accounts.count('overflow', 1);
    writer.noteLoss(size, time);
    this.#reportOverflow(writer, size);
    return false;
  }

  #reportOverflow(writer: StreamWriter, size: number): void {
    const { maxBufferBytes, overflow } = this.#options;
    if (this.#diagnostics.wants('drop')) {
      this.#diagnostics.emit('drop', { ...writer.target, reason: 'overflow', events: 1, bytes: size });
    }
    const which = overflow === 'drop-oldest' ? 'the oldest events' : 'new events';
    this.#warnOf(
      'overflow',
      `the buffer is full (maxBufferBytes ${maxBufferBytes}); ${which} are dropped, counted and marked in the stream.`,
    );
  }

  /** Counts an event that is not taken. */
  #refuse(reason: DropReason, size: number, what: string): false {
    this.#accounts.count(reason, 1);
    const { logGroupName } = this.#options;
    if (this.#diagnostics.wants('drop')) {
      this.#diagnostics.emit('drop', { reason, events: 1, bytes: size, logGroupName });
    }
    const code = reason === 'oversize' || reason === 'shutdown' ? reason : 'invalid';
    this.#warnOf(code, `${what}; it was dropped and counted as "${reason}".`);
    return false;
  }

  #warnOf(code: 'invalid' | 'oversize' | 'overflow' | 'shutdown' | 'stream-name', message: string): void {
    this.#diagnostics.warn({ code, message, logGroupName: this.#options.logGroupName });
  }

  /** Waits, holding the process alive, at most `timeoutMs`. */
  async #within(timeoutMs: number, waited: Promise<void>): Promise<void> {
    const release = this.#keepAlive.hold();
    let timer: unknown;
    const timeout = new Promise<void>((resolve) => {
      timer = this.#clock.setTimer(resolve, Math.max(0, timeoutMs));
    });
    await Promise.race([waited, timeout]);
    this.#clock.clearTimer(timer);
    release();
  }

  async #shutDown(timeoutMs: number): Promise<FlushResult> {
    this.#state = 'closing';
    const deadline = this.#clock.now() + timeoutMs;
    this.#exitDeadline ??= deadline;
    const result = await this.flush({ timeoutMs });
    // A process that lives for a second only would never set the retention of its group otherwise.
    if (this.#provisioner.isBusy) await this.#within(deadline - this.#clock.now(), this.#provisioner.idle());
    const left = this.#abandon('shutdown');
    this.#state = 'closed';
    this.#unguard?.();
    this.#deadlines.clear();
    this.#sink.close();
    if (left > 0) this.#reportUnsent(left, `within ${timeoutMs} ms`);
    return { delivered: result.delivered, dropped: result.dropped + left, pending: 0 };
  }

  /** Settles everything that is left; returns how many events that were. */
  #abandon(fate: 'shutdown'): number {
    const { buffered, inFlight } = this.stats();
    for (const writer of this.#writers) writer.abandon(fate);
    return buffered + inFlight;
  }

  #reportUnsent(events: number, when: string): void {
    const { lastError } = this.#accounts;
    const why = lastError ? `; last error: ${lastError.name}: ${lastError.message}` : '; no answer came';
    const { logGroupName } = this.#options;
    this.#diagnostics.lastWords({
      code: 'shutdown',
      message: `${events} log event(s) for log group "${logGroupName}" were not sent ${when}${why}.`,
      logGroupName,
    });
    if (this.#diagnostics.wants('drop')) {
      this.#diagnostics.emit('drop', { reason: 'shutdown', events, bytes: 0, logGroupName });
    }
  }

  #makeNamer(): StreamNamer {
    const { logStreamName, logGroupName } = this.#options;
    if (typeof logStreamName === 'function') {
      return streamNamerOf(logStreamName, (problem) => {
        const message = `logStreamName ${problem}; the stream "unknown" is used.`;
        this.#diagnostics.warn({ code: 'stream-name', message, logGroupName });
      });
    }
    return compileStreamName(logStreamName, {
      hostname: os.hostname(),
      pid: process.pid,
      instance: randomBytes(4).toString('hex'),
      env: process.env,
    });
  }

  #makeProvisioner(): Provisioner {
    return new Provisioner(this.#sink, this.#clock, this.#options, (logGroupName, failure) => {
      this.#diagnostics.warn({
        code: 'retention',
        message:
          `the retention of log group "${logGroupName}" could not be set ` +
          `(${failure.name}: ${safeMessage(failure.message)}); allow logs:PutRetentionPolicy or leave ` +
          'retentionInDays out. Logs are delivered all the same.',
        logGroupName,
      });
    });
  }

  #exitHooks(): Guarded {
    return {
      pending: () => {
        const { buffered, inFlight } = this.stats();
        return buffered + inFlight;
      },
      drainMs: () => {
        if (this.#exitDeadline === undefined) return this.#options.closeTimeoutMs;
        return Math.max(0, this.#exitDeadline - this.#clock.now());
      },
      drain: async (timeoutMs) => {
        for (const writer of this.#writers) writer.hurry(true);
        const deadline = this.#clock.now() + timeoutMs;
        await this.flush({ timeoutMs });
        await this.#within(deadline - this.#clock.now(), this.#provisioner.idle());
      },
      isBusy: () => this.#provisioner.isBusy,
      snapshot: () => this.#snapshot(),
      settle: (delivered, lastError) => {
        const left = this.#abandon('shutdown');
        this.#state = 'closed';
        // What another thread delivered was not lost: move it to where it belongs.
        const sent = Math.min(delivered, left);
        this.#accounts.count('shutdown', -sent);
        this.#accounts.count('delivered', sent);
        this.#accounts.lastError = lastError ?? this.#accounts.lastError;
        if (left > sent) this.#reportUnsent(left - sent, 'before the process ended');
      },
    };
  }

  #snapshot(): PublisherSnapshot {
    const streams = [...this.#writers]
      .filter((writer) => !writer.isIdle)
      .map((writer) => ({ logStreamName: writer.target.logStreamName, ...writer.snapshot() }));
    // The names are chosen already; a function could not be sent to another thread.
    return { options: { ...this.#options, logStreamName: 'unknown' }, streams };
  }
}

/** The same as `new Publisher(options)`. */
export function createPublisher(options: PublisherOptions): Publisher {
  return new Publisher(options);
}
