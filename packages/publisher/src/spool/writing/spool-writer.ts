import fs from 'node:fs';
import path from 'node:path';
import { clearTimeout, setImmediate, setTimeout } from '../../time/clock.js';
import { PROBE_FILE, type Volume } from '../files/volume.js';
import { ByteSink } from '../format/bytes.js';
import type { StreamName } from '../format/event-frame.js';
import { decodeGroups, type EventGroup, encodeGroup } from '../format/event-group.js';
import type { SpoolCallbacks, SpoolTrouble } from '../spool-options.js';
import { onDisk } from '../system/disk-calls.js';
import { Backlog } from './backlog.js';
import { DiskTrouble, type TellTrouble } from './disk-trouble.js';
import { EventGatherer } from './event-gatherer.js';
import { OpenSegments } from './open-segments.js';

const GROUP_BYTES = 64 * 1024;
// At the end of the process, when no write ends by itself, all that waits is written in pieces of this size.
const PIECE_BYTES = 8 * 1024 * 1024;
// CloudWatch takes 1 MiB; a frame must be able to hold the longest one.
const MAX_MESSAGE_LENGTH = 4 * 1024 * 1024;

export interface SpoolWriterOptions {
  readonly root: string;
  readonly segmentBytes: number;
  readonly fsyncIntervalMs: number;
  readonly retryDelayMs: number;
  readonly firstId: number;
}

/** The side of a spool that its writer sees. */
export interface WritableSpool {
  /** A new directory to write to. */
  createVolume(): Volume;
  /** Deletes the oldest files until `bytes` more fit. False when they never will. */
  makeRoom(bytes: number): boolean;
  /** The directory is gone, with everything in it. */
  onVolumeLost(volume: Volume): void;
}

/** Gives events their ids and has them written, in groups, to this process's own directory, or hands them back. */
export class SpoolWriter {
  readonly #spool: WritableSpool;
  readonly #callbacks: SpoolCallbacks;
  readonly #probeBytes: number;
  readonly #gatherer = new EventGatherer();
  readonly #sink = new ByteSink();
  readonly #segments: OpenSegments;
  readonly #syncs: SyncSchedule;
  readonly #trouble: DiskTrouble;
  readonly #backlog: Backlog;
  #volume: Volume | undefined;
  #nextId: number;
  #sealScheduled = false;
  #isClosed = false;
  #isEnd = false;

