import fs from 'node:fs';
import path from 'node:path';
import { Fifo } from '../fifo.js';
import { AppendFile } from './append-file.js';
import { ByteSink } from './bytes.js';
import { decodeEvents, encodeEvents, PART_FLAG, type SpooledEvent } from './event-frame.js';
import { EventGatherer } from './event-gatherer.js';
import { frameAt } from './frame.js';
import { syncDirectory } from './ledger.js';
import { Segment, segmentFileName } from './segment.js';
import type { SpoolTrouble } from './spool-options.js';
import { describeTrouble } from './spool-trouble.js';
import type { Volume } from './volume.js';

const GROUP_BYTES = 64 * 1024;
// CloudWatch takes 1 MiB; a frame must be able to hold the longest one.
const MAX_MESSAGE_LENGTH = 4 * 1024 * 1024;
const LONGEST_RETRY_MS = 60_000;
const PROBE_FILE = 'probe';

/** Frames that were sealed together, in one buffer; their ids follow each other without a gap. */
interface Group {
  readonly buffer: Buffer;
  readonly firstId: number;
  readonly lastId: number;
  /** Written, handed back, or dropped. */
  isDone: boolean;
}

export interface SpoolWriterOptions {
  readonly root: string;
  readonly segmentBytes: number;
  readonly fsyncIntervalMs: number;
  readonly retryDelayMs: number;
  readonly firstId: number;
}

/** What a writer asks of its spool, and tells it. */
export interface SpoolWriterHost {
  /** Makes a directory to write to. Throws what the system says. */
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

/** Appends events to the segments of this process's own directory, and gets over trouble with the disk. */
export class SpoolWriter {
  readonly #options: SpoolWriterOptions;
  readonly #host: SpoolWriterHost;
  readonly #gatherer = new EventGatherer();
  readonly #sink = new ByteSink();
  #sealScheduled = false;
  #volume: Volume | undefined;
  #file: AppendFile<Group> | undefined;
  #segment: Segment | undefined;
  // The file that is written to, and those that were left and still have writes under way.
  readonly #open = new Map<AppendFile<Group>, Segment>();
  readonly #closing = new Set<Promise<void>>();
  // In the order of their ids: files that were left may be written to later than the newest one.
  readonly #outstanding = new Fifo<Group>();
  #trouble: SpoolTrouble | undefined;
  #retryTimer: NodeJS.Timeout | undefined;
  #retryDelayMs: number;
  #fsyncTimer: NodeJS.Timeout | undefined;
  #hasNewFiles = false;
  // Of the newest segment, so that a number is not used again when all segments were deleted.
  #lastNumber = 0;
  #isClosed = false;
  #nextId: number;
  writtenThrough = 0;
  syncedThrough = 0;
  writes = 0;
  fsyncs = 0;

  constructor(options: SpoolWriterOptions, host: SpoolWriterHost) {
    this.#options = options;
    this.#host = host;
    this.#nextId = options.firstId;
    this.#retryDelayMs = options.retryDelayMs;
  }

  get volume(): Volume | undefined {
    return this.#volume;
  }

  get trouble(): SpoolTrouble | undefined {
    return this.#trouble;
  }

