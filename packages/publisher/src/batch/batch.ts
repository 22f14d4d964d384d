import { EVENT_OVERHEAD_BYTES, MAX_BATCH_SPAN_MS } from '../options/limits.js';
import { type IdRange, rangesOfIds } from '../structures/range-set.js';
import type { EventRecord } from './event-record.js';
import { type Fate, hasUncheckedTime, isUnaccounted, type Note } from './note.js';
import { PackedEvents, type PackedEventsData } from './packed-events.js';
import { NEVER_PUT, ofJoined, ofPart, type PutHistory, type PutToken } from './put-history.js';

/** Measured: 96 to 100 % of the seams are free of equal timestamps so, and batches 83 to 99 % full. */
const ROOM_FOR_MILLISECOND = 1.25;

/** Limits of a batch; the service's own or lower. */
export interface BatchLimits {
  readonly maxBytes: number;
  readonly maxEvents: number;
}

/** Follows what another thread does for a batch at the end of the process. */
export interface BatchObserver {
  /** The batch, or a part of it, is about to be put. */
  putting(token: PutToken): void;
  /** `count` events of a batch met their fate. */
  settled(fate: Fate, count: number): void;
  /** A batch is settled as a whole, or left behind at the end; `parts` more take its place when it was split. */
  finished(parts: number): void;
}

/**
 * Log events that go to one log stream in one put. A batch is legal at every instant: whether an event fits
 * is asked before it is appended. It is `open` while it takes events, `sealed` when it takes no more, and
 * `frozen` from its first put on: a frozen batch never changes, which is what makes it safe to send it again.
 */
export class Batch {
  state: 'open' | 'sealed' | 'frozen' = 'open';
  /** Bytes as CloudWatch Logs counts them. */
  bytes = 0;
  /** The puts that were made of it; replaced, never changed. */
  history: PutHistory = NEVER_PUT;
  /** Its place among the batches of its stream, from its first start on: events that started before it. */
  place: number | undefined;
  observer: BatchObserver | undefined;
  /** The epoch of its oldest event, see `accounts/flush.ts`; `Infinity` while it has none. */
  epoch = Number.POSITIVE_INFINITY;

  /** When its oldest event came, on the clock of waits; `Infinity` where that is not known, as for what was on disk. */
  openedAt = Number.POSITIVE_INFINITY;

  /** The numbers of the levels of its events, as bits: 1 for number 0. */
  levels = 0;

  readonly #limits: BatchLimits;
  #events: PackedEvents;
  #unaccounted = 0;
  #earliest = Number.POSITIVE_INFINITY;
  #latest = Number.NEGATIVE_INFINITY;
  /** Of the batch, when the first event of the latest millisecond came. */
  #bytesBeforeLatest = 0;
  #eventsBeforeLatest = 0;
  #inOrder = true;
  /** How many events came in each epoch, in the order in which they came; only where there are several. */
  #epochs: { readonly epoch: number; weight: number }[] | undefined;

  constructor(limits: BatchLimits, events = new PackedEvents(limits.maxBytes)) {
    this.#limits = limits;
    this.#events = events;
    for (let i = 0; i < events.length; i++) {
      const size = events.messageBytesAt(i) + EVENT_OVERHEAD_BYTES;
      this.#count(size, events.timestampAt(i), events.noteAt(i), events.levelAt(i));
    }
  }

  /** Log events in this batch, parts and markers included. */
  get length(): number {
    return this.#events.length;
  }

  /** Events as the application gave them: parts of a split event count once, markers not at all. */
  get weight(): number {
    return this.length - this.#unaccounted;
  }

  /** Timestamp of its earliest event; of a batch that lost events to make room, at most that. */
  get earliest(): number {
    return this.#earliest;
  }

  /** Timestamp of its latest event. */
  get latest(): number {
    return this.#latest;
  }

