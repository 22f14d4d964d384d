import fs from 'node:fs';
import { type IdRange, shiftRanges } from '../structures/range-set.js';
import { clearTimeout, setTimeout } from '../time/clock.js';
import { makeRoom, openBytes, type PlacedSegment } from './files/make-room.js';
import type { Segment } from './files/segment.js';
import { readSpool } from './files/spool-reader.js';
import { Volume } from './files/volume.js';
import { type VolumePart, Volumes } from './files/volumes.js';
import { type Destination, destinationKey } from './format/destination.js';
import { ID_LIMIT, type SpooledEvent, type StreamName } from './format/event-frame.js';
import type { PutRecord } from './format/ledger-record.js';
import { Heartbeat } from './owners/heartbeat.js';
import { currentOwner, HEARTBEAT_MS, OwnerDirectory } from './owners/owner-directory.js';
import { OwnerWatch } from './owners/owner-watch.js';
import type { Recovery, SpoolDrop, SpoolOptions, SpoolStats, SpoolTrouble } from './spool-options.js';
import { longestCallMs, makeDirectories, onDisk, onHang, unlessHanging } from './system/disk-calls.js';
import { isOpenToAll } from './system/trusted.js';
import { Adoption } from './takeover/adoption.js';
import { describeOthers } from './takeover/other-destinations.js';
import { SpoolWriter } from './writing/spool-writer.js';

export type { IdRange } from '../structures/range-set.js';
export type { StreamSummary } from './files/directory-scan.js';
export type { Destination } from './format/destination.js';
export { PART_FLAG, type SpooledEvent, UNCHECKED_TIME_FLAG } from './format/event-frame.js';
export type * from './spool-options.js';

/** Longest that the end waits until it is said what is left for other destinations. */
const SURVEY_AT_END_MS = 500;
const FIRST_OWN_ID = 2 ** 40;
const FIRST_LATE_ID = ID_LIMIT;
/** For the frames around messages. */
const FRAME_ROOM = 64 * 1024;
const SMALLEST_SEGMENT_BYTES = 64 * 1024;
const LARGEST_SEGMENT_BYTES = 16 * 1024 * 1024;
const LONGEST_CALL_MS = 10_000;
const HANGS = 'ETIMEDOUT';
/** At the end nobody waits for a disk that has not answered for half of that. */
const SHARE_AT_END = 1 / 2;

/**
 * Keeps events on disk until they are settled. Never throws and never rejects for trouble with the disk, with old
 * files or with other processes: it says so through the callbacks of {@link SpoolOptions}.
 */
export class Spool {
  /** Resolves when the events of owners that were dead at the start are known. Never rejects. */
  readonly ready: Promise<Recovery>;
  /**
   * Resolves, before {@link ready}, with the streams on which those owners were about to put something that is not known to
   * be settled. Never rejects.
   */
  readonly noted: Promise<readonly StreamName[]>;
  readonly #options: SpoolOptions;
  readonly #volumes: Volumes;
  readonly #writer: SpoolWriter;
  readonly #adoption: Adoption;
  readonly #heartbeat: Heartbeat;
  /** Resolves when it was said what is left there for other destinations. */
  readonly #surveyed: Promise<void>;
  readonly #closing = new AbortController();
  /** Where new events go; undefined until that is known. */
  #destination: Destination | undefined;
  /** Keys of the destinations whose events are sent here. */
  readonly #keys = new Set<string>();
  #isClosed = false;
  #closed: Promise<void> | undefined;
  readonly #longestCallMs: number;
  readonly #stopLooking: () => void;
  /** Places that were found damaged since they were written. */
  #unreadable = 0;
  #droppedSegments = 0;

