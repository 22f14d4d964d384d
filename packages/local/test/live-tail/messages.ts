import assert from 'node:assert/strict';
import { crc32 } from 'node:zlib';

/** A message of the event-stream encoding. */
export interface Message {
  readonly headers: Readonly<Record<string, string>>;
  // biome-ignore lint/suspicious/noExplicitAny: a payload is whatever JSON came, and the assertions say what it must be
  readonly payload: any;
}

/** Reads whole messages as https://smithy.io/2.0/aws/amazon-eventstream.html has them, with all their checksums. */
export function readMessages(bytes: Buffer): Message[] {
  const messages: Message[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const message = bytes.subarray(at, at + length);
    assert.equal(message.length, length);
    assert.equal(message.readUInt32BE(8), crc32(message.subarray(0, 8)), 'checksum of the prelude');
    assert.equal(message.readUInt32BE(length - 4), crc32(message.subarray(0, length - 4)), 'checksum');
    const headersEnd = 12 + message.readUInt32BE(4);
    const headers: Record<string, string> = {};
    for (let header = 12; header < headersEnd; ) {
      const nameLength = message.readUInt8(header);
      const name = message.toString('utf8', header + 1, header + 1 + nameLength);
      header += 1 + nameLength;
      assert.equal(message.readUInt8(header), 7, 'a header that is a string');
      const valueLength = message.readUInt16BE(header + 1);
      headers[name] = message.toString('utf8', header + 3, header + 3 + valueLength);
      header += 3 + valueLength;
    }
    messages.push({ headers, payload: JSON.parse(message.toString('utf8', headersEnd, length - 4)) });
    at += length;
  }
  return messages;
}