  /**
   * Whether it should end before an event of this time, so that no millisecond is on both sides of the seam and the two
   * batches can be put together: less room is left than a quarter more than its last millisecond took.
   */
  endsBefore(timestamp: number): boolean {
    if (timestamp <= this.#latest || this.length === 0) return false;
    const { maxBytes, maxEvents } = this.#limits;
    const bytes = (this.bytes - this.#bytesBeforeLatest) * ROOM_FOR_MILLISECOND;
    const events = (this.length - this.#eventsBeforeLatest) * ROOM_FOR_MILLISECOND;
    return this.bytes + bytes > maxBytes || this.length + events > maxEvents;
  }

  /** Whether an event can be appended so that the batch stays legal. `size` includes the overhead. */
  fits(timestamp: number, size: number): boolean {
    if (this.length === 0) return true;
    return (
      this.length < this.#limits.maxEvents &&
      this.bytes + size <= this.#limits.maxBytes &&
      this.spans(timestamp)
    );
  }

  /** Whether an event of this time is close enough to all others. */
  spans(timestamp: number): boolean {
    if (this.length === 0) return true;
    return timestamp - this.#earliest <= MAX_BATCH_SPAN_MS && this.#latest - timestamp <= MAX_BATCH_SPAN_MS;
  }

  /** Appends an event that fits. */
  append(event: EventRecord): void {
    this.#noteEpoch(event.epoch, isUnaccounted(event.note) ? 0 : 1);
    this.#events.push(event);
    this.#count(event.size, event.timestamp, event.note, event.level);
  }

  /** It is stored: from now on only its counts and times are known. */
  letGo(): void {
    this.#events.letGo();
  }

  /** How many of its events were received in an epoch or before, as the application gave them. */
  weightThrough(epoch: number): number {
    if (!this.#epochs) return this.epoch <= epoch ? this.weight : 0;
    return this.#epochs.reduce((sum, part) => sum + (part.epoch <= epoch ? part.weight : 0), 0);
  }

  /** Takes the first or the last event out to make room. Only before the batch is frozen. */
  drop(which: 'first' | 'last'): Omit<EventRecord, 'message' | 'level'> {
    const index = which === 'first' ? 0 : this.length - 1;
    const size = this.messageBytesAt(index) + EVENT_OVERHEAD_BYTES;
    const note = this.noteAt(index);
    const part = this.#epochs?.at(which === 'first' ? 0 : -1);
    const dropped = {
      size,
      timestamp: this.timestampAt(index),
      note,
      id: this.#events.idAt(index),
      epoch: part?.epoch ?? this.epoch,
    };
    if (which === 'first') this.#events.shift();
    else this.#events.pop();
    this.bytes -= size;
    if (isUnaccounted(note)) this.#unaccounted--;
    else if (part && --part.weight === 0 && (this.#epochs?.length ?? 0) > 1) {
      if (which === 'first') this.#epochs?.shift();
      else this.#epochs?.pop();
    }
    return dropped;
  }

  seal(): void {
    if (this.state === 'open') this.state = 'sealed';
  }

  /** Puts the events in the order of their timestamps, equal ones as they were logged, and fixes them. */
  freeze(): void {
    if (this.state === 'frozen') return;
    this.state = 'frozen';
    if (!this.#inOrder) this.#events = this.#events.sorted();
    this.#inOrder = true;
  }

  /** Whether its events are in the spool. */
  get isSpooled(): boolean {
    return this.#events.hasIds;
  }

  /** The ids of its events in the spool, sorted; empty when they are not there. */
  get spoolRanges(): IdRange[] {
    return rangesOfIds(this.#events.ids ?? []);
  }

  /** The times of its first and last event. */
  get timeRange(): { readonly from: number; readonly to: number } {
    return { from: this.#earliest, to: this.#latest };
  }

  messageAt(index: number): string {
    return this.#events.messageAt(index);
  }

  /** Writes the message at `index` as what stands between the quotes of a JSON string. @returns where the next byte goes */
  writeMessage(index: number, to: Uint8Array, at: number): number {
    return this.#events.writeMessage(index, to, at);
  }

  timestampAt(index: number): number {
    return this.#events.timestampAt(index);
  }

  noteAt(index: number): Note | undefined {
    return this.#events.noteAt(index);
  }

  /** The number of its level; 0 where levels are not looked at. */
  levelAt(index: number): number {
    return this.#events.levelAt(index);
  }

  /** UTF-8 bytes of the message at `index`. */
  messageBytesAt(index: number): number {
    return this.#events.messageBytesAt(index);
  }

  /** Whether no event needs more than counting. */
  get plain(): boolean {
    return !this.#events.hasNotes;
  }

  /** Its events as plain data, without their ids in the spool; not to be changed. */
  get eventData(): PackedEventsData {
    return this.#events.toData();
  }

  /** Two batches with the events of this one, as complete as it is: those before `index`, and those from it on. */
  splitAt(index: number): [Batch, Batch] {
    return this.divided((at) => at < index);
  }

  /** The same: those at the places that are chosen, and the others. */
  divided(isChosen: (index: number) => boolean): [Batch, Batch] {
    const chosen: number[] = [];
    const others: number[] = [];
    for (let index = 0; index < this.length; index++) (isChosen(index) ? chosen : others).push(index);
    return [this.#partOf(chosen, 0), this.#partOf(others, chosen.length)];
  }

  /** Whether the time of any event was not checked. */
  get hasUncheckedTimes(): boolean {
    for (let index = 0; !this.plain && index < this.length; index++)
      if (hasUncheckedTime(this.noteAt(index))) return true;
    return false;
  }

  /**
   * Moves the times that were not checked, none beyond `latest`. Not once a put of it may be stored.
   *
   * @returns false when that would make the batch span more than a batch may; nothing is changed then
   */
  correctTimes(byMs: number, latest: number): boolean {
    const times: number[] = [];
    for (let index = 0; index < this.length; index++) {
      const time = this.timestampAt(index);
      times.push(hasUncheckedTime(this.noteAt(index)) ? Math.min(time + byMs, latest) : time);
    }
    const earliest = times.reduce((least, time) => Math.min(least, time), Number.POSITIVE_INFINITY);
    const newest = times.reduce((most, time) => Math.max(most, time), Number.NEGATIVE_INFINITY);
    if (newest - earliest > MAX_BATCH_SPAN_MS) return false;
    this.#events.retime(times);
    this.#earliest = earliest;
    this.#latest = newest;
    this.#inOrder = times.every((time, index) => index === 0 || times[index - 1] <= time);
    if (this.state === 'frozen' && !this.#inOrder) this.#events = this.#events.sorted();
    return true;
  }

  /** How many events from the front stay within `maxBytes`; at least one. */
  countWithin(maxBytes: number): number {
    let bytes = this.messageBytesAt(0) + EVENT_OVERHEAD_BYTES;
    let count = 1;
    while (count < this.length) {
      bytes += this.messageBytesAt(count) + EVENT_OVERHEAD_BYTES;
      if (bytes > maxBytes) break;
      count++;
    }
    return count;
  }

  /** One batch of several that are as complete as it, in their order. */
  static joined(parts: readonly Batch[]): Batch {
    const joined = new Batch(parts[0].#limits, PackedEvents.joined(parts.map((part) => part.#events)));
    joined.state = parts[0].state;
    joined.history = ofJoined(parts.map(({ history }) => history));
    joined.place = parts[0].place;
    joined.observer = parts[0].observer;
    joined.epoch = Math.min(...parts.map(({ epoch }) => epoch));
    joined.openedAt = Math.min(...parts.map(({ openedAt }) => openedAt));
    const weights = new Map<number, number>();
    for (const part of parts) {
      for (const { epoch, weight } of part.#epochs ?? [part])
        weights.set(epoch, (weights.get(epoch) ?? 0) + weight);
    }
    if (weights.size > 1) joined.#epochs = Array.from(weights, ([epoch, weight]) => ({ epoch, weight }));
    return joined;
  }

  /** @param first how many events the other part has, where this one comes second */
  #partOf(indexes: readonly number[], first: number): Batch {
    const part = new Batch(this.#limits, this.#events.picked(indexes));
    part.state = this.state;
    part.observer = this.observer;
    part.epoch = this.epoch;
    part.openedAt = this.openedAt;
    part.#epochs = this.#epochsOf(indexes);
    part.history = ofPart(this.history);
    if (this.place !== undefined) part.place = this.place + first;
    return part;
  }

  #noteEpoch(epoch: number, weight: number): void {
    if (this.length > 0 && epoch !== this.epoch)
      this.#epochs ??= [{ epoch: this.epoch, weight: this.weight }];
    this.epoch = Math.min(this.epoch, epoch);
    if (!this.#epochs) return;
    const last = this.#epochs[this.#epochs.length - 1];
    if (last?.epoch === epoch) last.weight += weight;
    else this.#epochs.push({ epoch, weight });
  }

  /** The epochs of the events at these places; once sorting has moved events it is not known more exactly. */
  #epochsOf(indexes: readonly number[]): { readonly epoch: number; weight: number }[] | undefined {
    if (!this.#epochs) return undefined;
    const epochs = this.#epochs.map(({ epoch }) => ({ epoch, weight: 0 }));
    let [at, before, index] = [0, 0, 0]; // `before` events count that came before the one at `index`
    let through = this.#epochs[0].weight;
    for (const chosen of indexes) {
      for (; index < chosen; index++) if (!isUnaccounted(this.noteAt(index))) before++;
      while (before >= through && at < epochs.length - 1) through += this.#epochs[++at].weight;
      if (!isUnaccounted(this.noteAt(chosen))) epochs[at].weight++;
    }
    return epochs;
  }

  #count(size: number, timestamp: number, note: Note | undefined, level: number): void {
    this.bytes += size;
    this.levels |= 1 << level;
    if (timestamp < this.#latest) this.#inOrder = false;
    if (timestamp < this.#earliest) this.#earliest = timestamp;
    if (timestamp > this.#latest) {
      this.#latest = timestamp;
      this.#bytesBeforeLatest = this.bytes - size;
      this.#eventsBeforeLatest = this.length - 1;
    }
    if (isUnaccounted(note)) this.#unaccounted++;
  }
}
