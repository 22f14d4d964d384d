import type { Batch } from './batch.js';
import type { Target } from './sink.js';

const SLICE_EVENTS = 256;
const COMMA = 0x2c;
const LONGEST_UTF8 = 3; // bytes for one UTF-16 unit

/**
 * The body of PutLogEvents in AWS JSON 1.1. Slices of a few hundred events are serialised and written into one
 * buffer: a string for the whole batch, or one that grows by an event at a time, takes half as long again.
 */
export function encodePut(
  target: Target,
  batch: Batch,
  sequenceToken: string | undefined,
  entity: object | undefined,
): Buffer {
  const head = JSON.stringify({ ...target, sequenceToken, entity, logEvents: [] });
  // Escapes make JSON in JSON longer by about a quarter; what is longer makes the buffer grow.
  let body: Buffer = Buffer.allocUnsafe(
    head.length * LONGEST_UTF8 + batch.length * 40 + Math.ceil(batch.bytes * 1.25),
  );
  let at = body.write(head) - 2; // where `[` of `[]}` is followed by the events
  for (let from = 0; from < batch.length; from += SLICE_EVENTS) {
    const to = Math.min(from + SLICE_EVENTS, batch.length);
    const events: { timestamp: number; message: string }[] = [];
    for (let i = from; i < to; i++)
      events.push({ timestamp: batch.timestampAt(i), message: batch.messageAt(i) });
    const json = JSON.stringify(events);
    body = withRoom(body, at, json);
    // The bracket that opens the slice takes the place of the one that closed what is before it.
    const join = at - 1;
    at = join + body.write(json, join);
    if (from > 0) body[join] = COMMA;
  }
  at += body.write('}', at);
  return body.subarray(0, at);
}

/** The buffer, or a larger one with the same start, so that `text` and two more bytes fit behind `at`. */
function withRoom(body: Buffer, at: number, text: string): Buffer {
  if (at + text.length * LONGEST_UTF8 + 2 <= body.length) return body;
  const needed = at + Buffer.byteLength(text) + 2;
  if (needed <= body.length) return body;
  const larger = Buffer.allocUnsafe(Math.ceil(needed * 1.5));
  body.copy(larger, 0, 0, at);
  return larger;
}
