import { invalidParameter } from '../errors/service-error.js';
import type { Input } from '../requests/input.js';
import { EVENT_OVERHEAD_BYTES, type NewEvent } from '../store/log-stream.js';

const MAX_BATCH_BYTES = 1_048_576;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MAX_SPAN_MS = DAY_MS;
const MAX_AGE_MS = 14 * DAY_MS;
const MAX_FUTURE_MS = 2 * HOUR_MS;

/** A put that keeps every rule that needs no knowledge of the log group. */
export interface CheckedPut {
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly sequenceToken: string | undefined;
  readonly events: readonly NewEvent[];
  /** UTF-8 bytes and overhead of each event. */
  readonly sizes: Uint32Array;
  /** The sum of `sizes`. */
  readonly bytes: number;
}

export interface RejectedLogEventsInfo {
  /** Index of the first event that is too new: it and all after it are rejected. */
  tooNewLogEventStartIndex?: number;
  /** Index after the last event that is older than 14 days. */
  tooOldLogEventEndIndex?: number;
  /** Index after the last event that is older than the log group keeps events. */
  expiredLogEventEndIndex?: number;
}

/** Which events of a put are stored: `[from, to)`; the others are rejected though the put succeeds. */
export interface Acceptance {
  readonly from: number;
  readonly to: number;
  readonly rejectedLogEventsInfo: RejectedLogEventsInfo | undefined;
}

/**
 * Checks a PutLogEvents request against the limits that are not in the service model, in this order: size of an event,
 * size of the batch, chronological order, time span. Throws what the service answers.
 */
export function checkPut(input: Input, options: { now: number; maxEventBytes: number }): CheckedPut {
  // The constraints of the model were checked before, so this is what it is.
  const events = input.raw('logEvents') as unknown as readonly NewEvent[];
  const sizes = new Uint32Array(events.length);
  const bytes = measure(events, sizes, options.maxEventBytes);
  checkTimes(events, options.now);
  return {
    logGroupName: input.required('logGroupName'),
    logStreamName: input.required('logStreamName'),
    sequenceToken: input.string('sequenceToken'),
    events,
    sizes,
    bytes,
  };
}

/**
 * Decides which events are too old, expired (before `keptSince`) or too new at `now`. Events must be in chronological
 * order.
 */
export function acceptance(events: readonly NewEvent[], now: number, keptSince: number): Acceptance {
  const tooOldEnd = firstAtOrAfter(events, now - MAX_AGE_MS);
  const expiredEnd = keptSince === 0 ? 0 : firstAtOrAfter(events, keptSince);
  const tooNewStart = firstAtOrAfter(events, now + MAX_FUTURE_MS + 1);
  const info: RejectedLogEventsInfo = {};
  if (tooNewStart < events.length) info.tooNewLogEventStartIndex = tooNewStart;
  if (tooOldEnd > 0) info.tooOldLogEventEndIndex = tooOldEnd;
  if (expiredEnd > 0) info.expiredLogEventEndIndex = expiredEnd;
  return {
    from: Math.max(tooOldEnd, expiredEnd),
    to: tooNewStart,
    rejectedLogEventsInfo: Object.keys(info).length === 0 ? undefined : info,
  };
}

/** Fills `sizes` and answers their sum. */
function measure(events: readonly NewEvent[], sizes: Uint32Array, maxEventBytes: number): number {
  let bytes = 0;
  let index = 0;
  for (const event of events) {
    const size = Buffer.byteLength(event.message) + EVENT_OVERHEAD_BYTES;
    if (size > maxEventBytes) {
      throw invalidParameter(`Log event too large: ${size} bytes exceeds limit of ${maxEventBytes}`);
    }
    sizes[index++] = size;
    bytes += size;
  }
  if (bytes > MAX_BATCH_BYTES) {
    throw invalidParameter(`Upload too large: ${bytes} bytes exceeds limit of ${MAX_BATCH_BYTES}`);
  }
  return bytes;
}

function checkTimes(events: readonly NewEvent[], now: number): void {
  let previous = 0;
  let firstValid: number | undefined;
  let lastValid = 0;
  for (const { timestamp } of events) {
    if (timestamp < previous) {
      throw invalidParameter('Log events in a single PutLogEvents request must be in chronological order.');
    }
    previous = timestamp;
    if (timestamp >= now - MAX_AGE_MS && timestamp <= now + MAX_FUTURE_MS) {
      firstValid ??= timestamp;
      lastValid = timestamp;
    }
  }
  if (firstValid !== undefined && lastValid - firstValid > MAX_SPAN_MS) {
    throw invalidParameter(
      'The batch of log events in a single PutLogEvents request cannot span more than 24 hours.',
    );
  }
}

function firstAtOrAfter(events: readonly NewEvent[], time: number): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((events[middle]?.timestamp ?? 0) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
