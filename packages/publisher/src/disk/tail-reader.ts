import { EVENT_OVERHEAD_BYTES } from '../options/limits.js';
import type { SpooledEvent } from '../spool/spool.js';
import type { ReplayGate } from '../stream/queue/replay-lane.js';
import type { DiskTail } from './only-on-disk.js';
import type { ReadParts, Resends } from './resends.js';
import { Scan } from './scan.js';
import { recordOf, weightOf } from './spooled-events.js';

// A stream that works and has no room holds the reading up at most so long; then it is read later, by itself.
const LONGEST_WAIT_FOR_STREAM_MS = 1000;
// Of the memory: reading goes on when so much is free, or after a while. With every batch that is settled it would give
// each of many streams an event at a time, and make a put of each.
const ENOUGH = 1 / 2;
const LONGEST_WAIT_FOR_MEMORY_MS = 250;

type Wait = { readonly since: number; readonly tail: DiskTail | undefined; readonly bytes: number };

/**
 * Gives the events on disk to their streams: the file is read once, in order, and a stream that cannot take its events
 * is left out ("parked"). Parked streams that can go on are read together, from the place of the one that is furthest
 * behind, until they have caught up.
 */
export class TailReader {
  readonly #parts: ReadParts;
  readonly #isReplay: boolean;
  readonly #gate: ReplayGate;
  readonly #bytesPerStream: number;
  readonly #resends: Resends;
  readonly #again: (afterMs: number) => void;
  readonly #main: Scan;
  /** Tails that were given events since they were last sealed. */
  readonly #touched = new Set<DiskTail>();
  readonly #waits = new Map<Scan, Wait>();
  #parked = 0;
  #catchUp: { readonly scan: Scan; readonly members: Set<DiskTail> } | undefined;

  /**
   * @param bytesPerStream most bytes of a stream, in each of its lanes, that are read back at a time
   * @param resends have their events from elsewhere
   * @param again has {@link step} called again then
   */
  constructor(
    isReplay: boolean,
    gate: ReplayGate,
    parts: ReadParts,
    bytesPerStream: number,
    resends: Resends,
    again: (afterMs: number) => void,
  ) {
    this.#parts = parts;
    this.#isReplay = isReplay;
    this.#gate = gate;
    this.#bytesPerStream = bytesPerStream;
    this.#resends = resends;
    this.#again = again;
    this.#main = new Scan(parts.spool, isReplay, 0);
  }

  /** Whether ids may come that were given up meanwhile. */
  get isOpen(): boolean {
    return this.#main.isOpen || this.#main.isInMemory || this.#catchUp !== undefined;
  }

