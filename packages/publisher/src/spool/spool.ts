import fs from 'node:fs';
import type { SpooledEvent } from './event-frame.js';
import { currentOwner, HEARTBEAT_MS, OwnerDirectory, type OwnerIdentity } from './owner-lock.js';
import { type IdRange, RangeSet } from './range-set.js';
import {
  type AdoptedVolume,
  adoptDeadOwners,
  mergeStreams,
  pendingPuts,
  removeVolume,
  shiftRanges,
} from './recovery.js';
import type { Segment } from './segment.js';
import type {
  PendingPut,
  Recovery,
  SpoolDrop,
  SpoolInput,
  SpoolOptions,
  SpoolStats,
  SpoolTrouble,
} from './spool-options.js';
import { readSpool } from './spool-reader.js';
import { SpoolWriter } from './spool-writer.js';
import { Volume } from './volume.js';

export type { StreamSummary } from './directory-scan.js';
export { PART_FLAG, type SpooledEvent } from './event-frame.js';
export type { IdRange } from './range-set.js';
export type * from './spool-options.js';

// Ids below are for what is found of dead owners at the start, so that it is read first.
const FIRST_OWN_ID = 2 ** 40;
const SMALLEST_SEGMENT_BYTES = 64 * 1024;
const LARGEST_SEGMENT_BYTES = 16 * 1024 * 1024;

const NOTHING_RECOVERED: Recovery = {
  directories: 0,
  events: 0,
  bytes: 0,
  perStream: [],
  ranges: [],
  pendingPuts: [],
};

/** Which put is about to be sent. */
export interface PutNote {
  /** A whole number >= 0; comes back in {@link PendingPut}. */
  readonly putId: number;
  readonly logGroupName: string;
  readonly logStreamName: string;
  /** The ids of its events. */
  readonly ranges: readonly IdRange[];
  readonly sequenceToken: string | undefined;
  /** Earlier puts of these events that may have stored them although no success came back. */
  readonly ambiguousPuts: number;
}

/** A directory of dead owner's events, with the ids that they have in this spool. */
interface Adopted {
  readonly volume: Volume;
  readonly firstId: number;
  readonly lastId: number;
}

/**
 * Keeps events on disk until they are settled. Never throws and never rejects for trouble with the disk, with old
 * files or with other processes: it says so through the callbacks of {@link SpoolOptions}.
 */
export class Spool {
  /** Resolves when the events of owners that were dead at the start are known. Never rejects. */
  readonly ready: Promise<Recovery>;
  readonly #options: SpoolOptions;
  readonly #owner: OwnerIdentity;
  readonly #writer: SpoolWriter;
  #adopted: Adopted[] = [];
  #nextRecoveredId = 1;
  #recovered = NOTHING_RECOVERED;
  #heartbeat: NodeJS.Timeout | undefined;
  #adopting: Promise<unknown>;
  #isClosed = false;
  #closed: Promise<void> | undefined;
  // While events are saved synchronously, those that could not be written are collected here.
  #handedBack: SpooledEvent[] | undefined;
  #corruptFrames = 0;
  #tornBytes = 0;
  #droppedSegments = 0;

