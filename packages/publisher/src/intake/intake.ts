import type { Drop } from '../accounts/events.js';
import { FREE_STREAMS } from '../accounts/memory-budget.js';
import type { EventRecord } from '../batch/event-record.js';
import { Levels } from '../batch/levels.js';
import { type DropReason, type Note, type SplitEvent, UNCHECKED_TIME } from '../batch/note.js';
import { EVENT_OVERHEAD_BYTES } from '../options/limits.js';
import type { EventContext } from '../options/name-template.js';
import type { OverflowPolicy } from '../options/options.js';
import type { StreamNamer } from '../options/stream-name.js';
import { nameStreamsByFew } from '../stream/stream-places.js';
import type { StreamWriter, WriterParts } from '../stream/stream-writer.js';
import type { StreamWriters } from '../stream/stream-writers.js';
import { AheadStreams } from './ahead-streams.js';
import type { GroupNames } from './group-names.js';
import { Overflow } from './overflow.js';
import { splitMessage, truncateMessage } from './split-message.js';

/** A log event as it goes to CloudWatch Logs. */
export interface LogEvent {
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  /** Its text; not empty. */
  readonly message: string;
}

/** A place on disk for events that memory has no room for, or that are to be on disk in any case. */
export interface DiskPlace {
  /** @returns false when the event is not taken here, so that the rules of memory hold */
  take(writer: StreamWriter, event: EventRecord): boolean;
  /** The same for an event that became several. */
  takeParts(writer: StreamWriter, parts: readonly EventRecord[]): boolean;
  /** Whether so many bytes fit without anything being dropped for them; undefined while the rules of memory hold. */
  hasRoomFor(bytes: number): boolean | undefined;
}

type Context = Pick<
  WriterParts,
  'accounts' | 'budget' | 'clock' | 'diagnostics' | 'endpoint' | 'flushes' | 'fullest' | 'options' | 'random'
> & {
  readonly writers: StreamWriters;
  readonly groups: GroupNames;
  readonly namer: StreamNamer;
};

/** The events that go, for people. */
const DROPPED: Record<OverflowPolicy, string> = {
  'drop-oldest': 'the oldest events',
  'drop-newest': 'new events',
  'drop-lowest': 'the least severe events',
};

/** A time that is so near to that of arrival has come from this machine's clock, as the times of loggers do. */
const ARRIVAL_MS = 60_000;

/** Takes events: checks them, splits those that are too large, and finds each its place, or counts it. */
export class Intake {
  disk: DiskPlace | undefined;
  readonly #context: Context;
  readonly #overflow: Overflow;
  readonly #ahead: AheadStreams;
  /** Those that events came with; only where they are looked at. */
  readonly #levels: Levels | undefined;

