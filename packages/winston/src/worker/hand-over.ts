import type { Drop, EventContext, OverflowPolicy } from 'cloudwatch-logs-publisher';
import {
  clearTimeout,
  type Levels,
  lowestFirst,
  now,
  type Question,
  setTimeout,
} from 'cloudwatch-logs-publisher/worker';
import type { NameValues } from './name-context.js';

/** Lines that go to the worker together. */
export interface Lines {
  /** Their texts as UTF-8, one after the other; in memory that both threads see, so that nothing is copied. */
  readonly bytes: SharedArrayBuffer;
  /** Where the first one begins. */
  readonly offset: number;
  /** Its place in the arrays. */
  readonly from: number;
  readonly timestamps: readonly number[];
  readonly lengths: readonly number[];
  /** Of each line, where a name depends on it; else empty. */
  readonly contexts: readonly NameValues[];
  /** The number of the level of each line, where it is looked at; else empty. */
  readonly levels: readonly number[];
  /** The levels by their numbers. */
  readonly known: readonly EventContext[];
}

/** Hears of lines that were dropped. @param levels how many of each level, where that is looked at */
export type DroppedListener = (events: number, bytes: number, levels?: Drop['levels']) => void;

/** A worker thread, as far as lines and questions go to it in order. */
export interface Receiver {
  send(lines: Lines): void;
  ask(question: Question): void;
  /** How many times the worker has taken all of what `send` gave it. */
  readonly taken: number;
  /** Has {@link HandOver.pump} called once the worker has taken more. @returns false when it has meanwhile */
  waitForTaken(taken: number): boolean;
}

/** The bytes of a line besides its text, as CloudWatch Logs counts it and the buffer of a publisher does. */
const EVENT_OVERHEAD_BYTES = 26;
const MOST_BYTES_OF_CHARACTER = 3;
/** Lines go together: at once when that many bytes have come, else after a moment. */
const PARCEL_BYTES = 128 * 1024;
const TOGETHER_MS = 10;
/** On its way to a worker, which need not have taken it. All else waits here, where it can make room for newer lines. */
const SENT_BYTES = 4 * 1024 * 1024;
/** Memory that is kept to be used again, beside what is in use. */
const MOST_FREE = 8;

/** Lines in one piece of memory, which is used again once the worker has taken them. */
class Parcel {
  readonly memory: Buffer;
  readonly timestamps: number[] = [];
  readonly lengths: number[] = [];
  readonly contexts: NameValues[] = [];
  readonly levels: number[] = [];
  /** The numbers of these levels, as bits. */
  levelBits = 0;
  /** Lines before this one were dropped. */
  from = 0;
  offset = 0;
  end = 0;
  readonly openedAt = now();
  /** Follows the lines. */
  question: Question | undefined;

  constructor(memory: Buffer) {
    this.memory = memory;
  }

  get events(): number {
    return this.lengths.length - this.from;
  }

  /** The bytes of its lines that count towards the bound. */
  get bytes(): number {
    return this.end - this.offset + this.events * EVENT_OVERHEAD_BYTES;
  }

  /** Whether nothing of it is left to be handed over. */
  get isDone(): boolean {
    return this.events === 0 && this.question === undefined;
  }

  hasRoomFor(bytes: number): boolean {
    return this.question === undefined && this.end + bytes <= this.memory.length;
  }

  /** Forgets its oldest line. @returns the bytes that this gives back */
  dropOldest(): number {
    const length = this.lengths[this.from++];
    this.offset += length;
    return length + EVENT_OVERHEAD_BYTES;
  }

  /** Forgets the lines that go. */
  drop(goes: (level: number, bytes: number) => boolean): void {
    const { lengths, timestamps, contexts, levels } = this;
    let [kept, end, at] = [this.from, this.offset, this.offset];
    this.levelBits = 0;
    for (let i = this.from; i < lengths.length; i++) {
      const length = lengths[i];
      if (!goes(levels[i], length + EVENT_OVERHEAD_BYTES)) {
        this.memory.copyWithin(end, at, at + length);
        lengths[kept] = length;
        timestamps[kept] = timestamps[i];
        levels[kept] = levels[i];
        this.levelBits |= 1 << levels[i];
        if (contexts.length > 0) contexts[kept] = contexts[i];
        kept++;
        end += length;
      }
      at += length;
    }
    this.end = end;
    for (const column of [lengths, timestamps, contexts, levels])
      column.length = Math.min(column.length, kept);
  }

  /** Takes the lines of the parcel that follows, and what follows them. */
  absorb(next: Parcel): void {
    next.memory.copy(this.memory, this.end, next.offset, next.end);
    this.end += next.end - next.offset;
    for (let i = next.from; i < next.lengths.length; i++) {
      this.lengths.push(next.lengths[i]);
      this.timestamps.push(next.timestamps[i]);
      this.levels.push(next.levels[i]);
      if (next.contexts.length > 0) this.contexts.push(next.contexts[i]);
    }
    this.levelBits |= next.levelBits;
    this.question = next.question;
  }
}

