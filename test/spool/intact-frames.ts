import assert from 'node:assert/strict';
import fs from 'node:fs';
import { crc32 } from 'node:zlib';

// Reads segments by their format and shares no code with what it tests. A frame is: 4 bytes that begin it, the CRC-32
// of all that follows, the length of the payload, the payload; numbers are little-endian. The payload of a frame of
// events is: 1, three numbers (the first id, how far the group goes, how many events), the names of the group and of
// the stream, and of each event: a number, a byte, 8 bytes of time, the message. A number in a payload is seven bits a
// byte, lowest first; a text is its length in 4 bytes and UTF-8.
const BEGINNING = Buffer.from('f54357fb', 'hex');
const HEADER_BYTES = 12;

/** What is whole in a segment, and what is not. */
export interface SegmentContent {
  /** Of the events in whole frames, as they lie in the file. */
  readonly messages: readonly string[];
  /** Places between whole frames, or before the first, that hold something else. */
  readonly gaps: number;
  /** Bytes behind the last whole frame. */
  readonly restBytes: number;
}

export function readSegment(path: string): SegmentContent {
  const bytes = fs.readFileSync(path);
  const messages: string[] = [];
  let gaps = 0;
  let end = 0; // of the last whole frame
  for (let at = bytes.indexOf(BEGINNING); at !== -1; ) {
    const payload = wholePayload(bytes, at);
    if (payload) {
      if (at > end) gaps++;
      messages.push(...messagesIn(payload));
      end = at + HEADER_BYTES + payload.length;
    }
    at = bytes.indexOf(BEGINNING, payload ? end : at + 1);
  }
  return { messages, gaps, restBytes: bytes.length - end };
}

function wholePayload(bytes: Buffer, at: number): Buffer | undefined {
  if (at + HEADER_BYTES > bytes.length) return undefined;
  const length = bytes.readUInt32LE(at + 8);
  const end = at + HEADER_BYTES + length;
  if (length === 0 || end > bytes.length) return undefined;
  if (crc32(bytes.subarray(at + 8, end)) !== bytes.readUInt32LE(at + 4)) return undefined;
  return bytes.subarray(at + HEADER_BYTES, end);
}

function messagesIn(payload: Buffer): string[] {
  let at = 0;
  const number = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = payload[at++];
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  };
  const text = (): string => {
    const start = at + 4;
    at = start + payload.readUInt32LE(at);
    return payload.toString('utf8', start, at);
  };
  assert.equal(payload[at++], 1, 'the frame holds no events');
  number();
  number();
  const count = number();
  text();
  text();
  const messages = Array.from({ length: count }, () => {
    number();
    at += 1 + 8;
    return text();
  });
  assert.equal(at, payload.length);
  return messages;
}
