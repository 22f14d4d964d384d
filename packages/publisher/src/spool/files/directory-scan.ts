import fs from 'node:fs';
import path from 'node:path';
import { RangeSet } from '../../structures/range-set.js';
import { type EventFrameHead, PART_FLAG, type StreamName, walkEvents } from '../format/event-frame.js';
import { type ScannedFrame, scanFrames } from '../format/frame-scan.js';
import { onDisk } from '../system/disk-calls.js';
import { openTrusted, UntrustedError } from '../system/trusted.js';
import { LEDGER_FILE, type LedgerContent, readLedger } from './ledger.js';
import { MOST_SEGMENT_BYTES, Segment, segmentNumber } from './segment.js';

/** The events of one log stream in a directory that are not settled. */
export interface StreamSummary extends StreamName {
  /** Events as they were published, not the parts of split ones. */
  readonly events: number;
  /** UTF-8 bytes of their messages. */
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly oldestTimestamp: number;
}

/** The contents of the files of one owner directory. */
export interface DirectoryScan {
  /** Oldest first; ids are those of the files. */
  readonly segments: readonly Segment[];
  readonly ledger: LedgerContent;
  readonly streams: readonly StreamSummary[];
  readonly corruptFrames: number;
  readonly tornBytes: number;
  /** File names with the code of the error. */
  readonly unreadable: readonly string[];
  /** File names, and why they are left alone: somebody else may have put them there, or changed them. */
  readonly untrusted: readonly string[];
  /** Names of files with a whole frame that this version does not know: a newer one wrote it, and will read it. */
  readonly unknown: readonly string[];
}

/** How a directory is read. */
export interface ScanOptions {
  readonly cutTornTails: boolean;
  /** The contents of its ledger. @default it is read first */
  readonly ledger?: LedgerContent;
  /** Something was read. */
  readonly onProgress?: () => void;
  /** Ends the reading: it throws the reason. */
  readonly signal?: AbortSignal;
}

interface Damage {
  corruptFrames: number;
  tornBytes: number;
}

type StreamTotals = Map<string, { -readonly [Key in keyof StreamSummary]: StreamSummary[Key] }>;

/**
 * Reads all segments and the ledger of a directory. Throws only when the directory itself cannot be listed, or when it
 * is to end.
 */
export async function scanDirectory(directory: string, options: ScanOptions): Promise<DirectoryScan> {
  const names = (await onDisk(() => fs.promises.readdir(directory))).filter(
    (name) => segmentNumber(name) !== undefined,
  );
  names.sort((a, b) => (segmentNumber(a) ?? 0) - (segmentNumber(b) ?? 0));
  const ledger = options.ledger ?? (await readLedger(directory));
  const streams: StreamTotals = new Map();
  const damage: Damage = { corruptFrames: 0, tornBytes: 0 };
  const unreadable: string[] = ledger.problem === undefined ? [] : [`ledger (${ledger.problem})`];
  const unknown: string[] = ledger.isUnknown ? [LEDGER_FILE] : [];
  const untrusted: string[] = ledger.distrust === undefined ? [] : [`${LEDGER_FILE} ${ledger.distrust}`];
  const segments: Segment[] = [];
  const seen = new RangeSet();
  for (const name of names) {
    try {
      const segment = new Segment(path.join(directory, name), segmentNumber(name) ?? 0);
      const found = await scanSegment(segment, seen, ledger.acknowledged, options);
      if (found.isUnknown) {
        unknown.push(name);
        continue;
      }
      seen.addAll(segment.ids.ranges());
      damage.corruptFrames += found.corruptFrames;
      damage.tornBytes += found.tornBytes;
      for (const stream of found.streams.values()) addToStream(streams, stream);
      segments.push(segment);
    } catch (error) {
      options.signal?.throwIfAborted();
      if (error instanceof UntrustedError) {
        untrusted.push(`${name} ${error.reason}`);
        continue;
      }
      const { code = 'unknown error' } = error as NodeJS.ErrnoException;
      // Its owner settled everything in it since the names were listed.
      if (code !== 'ENOENT') unreadable.push(`${name} (${code})`);
    }
  }
  return { segments, ledger, streams: [...streams.values()], ...damage, unreadable, untrusted, unknown };
}

