import type {
  FlushOptions,
  FlushResult,
  PublisherEvents,
  PublisherStats,
  Warning,
} from 'cloudwatch-logs-publisher';
import {
  checkFlushOptions,
  EVENT_NAMES,
  eventTime,
  isEnabled,
  logGroupText,
  printLine,
  setImmediate,
  wallTime,
} from 'cloudwatch-logs-publisher/worker';
import TransportStream from 'winston-transport';
import { errorFields, isError } from './error-fields.js';
import { FormerPublishers } from './former-publishers.js';
import { checkLevel } from './level.js';
import { lineOf, withoutStaleLine } from './line.js';
import { LineGatherer } from './line-gatherer.js';
import { LEVEL, type LogInfo, type LogLine } from './log-info.js';
import { drainLogger, type LoggerStream, takeBacklogAtExit } from './logger-backlog.js';
import { type CloudWatchTransportOptions, sortOptions } from './options.js';
import { Severities } from './severities.js';
import { startPublisher } from './start-publisher.js';
import type { TransportPublisher } from './transport-publisher.js';

/** Members of winston's loggers that its types do not say here. */
interface Logger extends LoggerStream {
  readonly levels?: Record<string, number>;
  readonly exitOnError?: unknown;
  listenerCount(name: string): number;
}

/** Members of `TransportStream` at run time that its types do not say. */
interface StreamParts {
  parent?: Logger | null;
  levels?: Record<string, number>;
  /** Set by winston when it waits for 'finish' because of an uncaught exception or unhandled rejection. */
  _ending?: boolean;
  readonly _writableState: { readonly ending: boolean; readonly finished: boolean };
  readonly __winstonwarn?: unknown;
  readonly handleRejections?: boolean;
  _write(info: unknown, encoding: BufferEncoding, callback: (error?: Error | null) => void): void;
}

