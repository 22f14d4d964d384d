import { groupExists, streamExists } from '../errors/service-error.js';
import { Feed } from './feed.js';
import { Account, LogGroup, type LogGroupSettings } from './log-group.js';
import { compareEvents, type KeptEvent, LogStream } from './log-stream.js';
import { TokenSource } from './sequence-tokens.js';

/** What a put adds, with the size that CloudWatch Logs accounts it at. */
export interface NewEvent {
  readonly timestamp: number;
  readonly message: string;
}

/** Every event costs its UTF-8 bytes and this much. */
export const EVENT_OVERHEAD_BYTES = 26;

/**
 * Log groups, log streams and events in memory. Bounded in bytes: when a put goes beyond the bound, the events that
 * arrived first leave, whatever stream they are in.
 */
export class Store {
  /** What every accepted put is handed to. */
  readonly feed = new Feed();
  readonly #accounts = new Map<string, Account>();
  readonly #tokens = new TokenSource();
  readonly #maxBytes: number;
  readonly #now: () => number;
  readonly #onFirstEviction: () => void;
  /** One entry per put, oldest first from `#oldestPut` on: whose events leave next. */
  #puts: { readonly stream: LogStream; events: number }[] = [];
  #oldestPut = 0;
  #arrivals = 0;
  bytes = 0;
  events = 0;
  evicted = 0;

  constructor(options: { maxBytes: number; now: () => number; onFirstEviction: () => void }) {
    this.#maxBytes = options.maxBytes;
    this.#now = options.now;
    this.#onFirstEviction = options.onFirstEviction;
  }

  /** The account, which is kept only while it has a log group: the names come from requests. */
  account(region: string, accountId: string): Account {
    return this.#accounts.get(`${region} ${accountId}`) ?? new Account(region, accountId);
  }

  /** All accounts that have a log group. */
  accounts(): Iterable<Account> {
    return this.#accounts.values();
  }

  /** @throws ServiceError ResourceAlreadyExistsException */
  createGroup(account: Account, name: string, settings: LogGroupSettings = {}): LogGroup {
    if (account.groups.has(name)) throw groupExists();
    const group = new LogGroup(account, name, this.#now(), settings);
    account.groups.set(name, group);
    this.#accounts.set(`${account.region} ${account.accountId}`, account);
    return group;
  }

  /** @throws ServiceError ResourceAlreadyExistsException */
  createStream(group: LogGroup, name: string): LogStream {
    if (group.streams.has(name)) throw streamExists();
    const stream = new LogStream(name, this.#now());
    group.streams.set(name, stream);
    return stream;
  }

  deleteGroup({ account, name, streams }: LogGroup): void {
    account.groups.delete(name);
    if (account.groups.size === 0) this.#accounts.delete(`${account.region} ${account.accountId}`);
    for (const stream of streams.values()) this.#discard(stream);
    this.#forgetDeletedPuts();
  }

  deleteStream(group: LogGroup, stream: LogStream): void {
    group.streams.delete(stream.name);
    this.#discard(stream);
    this.#forgetDeletedPuts();
  }

  /** Makes the stream expect another token. What its last accepted put was is not forgotten. */
  rotateToken(stream: LogStream): string {
    const token = this.#tokens.next();
    stream.tokens.expected = token;
    return token;
  }

  /**
   * Stores `events[from..to)` and answers the token for the next put. `sizes` holds the accounted bytes of each event.
   * A put all of whose events were rejected stores nothing and still moves the token on.
   */
  put(
    group: LogGroup,
    stream: LogStream,
    events: readonly NewEvent[],
    sizes: Uint32Array,
    from: number,
    to: number,
  ): string {
    const ingestionTime = this.#now();
    const logStreamName = stream.name;
    const firstArrival = this.#arrivals;
    for (let index = from; index < to; index++) {
      const event = events[index];
      if (event === undefined) break;
      const bytes = sizes[index] ?? 0;
      this.bytes += bytes;
      const arrival = this.#arrivals++;
      const { timestamp, message } = event;
      stream.append({ timestamp, message, ingestionTime, arrival, bytes, logStreamName });
    }
    if (to > from) {
      this.#puts.push({ stream, events: to - from });
      this.events += to - from;
      this.#evict();
      const { account, name: logGroupName } = group;
      const whole = from === 0 && to === events.length;
      this.feed.publish({
        region: account.region,
        accountId: account.accountId,
        logGroupName,
        logStreamName,
        ingestionTime,
        firstArrival,
        events: whole ? events : events.slice(from, to),
        sizes: whole ? sizes : sizes.subarray(from, to),
      });
    }
    return this.rotateToken(stream);
  }

  /** Events of one stream, or of a whole group, in reading order. */
  ordered(group: LogGroup, streamNames?: readonly string[]): readonly KeptEvent[] {
    const streams =
      streamNames === undefined
        ? [...group.streams.values()]
        : [...new Set(streamNames)].map((name) => group.stream(name));
    const [only] = streams;
    if (only !== undefined && streams.length === 1) return only.ordered();
    return streams.flatMap((stream) => stream.ordered()).sort(compareEvents);
  }

  #evict(): void {
    while (this.bytes > this.#maxBytes) {
      const put = this.#puts[this.#oldestPut];
      if (put === undefined) return;
      this.bytes -= put.stream.evictOldest();
      this.events -= 1;
      put.events -= 1;
      if (this.evicted === 0) this.#onFirstEviction();
      this.evicted += 1;
      if (put.events === 0) this.#oldestPut += 1;
    }
    if (this.#oldestPut >= 1024 && this.#oldestPut * 2 >= this.#puts.length) {
      this.#puts = this.#puts.slice(this.#oldestPut);
      this.#oldestPut = 0;
    }
  }

  #discard(stream: LogStream): void {
    this.bytes -= stream.bytes;
    this.events -= stream.size;
    stream.discard();
  }

  /** Eviction counts on every remembered put having its events still. */
  #forgetDeletedPuts(): void {
    this.#puts = this.#puts.slice(this.#oldestPut).filter((put) => !put.stream.deleted);
    this.#oldestPut = 0;
  }
}