  constructor(options: SpoolOptions) {
    this.#options = options;
    this.#owner = options.owner ?? currentOwner();
    const { directory: root, maxBytes, fsyncIntervalMs = 500, retryDelayMs = 1000 } = options;
    const sixteenth = Math.max(
      SMALLEST_SEGMENT_BYTES,
      Math.min(LARGEST_SEGMENT_BYTES, Math.floor(maxBytes / 16)),
    );
    const { segmentBytes = sixteenth } = options;
    this.#writer = new SpoolWriter(
      { root, segmentBytes, fsyncIntervalMs, retryDelayMs, firstId: FIRST_OWN_ID },
      {
        createVolume: () =>
          new Volume(OwnerDirectory.create(root, this.#owner), (error) => this.#writer.fail(error)),
        makeRoom: (bytes) => this.#makeRoom(bytes),
        onVolumeLost: (volume) => this.#onVolumeLost(volume),
        onWritten: (id) => options.onWritten?.(id),
        onHandBack: (events, trouble) => {
          if (this.#handedBack === undefined) options.onHandBack?.(events, trouble);
          else this.#handedBack.push(...events);
        },
        onTrouble: (trouble) => options.onTrouble?.(trouble),
        onUsable: () => options.onUsable?.(),
      },
    );
    try {
      fs.mkdirSync(root, { recursive: true, mode: 0o700 });
      fs.accessSync(root, fs.constants.R_OK | fs.constants.W_OK | fs.constants.X_OK);
      if (options.mode === 'always') this.#writer.prepare();
    } catch (error) {
      this.#writer.fail(error);
    }
    this.ready = this.#adopt(false);
    this.#adopting = this.ready;
    this.#heartbeat = setInterval(() => void this.#beat(), options.heartbeatMs ?? HEARTBEAT_MS).unref();
  }

  /** Whether events are accepted at present. */
  get usable(): boolean {
    return this.#writer.trouble === undefined && !this.#isClosed;
  }

  /** Why events are not accepted at present. */
  get trouble(): SpoolTrouble | undefined {
    return this.#writer.trouble;
  }

  /** Every event of this spool up to this id is in the kernel, was handed back, or was dropped. */
  get writtenThrough(): number {
    return this.#writer.writtenThrough;
  }

  /** Every event of this spool up to this id is on the disk, was handed back, or was dropped. */
  get syncedThrough(): number {
    return this.#writer.syncedThrough;
  }

  /** What was found of dead owners so far; complete for the start when `ready` has resolved. */
  get recovered(): Recovery {
    return this.#recovered;
  }

  /** The puts among it that were about to be sent. */
  get pendingPuts(): readonly PendingPut[] {
    return this.#recovered.pendingPuts;
  }

  /**
   * Takes an event and returns its id, a safe integer that is higher than all before. Returns 0 when it is not
   * accepted: while writing fails, after `close`, or when it is longer than 4 Mi characters.
   */
  append(
    logGroupName: string,
    logStreamName: string,
    timestamp: number,
    message: string,
    flags: number,
  ): number {
    return this.#writer.append(logGroupName, logStreamName, timestamp, message, flags);
  }

  /**
   * Has everything appended before and `events` on the disk when it returns, also inside `process.on('exit')`.
   * Returns those of `events` that could not be kept; earlier ones that could not be are handed back.
   */
  appendSync(events: readonly SpoolInput[]): SpoolInput[] {
    const inputs = new Map<number, SpoolInput>();
    const failed: SpoolInput[] = [];
    const handedBack: SpooledEvent[] = [];
    this.#handedBack = handedBack;
    this.#writer.tryAgainSync(() => {
      for (const event of events) {
        const { logGroupName, logStreamName, timestamp, message, flags } = event;
        const id = this.append(logGroupName, logStreamName, timestamp, message, flags);
        if (id === 0) failed.push(event);
        else inputs.set(id, event);
      }
      this.#flushFilesSync();
    });
    this.#handedBack = undefined;
    const earlier: SpooledEvent[] = [];
    for (const event of handedBack) {
      const input = inputs.get(event.id);
      if (input === undefined) earlier.push(event);
      else failed.push(input);
    }
    const { trouble } = this.#writer;
    if (earlier.length > 0 && trouble !== undefined) this.#options.onHandBack?.(earlier, trouble);
    return failed;
  }