  constructor(context: Context) {
    this.#context = context;
    this.#ahead = new AheadStreams(context.namer.periodMs, context.clock, context.random);
    this.#levels = context.options.overflow === 'drop-lowest' ? new Levels() : undefined;
    this.#overflow = new Overflow({
      ...context,
      policy: context.options.overflow,
      levels: this.#levels,
      onDrop: (writer, size, events, levels) => this.#reportOverflow(writer, size, events, levels),
    });
  }

  /** @returns false when the event was dropped at once */
  take({ timestamp, message }: LogEvent, eventContext: EventContext | undefined): boolean {
    const { options } = this.#context;
    if (typeof message !== 'string')
      return this.refuse('invalid', 0, `an event has a message of type ${typeof message}`);
    if (message === '') return this.refuse('invalid', EVENT_OVERHEAD_BYTES, 'an event has an empty message');
    const told = this.#validTime(timestamp);
    const correctionMs = this.#correctionOf(told);
    const note = correctionMs === undefined ? UNCHECKED_TIME : undefined;
    const time = told + (correctionMs ?? 0);
    const text = message.isWellFormed() ? message : message.toWellFormed();
    const size = Buffer.byteLength(text) + EVENT_OVERHEAD_BYTES;
    const writer = this.#writerAt(time, eventContext, text);
    if (!writer) return this.#refuseStream(size);
    const level = this.#levels?.numberOf(eventContext) ?? 0;
    const { epoch } = this.#context.flushes;
    const event = { message: text, timestamp: time, size, note, level, epoch, id: 0 };
    const isTaken =
      size > options.maxEventBytes ? this.#takeOversize(writer, event) : this.#takeWhole(writer, event);
    // Not before it has its place: the stream of another day may need room, which one that is idle gives.
    if (writer.aheadAt === undefined || time >= writer.aheadAt)
      this.#lookAhead(writer, time, eventContext, text);
    return isTaken;
  }

  /** Bytes that an event takes, with those of the parts that it may become; 0 for one that is not taken. */
  sizeOf({ message }: LogEvent): number {
    if (typeof message !== 'string') return 0;
    const bytes = Buffer.byteLength(message) + EVENT_OVERHEAD_BYTES;
    const { maxEventBytes } = this.#context.options;
    return bytes <= maxEventBytes
      ? bytes
      : bytes + Math.ceil(bytes / (maxEventBytes - EVENT_OVERHEAD_BYTES)) * EVENT_OVERHEAD_BYTES;
  }

  /** Whether the stream of an event is there, or there is room for one more. */
  hasStreamFor({ timestamp, message }: LogEvent, eventContext: EventContext | undefined): boolean {
    if (typeof message !== 'string') return true;
    const { groups, namer, writers } = this.#context;
    const told = this.#validTime(timestamp);
    const time = told + (this.#correctionOf(told) ?? 0);
    return writers.hasRoomFor(
      groups.nameFor(time, eventContext, message),
      namer.nameFor(time, eventContext, message),
    );
  }

  /** Counts an event that is not taken. */
  refuse(reason: DropReason, size: number, what: string): false {
    const { accounts, diagnostics } = this.#context;
    accounts.count(reason, 1);
    diagnostics.drop({ reason, events: 1, bytes: size });
    const code = reason === 'oversize' || reason === 'shutdown' ? reason : 'invalid';
    this.#warn(code, `${what}; it was dropped and counted as "${reason}".`);
    return false;
  }

  /** Takes an event into memory that the spool could not keep. It has lost its level. */
  takeBack(writer: StreamWriter, event: EventRecord): void {
    const { accounts, flushes } = this.#context;
    if (this.#fits(writer, event)) {
      writer.append(event);
      return;
    }
    flushes.dropped(event.epoch, accounts.settleOne(event.note, 'overflow'));
    this.#tellOverflow(writer, event);
  }

  #writerAt(time: number, eventContext: EventContext | undefined, text: string): StreamWriter | undefined {
    const { groups, namer, writers } = this.#context;
    return writers.named(groups.nameFor(time, eventContext, text), namer.nameFor(time, eventContext, text));
  }

  /** Apart, so that only the events that ask for it pay for a function of their own. */
  #lookAhead(writer: StreamWriter, time: number, eventContext: EventContext | undefined, text: string): void {
    this.#ahead.noteEvent(writer, time, (at) => this.#writerAt(at, eventContext, text));
  }

  #takeWhole(writer: StreamWriter, event: EventRecord): boolean {
    if (this.disk?.take(writer, event)) return true;
    if (!this.#fits(writer, event)) return this.#refuseOverflow(writer, event);
    writer.append(event);
    return true;
  }

  #takeOversize(writer: StreamWriter, event: EventRecord): boolean {
    const { options, accounts } = this.#context;
    const { oversize, maxEventBytes } = options;
    const { message, size } = event;
    const room = maxEventBytes - EVENT_OVERHEAD_BYTES;
    if (oversize === 'drop') {
      return this.refuse(
        'oversize',
        size,
        `an event of ${size} bytes is larger than maxEventBytes (${maxEventBytes})`,
      );
    }
    const texts = oversize === 'split' ? splitMessage(message, room) : [truncateMessage(message, room)];
    const parts = partsOf(event, texts);
    const whole = { ...event, size: parts.reduce((sum, part) => sum + part.size, 0) };
    const isSpooled = this.disk?.takeParts(writer, parts) ?? false;
    if (!isSpooled && !this.#fits(writer, whole)) return this.#refuseOverflow(writer, whole);
    if (parts.length > 1) accounts.splitEvents++;
    else {
      accounts.truncatedEvents++;
      this.#warn('oversize', `an event of ${size} bytes was truncated to maxEventBytes (${maxEventBytes}).`);
    }
    if (!isSpooled) for (const part of parts) writer.append(part);
    return true;
  }

  /** Whether an event fits into the buffer, after others made room where that is wanted. */
  #fits(writer: StreamWriter, { size, level }: EventRecord): boolean {
    return this.#context.budget.fits(size) || this.#overflow.makeRoom(writer, size, level);
  }

  /** The correction of a time in milliseconds: other than 0 only where it is that of this machine's clock; undefined while it is not known. */
  #correctionOf(time: number): number | undefined {
    const { clock, endpoint } = this.#context;
    return Math.abs(time - clock.wallTime()) > ARRIVAL_MS ? 0 : endpoint.time.correctionMs;
  }

  #validTime(timestamp: number): number {
    if (typeof timestamp === 'number' && timestamp >= 0 && timestamp <= Number.MAX_SAFE_INTEGER)
      return Math.trunc(timestamp);
    this.#warn(
      'invalid',
      'an event has no valid timestamp (milliseconds since the epoch); it gets the present time.',
    );
    return this.#context.clock.wallTime();
  }

  #refuseOverflow(writer: StreamWriter, event: EventRecord): false {
    this.#context.accounts.count('overflow', 1);
    // Of very many streams none is made only to tell of what is not in it.
    const isTold = this.#context.writers.size <= FREE_STREAMS || writer.hasPut || !writer.isUnused;
    this.#tellOverflow(writer, event, isTold);
    return false;
  }

  /** An event is for a new stream, and there is no room for one more. Nothing tells it in that stream. */
  #refuseStream(size: number): false {
    const { accounts, diagnostics, options, writers } = this.#context;
    accounts.count('overflow', 1);
    const cause = 'no room for another log stream';
    diagnostics.drop({ reason: 'overflow', events: 1, bytes: size, cause });
    const message =
      `events for new log streams are dropped and counted as "overflow": ${writers.size} streams are in use, and more of them ` +
      `would take more than a quarter of the buffer, or it is full (maxBufferBytes ${options.maxBufferBytes}); ` +
      `${nameStreamsByFew(options)}, or raise maxBufferBytes.`;
    diagnostics.warn({ code: 'overflow', message }, 'streams');
    return false;
  }

  /** An event was dropped that came in vain. @param isMarked whether its stream tells of it */
  #tellOverflow(writer: StreamWriter, { size, timestamp, level }: EventRecord, isMarked = true): void {
    const name = this.#levels?.nameOf(level);
    if (isMarked) writer.noteLoss(size, timestamp, 1, name);
    this.#reportOverflow(writer, size, 1, name === undefined ? undefined : { [name]: 1 });
  }

  #reportOverflow(writer: StreamWriter, size: number, events = 1, levels?: Drop['levels']): void {
    const { options, diagnostics } = this.#context;
    const { maxBufferBytes, overflow } = options;
    // Asked here, because it is so for each event that is logged while the buffer is full.
    if (diagnostics.wants('drop')) {
      const counts = { events, bytes: size, ...(levels && { levels }) };
      diagnostics.drop({ ...writer.target, reason: 'overflow', ...counts });
    }
    this.#warn(
      'overflow',
      `the buffer is full (maxBufferBytes ${maxBufferBytes}); ${DROPPED[overflow]} are dropped, counted and marked in the stream.`,
    );
  }

  #warn(code: 'invalid' | 'oversize' | 'overflow' | 'shutdown', message: string): void {
    this.#context.diagnostics.warn({ code, message });
  }
}

/** An event with another text each, the parts of which are accounted for as one. */
function partsOf(event: EventRecord, texts: readonly string[]): EventRecord[] {
  const split: SplitEvent = { worst: undefined, counted: undefined };
  const hasUncheckedTime = event.note !== undefined;
  return texts.map((message, index) => {
    const last = index === texts.length - 1;
    const note: Note | undefined =
      texts.length === 1 ? event.note : { kind: 'part', event: split, last, hasUncheckedTime };
    return { ...event, message, size: Buffer.byteLength(message) + EVENT_OVERHEAD_BYTES, note };
  });
}
