import { setImmediate as nextTurn } from 'node:timers/promises';
import type { KeptEvent, LogStream, Position } from './log-stream.js';
import { Merge, type Range } from './merge.js';
import { TextSearch } from './text-search.js';

/** A request for one page of events. */
export interface Scan extends Range {
  readonly streams: readonly LogStream[];
  readonly accepts: (event: KeptEvent) => boolean;
  /** A text that every event has that is accepted; the others are passed over without a look. @default none is known */
  readonly text?: string | undefined;
  /** Most events of a page. */
  readonly limit: number;
  /** Most bytes that the events of a page count; the first event may have more. @default no limit */
  readonly maxBytes?: number;
}

export interface Page {
  /** In the order in which they were read. */
  readonly events: readonly KeptEvent[];
  /** Whether there is another event behind them, or may be: it is not looked for at any price. */
  readonly more: boolean;
}

/** How long one slice may hold the event loop. Half of what is promised: a collection of garbage may come on top. */
const SLICE_MS = 5;
/** The clock is looked at again after about as many bytes. */
const BYTES_BETWEEN_LOOKS = 32 * 1024;

export const START: Position = { timestamp: 0, arrival: 0 };
export const END: Position = { timestamp: Number.MAX_SAFE_INTEGER, arrival: 0 };

/** The place in front of all events of this time and of later ones. */
export function at(timestamp: number): Position {
  return { timestamp, arrival: 0 };
}

/** The place behind an event. */
export function behind({ timestamp, arrival }: Position): Position {
  return { timestamp, arrival: arrival + 1 };
}

/**
 * Reads one page. Works in slices and lets everything else have its turn between them, so that a search for what is rare
 * in a million events holds up no put. What is put meanwhile is read if it belongs behind the place that was reached.
 */
export async function scan(request: Scan): Promise<Page> {
  const { accepts, forward, limit, maxBytes = Number.POSITIVE_INFINITY, streams, text } = request;
  const search = text === undefined ? undefined : new TextSearch(text);
  const events: KeptEvent[] = [];
  let { from, to } = request;
  let bytes = 0;
  for (;;) {
    const sliceEnds = performance.now() + SLICE_MS;
    const merge = new Merge(streams, { from, to, forward });
    let read = 0;
    for (;;) {
      if (!merge.advance()) return { events, more: false };
      const event = search && !merge.mayHave(search) ? undefined : merge.event;
      if (event && accepts(event)) {
        if (events.length === limit || (bytes + event.bytes > maxBytes && events.length > 0)) {
          return { events, more: true };
        }
        events.push(event);
        bytes += event.bytes;
      }
      read += merge.bytes;
      if (read < BYTES_BETWEEN_LOOKS) continue;
      read = 0;
      if (performance.now() >= sliceEnds) break;
    }
    // The page is full, and one slice found nothing behind it.
    if (events.length === limit) return { events, more: true };
    if (forward) from = behind(merge.position);
    else to = merge.position;
    await nextTurn();
  }
}

/** All events at once, for callers that cannot wait. */
export function readAll(streams: Iterable<LogStream>, range: Range): KeptEvent[] {
  const merge = new Merge(streams, range);
  const events: KeptEvent[] = [];
  for (let event = merge.next(); event !== undefined; event = merge.next()) events.push(event);
  return events;
}