/**
 * Hands lines over to a worker, several at once, in order. Those that it has not taken wait here, within a bound of
 * their own, for as long as it takes: while it is busy or stalled, and until another one is there.
 */
export class HandOver {
  readonly #maxBytes: number;
  readonly #dropsOldest: boolean;
  readonly #levels: Levels | undefined;
  readonly #parcelBytes: number;
  readonly #mostSentBytes: number;
  readonly #onDropped: DroppedListener;
  readonly #waiting: Parcel[] = [];
  /** To the present worker; a parcel leaves when that has taken it. */
  readonly #sent: Parcel[] = [];
  readonly #free: Buffer[] = [];
  #bytes = 0;
  /** Memory of the parcels that are sent: one that is nearly empty takes as much as a full one. */
  #sentBytes = 0;
  #taken = 0;
  #receiver: Receiver | undefined;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param levels those of the lines, with `drop-lowest`
   * @param onDropped hears of lines that made room for newer ones
   */
  constructor(
    maxBytes: number,
    overflow: OverflowPolicy,
    levels: Levels | undefined,
    onDropped: DroppedListener,
  ) {
    this.#maxBytes = maxBytes;
    this.#dropsOldest = overflow === 'drop-oldest';
    this.#levels = levels;
    this.#parcelBytes = Math.min(PARCEL_BYTES, Math.floor(maxBytes / 8));
    this.#mostSentBytes = Math.min(SENT_BYTES, Math.floor(maxBytes / 2));
    this.#onDropped = onDropped;
  }

