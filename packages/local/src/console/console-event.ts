import type { Level } from './log-level.js';
import type { Home } from './places.js';
import { placeOf } from './places.js';

/** An event as the console gets it. */
export interface ConsoleEvent {
  /** Its place in reading order, and so its name. */
  readonly id: string;
  readonly timestamp: number;
  readonly ingestionTime: number;
  readonly group: string;
  readonly stream: string;
  readonly level: Level;
  /** As accounted: UTF-8 and 26. */
  readonly bytes: number;
  readonly message: string;
  /** Characters of the whole message, when `message` is only its beginning. */
  readonly whole?: number;
}

/** A row shows no more; the whole is read when an event is opened. */
export const SHOWN_CHARACTERS = 4096;

interface Source {
  readonly timestamp: number;
  readonly arrival: number;
  readonly ingestionTime: number;
  readonly message: string;
  readonly bytes: number;
}

export function consoleEvent(
  event: Source,
  level: Level,
  place: Home & { readonly groupName: string; readonly streamName: string },
  home: Home,
  shownCharacters = SHOWN_CHARACTERS,
): ConsoleEvent {
  const { message } = event;
  const isLong = message.length > shownCharacters;
  return {
    id: `${event.timestamp}.${event.arrival}`,
    timestamp: event.timestamp,
    ingestionTime: event.ingestionTime,
    group: placeOf(place, place.groupName, home),
    stream: place.streamName,
    level,
    bytes: event.bytes,
    message: isLong ? message.slice(0, shownCharacters) : message,
    ...(isLong && { whole: message.length }),
  };
}
