import { setImmediate } from 'node:timers/promises';
import type { EndpointParts } from '../endpoint/local.js';
import { invalidParameter } from '../errors/service-error.js';
import type { LogGroup } from '../store/log-group.js';
import type { LogStream, Position } from '../store/log-stream.js';
import { Merge } from '../store/merge.js';
import { at, behind, END } from '../store/scan.js';
import type { Store } from '../store/store.js';
import { type ConsoleEvent, consoleEvent, SHOWN_CHARACTERS } from './console-event.js';
import type { EventQuery } from './event-query.js';
import { levelOf } from './log-level.js';
import { findPlace, type Home, type Place } from './places.js';

/** How long a search keeps the event loop before others have their turn. */
const SLICE_MS = 5;
/** How long a search goes on before it says how far it is. */
const MAX_SEARCH_MS = 200;
/** A page ends beyond it, so that one of large messages can be sent. */
const MAX_PAGE_BYTES = 4 * 1024 * 1024;

export interface EventPage {
  /** In reading order, whichever way they were looked for. */
  readonly events: readonly ConsoleEvent[];
  /** Where to go on; undefined when all were looked at. */
  readonly cursor: string | undefined;
  /** Events that were looked at. */
  readonly searched: number;
}

export interface PageOptions {
  readonly direction: 'forward' | 'backward';
  /** Exclusive, in the direction. */
  readonly cursor: string | undefined;
  readonly limit: number;
  /** Whether long messages are wanted as a whole. @default only as much as a row shows */
  readonly whole?: boolean;
}

/**
 * Looks for the next events that a query wants, in slices and for a limited time: a page may hold fewer than the limit,
 * even none, and still have a cursor.
 */
export async function searchPage(
  query: EventQuery,
  { cursor, direction, limit, whole = false }: PageOptions,
  { home, now, store }: EndpointParts,
): Promise<EventPage> {
  const forward = direction === 'forward';
  const shownCharacters = whole ? Number.POSITIVE_INFINITY : SHOWN_CHARACTERS;
  const found: ConsoleEvent[] = [];
  let from = at(query.from);
  let to = query.to === Number.POSITIVE_INFINITY ? END : at(query.to);
  if (cursor !== undefined && forward) from = later(from, behind(readPosition(cursor)));
  if (cursor !== undefined && !forward) to = earlier(to, readPosition(cursor));
  let searched = 0;
  let bytes = 0;
  let last: Position | undefined;
  const ends = performance.now() + MAX_SEARCH_MS;
  for (;;) {
    const sliceEnds = performance.now() + SLICE_MS;
    // Groups and streams may come and go while others have their turn.
    const groups = groupsOf(query.places, store, home);
    const merge = new Merge(groups.keys(), { from, to, forward });
    for (let event = merge.next(); ; event = merge.next()) {
      if (event === undefined) return page(found, forward, undefined, searched);
      const isFull = found.length === limit || bytes > MAX_PAGE_BYTES;
      if (isFull && last !== undefined) return page(found, forward, last, searched);
      searched += 1;
      last = { timestamp: event.timestamp, arrival: event.arrival };
      const level = levelOf(event.message);
      const group = merge.stream && groups.get(merge.stream);
      const isKept = group !== undefined && event.timestamp >= group.keptSince(now());
      if (isKept && query.matches(event.message, level)) {
        found.push(consoleEvent(event, level, placeIn(group, event.logStreamName), home, shownCharacters));
        bytes += Math.min(event.bytes, shownCharacters);
      }
      // The clock is looked at now and then only.
      if (searched % 64 === 0 && performance.now() > sliceEnds) break;
    }
    if (performance.now() > ends) return page(found, forward, last, searched);
    await setImmediate();
    if (last !== undefined && forward) from = behind(last);
    if (last !== undefined && !forward) to = last;
  }
}

/** The whole of one event. @throws ServiceError InvalidParameterException when its id is none */
export function findEvent(
  place: string,
  id: string,
  { home, store }: EndpointParts,
): ConsoleEvent | undefined {
  const position = readPosition(id);
  for (const [stream, group] of groupsOf([place], store, home)) {
    const rank = stream.rankOf(position);
    if (rank >= stream.size || stream.arrivalAt(rank) !== position.arrival) continue;
    const event = stream.at(rank);
    const level = levelOf(event.message);
    return consoleEvent(event, level, placeIn(group, stream.name), home, Number.POSITIVE_INFINITY);
  }
  return undefined;
}

function placeIn({ account, name: groupName }: LogGroup, streamName: string) {
  return { region: account.region, accountId: account.accountId, groupName, streamName };
}

function page(
  found: ConsoleEvent[],
  forward: boolean,
  last: Position | undefined,
  searched: number,
): EventPage {
  if (!forward) found.reverse();
  return { events: found, cursor: last && `${last.timestamp}.${last.arrival}`, searched };
}

function later(a: Position, b: Position): Position {
  return (a.timestamp - b.timestamp || a.arrival - b.arrival) > 0 ? a : b;
}

function earlier(a: Position, b: Position): Position {
  return later(a, b) === a ? b : a;
}

function readPosition(text: string): Position {
  const [, timestamp, arrival] = /^(\d{1,16})\.(\d{1,16})$/.exec(text) ?? [];
  if (timestamp === undefined) throw invalidParameter(`'${text}' is no place between events.`);
  return { timestamp: Number(timestamp), arrival: Number(arrival) };
}

/** The streams of some places, each with its group. Places that are gone hold nothing: what was selected may be deleted. */
function groupsOf(places: readonly string[], store: Store, home: Home): ReadonlyMap<LogStream, LogGroup> {
  const wanted =
    places.length === 0 ? allGroups(store) : places.flatMap((place) => findPlace(place, store, home) ?? []);
  const groups = new Map<LogStream, LogGroup>();
  for (const { group, stream } of wanted) {
    for (const each of stream === undefined ? group.streams.values() : [stream]) groups.set(each, group);
  }
  return groups;
}

function allGroups(store: Store): Place[] {
  return [...store.accounts()].flatMap(({ groups }) =>
    [...groups.values()].map((group) => ({ group, stream: undefined })),
  );
}