  /** Returns the id of the event, or 0 when it is not accepted. */
  append(
    logGroupName: string,
    logStreamName: string,
    timestamp: number,
    message: string,
    flags: number,
  ): number {
    if (this.#trouble !== undefined || this.#isClosed || message.length > MAX_MESSAGE_LENGTH) return 0;
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
    const streams = this.#gatherer.take();
    let firstId = Number.POSITIVE_INFINITY;
    let lastId = 0;
    for (const { ids } of streams) {
      firstId = Math.min(firstId, ids[0] ?? firstId);
      lastId = Math.max(lastId, ids[ids.length - 1] ?? 0);
    }
    for (const stream of streams) encodeEvents(this.#sink, stream, lastId);
    const group: Group = { buffer: this.#sink.take(), firstId, lastId, isDone: false };
    this.#outstanding.push(group);
    if (this.#trouble !== undefined) {
      this.#handBack([group], this.#trouble);
      return;
    }
    if (!this.#host.makeRoom(group.buffer.length)) {
      const message = 'The events are larger than maxBytes of the spool allows; raise it.';
      this.#handBack([group], { code: 'ETOOSMALL', message });
      return;
    }
    try {
      const { file, segment } = this.#openSegment(group.buffer.length);
      segment.mark(firstId, segment.bytes);
      segment.ids.add(firstId, lastId);
      segment.unacknowledged.add(firstId, lastId);
      for (const { ids, flags } of streams) {
        for (let index = 0; index < ids.length; index++) {
          if (((flags[index] ?? 0) & PART_FLAG) !== 0) segment.notePart(ids[index] ?? 0);
        }
      }
      segment.bytes += group.buffer.length;
      file.append(group.buffer, group);
    } catch (error) {
      this.#enterTrouble(error, [group]);
    }
  }

  /** Sets `count` ids aside for events that others wrote, and returns the first of them. */
  reserveIds(count: number): number {
    this.seal();
    this.rotate();
    // A segment must not reach across them: segments are read one behind the other.
    const first = this.#nextId;
    this.#nextId += count;
    return first;
  }

  /** Closes the segment that is written to; the next event begins another one. */
  rotate(): void {
    const file = this.#file;
    const segment = this.#segment;
    this.#file = undefined;
    this.#segment = undefined;
    if (file === undefined || segment === undefined) return;
    const volume = this.#volume;
    const closing = file.close().then(async () => {
      this.#closing.delete(closing);
      this.#open.delete(file);
      this.fsyncs += 1;
      segment.isComplete = true;
      if (segment.unacknowledged.isEmpty) await volume?.collect();
    });
    this.#closing.add(closing);
  }

  /** Resolves when everything appended so far is in the kernel, or was handed back. */
  async flush(): Promise<void> {
    this.seal();
    await this.#file?.idle();
    await Promise.all(this.#closing);
  }

  /** Has everything appended so far on the disk when it returns, or has handed it back. */
  flushSync(): void {
    this.seal();
    for (const [file, segment] of this.#open) {
      if (!file.flushSync()) continue;
      // Part of the file may be there twice now, so its length says nothing any more.
      segment.readableBytes = Number.POSITIVE_INFINITY;
      if (this.#file === file) this.rotate();
    }
  }

  /** Tries to write although the time for the next try has not come: there will be no other. */
  tryAgainSync(write: () => void): void {
    const before = this.#trouble;
    this.#trouble = undefined;
    if (before !== undefined && this.#volume !== undefined && !fs.existsSync(this.#volume.directory.path)) {
      this.#loseVolume();
    }
    const firstId = this.#nextId;
    write();
    if (before === undefined || this.#trouble !== undefined) return;
    if (this.#nextId > firstId) this.#recovered();
    else this.#trouble = before; // nothing was written that could have shown that it works
  }

  /** Stops writing until a new try succeeds. */
  fail(error: unknown): void {
    if (!this.#isClosed) this.#enterTrouble(error, []);
  }

  /** Makes the directory now, not with the first event. */
  prepare(): void {
    try {
      this.#volume ??= this.#host.createVolume();
    } catch (error) {
      this.#enterTrouble(error, []);
    }
  }

  /** Looks whether the files are still where they were put. */
  async checkDirectory(): Promise<void> {
    const volume = this.#volume;
    const segment = this.#segment;
    const file = this.#file;
    if (volume === undefined || this.#trouble !== undefined) return;
    try {
      if (file === undefined || segment === undefined) await fs.promises.stat(volume.directory.path);
      else if ((await fs.promises.stat(segment.path)).ino !== file.inode) throw missing(segment.path);
    } catch (error) {
      // Closed in the meantime, say because it was full: the next one is looked at next time.
      if (this.#isClosed || this.#volume !== volume || this.#file !== file || this.#trouble !== undefined)
        return;
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return;
      this.#loseVolume();
      this.#enterTrouble(error, []);
    }
  }

  async close(): Promise<void> {
    this.seal();
    this.#isClosed = true;
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#fsyncTimer);
    this.rotate();
    await Promise.all(this.#closing);
  }

  #openSegment(bytes: number): { readonly file: AppendFile<Group>; readonly segment: Segment } {
    if (this.#segment !== undefined && this.#segment.bytes + bytes > this.#options.segmentBytes)
      this.rotate();
    if (this.#file !== undefined && this.#segment !== undefined) {
      return { file: this.#file, segment: this.#segment };
    }
    this.#volume ??= this.#host.createVolume();
    const volume = this.#volume;
    const number = ++this.#lastNumber;
    const segment = new Segment(path.join(volume.directory.path, segmentFileName(number)), number);
    const file = new AppendFile<Group>(segment.path, 'ax', {
      onWritten: (groups) => this.#onWritten(segment, groups),
      onFailed: (error, groups) => this.#onFailed(error, segment, groups),
    });
    volume.segments.push(segment);
    this.#open.set(file, segment);
    this.#segment = segment;
    this.#file = file;
    this.#hasNewFiles = true;
    return { file, segment };
  }

  #onWritten(segment: Segment, groups: readonly Group[]): void {
    this.writes += 1;
    for (const group of groups) {
      segment.readableBytes += group.buffer.length;
      segment.readableThrough = group.lastId;
    }
    if (this.#fsyncTimer === undefined && !this.#isClosed) {
      this.#fsyncTimer = setTimeout(() => void this.#sync(), this.#options.fsyncIntervalMs).unref();
    }
    this.#settle(groups);
  }

  #settle(groups: readonly Group[]): void {
    const before = this.writtenThrough;
    for (const group of groups) group.isDone = true;
    while (this.#outstanding.peek()?.isDone) {
      this.writtenThrough = this.#outstanding.shift()?.lastId ?? this.writtenThrough;
    }
    if (this.writtenThrough > before) this.#host.onWritten(this.writtenThrough);
  }

  #onFailed(error: NodeJS.ErrnoException, segment: Segment, groups: readonly Group[]): void {
    for (const { firstId, lastId, buffer } of groups) {
      segment.ids.deleteAll([[firstId, lastId]]);
      segment.unacknowledged.deleteAll([[firstId, lastId]]);
      segment.bytes -= buffer.length;
    }
    if (this.#segment === segment) this.rotate();
    // Those of a deleted segment were reported as dropped.
    this.#enterTrouble(error, segment.isDeleted ? [] : groups);
    if (segment.isDeleted) this.#settle(groups);
  }

  async #sync(): Promise<void> {
    const written = this.writtenThrough;
    try {
      if (this.#hasNewFiles && this.#volume !== undefined) {
        this.#hasNewFiles = false;
        await syncDirectory(this.#volume.directory.path);
      }
      // Segments that were left since are put on the disk when they close.
      await Promise.all([this.#file?.sync(), this.#volume?.ledger.sync(), ...this.#closing]);
      this.fsyncs += 1;
      this.syncedThrough = written;
    } catch (error) {
      // The kernel may have thrown the pages away; nobody can tell, so the events that were written stay counted.
      if (!this.#isClosed) this.#enterTrouble(error, []);
    }
    await this.checkDirectory();
    this.#fsyncTimer = undefined;
    if (this.writtenThrough > written && !this.#isClosed) {
      this.#fsyncTimer = setTimeout(() => void this.#sync(), this.#options.fsyncIntervalMs).unref();
    }
  }

  #enterTrouble(error: unknown, groups: readonly Group[]): void {
    const trouble = describeTrouble(error, this.#options.root);
    const isNew = this.#trouble === undefined && this.#retryTimer === undefined;
    this.#trouble = trouble;
    this.rotate();
    if (isNew) this.#host.onTrouble(trouble);
    this.#handBack(groups, trouble);
    this.seal();
    this.#scheduleRetry();
  }

  #scheduleRetry(): void {
    if (this.#retryTimer !== undefined || this.#isClosed) return;
    this.#retryTimer = setTimeout(() => void this.#retry(), this.#retryDelayMs).unref();
    this.#retryDelayMs = Math.min(this.#retryDelayMs * 2, LONGEST_RETRY_MS);
  }

  async #retry(): Promise<void> {
    try {
      if (this.#volume !== undefined && !fs.existsSync(this.#volume.directory.path)) this.#loseVolume();
      this.#volume ??= this.#host.createVolume();
      const probe = path.join(this.#volume.directory.path, PROBE_FILE);
      try {
        await fs.promises.writeFile(
          probe,
          Buffer.alloc(Math.min(GROUP_BYTES, this.#options.segmentBytes), 1),
          {
            mode: 0o600,
          },
        );
      } finally {
        await fs.promises.rm(probe, { force: true });
      }
      if (this.#volume.ledger.isBroken) await this.#volume.ledger.rewrite();
      if (!this.#isClosed) this.#recovered();
    } catch {
      this.#retryTimer = undefined;
      this.#scheduleRetry();
    }
  }

  #recovered(): void {
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
    this.#retryDelayMs = this.#options.retryDelayMs;
    this.#trouble = undefined;
    this.#host.onUsable();
  }

  #loseVolume(): void {
    const volume = this.#volume;
    this.#volume = undefined;
    this.rotate();
    if (volume !== undefined) this.#host.onVolumeLost(volume);
  }

  #handBack(groups: readonly Group[], trouble: SpoolTrouble): void {
    const events: SpooledEvent[] = [];
    for (const { buffer } of groups) {
      let at = 0;
      for (;;) {
        const frame = frameAt(buffer, at, buffer.length);
        if (typeof frame !== 'object') break;
        decodeEvents(buffer, frame, 0, () => true, events);
        at = frame.payloadEnd;
      }
    }
    events.sort((a, b) => a.id - b.id);
    if (events.length > 0) this.#host.onHandBack(events, trouble);
    this.#settle(groups);
  }
}

function missing(file: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`ENOENT: ${file} was replaced`), { code: 'ENOENT' });
}
