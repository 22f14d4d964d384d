import type { Segment } from './segment.js';
import type { Volume } from './volume.js';

/** A segment, and the directory that it lies in. */
export interface PlacedSegment {
  readonly volume: Volume;
  readonly segment: Segment;
}

/** Bytes of the segments of directories that hold open events; the others make room at any time. */
export function openBytes(volumes: Iterable<Volume>): number {
  let bytes = 0;
  for (const { segments } of volumes) {
    for (const segment of segments) if (!segment.unacknowledged.isEmpty) bytes += segment.bytes;
  }
  return bytes;
}

/**
 * The segment that goes first when there is no room: one that is settled, else the oldest. What was taken over is older
 * than what is written here.
 */
function nextToGo(volumes: { all(): Iterable<Volume> }): PlacedSegment | undefined {
  let oldest: PlacedSegment | undefined;
  for (const volume of volumes.all()) {
    for (const segment of volume.segments) {
      if (segment.unacknowledged.isEmpty) return { volume, segment };
      oldest ??= { volume, segment };
    }
  }
  return oldest;
}

/**
 * Drops segments until `bytes` more fit. False when they never will.
 *
 * @param volumes in the order in which they were taken over, this process's own one last
 */
export function makeRoom(
  volumes: { all(): Iterable<Volume> },
  bytes: number,
  maxBytes: number,
  drop: (next: PlacedSegment) => void,
): boolean {
  if (bytes > maxBytes) return false;
  for (;;) {
    let total = bytes;
    for (const volume of volumes.all()) total += volume.bytes;
    const next = total > maxBytes ? nextToGo(volumes) : undefined;
    if (next === undefined) return true;
    drop(next);
  }
}
