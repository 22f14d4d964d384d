import { EVENT_OVERHEAD_BYTES } from '../store/log-stream.js';

/** The log event for which a put was refused. */
export interface OffendingEvent {
  /** Its place in the request, from 0. */
  readonly index: number;
  /** Its time, where it has one that is a number. */
  readonly timestamp?: number | undefined;
  /** The beginning of its message. */
  readonly message: string;
}

const MAX_SHOWN_CHARACTERS = 2000;

/**
 * Finds the event that a refusal of PutLogEvents speaks of. The service names the rule, and seldom the event; whoever
 * looks for the mistake wants to see it. Undefined when the refusal is about no event.
 */
export function offendingEvent(refusal: string, logEvents: readonly unknown[]): OffendingEvent | undefined {
  const index = findIndex(refusal, logEvents.map(readEvent));
  const event = index === undefined ? undefined : logEvents[index];
  if (index === undefined || event === undefined) return undefined;
  const { timestamp, message } = readEvent(event);
  return {
    index,
    message: (typeof event === 'object' && event !== null ? message : JSON.stringify(event)).slice(
      0,
      MAX_SHOWN_CHARACTERS,
    ),
    ...(timestamp !== undefined && { timestamp }),
  };
}

interface Shown {
  readonly timestamp: number | undefined;
  readonly message: string;
}

function readEvent(event: unknown): Shown {
  const { timestamp, message } = (event ?? {}) as { timestamp?: unknown; message?: unknown };
  return {
    timestamp: typeof timestamp === 'number' ? timestamp : undefined,
    message: typeof message === 'string' ? message : '',
  };
}

function findIndex(refusal: string, events: readonly Shown[]): number | undefined {
  const [, member] = /logEvents\.(\d+)\.member/.exec(refusal) ?? [];
  // The service counts from 1.
  if (member !== undefined) return Number(member) - 1;
  const [, size] = /^Log event too large: (\d+) bytes/.exec(refusal) ?? [];
  if (size !== undefined) return events.findIndex((event) => sizeOf(event) === Number(size));
  const [, limit] = /^Upload too large: \d+ bytes exceeds limit of (\d+)/.exec(refusal) ?? [];
  if (limit !== undefined) return firstBeyond(events, Number(limit));
  if (refusal.includes('chronological order')) {
    return events.findIndex((event, index) => (event.timestamp ?? 0) < (events[index - 1]?.timestamp ?? 0));
  }
  // The span is that of all events together: the last one is the one too much.
  if (refusal.includes('more than 24 hours')) return events.length - 1;
  return undefined;
}

function sizeOf({ message }: Shown): number {
  return Buffer.byteLength(message) + EVENT_OVERHEAD_BYTES;
}

/** The event with which the batch became too large. */
function firstBeyond(events: readonly Shown[], limit: number): number {
  let bytes = 0;
  return events.findIndex((event) => {
    bytes += sizeOf(event);
    return bytes > limit;
  });
}
