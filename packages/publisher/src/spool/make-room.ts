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

/** The segment that goes first when there is no room: the one with the oldest event. */
export function oldestSegment(volumes: Iterable<Volume>): PlacedSegment | undefined {
  let oldest: PlacedSegment | undefined;
  let lowest = Number.POSITIVE_INFINITY;
  for (const volume of volumes) {
    for (const segment of volume.segments) {
      const firstId = (segment.ids.first ?? 0) + volume.base;
      if (firstId >= lowest) continue;
      lowest = firstId;
      oldest = { volume, segment };
    }
  }
  return oldest;
}

/** Drops the oldest segments until `bytes` more fit. False when they never will. */
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