  get #tails(): ReadonlyMap<unknown, DiskTail> {
    return this.#parts.onlyOnDisk.tails(this.#isReplay);
  }

  /** Reads on. @returns whether there may be more to do at once */
  async step(): Promise<boolean> {
    if (this.#tails.size === 0) {
      this.#seal();
      await this.close();
      return false;
    }
    this.#beginCatchUp();
    const caughtUp = await this.#readCatchUp();
    const hasRead = this.#tails.size > this.#parked && (await this.#readMain());
    if (this.#tails.size === this.#parked) this.#seal();
    return caughtUp || hasRead;
  }

  /** Forgets its place in the files; what was not given to a stream is read again. */
  async close(): Promise<void> {
    await this.#main.close();
    await this.#catchUp?.scan.close();
    this.#catchUp = undefined;
    this.#waits.clear();
  }

  async #readMain(): Promise<boolean> {
    if (!this.#main.isOpen && !this.#main.isInMemory) {
      let first = Number.POSITIVE_INFINITY;
      for (const tail of this.#tails.values()) if (!tail.isParked) first = Math.min(first, tail.cursor);
      if (Number.isFinite(first)) this.#main.position = Math.max(this.#main.position, first);
    }
    const result = await this.#read(
      this.#main,
      (tail) => !tail.isParked,
      () => true,
    );
    if (result !== 'end') return result === 'more';
    let ended = false;
    for (const tail of [...this.#tails.values()]) {
      if (tail.isParked) continue;
      // What was not found up to here was given up, and counted then.
      tail.cursor = Math.max(tail.cursor, this.#isReplay ? tail.through : this.#main.position);
      ended = this.#endIfOver(tail) || ended;
    }
    return ended;
  }

  async #readCatchUp(): Promise<boolean> {
    if (!this.#catchUp) return false;
    const { scan, members } = this.#catchUp;
    const result = await this.#read(
      scan,
      (tail) => members.has(tail),
      ({ id }) => members.size > 0 && id <= this.#main.position,
    );
    if (result !== 'end') return result === 'more';
    // What is written was more when the other scan looked last.
    if (members.size > 0 && !this.#isReplay && scan.position < this.#main.position && !scan.isInMemory)
      return true;
    for (const tail of members) {
      tail.isParked = false;
      this.#parked--;
      tail.cursor = Math.max(tail.cursor, this.#main.position);
      this.#endIfOver(tail);
    }
    await scan.close();
    this.#waits.delete(scan);
    this.#catchUp = undefined;
    return true;
  }

  #beginCatchUp(): void {
    if (this.#catchUp || this.#parked === 0) return;
    const members = new Set<DiskTail>();
    let position = Number.POSITIVE_INFINITY;
    for (const tail of this.#tails.values()) {
      const isReady = tail.isParked && canTake(tail) && this.#bytesIn(tail) * 2 <= this.#bytesPerStream;
      if (!isReady) continue;
      members.add(tail);
      position = Math.min(position, tail.cursor);
    }
    if (members.size === 0) return;
    this.#catchUp = { scan: new Scan(this.#parts.spool, this.#isReplay, position), members };
  }

  /**
   * Gives a chunk of events to the tails that are wanted.
   *
   * @returns 'end' behind the last event that is written, or that `isWithin`
   */
  async #read(
    scan: Scan,
    isWanted: (tail: DiskTail) => boolean,
    isWithin: (event: SpooledEvent) => boolean,
  ): Promise<'more' | 'wait' | 'end'> {
    const { gone, onlyOnDisk, stop, writers } = this.#parts;
    if (this.#mustWait(scan)) return 'wait';
    do {
      const event = await scan.next();
      if (stop.aborted) return 'wait';
      if (!event || !isWithin(event)) {
        this.#seal();
        return 'end';
      }
      const target = writers.find(event)?.target;
      const tail = target && onlyOnDisk.tails(this.#isReplay).get(target);
      const isSpokenFor = this.#resends.has(event.id) || gone.has(event.id);
      if (tail && event.id > tail.cursor && isWanted(tail) && !isSpokenFor) {
        if (!canTake(tail)) this.#park(tail);
        else if (!this.#give(scan, tail, event)) {
          this.#seal();
          return 'wait';
        }
      }
      scan.pass();
    } while (scan.isInMemory);
    return 'more';
  }

  /** @returns false when it has to wait */
  #give(scan: Scan, tail: DiskTail, event: SpooledEvent): boolean {
    const { budget, clock } = this.#parts;
    const bytesPerStream = this.#bytesPerStream;
    const size = event.messageBytes + EVENT_OVERHEAD_BYTES;
    const bytes = this.#bytesIn(tail);
    if (bytes > 0 && bytes + size > bytesPerStream) {
      const wait = this.#waits.get(scan);
      if (wait?.tail !== tail) return this.#wait(scan, tail, size);
      if (clock.now() - wait.since < LONGEST_WAIT_FOR_STREAM_MS) return false;
      this.#park(tail);
      return true;
    }
    // A stream with nothing in memory gets on, though others that fail hold all of it.
    const most = budget.mostBytes + (bytes === 0 ? bytesPerStream : 0);
    if (budget.usedBytes + size > most) return this.#wait(scan, undefined, size);
    this.#waits.delete(scan);
    this.#load(tail, event);
    return true;
  }

  #wait(scan: Scan, tail: DiskTail | undefined, bytes: number): false {
    this.#waits.set(scan, { since: this.#parts.clock.now(), tail, bytes });
    this.#again(tail ? LONGEST_WAIT_FOR_STREAM_MS : LONGEST_WAIT_FOR_MEMORY_MS);
    return false;
  }

  /** Whether nothing has changed since it began to wait. */
  #mustWait(scan: Scan): boolean {
    const { budget, clock } = this.#parts;
    const wait = this.#waits.get(scan);
    if (!wait) return false;
    const ms = clock.now() - wait.since;
    if (wait.tail) {
      const hasRoom = this.#bytesIn(wait.tail) + wait.bytes <= this.#bytesPerStream || !canTake(wait.tail);
      return !hasRoom && ms < LONGEST_WAIT_FOR_STREAM_MS;
    }
    const { mostBytes, usedBytes } = budget;
    if (mostBytes - usedBytes >= Math.max(wait.bytes, mostBytes * ENOUGH)) return false;
    if (ms < LONGEST_WAIT_FOR_MEMORY_MS) return true;
    this.#waits.delete(scan);
    return false;
  }

  /** Reading goes on without a tail, which keeps its place. */
  #park(tail: DiskTail): void {
    this.#catchUp?.members.delete(tail);
    for (const [scan, wait] of this.#waits) if (wait.tail === tail) this.#waits.delete(scan);
    if (!tail.isParked) this.#parked++;
    tail.isParked = true;
  }

  /** Gives an event that was read to its stream. */
  #load(tail: DiskTail, event: SpooledEvent): void {
    const { budget, onlyOnDisk, spool } = this.#parts;
    const { id } = event;
    const { writer } = tail;
    tail.cursor = id;
    const record = recordOf(event, tail, onlyOnDisk.epochOf(id));
    if (this.#isReplay) {
      const lane = writer.replayLane(this.#gate);
      if (id > tail.directoryEnd) {
        // A put is noted, and settled, in one ledger: in several it would be done in one and open in another for a while.
        lane.seal();
        tail.directoryEnd = spool.lastIdBeside(id);
      }
      budget.take(record.size);
      lane.append(record);
    } else writer.append(record);
    onlyOnDisk.load(weightOf(event));
    this.#touched.add(tail);
    this.#endIfOver(tail);
  }

  /** Has what was given sent, where nothing else would send it soon. */
  #seal(): void {
    for (const tail of this.#touched) {
      if (this.#isReplay) tail.writer.replayLane(this.#gate).seal();
      // Whoever waits for these events does not wait for company of theirs.
      else if (!this.#parts.flushes.isEmpty || !tail.writer.hasDue) tail.writer.sealLive();
    }
    this.#touched.clear();
  }

  #endIfOver(tail: DiskTail): boolean {
    if (!tail.isOver) return false;
    if (tail.isParked) this.#parked--;
    tail.isParked = false;
    this.#catchUp?.members.delete(tail);
    this.#parts.onlyOnDisk.ended(tail);
    tail.writer.checkIdle();
    return true;
  }

  #bytesIn({ writer }: DiskTail): number {
    return writer.lacksOthers ? 0 : writer.bytesIn(this.#isReplay);
  }
}

/**
 * Whether a stream may be given events: first comes what an earlier process was about to put on it; and one that fails
 * would only take the memory of the others, unless it needs another event to tell whether the one that it has is to blame.
 */
function canTake({ writer }: DiskTail): boolean {
  return !writer.isHeld && (!writer.isFailing || writer.isIdle || writer.lacksOthers);
}
