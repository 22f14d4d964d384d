import fs from 'node:fs';
import path from 'node:path';
import { APPEND_FLAGS, AppendFile } from '../files/append-file.js';
import { Segment, segmentFileName } from '../files/segment.js';
import type { Volume } from '../files/volume.js';
import type { EventGroup } from '../format/event-group.js';
import { onDisk, syncDirectory } from '../system/disk-calls.js';

/** A segment could not be written. */
export interface SegmentFailure {
  readonly error: NodeJS.ErrnoException;
  /** Whether it was deleted meanwhile, and its events were reported as dropped. */
  readonly wereDropped: boolean;
}

/** Told what became of the groups that were appended: they were written, or, with a failure, they were not. */
export type GroupsEnded = (groups: readonly EventGroup[], failure?: SegmentFailure) => void;

interface OpenSegment {
  readonly file: AppendFile<EventGroup>;
  readonly segment: Segment;
  readonly volume: Volume;
}

/** The segment that is written to, and those that were left and still have writes under way. */
export class OpenSegments {
  readonly #segmentBytes: number;
  readonly #ended: GroupsEnded;
  readonly #open = new Set<OpenSegment>();
  readonly #closing = new Set<Promise<void>>();
  #current: OpenSegment | undefined;
  // Whose names may not be on the disk.
  #newFilesIn: string | undefined;
  // Of the newest segment, so that a number is not used again when all segments were deleted.
  #lastNumber = 0;
  writes = 0;
  fsyncs = 0;

  /** @param segmentBytes a file is left when it would become larger */
  constructor(segmentBytes: number, ended: GroupsEnded) {
    this.#segmentBytes = segmentBytes;
    this.#ended = ended;
  }

  /** Appends a group to the present segment, or to a new one. */
  append(volume: Volume, group: EventGroup): void {
    const { buffer, firstId, lastId, partIds } = group;
    if (this.#current !== undefined && this.#current.segment.bytes + buffer.length > this.#segmentBytes) {
      this.leave();
    }
    this.#current ??= this.#create(volume);
    const { file, segment } = this.#current;
    segment.mark(firstId, segment.bytes);
    segment.ids.add(firstId, lastId);
    segment.unacknowledged.add(firstId, lastId);
    for (const id of partIds) segment.notePart(id);
    segment.bytes += buffer.length;
    file.append(buffer, group);
  }

  /** Closes the segment that is written to; the next event begins another one. */
  leave(): void {
    const left = this.#current;
    this.#current = undefined;
    if (left === undefined) return;
    const { file, segment, volume } = left;
    const closing = file.close().then(async () => {
      this.#closing.delete(closing);
      this.#open.delete(left);
      this.fsyncs += 1;
      segment.isComplete = true;
      if (segment.unacknowledged.isEmpty) await volume.collect();
    });
    this.#closing.add(closing);
  }

  /** Resolves when everything appended so far was written or has failed. */
  async idle(): Promise<void> {
    await this.#current?.file.idle();
    await Promise.all(this.#closing);
  }

  /** Has everything appended so far in the kernel when it returns, or has told that it failed. */
  writeSync(): void {
    this.#overtake((file) => file.writeSync());
  }

  /** The same as {@link writeSync}, and has it on the disk, too. */
  flushSync(): void {
    this.#overtake((file) => file.flushSync());
  }

  /** Gives up what the kernel was not seen to take, as the disk hangs. */
  abandon(error: NodeJS.ErrnoException): void {
    for (const { file } of [...this.#open]) file.abandon(error);
  }

  #overtake(write: (file: AppendFile<EventGroup>) => boolean): void {
    for (const open of this.#open) {
      if (!write(open.file)) continue;
      // Part of the file may be there twice now, so its length says nothing any more.
      open.segment.readableBytes = Number.POSITIVE_INFINITY;
      if (this.#current === open) this.leave();
    }
  }

  /** Puts what was written on the disk. Rejects with what the system says; of segments that were left the owner hears. */
  async sync(): Promise<void> {
    const directory = this.#newFilesIn;
    this.#newFilesIn = undefined;
    if (directory !== undefined) {
      await syncDirectory(directory);
      // Names the directory itself, which is new where this is its first file.
      await syncDirectory(path.dirname(directory));
    }
    // Segments that were left since are put on the disk when they close.
    await Promise.all([this.#current?.file.sync(), ...this.#closing]);
    this.fsyncs += 1;
  }

  /** The error of a system whose files are not where they were put. */
  async missing(volume: Volume): Promise<NodeJS.ErrnoException | undefined> {
    const looked = this.#current;
    if (!volume.directory.isMade || (looked !== undefined && looked.file.inode === undefined))
      return undefined;
    let missing: NodeJS.ErrnoException | undefined;
    try {
      const { ino } = await onDisk(() => fs.promises.stat(looked?.segment.path ?? volume.directory.path));
      if (looked !== undefined && ino !== looked.file.inode) missing = replaced(looked.segment.path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') missing = error as NodeJS.ErrnoException;
    }
    // Left in the meantime, say because it was full: the next one is looked at next time.
    return this.#current === looked ? missing : undefined;
  }

  /** Leaves the present segment. Resolves when all files are closed. */
  async close(): Promise<void> {
    this.leave();
    await Promise.all(this.#closing);
  }

  #create(volume: Volume): OpenSegment {
    const number = ++this.#lastNumber;
    const segment = new Segment(path.join(volume.directory.path, segmentFileName(number)), number);
    const ended = (groups: readonly EventGroup[], error?: NodeJS.ErrnoException): void => {
      if (error === undefined) this.#onWritten(segment, groups);
      else this.#onFailed(segment, error, groups);
    };
    const flags = APPEND_FLAGS | fs.constants.O_EXCL;
    const file = new AppendFile<EventGroup>(segment.path, flags, ended, volume.directory);
    const open = { file, segment, volume };
    volume.segments.push(segment);
    this.#open.add(open);
    this.#newFilesIn = volume.directory.path;
    return open;
  }

  #onWritten(segment: Segment, groups: readonly EventGroup[]): void {
    this.writes += 1;
    for (const group of groups) {
      segment.readableBytes += group.buffer.length;
      segment.readableThrough = group.lastId;
    }
    this.#ended(groups);
  }

  #onFailed(segment: Segment, error: NodeJS.ErrnoException, groups: readonly EventGroup[]): void {
    for (const { firstId, lastId, buffer } of groups) {
      segment.ids.deleteAll([[firstId, lastId]]);
      segment.unacknowledged.deleteAll([[firstId, lastId]]);
      segment.bytes -= buffer.length;
    }
    if (this.#current?.segment === segment) this.leave();
    this.#ended(groups, { error, wereDropped: segment.isDeleted });
  }
}

function replaced(file: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`ENOENT: ${file} was replaced`), { code: 'ENOENT' });
}