/** The contents of a segment beside its ids. */
interface SegmentScan extends Damage {
  readonly streams: StreamTotals;
  /** Whether a whole frame is of a kind that this version does not know. */
  readonly isUnknown: boolean;
}

/** @param seen ids of earlier segments */
async function scanSegment(
  segment: Segment,
  seen: RangeSet,
  acknowledged: RangeSet,
  { signal, onProgress, cutTornTails }: ScanOptions,
): Promise<SegmentScan> {
  const file = await openTrusted(segment.path, fs.constants.O_RDONLY);
  const streams: StreamTotals = new Map();
  let corruptFrames = 0;
  let tornBytes = 0;
  let groupEnd = -1;
  try {
    const { size } = await onDisk(() => file.stat());
    if (size > MOST_SEGMENT_BYTES) throw new UntrustedError('is larger than any segment that is written');
    segment.bytes = size;
    for await (const piece of scanFrames(file, 0, size)) {
      signal?.throwIfAborted();
      onProgress?.();
      corruptFrames += piece.corruptFrames;
      tornBytes += piece.tornBytes;
      for (const frame of piece.frames) {
        let head: EventFrameHead;
        try {
          head = countFrame(segment, frame, seen, acknowledged, streams);
        } catch {
          return { streams, corruptFrames, tornBytes, isUnknown: true };
        }
        // Reading may begin at a group only: the ids of its frames interleave, the first has the lowest.
        if (head.groupEnd !== groupEnd) segment.mark(head.firstId, frame.fileOffset);
        groupEnd = head.groupEnd;
      }
    }
  } finally {
    await onDisk(() => file.close());
  }
  if (tornBytes > 0 && cutTornTails) {
    const whole = segment.bytes - tornBytes;
    // Where it cannot be cut, every reader passes over it.
    try {
      const torn = await openTrusted(segment.path, fs.constants.O_RDWR);
      await onDisk(() => torn.truncate(whole).finally(() => torn.close()));
      segment.bytes = whole;
    } catch {}
  }
  segment.isComplete = true;
  segment.readableBytes = segment.bytes;
  segment.readableThrough = segment.ids.last ?? 0;
  segment.unacknowledged.addAll(segment.ids.ranges());
  segment.unacknowledged.deleteAll(acknowledged.ranges());
  return { streams, corruptFrames, tornBytes, isUnknown: false };
}

/** Throws for a frame of a kind that this version does not know. */
function countFrame(
  segment: Segment,
  { buffer, payloadStart, payloadEnd }: ScannedFrame,
  seen: RangeSet,
  acknowledged: RangeSet,
  streams: StreamTotals,
): EventFrameHead {
  let events = 0;
  let bytes = 0;
  let open = false;
  let oldestTimestamp = Number.POSITIVE_INFINITY;
  const head = walkEvents(buffer, payloadStart, payloadEnd, (id, timestamp, flags, start, end) => {
    // A write that was repeated while the process exited is there twice.
    if (seen.has(id) || segment.ids.has(id)) return;
    segment.ids.add(id, id);
    const isPart = (flags & PART_FLAG) !== 0;
    if (isPart) segment.notePart(id);
    if (acknowledged.has(id)) return;
    open = true;
    if (!isPart) events += 1;
    bytes += end - start;
    oldestTimestamp = Math.min(oldestTimestamp, timestamp);
  });
  const { logGroupName, logStreamName } = head;
  if (open) addToStream(streams, { logGroupName, logStreamName, events, bytes, oldestTimestamp });
  return head;
}

function addToStream(streams: StreamTotals, more: StreamSummary): void {
  // A log group name holds no colon.
  const key = `${more.logGroupName}:${more.logStreamName}`;
  const totals = streams.get(key);
  if (totals === undefined) {
    streams.set(key, { ...more });
    return;
  }
  totals.events += more.events;
  totals.bytes += more.bytes;
  totals.oldestTimestamp = Math.min(totals.oldestTimestamp, more.oldestTimestamp);
}
