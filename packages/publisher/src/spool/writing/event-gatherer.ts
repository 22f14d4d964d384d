import type { EventColumns, StreamName } from '../format/event-frame.js';

interface Gathered extends EventColumns {
  readonly ids: number[];
  readonly timestamps: number[];
  readonly messages: string[];
  readonly flags: number[];
}

/** Collects the events of one turn of the event loop by stream, as each frame holds those of one stream. */
export class EventGatherer {
  #groups = new Map<string, Map<string, Gathered>>();
  // Most events follow one of the same stream.
  #latest: Gathered | undefined;
  /** About how long the frames will be. */
  approximateBytes = 0;

  get isEmpty(): boolean {
    return this.#latest === undefined;
  }

  add(
    { logGroupName, logStreamName }: StreamName,
    message: string,
    timestamp: number,
    flags: number,
    id: number,
  ): void {
    let columns = this.#latest;
    if (columns?.logStreamName !== logStreamName || columns.logGroupName !== logGroupName) {
      columns = this.#columnsOf(logGroupName, logStreamName);
      this.#latest = columns;
    }
    columns.ids.push(id);
    columns.messages.push(message);
    columns.timestamps.push(timestamp);
    columns.flags.push(flags);
    this.approximateBytes += message.length + 16;
  }

  /** Everything collected, after which the gatherer is empty. */
  take(): EventColumns[] {
    const all: EventColumns[] = [];
    for (const streams of this.#groups.values()) all.push(...streams.values());
    this.#groups = new Map();
    this.#latest = undefined;
    this.approximateBytes = 0;
    return all;
  }

  #columnsOf(logGroupName: string, logStreamName: string): Gathered {
    let streams = this.#groups.get(logGroupName);
    if (streams === undefined) {
      streams = new Map();
      this.#groups.set(logGroupName, streams);
    }
    let stream = streams.get(logStreamName);
    if (stream === undefined) {
      stream = { logGroupName, logStreamName, ids: [], timestamps: [], messages: [], flags: [] };
      streams.set(logStreamName, stream);
    }
    return stream;
  }
}
