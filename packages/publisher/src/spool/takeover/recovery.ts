import { type IdRange, RangeSet, shiftRanges } from '../../structures/range-set.js';
import type { DirectoryScan, StreamSummary } from '../files/directory-scan.js';
import type { Volume } from '../files/volume.js';
import type { PendingPut, Recovery } from '../spool-options.js';

/** A dead owner's directory that is this process's now. */
export interface AdoptedVolume {
  readonly volume: Volume;
  readonly scan: DirectoryScan;
}

export const NOTHING_RECOVERED: Recovery = {
  directories: 0,
  events: 0,
  bytes: 0,
  perStream: [],
  ranges: [],
  pendingPuts: [],
};

/** The contents of the directories. @param ranges the ids that their events have in this spool */
export function recoveryOf(adopted: readonly AdoptedVolume[], ranges: readonly IdRange[]): Recovery {
  const perStream = mergeStreams(adopted.map(({ scan }) => scan.streams));
  return {
    directories: adopted.length,
    events: perStream.reduce((sum, stream) => sum + stream.events, 0),
    bytes: perStream.reduce((sum, stream) => sum + stream.bytes, 0),
    perStream,
    ranges,
    pendingPuts: pendingPuts(adopted),
  };
}

/** Adds up what several directories have of each stream. */
export function mergeStreams(lists: Iterable<readonly StreamSummary[]>): StreamSummary[] {
  const merged = new Map<string, StreamSummary>();
  for (const list of lists) {
    for (const stream of list) {
      const key = `${stream.logGroupName}:${stream.logStreamName}`;
      const before = merged.get(key);
      merged.set(key, {
        logGroupName: stream.logGroupName,
        logStreamName: stream.logStreamName,
        events: stream.events + (before?.events ?? 0),
        bytes: stream.bytes + (before?.bytes ?? 0),
        oldestTimestamp: Math.min(stream.oldestTimestamp, before?.oldestTimestamp ?? stream.oldestTimestamp),
      });
    }
  }
  return [...merged.values()];
}

/**
 * The puts that dead owners noted and that are not settled. Where several were noted for an event, the newest is the
 * one to make again: an older one was split, or answered, or made by a process that died before the last one did.
 */
function pendingPuts(adopted: readonly AdoptedVolume[]): PendingPut[] {
  const pending: PendingPut[] = [];
  for (const { volume, scan } of adopted.toReversed()) {
    const open = volume.unacknowledged();
    const notedOf = new Map<string, RangeSet>();
    for (const put of scan.ledger.puts.toReversed()) {
      const { logGroupName, logStreamName, ranges } = put;
      // Streams share no events, and one set of all of them would be copied for each put.
      const key = `${logGroupName}:${logStreamName}`;
      const noted = notedOf.get(key) ?? new RangeSet();
      notedOf.set(key, noted);
      const isReplaced = noted.intersects(ranges);
      noted.addAll(ranges);
      if (isReplaced || put.isUndone || !open.intersects(ranges)) continue;
      pending.push({ ...put, ranges: shiftRanges(ranges, volume.base), isIntact: open.includes(ranges) });
    }
  }
  return pending.reverse();
}
