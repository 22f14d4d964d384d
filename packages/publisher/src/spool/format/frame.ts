import { nodeZlib } from '../../modules/builtins.js';
import type { ByteSink } from './bytes.js';

// The format is specified in docs/spool-format.md, for versions to come: never change one without the other.
// A frame: magic, CRC-32 of what follows, length of the payload, payload. 0xf5 and 0xfb occur in no UTF-8 text, so
// the text of an event never looks like the beginning of a frame.
const MAGIC = Buffer.from([0xf5, 0x43, 0x57, 0xfb]);
const MAGIC_NUMBER = MAGIC.readUInt32LE(0);
/** Bytes in front of a payload. */
export const FRAME_HEADER_BYTES = 12;
/** A longer payload is never written, so a longer length that is read is damage. */
export const MAX_FRAME_PAYLOAD_BYTES = 16 * 1024 * 1024;

/** Begins a frame in `sink`; the payload is written next. Returns what {@link endFrame} needs. */
export function beginFrame(sink: ByteSink): number {
  return sink.skip(FRAME_HEADER_BYTES);
}

/** Closes the frame that began at `start`. */
export function endFrame(sink: ByteSink, start: number): void {
  sink.setUint32(start, MAGIC_NUMBER);
  sink.setUint32(start + 8, sink.length - start - FRAME_HEADER_BYTES);
  sink.setUint32(start + 4, nodeZlib().crc32(sink.view(start + 8)));
}

/** Where a valid frame lies in a buffer: its payload is `[payloadStart, payloadEnd)` and the next frame is there. */
export interface FramePosition {
  readonly payloadStart: number;
  readonly payloadEnd: number;
}

/**
 * Looks for a valid frame at `start`. `'partial'`: it may be one whose rest lies beyond `end`.
 * `'damaged'`: it claims to be one and is complete, but is not what was written. `'none'`: nothing begins here.
 */
export function frameAt(
  buffer: Buffer,
  start: number,
  end: number,
): FramePosition | 'partial' | 'damaged' | 'none' {
  const available = end - start;
  if (available < FRAME_HEADER_BYTES) {
    const known = Math.min(available, MAGIC.length);
    return MAGIC.compare(buffer, start, start + known, 0, known) === 0 ? 'partial' : 'none';
  }
  if (buffer.readUInt32LE(start) !== MAGIC_NUMBER) return 'none';
  const length = buffer.readUInt32LE(start + 8);
  if (length === 0 || length > MAX_FRAME_PAYLOAD_BYTES) return 'damaged';
  const payloadStart = start + FRAME_HEADER_BYTES;
  const payloadEnd = payloadStart + length;
  if (payloadEnd > end) return 'partial';
  const sum = nodeZlib().crc32(buffer.subarray(start + 8, payloadEnd));
  return sum === buffer.readUInt32LE(start + 4) ? { payloadStart, payloadEnd } : 'damaged';
}

/** The next place in `[from, end)` where a frame may begin; `end` less a partial magic when there is none. */
export function nextFrameCandidate(buffer: Buffer, from: number, end: number): number {
  const found = buffer.subarray(0, end).indexOf(MAGIC, from);
  return found === -1 ? Math.max(from, end - MAGIC.length + 1) : found;
}