/**
 * Winston transport for Amazon CloudWatch Logs. It takes every line at once into a bounded buffer and delivers it
 * later, so that it never slows a logger or its other transports down; it never throws for data and never emits
 * 'error'. Its events are those of {@link PublisherEvents}.
 *
 * ```ts
 * const logger = winston.createLogger({ transports: [new CloudWatchTransport({ logGroupName: 'my-app' })] });
 * ```
 *
 * @throws PublisherError when an option is wrong
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the interface below only types an inherited method
export class CloudWatchTransport extends TransportStream {
  /** By which winston's users find a transport. */
  name = 'cloudwatch';
  #publisher: TransportPublisher;
  #lines: LineGatherer;
  readonly #start: () => TransportPublisher;
  readonly #former = new FormerPublishers();
  readonly #needsContext: boolean;
  readonly #needsFields: boolean;
  #severities = new Severities([]);
  readonly #isEnabled: boolean;
  readonly #line: LogLine;
  readonly #logGroupName: string;
  readonly #closeTimeoutMs: number;
  readonly #loggers = new Set<Logger>();
  #leaveExit: () => void;
  #firstLogger: Logger | undefined;
  #closing: Promise<FlushResult> | undefined;
  #knownLevel: string | undefined;

  constructor(options: CloudWatchTransportOptions) {
    const { publisher, stream, line, worker } = sortOptions(options);
    super(stream);
    const relay = {
      listeners: (name: keyof PublisherEvents) => this.#listeners(name),
      relay: (name: keyof PublisherEvents, event: unknown) => this.emit(name, event),
    };
    this.#start = () => startPublisher(publisher, worker, relay);
    this.#publisher = this.#start();
    this.#lines = this.#gatherLines();
    this.#needsContext = this.#publisher.needsContext;
    this.#needsFields = this.#publisher.needsFields;
    this.#isEnabled = isEnabled(publisher);
    this.#line = line;
    this.#logGroupName = logGroupText(publisher);
    this.#closeTimeoutMs = publisher.closeTimeoutMs ?? 8000;
    // One transport on many loggers is in order; each adds its listeners, as with winston's own transports.
    this.setMaxListeners(30);
    // The base knows one logger only and forgets the level filter, or to close, when another one leaves.
    this.removeAllListeners('pipe').removeAllListeners('unpipe');
    this.on('pipe', (logger: Logger) => this.#join(logger));
    this.on('unpipe', (logger: Logger) => this.#leave(logger));
    // Lines that were corked take the same way as all others: _write, one by one, with its care for errors.
    Object.defineProperty(this, '_writev', { value: undefined });
    this.#leaveExit = this.#watchExit();
  }

  /** Whether everything was written and delivered; winston's loggers ask before they wait for 'finish'. */
  get finished(): boolean {
    return this.#parts._writableState.finished && this.#closing !== undefined;
  }

  /** Takes a line. For winston: use a logger. */
  override log(info: LogInfo, callback?: () => void): void {
    callback?.(); // first: a transport that holds it back starves the others of its logger
    this.#publish(info);
    if (this.listenerCount('logged') > 0) setImmediate(() => this.emit('logged', info));
    if (this.#parts._ending) this.#finishBeforeExit(info);
  }

  /**
   * Waits until every line that was logged before this call is stored in CloudWatch Logs, or settled otherwise.
   * Rejects only when an option is wrong.
   */
  async flush(options?: FlushOptions): Promise<FlushResult> {
    checkFlushOptions(options);
    this.#takeBacklog();
    return this.#former.flushWith(this.#publisher.flush(options), options);
  }

  /** Counters: what became of every line. */
  stats(): PublisherStats {
    this.#lines.handOver();
    return this.#former.addTo(this.#publisher.stats());
  }

  /**
   * Takes no more lines, delivers what there is within `closeTimeoutMs` and reports what is left. The same as
   * `close()`, which winston calls, and waits for it. Idempotent; rejects only when an option is wrong.
   */
  async shutdown(options?: FlushOptions): Promise<FlushResult> {
    checkFlushOptions(options);
    if (this.#closing === undefined) {
      this.#takeLast();
      this.#leaveExit();
      this.#closing = this.#former.flushWith(this.#publisher.close(options), options);
    }
    return this.#closing;
  }

  /** Starts `shutdown()`. Winston calls it when the last logger lets go of the transport. */
  override close(): void {
    void this.shutdown();
  }

  /** A line after the end, from another logger of this transport, is counted and warned about: never an 'error'. */
  override write(info: unknown, encoding?: unknown, callback?: unknown): boolean {
    if (!this.#parts._writableState.ending && !this.destroyed)
      return super.write(info, encoding as never, callback as never);
    const done = callback ?? encoding;
    this._write(info as LogInfo, 'utf8', () => {
      if (typeof done === 'function') setImmediate(() => done());
    });
    return true;
  }

  /** Starts the same end as `close()`; 'finish' comes after the delivery. */
  override end(...args: unknown[]): this {
    if (this.#parts._writableState.ending) {
      // A stream ends once; this one, if it was attached again after its end, as often as its loggers do.
      if (!this.#closing) void this.shutdown().finally(() => this.emit('finish'));
      return this;
    }
    this.#takeBacklog();
    return super.end(...(args as [])) as unknown as this;
  }

  override _write(info: LogInfo, encoding: BufferEncoding, callback: () => void): void {
    if (this.level !== this.#knownLevel) this.#lookAtLevel();
    const line = this.format ? forOwnFormat(info) : info;
    if (!this.#parts.handleRejections || !isMarkedAsException(info)) {
      super._write(line, encoding, callback);
      return;
    }
    const { handleExceptions } = this;
    this.handleExceptions = true; // else the base leaves it out
    try {
      super._write(line, encoding, callback);
    } finally {
      this.handleExceptions = handleExceptions;
    }
  }

  /** 'finish', of this transport and of its logger, comes after the delivery. */
  override _final(callback: () => void): void {
    void this.shutdown().finally(callback);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    void this.shutdown().finally(() => callback(error));
  }

  get #parts(): StreamParts {
    return this as unknown as StreamParts;
  }

  #publish(info: LogInfo): void {
    if (!this.#isEnabled) return;
    const message = lineOf(info, this.#line);
    const timestamp = timeOf(info);
    if (!this.#needsContext) {
      this.#lines.add({ timestamp, message }, undefined);
      return;
    }
    const context = this.#severities.contextOf(info[LEVEL]);
    if (this.#needsFields)
      this.#lines.add({ timestamp, message }, { ...context, fields: info as Record<string, unknown> });
    else this.#lines.add({ timestamp, message, context }, undefined);
  }

  #takeBacklog(): void {
    for (const logger of this.#loggers) drainLogger(logger);
    this.#lines.handOver();
  }

  #takeLast(): void {
    this.#takeBacklog();
    this.#lines.end();
  }

  #gatherLines(): LineGatherer {
    return new LineGatherer((event, context) => this.#publisher.publish(event, context));
  }

  #watchExit(): () => void {
    return takeBacklogAtExit({ takeBacklog: () => this.#takeLast() });
  }

  /** Winston lets go of a transport and takes it again, also within `configure`: what was closed for good works again. */
  #reopen(): void {
    if (!this.#closing) return;
    this.#former.add(this.#publisher, this.#closing);
    this.#closing = undefined;
    this.#publisher = this.#start();
    this.#lines = this.#gatherLines();
    this.#leaveExit = this.#watchExit();
  }

  /** The level was changed while the transport was in use: the log call must not throw. */
  #lookAtLevel(): void {
    this.#knownLevel = this.level;
    try {
      checkLevel(this.level, this.#parts.levels);
    } catch (error) {
      const { message } = error as Error;
      const warning: Warning = { code: 'invalid', message, logGroupName: this.#logGroupName, suppressed: 0 };
      if (this.#listeners('warn') > 0) this.emit('warn', warning);
      else printLine(message);
    }
  }

  #join(logger: Logger): void {
    if (!this.#parts.parent) checkLevel(this.level, logger.levels);
    this.#knownLevel = this.level;
    this.#reopen();
    this.#loggers.add(logger);
    this.#severities = new Severities([...this.#loggers].map(({ levels = {} }) => levels));
    this.#firstLogger ??= logger;
    this.#adopt(this.#parts.parent ?? logger);
  }

  #leave(logger: Logger): void {
    this.#loggers.delete(logger);
    const [other] = this.#loggers;
    if (this.#parts.parent === logger) this.#adopt(other ?? null);
    if (other === undefined) this.close();
  }

  #adopt(logger: Logger | null): void {
    this.#parts.parent = logger;
    if (logger) this.#parts.levels = logger.levels;
  }

  /**
   * Winston waits for 'finish', at most 3 s, before it ends the process because of an exception. Where it does not
   * end it, 'finish' would only unpipe this transport for good.
   */
  #finishBeforeExit(info: LogInfo): void {
    if (info.exception !== true && info.rejection !== true) return;
    this.#parts._ending = false;
    // Without a logger of its own it is one of winston's exceptionHandlers, from which nothing can be unpiped.
    const loggers = [...this.#loggers];
    if (loggers.length > 0 && !loggers.some((logger) => exits(logger, info.error))) return;
    void this.flush({ timeoutMs: this.#closeTimeoutMs, beforeExit: true }).finally(() => this.emit('finish'));
  }

  /** Listeners of the application. Winston's own only forwards 'warn' to the first logger. */
  #listeners(name: keyof PublisherEvents): number {
    if (!EVENT_NAMES.includes(name)) return 0;
    const forwarder = this.#parts.__winstonwarn;
    const listeners = this.listeners(name);
    const own = listeners.filter((listener) => listener !== forwarder).length;
    const isForwarded = own < listeners.length;
    return isForwarded ? own + (this.#firstLogger?.listenerCount(name) ?? 0) : own;
  }
}

/** A listener for an event of any name. */
type AnyListener = Parameters<TransportStream['on']>[1];

/**
 * The events of the transport, beside those of every stream. `warn`: something that a person should know; printed on
 * stderr when neither transport nor logger has a listener. `drop`: lines were given up or rejected. `conflict`: a put
 * lost the race for the sequence token. `batch`: a batch was stored.
 * `duplicates`: events may be stored twice, as the answer to a put was lost. `created`: a log group or a log
 * stream was made. `started`: the first lines of a stream were stored; both say where, with a link to the AWS console.
 */
export interface CloudWatchTransport {
  /** Listens for one of the {@link PublisherEvents}, or for an event of every stream. */
  on<Name extends keyof PublisherEvents>(
    name: Name,
    listener: (...about: PublisherEvents[Name]) => void,
  ): this;
  on(name: string | symbol, listener: AnyListener): this;
  /** The same, once. */
  once<Name extends keyof PublisherEvents>(
    name: Name,
    listener: (...about: PublisherEvents[Name]) => void,
  ): this;
  once(name: string | symbol, listener: AnyListener): this;
}

/** The base copies a record for a format of this transport: what an error does not show must be shown before. */
function forOwnFormat(info: LogInfo): LogInfo {
  const current = withoutStaleLine(info);
  return isError(current) ? { ...errorFields(current), ...current } : current;
}

/** Winston before 3.12 marks unhandled rejections as exceptions; only its text tells them apart. */
function isMarkedAsException({ exception, message }: LogInfo): boolean {
  return exception === true && typeof message === 'string' && message.startsWith('unhandledRejection: ');
}

function timeOf(info: LogInfo): number {
  const now = wallTime();
  try {
    return eventTime(info.timestamp, now);
  } catch {
    return now;
  }
}

function exits({ exitOnError }: Logger, error: unknown): boolean {
  try {
    return Boolean(typeof exitOnError === 'function' ? exitOnError(error) : exitOnError);
  } catch {
    return true;
  }
}