  /**
   * Has everything appended and noted before and by `write` on the disk when it returns, also inside
   * `process.on('exit')` and after trouble, or has handed it back.
   */
  writeSync(write: () => void): void {
    this.#writer.tryAgainSync(() => {
      write();
      this.#flushFilesSync();
    });
  }

  /** Has everything appended and noted before on the disk when it returns, or has handed it back. */
  flushSync(): void {
    this.appendSync([]);
  }

  /** Resolves when everything appended before is in the kernel, or was handed back. */
  flush(): Promise<void> {
    return this.#writer.flush();
  }

  /**
   * Notes which events are about to be sent, so that after a crash the very same batch can be sent with the same
   * token. Resolves with whether the kernel has the note.
   */
  async notePut(note: PutNote): Promise<boolean> {
    const { ranges, ...put } = note;
    this.#writer.seal(); // the first events bring the directory into being that has the ledger
    const parts = this.#split(ranges);
    const home = parts[0]?.volume;
    if (home === undefined) return false;
    return home.ledger.notePut({
      ...put,
      parts: parts.map((part) => ({
        directoryKey: part.volume === home ? '' : part.volume.directory.key,
        ranges: part.ranges,
      })),
    });
  }

  /** Settles events: they are not read again, and files that hold no others are deleted. */
  acknowledge(ranges: readonly IdRange[]): void {
    if (ranges.length === 0) return;
    this.#writer.seal();
    for (const part of this.#split(ranges)) {
      part.volume.acknowledge(part.ranges);
      if (part.volume !== this.#writer.volume && part.volume.isSettled) this.#retire(part.volume);
    }
  }

  /**
   * Yields the written events behind `afterId` that are not settled, in the order of their ids, in batches of at most
   * `maxBytes` of messages (one larger event comes alone). Ends where nothing more is written. Throws what the system
   * says when files cannot be read at present, such as EMFILE.
   */
  read(from: { readonly afterId: number; readonly maxBytes: number }): AsyncGenerator<SpooledEvent[], void> {
    const source = {
      volumes: () => this.#volumes(),
      onUnreadable: (volume: Volume, segment: Segment, ranges: readonly IdRange[]) => {
        if (this.#isClosed) return; // another process may have the files by now
        this.#corruptFrames += 1;
        const events = segment.weigh(ranges);
        this.#options.onDropped?.({
          reason: 'unreadable',
          events,
          ranges: shiftRanges(ranges, volume.base),
          weigh: weigher([segment], volume.base),
        });
        // When the directory is gone another process may have it: its ledger must not say that these are settled.
        if (fs.existsSync(volume.directory.path)) volume.acknowledge(ranges);
        else segment.unacknowledged.deleteAll(ranges);
      },
    };
    return readSpool(source, from);
  }

  stats(): SpoolStats {
    let segments = 0;
    let bytes = 0;
    let events = 0;
    let ledgerWrites = 0;
    for (const volume of this.#volumes()) {
      bytes += volume.bytes;
      ledgerWrites += volume.ledger.writes;
      for (const segment of volume.segments) {
        segments += 1;
        events += segment.unsettledEvents;
      }
    }
    return {
      segments,
      bytes,
      events,
      corruptFrames: this.#corruptFrames,
      tornBytes: this.#tornBytes,
      droppedSegments: this.#droppedSegments,
      writes: this.#writer.writes + ledgerWrites,
      fsyncs: this.#writer.fsyncs,
    };
  }

  /** Writes what is left and leaves the files to the next owner; deletes them when everything is settled. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#heartbeat);
    await this.#adopting;
    await this.#writer.close();
    for (const volume of [...this.#volumes()]) await this.#leave(volume);
    this.#adopted = [];
  }

  async #leave(volume: Volume): Promise<void> {
    await volume.collect();
    await volume.ledger.close();
    if (volume.isSettled) await removeVolume(volume);
    // Fails when it was removed. Where it fails otherwise, the next owner finds out that this one is gone.
    await volume.directory.release().catch(() => {});
  }

  *#volumes(): Generator<Volume, void> {
    for (const { volume } of this.#adopted) yield volume;
    if (this.#writer.volume !== undefined) yield this.#writer.volume;
  }

  /** Sorts ids by the directory that has them; the ids of files come out. */
  #split(ranges: readonly IdRange[]): { readonly volume: Volume; readonly ranges: readonly IdRange[] }[] {
    const wanted = RangeSet.of(ranges);
    const parts: {
      readonly volume: Volume;
      readonly ranges: readonly IdRange[];
      readonly firstId: number;
    }[] = [];
    for (const { volume, firstId, lastId } of this.#adopted) {
      const inside = wanted.intersection([[firstId, lastId]]);
      if (inside.length === 0) continue;
      wanted.deleteAll(inside);
      parts.push({ volume, ranges: shiftRanges(inside, -volume.base), firstId: inside[0]?.[0] ?? 0 });
    }
    const own = this.#writer.volume;
    const rest = wanted.ranges();
    if (own !== undefined && rest.length > 0) {
      parts.push({ volume: own, ranges: rest, firstId: rest[0]?.[0] ?? 0 });
    }
    return parts.sort((a, b) => a.firstId - b.firstId);
  }

  async #adopt(isLate: boolean): Promise<Recovery> {
    const problems: string[] = [];
    const held = (key: string): boolean =>
      [...this.#volumes()].some((volume) => volume.directory.key === key);
    const found = await adoptDeadOwners(this.#options.directory, this.#owner, held, problems);
    if (found.length === 0 && (problems.length === 0 || isLate)) return NOTHING_RECOVERED;
    const ids = new RangeSet();
    for (const { volume, scan } of found) {
      const { firstId, lastId } = this.#take(volume, scan, isLate);
      if (lastId >= firstId) ids.add(firstId, lastId);
    }
    const perStream = mergeStreams(found.map(({ scan }) => scan.streams));
    const recovery: Recovery = {
      directories: found.length,
      events: perStream.reduce((sum, stream) => sum + stream.events, 0),
      bytes: perStream.reduce((sum, stream) => sum + stream.bytes, 0),
      perStream,
      ranges: ids.ranges(),
      pendingPuts: pendingPuts(found),
    };
    this.#recovered = {
      directories: this.#recovered.directories + recovery.directories,
      events: this.#recovered.events + recovery.events,
      bytes: this.#recovered.bytes + recovery.bytes,
      perStream: mergeStreams([this.#recovered.perStream, recovery.perStream]),
      ranges: [...this.#recovered.ranges, ...recovery.ranges],
      pendingPuts: [...this.#recovered.pendingPuts, ...recovery.pendingPuts],
    };
    this.#warnOfDamage(found, recovery, problems);
    for (const { volume } of found) {
      void volume.collect();
      if (volume.isSettled) this.#retire(volume);
    }
    if (isLate) this.#options.onRecovered?.(recovery);
    return recovery;
  }

  /** Gives the events of a dead owner ids of this spool. */
  #take(volume: Volume, scan: AdoptedVolume['scan'], isLate: boolean): Adopted {
    let first = Number.POSITIVE_INFINITY;
    let last = 0;
    for (const { ids } of scan.segments) {
      first = Math.min(first, ids.first ?? first);
      last = Math.max(last, ids.last ?? last);
    }
    const span = last >= first ? last - first + 1 : 0;
    const isSpare = !isLate && this.#nextRecoveredId + span < FIRST_OWN_ID;
    const firstId = isSpare ? this.#nextRecoveredId : this.#writer.reserveIds(span);
    if (isSpare) this.#nextRecoveredId += span;
    volume.base = span === 0 ? 0 : firstId - first;
    const adopted: Adopted = { volume, firstId, lastId: firstId + span - 1 };
    this.#adopted.push(adopted);
    this.#corruptFrames += scan.corruptFrames;
    this.#tornBytes += scan.tornBytes;
    return adopted;
  }

  #warnOfDamage(found: readonly AdoptedVolume[], recovery: Recovery, problems: readonly string[]): void {
    let corruptFrames = 0;
    let tornBytes = 0;
    let damagedLedgers = 0;
    const unreadable: string[] = [...problems];
    for (const { scan } of found) {
      corruptFrames += scan.corruptFrames;
      tornBytes += scan.tornBytes;
      if (scan.ledger.damagedPlaces > 0) damagedLedgers += 1;
      unreadable.push(...scan.unreadable);
    }
    const parts: string[] = [];
    if (corruptFrames > 0) parts.push(`${corruptFrames} corrupt frames skipped`);
    if (tornBytes > 0) parts.push(`${tornBytes} bytes of unfinished writes cut off`);
    if (damagedLedgers > 0) parts.push(`${damagedLedgers} damaged ledgers, so some events may be sent twice`);
    if (unreadable.length > 0) parts.push(`not readable: ${unreadable.join(', ')}`);
    if (parts.length === 0) return;
    const saved = `${recovery.events} events of ${recovery.directories} earlier owners recovered`;
    this.#options.onWarn?.(`Spool ${this.#options.directory}: ${saved}; ${parts.join('; ')}.`);
  }

  /** Lets go of a dead owner's directory when all its events are settled. */
  #retire(volume: Volume): void {
    if (!this.#adopted.some((adopted) => adopted.volume === volume)) return;
    this.#adopted = this.#adopted.filter((adopted) => adopted.volume !== volume);
    const before = this.#adopting;
    this.#adopting = this.#leave(volume).then(() => before);
  }

  async #beat(): Promise<void> {
    await Promise.all([...this.#volumes()].map((volume) => volume.directory.touch().catch(() => {})));
    await this.#writer.checkDirectory();
    await this.#adopting;
    if (this.#isClosed) return;
    const adopting = this.#adopt(true);
    this.#adopting = adopting;
    await adopting;
  }

  #flushFilesSync(): void {
    this.#writer.flushSync();
    for (const volume of this.#volumes()) volume.ledger.flushSync();
  }

  #makeRoom(bytes: number): boolean {
    const { maxBytes } = this.#options;
    if (bytes > maxBytes) return false;
    for (;;) {
      let total = bytes;
      let oldest:
        | { readonly volume: Volume; readonly segment: Segment; readonly firstId: number }
        | undefined;
      for (const volume of this.#volumes()) {
        total += volume.bytes;
        for (const segment of volume.segments) {
          const firstId = (segment.ids.first ?? 0) + volume.base;
          if (oldest === undefined || firstId < oldest.firstId) oldest = { volume, segment, firstId };
        }
      }
      if (total <= maxBytes || oldest === undefined) return true;
      this.#drop(oldest.volume, oldest.segment);
    }
  }

  #drop(volume: Volume, segment: Segment): void {
    const isLatest = segment === volume.segments[volume.segments.length - 1];
    if (volume === this.#writer.volume && isLatest) this.#writer.rotate();
    const events = segment.unsettledEvents;
    const ranges = shiftRanges(segment.unacknowledged.ranges(), volume.base);
    void volume.discard(segment);
    if (volume !== this.#writer.volume && volume.isSettled) this.#retire(volume);
    if (ranges.length === 0) return;
    this.#droppedSegments += 1;
    this.#options.onDropped?.({
      reason: 'maxBytes',
      events,
      ranges,
      weigh: weigher([segment], volume.base),
    });
  }

  #onVolumeLost(volume: Volume): void {
    let events = 0;
    const lost = new RangeSet();
    const { segments } = volume;
    for (const segment of segments) {
      events += segment.unsettledEvents;
      lost.addAll(segment.unacknowledged.ranges());
      segment.isDeleted = true;
    }
    volume.segments = [];
    void volume.ledger.close();
    if (lost.isEmpty) return;
    this.#options.onDropped?.({
      reason: 'missing',
      events,
      ranges: lost.ranges(),
      weigh: weigher(segments, volume.base),
    });
  }
}

/** Weighs ids of a spool by the segments that hold them. */
function weigher(segments: readonly Segment[], base: number): SpoolDrop['weigh'] {
  return (ranges) =>
    segments.reduce((sum, segment) => {
      return sum + segment.weigh(segment.ids.intersection(shiftRanges(ranges, -base)));
    }, 0);
}

/**
 * Opens a spool. Never throws: when the directory cannot be used, `usable` is false, `trouble` says why, and it is
 * tried again at intervals. `onTrouble` may be called before this returns.
 */
export function openSpool(options: SpoolOptions): Spool {
  return new Spool(options);
}
