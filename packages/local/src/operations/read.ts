import { invalidNextToken, invalidParameter } from '../errors/service-error.js';
import type { LogGroup } from '../store/log-group.js';
import type { KeptEvent, Position } from '../store/log-stream.js';
import { at, behind, END, START, scan } from '../store/scan.js';
import type { Context, Operation } from './context.js';
import { filterPattern } from './filter-pattern.js';
import { readGroup, refuseInfrequentAccess } from './named-group.js';
import { type PagePosition, parsePosition, positionDigits } from './page-token.js';

const MAX_PAGE_BYTES = 1_048_576;
const MAX_PAGE_EVENTS = 10_000;
/** FilterLogEvents reads backwards from here on only. */
const NEWEST_FIRST_SINCE = Date.UTC(2024, 0, 1);

export const getLogEvents: Operation = async (input, context, { emptyPages, isReadable }) => {
  const group = readGroup(input, context.account);
  refuseInfrequentAccess(group, 'GetLogEvents');
  const stream = group.stream(input.required('logStreamName'));
  const nextToken = input.string('nextToken');
  const token = nextToken === undefined ? undefined : parseToken(nextToken);
  const forward = token?.forward ?? input.boolean('startFromHead') ?? false;
  // endTime is exclusive here, unlike in FilterLogEvents.
  const from = earliest(group, input.integer('startTime'), context);
  const to = at(input.integer('endTime') ?? END.timestamp);
  const begin = token?.position ?? (forward ? from : to);
  const answer = (events: readonly KeptEvent[], ahead: PagePosition, back: PagePosition): object => ({
    events: events.map(({ timestamp, message, ingestionTime }) => ({ timestamp, message, ingestionTime })),
    nextForwardToken: tokenOf(true, ahead),
    nextBackwardToken: tokenOf(false, back),
  });
  const emptyBefore = token?.position.emptyPages ?? 0;
  if (emptyBefore < emptyPages) {
    const here = { ...begin, emptyPages: emptyBefore + 1 };
    return answer([], here, here);
  }
  const page = await scan({
    streams: [stream],
    from: forward ? later(from, begin) : from,
    to: forward ? to : earlier(to, begin),
    forward,
    accepts: isReadable,
    limit: input.integer('limit') ?? MAX_PAGE_EVENTS,
    maxBytes: MAX_PAGE_BYTES,
  });
  const events = forward ? page.events : page.events.toReversed();
  const first = events[0];
  const last = events.at(-1);
  // A token names the place between two events. On an empty page both stay where the caller is, so that the end is
  // recognised by the same token coming back; a caller who begins at the end of what there is finds what comes later.
  const here = token?.position ?? from;
  return answer(events, last === undefined ? here : behind(last), first ?? here);
};

export const filterLogEvents: Operation = async (input, context, { emptyPages, isReadable }) => {
  const group = readGroup(input, context.account);
  refuseInfrequentAccess(group, 'FilterLogEvents');
  const names = input.strings('logStreamNames');
  const prefix = input.string('logStreamNamePrefix');
  if (names !== undefined && prefix !== undefined) {
    throw invalidParameter('logStreamNames and logStreamNamePrefix are mutually exclusive parameters.');
  }
  const startTime = input.integer('startTime');
  const nextToken = input.string('nextToken');
  const token = nextToken === undefined ? undefined : parseToken(nextToken);
  // Only the first request says the direction; from then on it belongs to the token.
  const forward = token?.forward ?? input.boolean('startFromHead') ?? true;
  if (!forward && (startTime ?? 0) < NEWEST_FIRST_SINCE && token === undefined) {
    throw invalidParameter('startFromHead can be false only with a startTime from 1 January 2024 on.');
  }
  const { matches, text } = filterPattern(input.string('filterPattern') ?? '');
  const from = earliest(group, startTime, context);
  const to = at((input.integer('endTime') ?? END.timestamp - 1) + 1);
  const begin = token?.position ?? (forward ? from : to);
  const emptyBefore = token?.position.emptyPages ?? 0;
  if (emptyBefore < emptyPages) {
    const here = { ...begin, emptyPages: emptyBefore + 1 };
    return { events: [], searchedLogStreams: [], nextToken: tokenOf(forward, here) };
  }
  const page = await scan({
    streams: streamsOf(group, names, prefix),
    from: forward ? later(from, begin) : from,
    to: forward ? to : earlier(to, begin),
    forward,
    accepts: (event) => isReadable(event) && matches(event.message),
    text,
    limit: input.integer('limit') ?? MAX_PAGE_EVENTS,
    maxBytes: MAX_PAGE_BYTES,
  });
  const last = page.events.at(-1);
  return {
    events: page.events.map(({ timestamp, message, ingestionTime, arrival, logStreamName }) => ({
      eventId: positionDigits({ timestamp, arrival }),
      timestamp,
      message,
      ingestionTime,
      logStreamName,
    })),
    searchedLogStreams: [],
    ...(page.more && last !== undefined && { nextToken: tokenOf(forward, forward ? behind(last) : last) }),
  };
};

function streamsOf(group: LogGroup, names: readonly string[] | undefined, prefix: string | undefined) {
  if (names !== undefined) return [...new Set(names)].map((name) => group.stream(name));
  const streams = [...group.streams.values()];
  return prefix === undefined ? streams : streams.filter(({ name }) => name.startsWith(prefix));
}

/** The place of the first event that the request asks for and that the group still keeps. */
function earliest(group: LogGroup, startTime = 0, { now, store }: Context): Position {
  store.expire(group);
  return at(Math.max(startTime, group.keptSince(now()), START.timestamp));
}

function later(a: Position, b: Position): Position {
  return (a.timestamp - b.timestamp || a.arrival - b.arrival) > 0 ? a : b;
}

function earlier(a: Position, b: Position): Position {
  return later(a, b) === a ? b : a;
}

function tokenOf(forward: boolean, position: PagePosition): string {
  return `${forward ? 'f' : 'b'}/${positionDigits(position)}/s`;
}

function parseToken(token: string): { forward: boolean; position: Required<PagePosition> } {
  const match = /^([fb])\/(\d{56})\/s$/.exec(token);
  if (match === null) throw invalidNextToken();
  return { forward: match[1] === 'f', position: parsePosition(match[2] ?? '') };
}
