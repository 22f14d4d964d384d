import { EVENT_OVERHEAD_BYTES } from '../options/limits.js';
import type { EventRecord } from './event-record.js';
import { writeEscaped } from './json-bytes.js';
import { hasUncheckedTime, type Note, withCheckedTime } from './note.js';
import { giveMemory, takeMemory } from './spare-memory.js';

const FIRST_BYTES = 256;
/** A batch of that many bytes will hold more; until then it has four times the room when it needs more. */
const LARGE_BYTES = 16 * 1024;
const EMPTY = Buffer.alloc(0);
const FIRST_LEVELS = 64;
const COMPACT_FROM_EVENTS = 256;
const COMPACT_FROM_BYTES = 64 * 1024;

/** Log events as plain data, fit to be sent to another thread. */
export interface PackedEventsData {
  /** UTF-8, one after the other. */
  readonly messages: Uint8Array;
  /** Where each message ends. */
  readonly ends: number[];
  readonly timestamps: number[];
  readonly notes: (Note | undefined)[] | undefined;
}

/**
 * Log events in a row, a column for each thing that is known of them. The messages are UTF-8 in one buffer outside
 * V8's heap: as strings, those that wait for company or for the end of an outage would be copied by one garbage
 * collection after the other, and make the heap grow to several times their size.
 */
export class PackedEvents {
  readonly #maxBytes: number;
  #messages: Buffer = EMPTY;
  /** Where each message ends in the buffer, and the next one starts. */
  #ends: number[] = [];
  #timestamps: number[] = [];
  #notes: (Note | undefined)[] | undefined;
  #ids: number[] | undefined;
  /** A byte for each event, at least; only where levels are looked at. */
  #levels: Uint8Array | undefined;
  /** Events at the front that were taken out, but still have their place in the columns. */
  #gone = 0;

  /** @param maxBytes that the messages never exceed together; infinite when it is not known */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** @param data becomes part of what is made */
  static from({ messages, ends, timestamps, notes }: PackedEventsData, maxBytes: number): PackedEvents {
    const events = new PackedEvents(maxBytes);
    events.#messages = Buffer.from(messages.buffer, messages.byteOffset, messages.byteLength);
    events.#ends = ends;
    events.#timestamps = timestamps;
    events.#notes = notes;
    return events;
  }

  get length(): number {
    return this.#ends.length - this.#gone;
  }

  /** Whether any event has a note. */
  get hasNotes(): boolean {
    return this.#notes !== undefined;
  }

  /** Whether the events are in the spool. */
  get hasIds(): boolean {
    return this.#ids !== undefined;
  }

  /** Ids in the spool: of every event, or undefined. */
  get ids(): readonly number[] | undefined {
    return this.#gone > 0 ? this.#ids?.slice(this.#gone) : this.#ids;
  }

  push({ message, timestamp, size, note, level, id }: EventRecord): void {
    const bytes = size - EVENT_OVERHEAD_BYTES;
    const at = this.#room(bytes);
    this.#messages.write(message, at, bytes);
    this.#add(at + bytes, timestamp, note, level, id);
  }

