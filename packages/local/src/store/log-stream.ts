import type { TokenHistory } from './sequence-tokens.js';

/** A log event as it is kept. `arrival` numbers all events of an endpoint in the order in which they were stored. */
export interface KeptEvent {
  readonly timestamp: number;
  readonly message: string;
  readonly ingestionTime: number;
  readonly arrival: number;
  readonly bytes: number;
  readonly logStreamName: string;
}

/** A place between two events in reading order: by timestamp, then by arrival. */
export interface Position {
  readonly timestamp: number;
  readonly arrival: number;
}

export function compareEvents(a: Position, b: Position): number {
  return a.timestamp - b.timestamp || a.arrival - b.arrival;
}

/** The index of the first event that is not before `position`, in events that are in reading order. */
export function indexOf(events: readonly KeptEvent[], position: Position): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const event = events[middle];
    if (event !== undefined && compareEvents(event, position) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** One log stream: its events, its token history and what DescribeLogStreams says about it. */
export class LogStream {
  readonly name: string;
  readonly creationTime: number;
  readonly tokens: TokenHistory = { expected: undefined, lastPut: undefined };
  firstEventTimestamp: number | undefined;
  lastEventTimestamp: number | undefined;
  lastIngestionTime: number | undefined;
  bytes = 0;
  /** Set when the stream was deleted, so that what still refers to it lets go of it. */
  deleted = false;

  /** In order of arrival; evicted ones are undefined, and they are exactly those before `#head`. */
  #events: (KeptEvent | undefined)[] = [];
  #head = 0;
  #arrivedInOrder = true;
  #newestTimestamp = -1;
  #ordered: readonly KeptEvent[] | undefined;

  constructor(name: string, creationTime: number) {
    this.name = name;
    this.creationTime = creationTime;
  }

  get size(): number {
    return this.#events.length - this.#head;
  }

  append(event: KeptEvent): void {
    if (event.timestamp < this.#newestTimestamp) this.#arrivedInOrder = false;
    else this.#newestTimestamp = event.timestamp;
    this.#events.push(event);
    this.#ordered = undefined;
    this.bytes += event.bytes;
    this.lastIngestionTime = event.ingestionTime;
    this.firstEventTimestamp = Math.min(this.firstEventTimestamp ?? event.timestamp, event.timestamp);
    this.lastEventTimestamp = Math.max(this.lastEventTimestamp ?? event.timestamp, event.timestamp);
  }

  /** Removes the event that arrived first and answers its bytes, or 0 when there is none. */
  evictOldest(): number {
    const event = this.#events[this.#head];
    if (event === undefined) return 0;
    this.#events[this.#head] = undefined;
    this.#head += 1;
    this.#ordered = undefined;
    this.bytes -= event.bytes;
    if (this.#head >= 1024 && this.#head * 2 >= this.#events.length) {
      this.#events = this.#events.slice(this.#head);
      this.#head = 0;
    }
    return event.bytes;
  }

  /** All events in reading order. The answer is a snapshot that must not be changed. */
  ordered(): readonly KeptEvent[] {
    if (this.#ordered === undefined) {
      const events = this.#events.slice(this.#head) as KeptEvent[];
      this.#ordered = this.#arrivedInOrder ? events : events.sort(compareEvents);
    }
    return this.#ordered;
  }

  discard(): void {
    this.deleted = true;
    this.#events = [];
    this.#head = 0;
    this.#ordered = undefined;
    this.bytes = 0;
  }
}
