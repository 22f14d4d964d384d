import fs from 'node:fs';
import path from 'node:path';
import { type DirectoryScan, type StreamSummary, scanDirectory } from './directory-scan.js';
import { LEDGER_FILE, NEW_LEDGER_FILE } from './ledger.js';
import type { PutRecord } from './ledger-record.js';
import { isOwnerDead, listOwnerEntries, OwnerDirectory, type OwnerIdentity } from './owner-lock.js';
import { type IdRange, RangeSet } from './range-set.js';
import type { PendingPut } from './spool-options.js';
import { Volume } from './volume.js';

/** A dead owner's directory that is this process's now. */
export interface AdoptedVolume {
  readonly volume: Volume;
  readonly scan: DirectoryScan;
}

const UNUSABLE = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM']);

/** Takes over the directories of all dead owners in `root`, oldest first. Problems become lines in `problems`. */
export async function adoptDeadOwners(
  root: string,
  owner: OwnerIdentity,
  held: (key: string) => boolean,
  problems: string[],
): Promise<AdoptedVolume[]> {
  const adopted: AdoptedVolume[] = [];
  let entries: Awaited<ReturnType<typeof listOwnerEntries>> = [];
  try {
    entries = await listOwnerEntries(root);
  } catch (error) {
    const code = codeOf(error);
    // These make the spool unusable, which is said elsewhere.
    if (!UNUSABLE.has(code)) problems.push(`${root} cannot be listed (${code})`);
  }
  for (const entry of entries) {
    if (held(entry.key)) continue;
    try {
      if (!(await isOwnerDead(root, entry, owner))) continue;
      const directory = await OwnerDirectory.claim(root, entry, owner);
      if (directory !== undefined) adopted.push(await openVolume(directory));
    } catch (error) {
      problems.push(`${entry.name} cannot be taken over (${codeOf(error)})`);
    }
  }
  return adopted;
}

async function openVolume(directory: OwnerDirectory): Promise<AdoptedVolume> {
  const scan = await scanDirectory(directory.path, { cutTornTails: true });
  // What cannot be noted is remembered in memory, and at worst sent again by the next owner.
  const volume = new Volume(directory, () => {});
  volume.segments = [...scan.segments];
  const size = await fs.promises.stat(path.join(directory.path, LEDGER_FILE)).then(
    (stat) => stat.size,
    () => 0,
  );
  volume.ledger.adopt(
    scan.ledger.puts.filter((put) => volume.isPending(put)),
    size,
  );
  return { volume, scan };
}

/** Deletes the files of a directory whose events are all settled, and the directory, unless others put files there. */
export async function removeVolume(volume: Volume): Promise<void> {
  await Promise.all(volume.segments.map((segment) => volume.discard(segment)));
  for (const name of [LEDGER_FILE, NEW_LEDGER_FILE, 'probe']) {
    await fs.promises.rm(path.join(volume.directory.path, name), { force: true }).catch(() => {});
  }
  await volume.directory.remove().catch(() => {});
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
export function pendingPuts(adopted: readonly AdoptedVolume[]): PendingPut[] {
  const byKey = new Map(adopted.map(({ volume }) => [volume.directory.key, volume]));
  const openIds = new Map(adopted.map(({ volume }) => [volume, volume.unacknowledged()]));
  const covered = new Map(adopted.map(({ volume }) => [volume, new RangeSet()]));
  const pending: PendingPut[] = [];
  for (const { volume, scan } of adopted.toReversed()) {
    for (const put of scan.ledger.puts.toReversed()) {
      const found = resolvePut(put, volume, byKey);
      const isOpen = found.parts.some(({ of, ranges }) => openIds.get(of)?.intersects(ranges));
      const isReplaced = found.parts.some(({ of, ranges }) => covered.get(of)?.intersects(ranges));
      for (const { of, ranges } of found.parts) covered.get(of)?.addAll(ranges);
      if (!isOpen || isReplaced) continue;
      pending.push({
        putId: put.putId,
        logGroupName: put.logGroupName,
        logStreamName: put.logStreamName,
        sequenceToken: put.sequenceToken,
        ranges: found.parts.flatMap(({ of, ranges }) => shiftRanges(ranges, of.base)),
        isIntact:
          found.isComplete && found.parts.every(({ of, ranges }) => openIds.get(of)?.includes(ranges)),
        ambiguousPuts: put.ambiguousPuts,
      });
    }
  }
  return pending.reverse();
}

function resolvePut(
  put: PutRecord,
  self: Volume,
  byKey: ReadonlyMap<string, Volume>,
): { readonly parts: readonly { of: Volume; ranges: readonly IdRange[] }[]; readonly isComplete: boolean } {
  const parts: { of: Volume; ranges: readonly IdRange[] }[] = [];
  for (const part of put.parts) {
    const of = part.directoryKey === '' ? self : byKey.get(part.directoryKey);
    if (of !== undefined) parts.push({ of, ranges: part.ranges });
  }
  return { parts, isComplete: parts.length === put.parts.length };
}

/** Moves ranges between the ids of files and those of a spool. */
export function shiftRanges(ranges: readonly IdRange[], by: number): readonly IdRange[] {
  return by === 0 ? ranges : ranges.map(([from, to]) => [from + by, to + by] as const);
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
