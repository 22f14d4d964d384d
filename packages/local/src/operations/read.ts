import { invalidNextToken, invalidParameter } from '../errors/service-error.js';
import { indexOf, type KeptEvent, type Position } from '../store/log-stream.js';
import { type Operation, readGroup } from './context.js';
import { filterPattern } from './filter-pattern.js';
import { type PagePosition, parsePosition, positionDigits } from './page-token.js';

const MAX_PAGE_BYTES = 1_048_576;
const MAX_PAGE_EVENTS = 10_000;
/** FilterLogEvents reads backwards from here on only. */
const NEWEST_FIRST_SINCE = Date.UTC(2024, 0, 1);

export const getLogEvents: Operation = (input, { account }, { emptyPages, isReadable }) => {
  const streamName = input.required('logStreamName');
  const startTime = input.integer('startTime');
  const endTime = input.integer('endTime');
  const limit = input.integer('limit') ?? MAX_PAGE_EVENTS;
  const nextToken = input.string('nextToken');
  const startFromHead = input.boolean('startFromHead') ?? false;
  const stream = readGroup(input, account).stream(streamName);
  const token = nextToken === undefined ? undefined : parseToken(nextToken);

  // endTime is exclusive here, unlike in FilterLogEvents.
  const events = between(stream.ordered(), startTime ?? 0, endTime ?? Number.POSITIVE_INFINITY);
  const forward = token?.forward ?? startFromHead;
  const from = token === undefined ? (forward ? 0 : events.length) : indexOf(events, token.position);
  const emptyBefore = token?.position.emptyPages ?? 0;
  if (emptyBefore < emptyPages) {
    const place = token?.position ?? placeAt(events, from);
    const digits = positionDigits({ ...place, emptyPages: emptyBefore + 1 });
    return { events: [], nextForwardToken: `f/${digits}/s`, nextBackwardToken: `b/${digits}/s` };
  }
  const page = forward
    ? pageForward(events, from, limit, isReadable)
    : pageBackward(events, from, limit, isReadable);

  // A token names the place between two events. On an empty page both stay where the caller is, so that the end is
  // recognised by the same token coming back.
  const first = page[0];
  const last = page.at(-1);
  const here = token?.position ?? { timestamp: startTime ?? 0, arrival: 0 };
  return {
    events: page.map(({ timestamp, message, ingestionTime }) => ({ timestamp, message, ingestionTime })),
    nextForwardToken: `f/${positionDigits(last === undefined ? here : behind(last))}/s`,
    nextBackwardToken: `b/${positionDigits(first ?? here)}/s`,
  };
};

export const filterLogEvents: Operation = (input, { account, store }, { emptyPages, isReadable }) => {
  const streamNames = input.strings('logStreamNames');
  const prefix = input.string('logStreamNamePrefix');
  const startTime = input.integer('startTime') ?? 0;
  const endTime = input.integer('endTime') ?? Number.POSITIVE_INFINITY;
  const pattern = input.string('filterPattern') ?? '';
  const limit = input.integer('limit') ?? MAX_PAGE_EVENTS;
  const nextToken = input.string('nextToken');
  const startFromHead = input.boolean('startFromHead') ?? true;
  const group = readGroup(input, account);
  if (streamNames !== undefined && prefix !== undefined) {
    throw invalidParameter('logStreamNames and logStreamNamePrefix are mutually exclusive parameters.');
  }
  if (!startFromHead && startTime < NEWEST_FIRST_SINCE) {
    throw invalidParameter('startFromHead can be false only with a startTime from 1 January 2024 on.');
  }
  const { matches: matchesPattern } = filterPattern(pattern);
  const matches: EventFilter = (event) => isReadable(event) && matchesPattern(event.message);
  const names =
    prefix === undefined ? streamNames : [...group.streams.keys()].filter((name) => name.startsWith(prefix));
  const events = between(store.ordered(group, names), startTime, endTime + 1);
  const token = nextToken === undefined ? undefined : parsePosition(nextToken);
  const from = token === undefined ? (startFromHead ? 0 : events.length) : indexOf(events, token);
  const emptyBefore = token?.emptyPages ?? 0;
  if (emptyBefore < emptyPages) {
    const place = { ...(token ?? placeAt(events, from)), emptyPages: emptyBefore + 1 };
    return { events: [], searchedLogStreams: [], nextToken: positionDigits(place) };
  }
  const page = startFromHead
    ? pageForward(events, from, limit, matches)
    : pageBackward(events, from, limit, matches).reverse();
  const last = page.at(-1);
  const next = last === undefined ? undefined : startFromHead ? behind(last) : last;
  const hasMore = next !== undefined && moreMatches(events, indexOf(events, next), startFromHead, matches);
  return {
    events: page.map(({ timestamp, message, ingestionTime, arrival, logStreamName }) => ({
      eventId: positionDigits({ timestamp, arrival }),
      timestamp,
      message,
      ingestionTime,
      logStreamName,
    })),
    searchedLogStreams: [],
    ...(hasMore && { nextToken: positionDigits(next) }),
  };
};

