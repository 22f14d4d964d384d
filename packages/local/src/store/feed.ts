import type { NewEvent } from './log-stream.js';

/** The events of one accepted put. Shared by all subscribers; nobody may change it. */
export interface FedPut {
  /** The Region that it was signed for. */
  readonly region: string;
  /** The account that it was signed for. */
  readonly accountId: string;
  /** The log group that was put to. */
  readonly logGroupName: string;
  /** The log stream that was put to. */
  readonly logStreamName: string;
  /** When it was stored, in milliseconds since 1970. */
  readonly ingestionTime: number;
  /** The number of the first event among all that the endpoint has stored; the others follow it. */
  readonly firstArrival: number;
  /** At least one, in chronological order. */
  readonly events: readonly NewEvent[];
  /** Accounted bytes of each event: UTF-8 and 26. */
  readonly sizes: Uint32Array;
}

/** Options of `subscribe`. */
export interface SubscriptionOptions {
  /** Most events that may wait to be taken. @default 10000 */
  readonly maxEvents?: number | undefined;
  /** Most bytes that the waiting events may count. @default 16777216 */
  readonly maxBytes?: number | undefined;
  /** Whether the events of a put are wanted. It is called while the put is carried out, so it must be cheap. */
  readonly wants?: ((put: FedPut) => boolean) | undefined;
  /** Called when events wait and none did before, after the put, never within it. */
  readonly onEvents?: (() => void) | undefined;
}

/** The puts that waited, oldest first, and how many events were lost before them. */
export interface Taken {
  /** The puts, oldest first; the first may be the rest of one. */
  readonly puts: readonly FedPut[];
  /** Events that were lost before them, because the queue was full. */
  readonly lost: number;
}

/**
 * Hands every accepted put to those who subscribed. Live tail, the console, waiting tests, metric filters and
 * subscription filters all hang on it. A put is never held up: each subscriber has a bounded queue, and one that takes
 * too slowly loses its oldest events and is told how many.
 */
export class Feed {
  readonly #subscriptions = new Set<Subscription>();

  subscribe(options: SubscriptionOptions = {}): Subscription {
    const subscription = new Subscription(options, () => this.#subscriptions.delete(subscription));
    this.#subscriptions.add(subscription);
    return subscription;
  }

  publish(put: FedPut): void {
    for (const subscription of this.#subscriptions) subscription.offer(put);
  }
}

/** A queue of puts that the subscriber empties with `take`. */
export class Subscription {
  readonly #maxEvents: number;
  readonly #maxBytes: number;
  readonly #wants: (put: FedPut) => boolean;
  readonly #onEvents: (() => void) | undefined;
  readonly #onClose: () => void;
  #puts: FedPut[] = [];
  /** Of the first put, how many events have left already. */
  #offset = 0;
  #first = 0;
  #events = 0;
  #bytes = 0;
  #lost = 0;
  #told = false;
  #closed = false;

  constructor(options: SubscriptionOptions, onClose: () => void) {
    this.#maxEvents = options.maxEvents ?? 10_000;
    this.#maxBytes = options.maxBytes ?? 16 * 1024 * 1024;
    this.#wants = options.wants ?? (() => true);
    this.#onEvents = options.onEvents;
    this.#onClose = onClose;
  }

  /** Events that wait to be taken. */
  get waiting(): number {
    return this.#events;
  }

  /** The feed hands over a put. */
  offer(put: FedPut): void {
    if (!this.#wants(put)) return;
    this.#puts.push(put);
    this.#events += put.events.length;
    for (let index = 0; index < put.sizes.length; index++) this.#bytes += put.sizes[index] ?? 0;
    while (this.#events > this.#maxEvents || (this.#bytes > this.#maxBytes && this.#events > 1)) {
      this.#leave();
      this.#lost += 1;
    }
    this.#tell();
  }

  /** The oldest events that wait, up to `maxEvents`; a put that has more is cut. */
  take(maxEvents = Number.POSITIVE_INFINITY): Taken {
    const puts: FedPut[] = [];
    const lost = this.#lost;
    this.#lost = 0;
    for (let left = maxEvents; left > 0 && this.#events > 0; ) {
      const put = this.#puts[this.#first];
      if (put === undefined) break;
      const from = this.#offset;
      const to = Math.min(put.events.length, from + left);
      puts.push(part(put, from, to));
      left -= to - from;
      for (let index = from; index < to; index++) this.#leave();
    }
    if (this.#events > 0) this.#tell();
    return { puts, lost };
  }

  /** No more events come, and those that wait are let go. */
  close(): void {
    this.#closed = true;
    this.#puts = [];
    this.#events = 0;
    this.#bytes = 0;
    this.#first = 0;
    this.#offset = 0;
    this.#onClose();
  }

  /** Lets the oldest event go. */
  #leave(): void {
    const put = this.#puts[this.#first];
    if (put === undefined) return;
    this.#bytes -= put.sizes[this.#offset] ?? 0;
    this.#events -= 1;
    this.#offset += 1;
    if (this.#offset < put.events.length) return;
    this.#offset = 0;
    this.#first += 1;
    // A cut now and then instead of a shift() for each put, which would move the whole queue.
    if (this.#first < 256 && this.#first < this.#puts.length) return;
    this.#puts = this.#puts.slice(this.#first);
    this.#first = 0;
  }

  #tell(): void {
    if (this.#onEvents === undefined || this.#told) return;
    this.#told = true;
    setImmediate(() => {
      this.#told = false;
      if (!this.#closed && this.#events > 0) this.#onEvents?.();
    });
  }
}

function part(put: FedPut, from: number, to: number): FedPut {
  if (from === 0 && to === put.events.length) return put;
  return {
    ...put,
    firstArrival: put.firstArrival + from,
    events: put.events.slice(from, to),
    sizes: put.sizes.subarray(from, to),
  };
}