  constructor(options: SpoolOptions) {
    this.#options = options;
    this.#longestCallMs = options.longestCallMs ?? LONGEST_CALL_MS;
    this.#stopLooking = onHang(this.#longestCallMs, () => this.#hangs());
    const { directory: root, owner = currentOwner(), heartbeatMs = HEARTBEAT_MS } = options;
    this.#volumes = new Volumes(() => this.#writer.volume, options.now);
    this.#writer = this.#makeWriter(() => {
      const destination = this.#destination ?? options.destination;
      return new Volume(OwnerDirectory.create(root, owner, destination), (error) => this.#writer.fail(error));
    });
    if (options.lookedUp === undefined) this.#destination = options.destination;
    this.#keys.add(destinationKey(options.destination));
    const watch = options.watch ?? new OwnerWatch(root, owner, heartbeatMs);
    const isOurs = (key: string) => this.#keys.has(key);
    this.#adoption = new Adoption({
      root,
      owner,
      watch,
      isOurs,
      volumes: this.#volumes,
      maxBytes: options.maxBytes,
      firstOwnId: FIRST_OWN_ID,
      firstLateId: FIRST_LATE_ID,
      onWarn: (message, topic) => options.onWarn?.(message, topic),
    });
    let tellNoted: (streams: readonly StreamName[]) => void = () => {};
    this.noted = new Promise((resolve) => {
      tellNoted = resolve;
    });
    this.ready = this.#start(tellNoted);
    this.#surveyed = this.ready.then(async () => {
      if (await isOpenToAll(root).catch(() => false)) {
        const message =
          `Spool ${root}: anybody may write to it, and so put files in the place of what is there. ` +
          'Take that right from others, or set its sticky bit (chmod +t).';
        options.onWarn?.(message, 'root');
      }
      const others = await describeOthers(root, watch, isOurs, this.#closing.signal);
      if (others !== undefined) options.onWarn?.(others, 'others');
    });
    const look = async (): Promise<void> => {
      const held = [...this.#volumes.all()].map(({ directory }) => directory);
      const all = [...held, ...this.#adoption.claimed];
      await Promise.all(all.map((directory) => directory.touch().catch(() => {})));
      await this.#writer.checkDirectory();
      await this.#volumes.repair();
    };
    const adopt = async (): Promise<void> => {
      const recovery = await this.#adoption.run(true);
      if (recovery.directories > 0) options.onRecovered?.(recovery);
    };
    this.#heartbeat = new Heartbeat(heartbeatMs, this.ready, look, adopt);
  }

  async #start(onNoted: (streams: readonly StreamName[]) => void): Promise<Recovery> {
    const { lookedUp, destination, mode, directory: root } = this.#options;
    try {
      await makeDirectories(root);
      const { R_OK, W_OK, X_OK } = fs.constants;
      await onDisk(() => fs.promises.access(root, R_OK | W_OK | X_OK));
    } catch (error) {
      this.#writer.fail(error);
    }
    if (mode === 'always' && this.#destination !== undefined && this.#writer.usable)
      await this.#writer.prepare();
    if (lookedUp !== undefined) {
      const found = await lookedUp;
      this.#destination ??= this.#isClosed ? destination : found;
      this.#keys.add(destinationKey(found));
      if (mode === 'always' && this.#writer.usable) await this.#writer.prepare();
    }
    return this.#adoption.run(false, onNoted);
  }

  /** Grows while what dead owners left is read. */
  get progress(): number {
    return this.#adoption.progress;
  }

  /** Whether events are accepted at present. */
  get usable(): boolean {
    return this.#writer.usable && this.#destination !== undefined && !this.#isClosed;
  }

  /** Whether messages of that many bytes fit without any other being dropped for them, or never do. */
  hasRoomFor(bytes: number): boolean {
    const { maxBytes } = this.#options;
    const needed = bytes + FRAME_ROOM;
    return (
      needed > maxBytes || openBytes(this.#volumes.all()) + this.#writer.gatheredBytes + needed <= maxBytes
    );
  }

  /** Why nothing can be written at present. */
  get trouble(): SpoolTrouble | undefined {
    return this.#writer.trouble;
  }

  /** Every event of this spool up to this id is in the kernel, was handed back, or was dropped. */
  get writtenThrough(): number {
    return this.#writer.writtenThrough;
  }

  /**
   * Takes an event and returns its id, a safe integer that is higher than all before. Returns 0 when it is not
   * accepted: while writing fails or is far behind, after `close`, or when it is longer than 4 Mi characters.
   */
  append(stream: StreamName, message: string, timestamp: number, flags: number): number {
    if (this.#destination === undefined) return 0;
    return this.#writer.append(stream, message, timestamp, flags);
  }

  /**
   * Has everything appended and noted before and by `write` on the disk when it returns, also inside
   * `process.on('exit')` and after trouble, or has handed it back.
   */
  writeSync(write: () => void): void {
    this.#destination ??= this.#options.destination;
    // What is done at once would never return.
    if (longestCallMs() >= this.#longestCallMs * SHARE_AT_END) {
      this.#hangs();
      write();
      return;
    }
    this.#writer.tryAgainSync(() => {
      write();
      this.#writer.flushSync();
      for (const { ledger } of this.#volumes.withLedgers()) ledger.flushSync();
    });
  }

  /** Has everything appended and noted before on the disk when it returns, or has handed it back. */
  flushSync(): void {
    this.writeSync(() => {});
  }

  /** Resolves when everything appended before is in the kernel, or was handed back. */
  flush(): Promise<void> {
    return this.#writer.flush();
  }

  /**
   * Resolves when the kernel has what was settled so far; undefined when it has. No put may be noted or made before:
   * the next process must not find one open whose end this one follows. It would make it again under a token that,
   * after this put, tells nothing any more.
   *
   * @param about the put that is noted next: what was settled in the ledger that has its note stands there before it
   */
  settled(about: readonly IdRange[] = []): Promise<unknown> | undefined {
    const noted = about.length > 0 ? this.#ledgerOf(about)?.volume : undefined;
    const late = [...this.#volumes.withLedgers()].filter(
      (volume) => volume !== noted && !volume.ledger.isWritten,
    );
    return late.length > 0 ? Promise.all(late.map(({ ledger }) => ledger.written())) : undefined;
  }

  /**
   * Notes which events are about to be sent, so that after a crash the very same batch can be sent with the same
   * token. Resolves with whether the kernel has the note. There is none of events of several directories, which are
   * settled in several ledgers; {@link lastIdBeside} tells where one ends.
   */
  async notePut({ ranges, ...put }: PutRecord): Promise<boolean> {
    const part = this.#ledgerOf(ranges);
    return part === undefined ? false : part.volume.ledger.notePut({ ...put, ranges: part.ranges });
  }

  /** The directory that has all of these events, and their ids there. */
  #ledgerOf(ranges: readonly IdRange[]): VolumePart | undefined {
    this.#writer.seal(); // the first events bring the directory into being that has the ledger
    const [part, ...others] = this.#volumes.split(ranges);
    return others.length > 0 ? undefined : part;
  }

  /** Settles events: they are not read again, and files that hold no others are deleted. */
  acknowledge(ranges: readonly IdRange[]): void {
    if (ranges.length === 0) return;
    this.#writer.seal();
    for (const part of this.#volumes.split(ranges)) {
      part.volume.acknowledge(part.ranges);
      if (part.volume.isSettled) this.#volumes.retire(part.volume);
    }
  }

  /**
   * Yields the written events behind `afterId` that are not settled, in the order of their ids, in batches of at most
   * `maxBytes` of messages (one larger event comes alone). Ends where nothing more is written. Throws what the system
   * says when files cannot be read at present, such as EMFILE.
   *
   * @param from where to begin; and whether only events of this owner are wanted, or of earlier ones
   */
  read({
    from,
    ...range
  }: {
    readonly afterId: number;
    readonly maxBytes: number;
    readonly from?: 'own' | 'earlier';
  }): AsyncGenerator<SpooledEvent[], void> {
    const source = {
      volumes: () => this.#volumes.all(from),
      onUnreadable: (volume: Volume, segment: Segment, ranges: readonly IdRange[]) =>
        this.#onUnreadable(volume, segment, ranges),
    };
    return readSpool(source, range);
  }

  /** The last id of the directory of an earlier owner that has the event `id`, which was read. */
  lastIdBeside(id: number): number {
    return this.#volumes.lastIdBeside(id);
  }

  stats(): SpoolStats {
    let segments = 0;
    let bytes = 0;
    let events = 0;
    let ledgerWrites = 0;
    for (const volume of this.#volumes.all()) {
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
      corruptFrames: this.#adoption.corruptFrames + this.#unreadable,
      tornBytes: this.#adoption.tornBytes,
      droppedSegments: this.#droppedSegments,
      writes: this.#writer.writes + ledgerWrites,
      fsyncs: this.#writer.fsyncs,
    };
  }

  /** Whether the disk does not answer. */
  get isHanging(): boolean {
    return this.trouble?.code === HANGS;
  }

  /**
   * Writes what is left and leaves the files to the next owner; deletes them when everything is settled. Does not wait for
   * a disk that hangs.
   */
  close(): Promise<void> {
    this.#closed ??= this.unlessHanging(this.#close());
    return this.#closed;
  }

  /** Resolves when `done` does, or when the disk hangs. */
  unlessHanging(done: Promise<void>): Promise<void> {
    return unlessHanging(this.#longestCallMs * SHARE_AT_END, done);
  }

  #hangs(): void {
    if (this.isHanging) return;
    const message = `no call has come back for ${Math.round(longestCallMs() / 1000)} s`;
    const error = Object.assign(new Error(message), { code: HANGS });
    this.#writer.hangs(error);
    for (const { ledger } of this.#volumes.withLedgers()) ledger.abandon(error);
  }

  async #close(): Promise<void> {
    this.#isClosed = true;
    this.#stopLooking();
    this.#adoption.stop();
    // A process that lives for a moment only says it, too.
    const late = setTimeout(() => this.#closing.abort(), SURVEY_AT_END_MS);
    await this.#surveyed;
    clearTimeout(late);
    await this.#heartbeat.stop();
    await this.#writer.close();
    await this.#volumes.leaveAll();
  }

  #makeWriter(createVolume: () => Volume): SpoolWriter {
    const { directory: root, maxBytes, fsyncIntervalMs = 500, retryDelayMs = 1000 } = this.#options;
    const sixteenth = Math.floor(maxBytes / 16);
    const most = Math.max(SMALLEST_SEGMENT_BYTES, Math.min(LARGEST_SEGMENT_BYTES, sixteenth));
    const { segmentBytes = most } = this.#options;
    return new SpoolWriter(
      { root, segmentBytes, fsyncIntervalMs, retryDelayMs, firstId: FIRST_OWN_ID },
      {
        createVolume,
        makeRoom: (bytes) => makeRoom(this.#volumes, bytes, maxBytes, (oldest) => this.#drop(oldest)),
        onVolumeLost: (volume) => this.#onVolumeLost(volume),
      },
      this.#options,
    );
  }

  #drop({ volume, segment }: PlacedSegment): void {
    const isLatest = segment === volume.segments[volume.segments.length - 1];
    if (volume === this.#writer.volume && isLatest) this.#writer.leaveSegment();
    const drop = dropOf('maxBytes', [segment], segment.unacknowledged.ranges(), volume.base);
    void volume.discard(segment);
    if (volume.isSettled) this.#volumes.retire(volume);
    if (drop.ranges.length === 0) return;
    this.#droppedSegments += 1;
    this.#options.onDropped?.(drop);
  }

  async #onUnreadable(volume: Volume, segment: Segment, ranges: readonly IdRange[]): Promise<void> {
    const isThere = await onDisk(() => fs.promises.access(volume.directory.path)).then(
      () => true,
      () => false,
    );
    if (this.#isClosed) return; // another process may have the files by now
    this.#unreadable += 1;
    this.#options.onDropped?.(dropOf('unreadable', [segment], ranges, volume.base));
    // When the directory is gone another process may have it: its ledger must not say that these are settled.
    if (isThere) volume.acknowledge(ranges);
    else segment.unacknowledged.deleteAll(ranges);
    if (volume.isSettled) this.#volumes.retire(volume);
  }

  #onVolumeLost(volume: Volume): void {
    const lost = volume.unacknowledged();
    const { segments } = volume;
    for (const segment of segments) segment.isDeleted = true;
    volume.segments = [];
    void volume.ledger.close();
    if (!lost.isEmpty) this.#options.onDropped?.(dropOf('missing', segments, lost.ranges(), volume.base));
  }
}

/**
 * Opens a spool, and touches no disk before it returns. Never throws: when the directory cannot be used, `usable` is false, `trouble` says why, and it is
 * tried again at intervals.
 */
export function openSpool(options: SpoolOptions): Spool {
  return new Spool(options);
}

/** Describes events that are given up: `ranges` are ids of `segments`, which `base` makes ids of the spool. */
function dropOf(
  reason: SpoolDrop['reason'],
  segments: readonly Segment[],
  ranges: readonly IdRange[],
  base: number,
): SpoolDrop {
  const weigh: SpoolDrop['weigh'] = (some) => {
    const inFiles = shiftRanges(some, -base);
    return segments.reduce((sum, segment) => sum + segment.weigh(segment.ids.intersection(inFiles)), 0);
  };
  const lost = shiftRanges(ranges, base);
  return { reason, events: weigh(lost), ranges: lost, weigh };
}