/** The events in [start, end) of events that are in reading order. */
function between(events: readonly KeptEvent[], start: number, end: number): readonly KeptEvent[] {
  const from = start === 0 ? 0 : indexOf(events, { timestamp: start, arrival: -1 });
  const to =
    end === Number.POSITIVE_INFINITY ? events.length : indexOf(events, { timestamp: end, arrival: -1 });
  return from === 0 && to === events.length ? events : events.slice(from, to);
}

function behind(event: KeptEvent): Position {
  return { timestamp: event.timestamp, arrival: event.arrival + 1 };
}

/** The place in front of the event at `index`. */
function placeAt(events: readonly KeptEvent[], index: number): PagePosition {
  const event = events[index];
  if (event !== undefined) return { timestamp: event.timestamp, arrival: event.arrival };
  const last = events.at(-1);
  return last === undefined ? { timestamp: 0, arrival: 0 } : behind(last);
}

type EventFilter = (event: KeptEvent) => boolean;

/** Events from `from` on, up to `limit` and one page of bytes, at least one if there is one. */
function pageForward(
  events: readonly KeptEvent[],
  from: number,
  limit: number,
  matches: EventFilter,
): KeptEvent[] {
  const page: KeptEvent[] = [];
  let bytes = 0;
  for (let index = from; index < events.length && page.length < limit; index++) {
    const event = events[index];
    if (event === undefined || !matches(event)) continue;
    bytes += event.bytes;
    if (bytes > MAX_PAGE_BYTES && page.length > 0) break;
    page.push(event);
  }
  return page;
}

/** The last events before `to`, in reading order. */
function pageBackward(
  events: readonly KeptEvent[],
  to: number,
  limit: number,
  matches: EventFilter,
): KeptEvent[] {
  const page: KeptEvent[] = [];
  let bytes = 0;
  for (let index = to - 1; index >= 0 && page.length < limit; index--) {
    const event = events[index];
    if (event === undefined || !matches(event)) continue;
    bytes += event.bytes;
    if (bytes > MAX_PAGE_BYTES && page.length > 0) break;
    page.push(event);
  }
  return page.reverse();
}

function moreMatches(
  events: readonly KeptEvent[],
  at: number,
  forward: boolean,
  matches: EventFilter,
): boolean {
  const step = forward ? 1 : -1;
  for (let index = forward ? at : at - 1; index >= 0 && index < events.length; index += step) {
    const event = events[index];
    if (event !== undefined && matches(event)) return true;
  }
  return false;
}

function parseToken(token: string): { forward: boolean; position: Required<PagePosition> } {
  const match = /^([fb])\/(\d{56})\/s$/.exec(token);
  if (match === null) throw invalidNextToken();
  return { forward: match[1] === 'f', position: parsePosition(match[2] ?? '') };
}