  /** Lines that no worker has taken. */
  get events(): number {
    this.#settleTaken();
    return [...this.#sent, ...this.#waiting].reduce((sum, { events }) => sum + events, 0);
  }

  /** Of those lines, with what each costs besides its text. */
  get bytes(): number {
    this.#settleTaken();
    return this.#bytes;
  }

  /** How long the oldest of them has been here, in milliseconds; 0 when there is none. */
  get oldestAgeMs(): number {
    this.#settleTaken();
    const oldest = [...this.#sent, ...this.#waiting].find(({ events }) => events > 0);
    return oldest ? now() - oldest.openedAt : 0;
  }

  /**
   * @param level its number, where it is looked at
   * @returns false when there is no room for it
   */
  add(message: string, timestamp: number, context: NameValues | undefined, level: number): boolean {
    // Measured only where the most that it can be does not do.
    let size = message.length * MOST_BYTES_OF_CHARACTER;
    if (this.#bytes + size + EVENT_OVERHEAD_BYTES > this.#maxBytes) {
      size = Buffer.byteLength(message);
      if (!this.#makeRoom(size + EVENT_OVERHEAD_BYTES, level)) return false;
    }
    let parcel = this.#waiting.at(-1);
    if (!parcel?.hasRoomFor(size)) {
      size = Buffer.byteLength(message);
      if (!parcel?.hasRoomFor(size)) parcel = this.#open(size);
    }
    const length = parcel.memory.write(message, parcel.end);
    parcel.end += length;
    parcel.timestamps.push(timestamp);
    parcel.lengths.push(length);
    if (context !== undefined) parcel.contexts.push(context);
    if (this.#levels) {
      parcel.levels.push(level);
      parcel.levelBits |= 1 << level;
    }
    this.#bytes += length + EVENT_OVERHEAD_BYTES;
    this.#timer ??= setTimeout(() => this.pump(), TOGETHER_MS).unref();
    return true;
  }

  /** Asks the worker what it answers when it has taken all lines that came before. */
  ask(question: Question): void {
    let last = this.#waiting.at(-1);
    if (!last || last.question) {
      last = new Parcel(Buffer.alloc(0));
      this.#waiting.push(last);
    }
    last.question = question;
    this.pump();
  }

  /** From now on this worker gets the lines, first those that wait. */
  connect(receiver: Receiver): void {
    this.#receiver = receiver;
    this.#taken = 0;
    this.pump();
  }

  /** The worker has ended: what it has not taken waits for the next one. Its questions are nobody's any more. */
  disconnect(): void {
    this.#settleTaken();
    this.#receiver = undefined;
    this.#waiting.unshift(...this.#sent.splice(0));
    this.#sentBytes = 0;
    for (const parcel of this.#waiting) parcel.question = undefined;
  }

  /** Hands over what the worker has room for. Never waits. */
  pump(): void {
    this.#hand(this.#mostSentBytes);
  }

  /** Hands over everything: the end has come, and nothing can make room any more. */
  all(): void {
    this.#hand(Number.POSITIVE_INFINITY);
  }

  #hand(mostBytes: number): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const receiver = this.#receiver;
    if (!receiver) return;
    do {
      this.#settleTaken();
      while (this.#waiting.length > 0 && this.#sentBytes < mostBytes) this.#sendNext(receiver);
    } while (this.#waiting.length > 0 && !receiver.waitForTaken(this.#taken));
  }

  #sendNext(receiver: Receiver): void {
    const parcel = this.#waiting.shift() as Parcel; // there is one
    const { memory, offset, from, timestamps, lengths, contexts, levels, question } = parcel;
    if (parcel.events > 0) {
      this.#sent.push(parcel);
      this.#sentBytes += memory.length;
      const bytes = memory.buffer as unknown as SharedArrayBuffer;
      const known = this.#levels?.all ?? [];
      receiver.send({ bytes, offset, from, timestamps, lengths, contexts, levels, known });
    }
    if (question) receiver.ask(question);
  }

  #settleTaken(): void {
    const taken = this.#receiver?.taken ?? this.#taken;
    for (; this.#taken < taken; this.#taken++) {
      const parcel = this.#sent.shift() as Parcel; // it was sent, or could not have been taken
      this.#bytes -= parcel.bytes;
      this.#sentBytes -= parcel.memory.length;
      this.#keepForLater(parcel.memory);
    }
  }

  #keepForLater(memory: Buffer): void {
    if (memory.length === this.#parcelBytes && this.#free.length < MOST_FREE) this.#free.push(memory);
  }

  /** @param bytes of the first line in it */
  #open(bytes: number): Parcel {
    this.pump(); // what came together before
    const size = bytes > this.#parcelBytes / 2 ? bytes : this.#parcelBytes;
    const used = size === this.#parcelBytes ? this.#free.pop() : undefined;
    const parcel = new Parcel(used ?? Buffer.from(new SharedArrayBuffer(size)));
    this.#waiting.push(parcel);
    return parcel;
  }

  #makeRoom(bytes: number, level: number): boolean {
    this.pump();
    const most = this.#maxBytes - bytes;
    const onItsWay = this.#sent.reduce((sum, parcel) => sum + parcel.bytes, 0);
    // A line that is too large for all the room that others could make must not cost them theirs.
    if (onItsWay <= most) {
      if (this.#dropsOldest) this.#dropOldest(most);
      if (this.#levels) while (this.#bytes > most && this.#dropLowest(most, level, this.#levels));
    }
    return this.#bytes <= most;
  }

  /** The same rule as in the buffer of a publisher. @returns whether any line was dropped */
  #dropLowest(most: number, level: number, levels: Levels): boolean {
    const severity = levels.severityOf(level);
    const mayGo = levels.bitsThrough(severity);
    if (!this.#waiting.some(({ levelBits }) => (levelBits & mayGo) !== 0)) return false;
    const held = levels.all.map(() => 0);
    for (const parcel of this.#waiting) {
      for (let i = parcel.from; i < parcel.lengths.length; i++)
        held[parcel.levels[i]] += parcel.lengths[i] + EVENT_OVERHEAD_BYTES;
    }
    const goes = lowestFirst(levels, held, this.#bytes - most, severity);
    if (!goes) return false;
    const dropped = levels.all.map(() => 0);
    let freed = 0;
    const note = (number: number, bytes: number): boolean => {
      if (!goes(number, bytes)) return false;
      dropped[number]++;
      freed += bytes;
      return true;
    };
    for (const parcel of this.#waiting) parcel.drop(note);
    this.#bytes -= freed;
    this.#joinWaiting();
    const events = dropped.reduce((sum, count) => sum + count, 0);
    if (events > 0) this.#onDropped(events, freed, levels.named(dropped));
    return events > 0;
  }

  /** Parcels of which lines went would take the memory of full ones. */
  #joinWaiting(): void {
    for (const parcel of this.#waiting.splice(0)) {
      const last = this.#waiting.at(-1);
      if (parcel.isDone) this.#keepForLater(parcel.memory);
      else if (last?.hasRoomFor(parcel.end - parcel.offset)) {
        last.absorb(parcel);
        this.#keepForLater(parcel.memory);
      } else this.#waiting.push(parcel);
    }
  }

  #dropOldest(most: number): void {
    const before = this.#bytes;
    let events = 0;
    for (const parcel of this.#waiting) {
      for (; this.#bytes > most && parcel.events > 0; events++) this.#bytes -= parcel.dropOldest();
      if (this.#bytes <= most) break;
    }
    while (this.#waiting[0]?.isDone) this.#waiting.shift();
    if (events > 0) this.#onDropped(events, before - this.#bytes);
  }
}
