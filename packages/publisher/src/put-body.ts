import type { Batch } from './batch.js';
import type { Target } from './sink.js';

const SLICE_EVENTS = 256;

/**
 * The body of PutLogEvents in AWS JSON 1.1, built from slices: a string for a whole batch that grows by one
 * event at a time is slower than the serialiser of the SDK, slices are faster.
 */
export function encodePut(
  target: Target,
  batch: Batch,
  sequenceToken: string | undefined,
  entity: object | undefined,
): Buffer {
  const head = JSON.stringify({ ...target, sequenceToken, entity });
  const chunks = [Buffer.from(`${head.slice(0, -1)},"logEvents":[`)];
  for (let from = 0; from < batch.length; from += SLICE_EVENTS) {
    const to = Math.min(from + SLICE_EVENTS, batch.length);
    const events: { timestamp: number; message: string }[] = [];
    for (let i = from; i < to; i++)
      events.push({ timestamp: batch.timestampAt(i), message: batch.messageAt(i) });
    const json = JSON.stringify(events);
    chunks.push(Buffer.from(to === batch.length ? `${json.slice(1, -1)}]}` : `${json.slice(1, -1)},`));
  }
  return Buffer.concat(chunks);
}