  constructor(options: SpoolWriterOptions, spool: WritableSpool, callbacks: SpoolCallbacks) {
    const { root, segmentBytes, fsyncIntervalMs, retryDelayMs, firstId } = options;
    this.#spool = spool;
    this.#callbacks = callbacks;
    this.#nextId = firstId;
    this.#probeBytes = Math.min(GROUP_BYTES, segmentBytes);
    this.#segments = new OpenSegments(segmentBytes, (groups, failure) => {
      if (!failure) this.#syncs.written();
      else this.#fail(failure.error, failure.wereDropped ? [] : groups);
      if (!failure || failure.wereDropped) this.#settle(groups);
    });
    this.#syncs = new SyncSchedule(fsyncIntervalMs, () => this.#sync());
    const tell: TellTrouble = (trouble) =>
      trouble ? callbacks.onTrouble?.(trouble) : callbacks.onUsable?.();
    this.#trouble = new DiskTrouble(root, retryDelayMs, () => this.#tryDisk(), tell);
    this.#backlog = new Backlog(tell);
  }

  get volume(): Volume | undefined {
    return this.#volume;
  }

  /** Whether events are accepted at present. */
  get usable(): boolean {
    return this.trouble === undefined && !this.#isClosed && !this.#backlog.isTooLong;
  }

  /** Of events that were taken and not given to a file yet. */
  get gatheredBytes(): number {
    return this.#gatherer.approximateBytes;
  }

  /** Why nothing can be written at present. */
  get trouble(): SpoolTrouble | undefined {
    return this.#trouble.current;
  }

  /** Every event up to this id is in the kernel, was handed back, or was dropped. */
  get writtenThrough(): number {
    return this.#backlog.through;
  }

  get writes(): number {
    return this.#segments.writes;
  }

  get fsyncs(): number {
    return this.#segments.fsyncs;
  }

  /** Returns the id of the event, or 0 when it is not accepted. */
  append(stream: StreamName, message: string, timestamp: number, flags: number): number {
    if (!this.usable || message.length > MAX_MESSAGE_LENGTH) return 0;
    const id = this.#nextId++;
    this.#gatherer.add(stream, message, timestamp, flags, id);
    if (this.#gatherer.approximateBytes >= GROUP_BYTES) {
      this.seal();
    } else if (!this.#sealScheduled) {
      this.#sealScheduled = true;
      setImmediate(() => {
        this.#sealScheduled = false;
        this.seal();
      });
    }
    return id;
  }

  /** Gives what was collected to the file. */
  seal(): void {
    if (this.#gatherer.isEmpty) return;
    const group = encodeGroup(this.#sink, this.#gatherer.take());
    this.#backlog.begin(group);
    if (this.trouble !== undefined) {
      this.#handBack([group], this.trouble);
      return;
    }
    if (!this.#spool.makeRoom(group.buffer.length)) {
      const message = 'The events are larger than maxBytes of the spool allows; raise it.';
      this.#handBack([group], { code: 'ETOOSMALL', message });
      return;
    }
    this.#volume ??= this.#spool.createVolume();
    this.#segments.append(this.#volume, group);
    if (!this.#isEnd) this.#backlog.check();
    else if (this.#backlog.bytes > PIECE_BYTES) this.#segments.writeSync();
  }

  /** Closes the segment that is written to; the next event begins another one. */
  leaveSegment(): void {
    this.#segments.leave();
  }

  /** Resolves when everything appended so far is in the kernel, or was handed back. */
  async flush(): Promise<void> {
    this.seal();
    await this.#segments.idle();
  }

  /** Has everything appended so far on the disk when it returns, or has handed it back. */
  flushSync(): void {
    this.seal();
    this.#segments.flushSync();
  }

  /** Tries to write although the time for the next try has not come: there will be no other. */
  tryAgainSync(write: () => void): void {
    this.#trouble.overlook((trouble) => {
      if (trouble !== undefined && this.#volume && !fs.existsSync(this.#volume.directory.path))
        this.#loseVolume();
      const firstId = this.#nextId;
      this.#isEnd = true;
      write();
      this.#isEnd = false;
      return this.#nextId > firstId;
    });
  }

  /** Stops writing until a new try succeeds. */
  fail(error: unknown): void {
    if (!this.#isClosed) this.#fail(error, []);
  }

  /** The disk does not answer: what it was not seen to take is handed back, and nothing more is given to it. */
  hangs(error: NodeJS.ErrnoException): void {
    if (this.#isClosed || this.trouble?.code === error.code) return;
    this.#segments.abandon(error);
    this.#fail(error, []);
  }

  /** Makes the directory now, not with the first event. Never rejects. */
  async prepare(): Promise<void> {
    this.#volume ??= this.#spool.createVolume();
    await this.#volume.directory.make().catch((error) => this.fail(error));
  }

  /** Looks whether the files are still where they were put. */
  async checkDirectory(): Promise<void> {
    const volume = this.#volume;
    if (volume === undefined || this.trouble !== undefined) return;
    const error = await this.#segments.missing(volume);
    if (error === undefined || this.#isClosed || this.#volume !== volume || this.trouble !== undefined)
      return;
    this.#loseVolume();
    this.#fail(error, []);
  }

  async close(): Promise<void> {
    this.seal();
    this.#isClosed = true;
    this.#syncs.close();
    await Promise.all([this.#segments.close(), this.#trouble.close()]);
  }

  #settle(groups: readonly EventGroup[]): void {
    if (this.#backlog.end(groups)) this.#callbacks.onWritten?.(this.#backlog.through);
    this.#backlog.relax();
  }

  async #sync(): Promise<void> {
    try {
      await Promise.all([this.#segments.sync(), this.#volume?.ledger.sync()]);
    } catch (error) {
      // The kernel may have thrown the pages away; nobody can tell, so the events that were written stay counted.
      this.fail(error);
    }
    await this.checkDirectory();
  }

  /** Writing failed; the events of these groups were not written. */
  #fail(error: unknown, groups: readonly EventGroup[]): void {
    const trouble = this.#trouble.begin(error);
    this.#segments.leave();
    // Nothing can be in a directory that could not be made, and the next try makes another one.
    if (this.#volume?.directory.isMade === false) this.#volume = undefined;
    this.#handBack(groups, trouble);
    this.seal();
  }

  async #tryDisk(): Promise<void> {
    const held = this.#volume;
    if (held !== undefined) {
      const isThere = await onDisk(() => fs.promises.stat(held.directory.path)).then(
        () => true,
        (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
      );
      if (!isThere && this.#volume === held) this.#loseVolume();
    }
    this.#volume ??= this.#spool.createVolume();
    const volume = this.#volume;
    const { directory } = volume;
    try {
      await directory.make();
    } catch (error) {
      if (this.#volume === volume) this.#volume = undefined;
      throw error;
    }
    const probe = path.join(directory.path, PROBE_FILE);
    try {
      await onDisk(async () => {
        await fs.promises.rm(probe, { force: true });
        await fs.promises.writeFile(probe, Buffer.alloc(this.#probeBytes, 1), { mode: 0o600, flag: 'wx' });
      });
    } finally {
      await onDisk(() => fs.promises.rm(probe, { force: true }));
    }
    await volume.repair();
    // Nothing of what is settled would be noted, so that the next process would send all of it again.
    if (volume.ledger.isBroken) throw new Error('The ledger cannot be written.');
  }

  #loseVolume(): void {
    const volume = this.#volume;
    this.#volume = undefined;
    this.#segments.leave();
    if (volume !== undefined) this.#spool.onVolumeLost(volume);
  }

  #handBack(groups: readonly EventGroup[], trouble: SpoolTrouble): void {
    const events = decodeGroups(groups);
    if (events.length > 0) this.#callbacks.onHandBack?.(events, trouble);
    this.#settle(groups);
  }
}

/** Has what was written put on the disk once in an interval, as long as there is something new. */
class SyncSchedule {
  readonly #intervalMs: number;
  readonly #sync: () => Promise<void>;
  #timer: NodeJS.Timeout | undefined;
  #isSyncing = false;
  #hasMore = false;
  #isClosed = false;

  /** @param sync never rejects */
  constructor(intervalMs: number, sync: () => Promise<void>) {
    this.#intervalMs = intervalMs;
    this.#sync = sync;
  }

  /** Something was written. */
  written(): void {
    this.#hasMore = true;
    if (this.#timer !== undefined || this.#isSyncing || this.#isClosed) return;
    this.#timer = setTimeout(() => void this.#run(), this.#intervalMs).unref();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  async #run(): Promise<void> {
    this.#timer = undefined;
    this.#hasMore = false;
    this.#isSyncing = true;
    await this.#sync();
    this.#isSyncing = false;
    if (this.#hasMore) this.written();
  }
}
