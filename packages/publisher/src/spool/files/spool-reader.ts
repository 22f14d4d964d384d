import fs from 'node:fs';
import { type IdRange, RangeSet } from '../../structures/range-set.js';
import { decodeEvents, type EventFrameHead, type SpooledEvent, walkEvents } from '../format/event-frame.js';
import { scanFrames } from '../format/frame-scan.js';
import { onDisk } from '../system/disk-calls.js';
import { openTrusted } from '../system/trusted.js';
import type { Segment } from './segment.js';

/** Segments whose ids are moved by `base`. */
export interface ReadableVolume {
  readonly segments: readonly Segment[];
  readonly base: number;
}

/** The side of a spool that a reader sees. */
export interface ReadableSpool<V extends ReadableVolume> {
  volumes(): Iterable<V>;
  /** These ids of a segment are not settled and are not to be read any more. */
  onUnreadable(volume: V, segment: Segment, ranges: readonly IdRange[]): Promise<void>;
}

/** Codes of errors that say nothing about a file: it can be read another time. */
export const PASSING: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN']);

/**
 * Yields the open events behind `afterId` in the order of their ids, in batches of at most `maxBytes` of messages
 * (or of one event that is larger), and ends where nothing more is written. Throws what the system says when files
 * cannot be read at present, such as EMFILE.
 */
export async function* readSpool<V extends ReadableVolume>(
  spool: ReadableSpool<V>,
  { afterId, maxBytes }: { readonly afterId: number; readonly maxBytes: number },
): AsyncGenerator<SpooledEvent[], void, undefined> {
  let cursor = afterId;
  let batch: SpooledEvent[] = [];
  let batchBytes = 0;
  for (let next = nextSegment(spool, cursor); next !== undefined; next = nextSegment(spool, cursor)) {
    const { volume, segment } = next;
    const readThrough = segment.readableThrough + volume.base;
    for await (const group of readGroups(spool, volume, segment, cursor)) {
      for (const event of group) {
        if (batch.length > 0 && batchBytes + event.messageBytes > maxBytes) {
          yield batch;
          batch = [];
          batchBytes = 0;
        }
        batch.push(event);
        batchBytes += event.messageBytes;
      }
    }
    cursor = Math.max(cursor, readThrough);
  }
  if (batch.length > 0) yield batch;
}

function nextSegment<V extends ReadableVolume>(
  spool: ReadableSpool<V>,
  cursor: number,
): { readonly volume: V; readonly segment: Segment } | undefined {
  let first = Number.POSITIVE_INFINITY;
  let found: { readonly volume: V; readonly segment: Segment } | undefined;
  for (const volume of spool.volumes()) {
    for (const segment of volume.segments) {
      const begin = (segment.ids.first ?? Number.POSITIVE_INFINITY) + volume.base;
      if (begin >= first || segment.readableThrough + volume.base <= cursor) continue;
      if (segment.unacknowledged.isEmpty) continue;
      first = begin;
      found = { volume, segment };
    }
  }
  return found;
}

/** Groups of events in the order of their ids: the frames of one group interleave. */
async function* readGroups<V extends ReadableVolume>(
  spool: ReadableSpool<V>,
  volume: V,
  segment: Segment,
  afterId: number,
): AsyncGenerator<SpooledEvent[], void, undefined> {
  const { base } = volume;
  const { readableBytes, readableThrough } = segment;
  let cursor = afterId - base;
  let file: fs.promises.FileHandle | undefined;
  let isDamaged = false;
  try {
    file = await openTrusted(segment.path, fs.constants.O_RDONLY);
    let group: SpooledEvent[] = [];
    let groupEnd = -1;
    let frames = 0;
    const wanted = (id: number): boolean => id > cursor && segment.unacknowledged.has(id);
    for await (const piece of scanFrames(file, segment.offsetBefore(cursor), readableBytes)) {
      if (piece.corruptFrames > 0 || piece.tornBytes > 0) isDamaged = true;
      for (const frame of piece.frames) {
        const events: SpooledEvent[] = [];
        let head: EventFrameHead;
        try {
          head = decodeEvents(frame.buffer, frame, base, wanted, events);
        } catch {
          isDamaged = true;
          continue;
        }
        if (head.groupEnd !== groupEnd) {
          if (group.length > 0) yield inOrder(group, frames);
          cursor = Math.max(cursor, groupEnd);
          groupEnd = head.groupEnd;
          // What was written twice, as the process was about to exit, is passed over.
          group = head.firstId <= cursor ? events.filter((event) => event.id - base > cursor) : events;
          frames = 1;
        } else {
          for (const event of events) group.push(event);
          frames += 1;
        }
      }
    }
    if (group.length > 0) yield inOrder(group, frames);
    if (!isDamaged) isDamaged = await isShort(file, readableBytes);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined || PASSING.has(code)) throw error;
    isDamaged = true;
  } finally {
    await onDisk(async () => file?.close());
  }
  if (!isDamaged || segment.isDeleted) return;
  const lost = segment.unacknowledged.clone();
  lost.deleteAll((await readableIds(segment)).ranges());
  const ranges = lost.intersection([[0, readableThrough]]);
  if (ranges.length > 0) await spool.onUnreadable(volume, segment, ranges);
}

function inOrder(group: SpooledEvent[], frames: number): SpooledEvent[] {
  if (frames === 1) return group;
  group.sort((a, b) => a.id - b.id);
  // A group that was written twice, as the process was about to exit, may lie behind itself.
  return group.filter((event, index) => event.id !== group[index - 1]?.id);
}

async function isShort(file: fs.promises.FileHandle, bytes: number): Promise<boolean> {
  return Number.isFinite(bytes) && (await onDisk(() => file.stat())).size < bytes;
}

async function readableIds(segment: Segment): Promise<RangeSet> {
  const ids = new RangeSet();
  let file: fs.promises.FileHandle | undefined;
  try {
    file = await openTrusted(segment.path, fs.constants.O_RDONLY);
    for await (const piece of scanFrames(file, 0, segment.readableBytes)) {
      for (const { buffer, payloadStart, payloadEnd } of piece.frames) {
        try {
          walkEvents(buffer, payloadStart, payloadEnd, (id) => ids.add(id, id));
        } catch {}
      }
    }
  } catch {
  } finally {
    await onDisk(async () => file?.close());
  }
  return ids;
}
