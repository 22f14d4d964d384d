import { crc32 } from 'node:zlib';

/** The content type of an answer that is a stream of messages. */
export const EVENT_STREAM_TYPE = 'application/vnd.amazon.eventstream';

const PRELUDE_BYTES = 12;
const CRC_BYTES = 4;
/** The type of a header whose value is a string. */
const STRING = 7;

/** An event in an answer that is a stream. */
export function eventMessage(eventType: string, payload: object): Buffer {
  return message({ ':message-type': 'event', ':event-type': eventType }, payload);
}

/** An error that ends an answer that is a stream. */
export function exceptionMessage(exceptionType: string, text: string): Buffer {
  return message({ ':message-type': 'exception', ':exception-type': exceptionType }, { message: text });
}

/**
 * A message of the event-stream encoding: the lengths of the whole and of its headers and a checksum of both, the headers,
 * the payload, and a checksum of all before it.
 * https://smithy.io/2.0/aws/amazon-eventstream.html
 */
function message(headers: Readonly<Record<string, string>>, payload: object): Buffer {
  const header = Buffer.concat(
    Object.entries({ ...headers, ':content-type': 'application/json' }).map(([name, value]) =>
      stringHeader(name, value),
    ),
  );
  const body = Buffer.from(JSON.stringify(payload));
  const bytes = Buffer.allocUnsafe(PRELUDE_BYTES + header.length + body.length + CRC_BYTES);
  bytes.writeUInt32BE(bytes.length, 0);
  bytes.writeUInt32BE(header.length, 4);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, 8)), 8);
  header.copy(bytes, PRELUDE_BYTES);
  body.copy(bytes, PRELUDE_BYTES + header.length);
  const end = bytes.length - CRC_BYTES;
  bytes.writeUInt32BE(crc32(bytes.subarray(0, end)), end);
  return bytes;
}

/** Names and values are short and ASCII here, so that a character is a byte. */
function stringHeader(name: string, value: string): Buffer {
  const bytes = Buffer.alloc(1 + name.length + 1 + 2 + value.length);
  bytes.writeUInt8(name.length, 0);
  bytes.write(name, 1, 'latin1');
  bytes.writeUInt8(STRING, 1 + name.length);
  bytes.writeUInt16BE(value.length, 2 + name.length);
  bytes.write(value, 4 + name.length, 'latin1');
  return bytes;
}
