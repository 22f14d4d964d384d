import type { Batch } from '../batch/batch.js';
import { writeBytes, writeInteger } from '../batch/json-bytes.js';
import type { Target } from './sink.js';

const BEFORE_TIMESTAMP = Buffer.from('{"timestamp":');
const BEFORE_MESSAGE = Buffer.from(',"message":"');
const AFTER_MESSAGE = Buffer.from('"},');
const END = Buffer.from(']}');
/** Of an event, around its message; timestamps have 13 digits until the year 2286. */
const FRAME_BYTES = BEFORE_TIMESTAMP.length + 13 + BEFORE_MESSAGE.length + AFTER_MESSAGE.length;

/**
 * The body of PutLogEvents in AWS JSON 1.1, from bytes to bytes: `JSON.stringify`, which needs the messages as strings,
 * takes a quarter to a half longer.
 */
export function encodePut(
  target: Target,
  batch: Batch,
  sequenceToken: string | undefined,
  entity: object | undefined,
): Buffer {
  const head = Buffer.from(JSON.stringify({ ...target, sequenceToken, entity, logEvents: [] }));
  // Escapes make JSON in JSON longer by about a quarter; what is longer makes the buffer grow.
  let body: Buffer = Buffer.allocUnsafe(
    head.length + batch.length * FRAME_BYTES + Math.ceil(batch.bytes * 1.25),
  );
  let at = writeBytes(head, body, 0) - END.length;
  for (let i = 0; i < batch.length; i++) {
    let end = writeEvent(batch, i, body, at);
    // The end needs one byte more than the comma whose place it takes.
    if (end >= body.length) {
      const larger = Buffer.allocUnsafe(Math.ceil(end * 1.5));
      body.copy(larger, 0, 0, at);
      body = larger;
      end = writeEvent(batch, i, body, at);
    }
    at = end;
  }
  at = writeBytes(END, body, at - 1); // in place of the last comma
  return body.subarray(0, at);
}

/** @returns where the next byte goes, which is beyond the buffer when there was not enough room */
function writeEvent(batch: Batch, index: number, to: Buffer, at: number): number {
  let next = writeBytes(BEFORE_TIMESTAMP, to, at);
  next = writeInteger(batch.timestampAt(index), to, next);
  next = writeBytes(BEFORE_MESSAGE, to, next);
  next = batch.writeMessage(index, to, next);
  return writeBytes(AFTER_MESSAGE, to, next);
}