  /** Takes the first event out. */
  shift(): void {
    this.#gone++;
    // Who drops the oldest event for each new one would otherwise keep the room of all that went.
    const goneBytes = this.#startOf(this.#gone);
    const bytes = this.#startOf(this.#ends.length) - goneBytes;
    const isMostlyGone =
      (this.#gone >= COMPACT_FROM_EVENTS && this.#gone > this.length) ||
      (goneBytes >= COMPACT_FROM_BYTES && goneBytes > bytes);
    if (isMostlyGone) this.#compact();
  }

  /** The messages are not needed any more, and are not there from now on. */
  letGo(): void {
    giveMemory(this.#messages);
    this.#messages = EMPTY;
  }

  /** Takes the last event out. */
  pop(): void {
    this.#ends.pop();
    this.#timestamps.pop();
    this.#ids?.pop();
    if (this.#notes && this.#notes.length > this.#ends.length) this.#notes.length = this.#ends.length;
  }

  messageAt(index: number): string {
    const at = this.#gone + index;
    return this.#messages.toString('utf8', this.#startOf(at), this.#ends[at]);
  }

  /** Writes a message as what stands between the quotes of a JSON string; see `json-bytes.ts`. */
  writeMessage(index: number, to: Uint8Array, at: number): number {
    const place = this.#gone + index;
    return writeEscaped(this.#messages, this.#startOf(place), this.#ends[place], to, at);
  }

  messageBytesAt(index: number): number {
    const at = this.#gone + index;
    return this.#ends[at] - this.#startOf(at);
  }

  timestampAt(index: number): number {
    return this.#timestamps[this.#gone + index];
  }

  noteAt(index: number): Note | undefined {
    return this.#notes?.[this.#gone + index];
  }

  /** 0 when the event is not in the spool. */
  idAt(index: number): number {
    return this.#ids?.[this.#gone + index] ?? 0;
  }

  levelAt(index: number): number {
    return this.#levels?.[this.#gone + index] ?? 0;
  }

  /** In the order of their timestamps, equal ones as they are. */
  sorted(): PackedEvents {
    return this.picked(
      this.#indexes(0, this.length).sort((a, b) => this.timestampAt(a) - this.timestampAt(b)),
    );
  }

  /** Those from one index until before the other. */
  slice(from: number, to: number): PackedEvents {
    return this.picked(this.#indexes(from, to));
  }

  /** Those at these places, in this order. */
  picked(indexes: readonly number[]): PackedEvents {
    const picked = new PackedEvents(this.#maxBytes);
    picked.#pick(this, indexes);
    return picked;
  }

  /** Gives every event its right time, which needs no check any more. */
  retime(times: readonly number[]): void {
    for (const [index, time] of times.entries()) {
      const at = this.#gone + index;
      this.#timestamps[at] = time;
      const note = this.#notes?.[at];
      if (this.#notes && hasUncheckedTime(note)) this.#notes[at] = withCheckedTime(note);
    }
  }

  /** All of them, one after the other. */
  static joined(parts: readonly PackedEvents[]): PackedEvents {
    const joined = new PackedEvents(parts[0].#maxBytes);
    for (const part of parts) joined.#pick(part, part.#indexes(0, part.length));
    return joined;
  }

  /** Without ids and levels. What is returned must not be changed. */
  toData(): PackedEventsData {
    if (this.#gone > 0) this.#compact();
    // Behind the last message is what this memory held before, which may be anything.
    const messages = this.#messages.subarray(0, this.#startOf(this.#ends.length));
    return { messages, ends: this.#ends, timestamps: this.#timestamps, notes: this.#notes };
  }

  #indexes(from: number, to: number): number[] {
    return Array.from({ length: to - from }, (_, index) => from + index);
  }

  #pick(from: PackedEvents, indexes: readonly number[]): void {
    for (const index of indexes) {
      const bytes = from.messageBytesAt(index);
      const start = from.#startOf(from.#gone + index);
      const at = this.#room(bytes);
      from.#messages.copy(this.#messages, at, start, start + bytes);
      this.#add(
        at + bytes,
        from.timestampAt(index),
        from.noteAt(index),
        from.levelAt(index),
        from.idAt(index),
      );
    }
  }

  #compact(): void {
    const rest = this.slice(0, this.length);
    this.#messages = rest.#messages;
    this.#ends = rest.#ends;
    this.#timestamps = rest.#timestamps;
    this.#notes = rest.#notes;
    this.#ids = rest.#ids;
    this.#levels = rest.#levels;
    this.#gone = 0;
  }

  #add(end: number, timestamp: number, note: Note | undefined, level: number, id: number): void {
    if (level > 0 || this.#levels) this.#setLevel(this.#ends.length, level);
    // `push` to an empty array makes room for 17, and most batches of very many streams hold one event.
    if (this.#ends.length === 0) {
      this.#ends = [end];
      this.#timestamps = [timestamp];
    } else {
      this.#ends.push(end);
      this.#timestamps.push(timestamp);
    }
    if (id > 0) {
      if (this.#ids) this.#ids.push(id);
      else this.#ids = [id];
    }
    if (note) {
      this.#notes ??= new Array<Note | undefined>(this.#ends.length);
      this.#notes[this.#ends.length - 1] = note;
    }
  }

  #setLevel(place: number, level: number): void {
    if (!this.#levels || place >= this.#levels.length) {
      const larger = new Uint8Array(Math.max(FIRST_LEVELS, place * 2));
      if (this.#levels) larger.set(this.#levels);
      this.#levels = larger;
    }
    this.#levels[place] = level;
  }

  /** Where the next message starts; as many bytes are free there. */
  #room(bytes: number): number {
    const at = this.#startOf(this.#ends.length);
    const needed = at + bytes;
    if (needed > this.#messages.length) {
      // Only with those that were taken out it can be more than the most.
      const most = needed > this.#maxBytes ? Number.POSITIVE_INFINITY : this.#maxBytes;
      const held = this.#messages.length;
      const wanted = Math.max(FIRST_BYTES, Math.min(most, held * (held < LARGE_BYTES ? 4 : 2)), needed);
      const larger = takeMemory(wanted);
      this.#messages.copy(larger, 0, 0, at);
      giveMemory(this.#messages);
      this.#messages = larger;
    }
    return at;
  }

  /** Where a message starts, by its place in the columns. */
  #startOf(place: number): number {
    return place > 0 ? this.#ends[place - 1] : 0;
  }
}
