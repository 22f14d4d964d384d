import type { Segment } from './segment.js';
import type { Volume } from './volume.js';

/** A segment, and the directory that it lies in. */
export interface PlacedSegment {
  readonly volume: Volume;
  readonly segment: Segment;
}

/** Bytes of the segments of directories. */
export function segmentBytes(volumes: Iterable<Volume>): number {
  let bytes = 0;
  for (const { segments } of volumes) for (const segment of segments) bytes += segment.bytes;
  return bytes;
}

/** The segment that goes first when there is no room. What was taken over is older than what is written here. */
function oldestSegment(volumes: Iterable<Volume>): PlacedSegment | undefined {
  for (const volume of volumes) {
    const [segment] = volume.segments;
    if (segment !== undefined) return { volume, segment };
  }
  return undefined;
}

/**
 * Drops the oldest segments until `bytes` more fit. False when they never will.
 *
 * @param volumes in the order in which they were taken over, this process's own one last
 */
export function makeRoom(
  volumes: { all(): Iterable<Volume> },
  bytes: number,
  maxBytes: number,
  drop: (oldest: PlacedSegment) => void,
): boolean {
  if (bytes > maxBytes) return false;
  for (;;) {
    let total = bytes;
    for (const volume of volumes.all()) total += volume.bytes;
    const oldest = total > maxBytes ? oldestSegment(volumes.all()) : undefined;
    if (oldest === undefined) return true;
    drop(oldest);
  }
}
