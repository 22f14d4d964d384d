import type { FileHandle } from 'node:fs/promises';
import { onDisk } from '../system/disk-calls.js';
import { frameAt, nextFrameCandidate } from './frame.js';

/** A valid frame of a file. */
export interface ScannedFrame {
  readonly buffer: Buffer;
  readonly payloadStart: number;
  readonly payloadEnd: number;
  /** Where the frame begins in the file. */
  readonly fileOffset: number;
}

/** The contents of a piece of a file. */
export interface ScannedPiece {
  readonly frames: readonly ScannedFrame[];
  /** Places where something that is no valid frame was passed over, and the bytes there. */
  readonly corruptFrames: number;
  readonly corruptBytes: number;
  /** Bytes at the end of the file that never became a frame. Only in the last piece. */
  readonly tornBytes: number;
}

const PIECE_BYTES = 1024 * 1024;

/**
 * Reads the valid frames in `[start, end)` of a file, piece by piece. Behind damage it goes on at the next place
 * where a valid frame begins.
 */
export async function* scanFrames(
  file: FileHandle,
  start: number,
  end: number,
): AsyncGenerator<ScannedPiece, void, undefined> {
  let rest: Buffer = Buffer.alloc(0);
  let readThrough = start;
  let damageStart = -1;
  let complete = false;
  let isTorn = false;
  while (!complete) {
    const wanted = Math.min(Math.max(PIECE_BYTES, rest.length), end - readThrough);
    // A fresh buffer for every piece: the frames that were handed out point into the earlier ones.
    const window = Buffer.allocUnsafeSlow(rest.length + Math.max(wanted, 0));
    rest.copy(window);
    const bytesRead = await readFully(file, window, rest.length, wanted, readThrough);
    complete = bytesRead < wanted || readThrough + bytesRead >= end;
    const windowOffset = readThrough - rest.length;
    const limit = rest.length + bytesRead;
    readThrough += bytesRead;

    const frames: ScannedFrame[] = [];
    let corruptFrames = 0;
    let corruptBytes = 0;
    let tornBytes = 0;
    let position = 0;
    while (position < limit) {
      const found = frameAt(window, position, limit);
      if (typeof found === 'object') {
        if (damageStart >= 0) {
          corruptFrames += 1;
          corruptBytes += windowOffset + position - damageStart;
          damageStart = -1;
        }
        frames.push({ buffer: window, ...found, fileOffset: windowOffset + position });
        position = found.payloadEnd;
        continue;
      }
      if (found === 'partial' && !complete) break;
      if (damageStart < 0) {
        damageStart = windowOffset + position;
        isTorn = found !== 'damaged';
      }
      position = nextFrameCandidate(window, position + 1, limit);
    }
    if (complete && damageStart >= 0) {
      const bytes = readThrough - damageStart;
      if (isTorn) tornBytes = bytes;
      else {
        corruptFrames += 1;
        corruptBytes += bytes;
      }
    }
    rest = window.subarray(Math.min(position, limit), limit);
    yield { frames, corruptFrames, corruptBytes, tornBytes };
  }
}

async function readFully(
  file: FileHandle,
  into: Buffer,
  at: number,
  bytes: number,
  position: number,
): Promise<number> {
  let total = 0;
  while (total < bytes) {
    const { bytesRead } = await onDisk(() => file.read(into, at + total, bytes - total, position + total));
    if (bytesRead === 0) break;
    total += bytesRead;
  }
  return total;
}
