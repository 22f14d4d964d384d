import fs from 'node:fs';
import path from 'node:path';
import { setImmediate } from '../../time/clock.js';
import { PROBE_FILE, type Volume } from '../files/volume.js';
import { ByteSink } from '../format/bytes.js';
import type { SpooledEvent } from '../format/event-frame.js';
import { decodeGroups, type EventGroup, encodeGroup } from '../format/event-group.js';
import type { SpoolTrouble } from '../spool-options.js';
import { onDisk } from '../system/disk-calls.js';
import { DiskTrouble } from './disk-trouble.js';
import { EventGatherer } from './event-gatherer.js';
import { OpenSegments } from './open-segments.js';
import { Backlog } from './slow-disk.js';
import { SyncSchedule } from './sync-schedule.js';
import { WriteOrder } from './write-order.js';

const GROUP_BYTES = 64 * 1024;
// CloudWatch takes 1 MiB; a frame must be able to hold the longest one.
const MAX_MESSAGE_LENGTH = 4 * 1024 * 1024;

export interface SpoolWriterOptions {
  readonly root: string;
  readonly segmentBytes: number;
  readonly fsyncIntervalMs: number;
  readonly retryDelayMs: number;
  readonly firstId: number;
}

/** Questions of a writer to its spool, and news for it. */
export interface SpoolWriterHost {
  /** A new directory to write to. */
  createVolume(): Volume;
  /** Deletes the oldest files until `bytes` more fit. False when they never will. */
  makeRoom(bytes: number): boolean;
  /** The directory is gone, with everything in it. */
  onVolumeLost(volume: Volume): void;
  onWritten(id: number): void;
  onHandBack(events: readonly SpooledEvent[], trouble: SpoolTrouble): void;
  onTrouble(trouble: SpoolTrouble): void;
  onUsable(): void;
}

/** Gives events their ids and has them written, in groups, to this process's own directory, or hands them back. */
export class SpoolWriter {
  readonly #host: SpoolWriterHost;
  readonly #probeBytes: number;
  readonly #gatherer = new EventGatherer();
  readonly #sink = new ByteSink();
  readonly #order = new WriteOrder();
  readonly #segments: OpenSegments;
  readonly #syncs: SyncSchedule;
  readonly #trouble: DiskTrouble;
  readonly #backlog: Backlog;
  #volume: Volume | undefined;
  #nextId: number;
  #sealScheduled = false;
  #isClosed = false;
  #isEnd = false;

  constructor(options: SpoolWriterOptions, host: SpoolWriterHost) {
    const { root, segmentBytes, fsyncIntervalMs, retryDelayMs, firstId } = options;
    this.#host = host;
    this.#nextId = firstId;
    this.#probeBytes = Math.min(GROUP_BYTES, segmentBytes);
    this.#segments = new OpenSegments(segmentBytes, {
      onWritten: (groups) => {
        this.#syncs.written();
        this.#settle(groups);
      },
      onFailed: (error, groups, wereDropped) => {
        this.#fail(error, wereDropped ? [] : groups);
        if (wereDropped) this.#settle(groups);
      },
    });
    this.#syncs = new SyncSchedule(fsyncIntervalMs, () => this.#sync());
    this.#trouble = new DiskTrouble(root, retryDelayMs, {
      tryDisk: () => this.#tryDisk(),
      onTrouble: (trouble) => host.onTrouble(trouble),
      onUsable: () => host.onUsable(),
    });
    this.#backlog = new Backlog({
      bytes: () => this.#order.bytes,
      isEnd: () => this.#isEnd,
      writeSync: () => this.#segments.writeSync(),
      onTrouble: (trouble) => host.onTrouble(trouble),
      onUsable: () => host.onUsable(),
    });
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
    return this.#order.through;
  }

  get writes(): number {
    return this.#segments.writes;
  }

  get fsyncs(): number {
    return this.#segments.fsyncs;
  }

  /** Returns the id of the event, or 0 when it is not accepted. */
  append(
    logGroupName: string,
    logStreamName: string,
    timestamp: number,
    message: string,
    flags: number,
  ): number {
    if (!this.usable || message.length > MAX_MESSAGE_LENGTH) return 0;
    const id = this.#nextId++;
    this.#gatherer.add(id, logGroupName, logStreamName, timestamp, message, flags);
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
    this.#order.begin(group);
    if (this.trouble !== undefined) {
      this.#handBack([group], this.trouble);
      return;
    }
    if (!this.#host.makeRoom(group.buffer.length)) {
      const message = 'The events are larger than maxBytes of the spool allows; raise it.';
      this.#handBack([group], { code: 'ETOOSMALL', message });
      return;
    }
    this.#volume ??= this.#host.createVolume();
    this.#segments.append(this.#volume, group);
    this.#backlog.grew();
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
    this.#volume ??= this.#host.createVolume();
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
    if (this.#order.end(groups)) this.#host.onWritten(this.#order.through);
    this.#backlog.shrank();
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
    this.#volume ??= this.#host.createVolume();
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
    if (volume !== undefined) this.#host.onVolumeLost(volume);
  }

  #handBack(groups: readonly EventGroup[], trouble: SpoolTrouble): void {
    const events = decodeGroups(groups);
    if (events.length > 0) this.#host.onHandBack(events, trouble);
    this.#settle(groups);
  }
}
