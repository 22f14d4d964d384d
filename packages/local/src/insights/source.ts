import { performance } from 'node:perf_hooks';
import type { LogGroup } from '../store/log-group.js';
import type { KeptEvent, Position } from '../store/log-stream.js';
import { Merge } from '../store/merge.js';
import { at } from '../store/scan.js';
import type { QueriedEvent } from './row.js';

/** Which events a query looks at. */
export interface Searched {
  readonly groups: readonly LogGroup[];
  /** In milliseconds since 1970, both included. */
  readonly start: number;
  readonly end: number;
  readonly now: number;
  readonly isReadable: (event: KeptEvent) => boolean;
}

/** How long events are looked at before other requests have their turn. */
const SLICE_MS = 5;
/** The clock is read again after so many events. */
const EVENTS_BETWEEN_LOOKS = 64;

/** Reads the events of some groups, the newest first, in slices: between two of them everything else has its turn. */
export class EventSource {
  readonly #searched: Searched;
  /** The place behind the next event. */
  #to: Position;

  constructor(searched: Searched) {
    this.#searched = searched;
    this.#to = at(searched.end + 1);
  }

  /** Looks at events for a while. Answers whether there are more. */
  readSlice(visit: (event: QueriedEvent, bytes: number) => void): boolean {
    const { groups, isReadable, now, start } = this.#searched;
    const sources = groups.map((group) => {
      const from = at(Math.max(start, group.keptSince(now)));
      const merge = new Merge(group.streams.values(), { from, to: this.#to, forward: false });
      return { group, merge, next: merge.next() };
    });
    const end = performance.now() + SLICE_MS;
    for (let looked = 1; ; looked++) {
      const [first] = sources;
      let newest = first;
      for (const source of sources) if (isNewer(source.next, newest?.next)) newest = source;
      const event = newest?.next;
      if (newest === undefined || event === undefined) return false;
      newest.next = newest.merge.next();
      this.#to = event;
      if (isReadable(event)) visit(queried(newest.group, event), event.bytes);
      if (looked % EVENTS_BETWEEN_LOOKS === 0 && performance.now() >= end) return true;
    }
  }
}

function isNewer(a: Position | undefined, b: Position | undefined): boolean {
  if (a === undefined || b === undefined) return a !== undefined;
  return (a.timestamp - b.timestamp || a.arrival - b.arrival) > 0;
}

function queried(group: LogGroup, event: KeptEvent): QueriedEvent {
  const { arrival, ingestionTime, logStreamName, message, timestamp } = event;
  const log = `${group.account.accountId}:${group.name}`;
  return {
    timestamp,
    ingestionTime,
    message,
    logStreamName,
    log,
    pointer: () => encode({ logGroupName: group.name, logStreamName, timestamp, arrival }),
  };
}

/** The place of an event, as GetLogRecord takes it. */
interface Pointer extends Position {
  readonly logGroupName: string;
  readonly logStreamName: string;
}

function encode({ logGroupName, logStreamName, timestamp, arrival }: Pointer): string {
  return Buffer.from(JSON.stringify([logGroupName, logStreamName, timestamp, arrival])).toString('base64url');
}

/** Reads what `@ptr` had. Undefined for anything else. */
export function parsePointer(text: string): Pointer | undefined {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    return undefined;
  }
  if (!Array.isArray(parts) || parts.length !== 4) return undefined;
  const [logGroupName, logStreamName, timestamp, arrival] = parts as unknown[];
  if (typeof logGroupName !== 'string' || typeof logStreamName !== 'string') return undefined;
  if (typeof timestamp !== 'number' || typeof arrival !== 'number') return undefined;
  return { logGroupName, logStreamName, timestamp, arrival };
}
