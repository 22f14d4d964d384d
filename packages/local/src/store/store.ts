import { groupExists, streamExists } from '../errors/service-error.js';
import type { StoredPut, StoreListener } from './changes.js';
import { Feed } from './feed.js';
import { Account, type ChangeableSettings, LogGroup, type LogGroupSettings } from './log-group.js';
import { EVENT_OVERHEAD_BYTES, LogStream, type NewEvent } from './log-stream.js';
import { TokenSource } from './sequence-tokens.js';

/**
 * Log groups, log streams and events in memory. Bounded in bytes: when a put goes beyond the bound, the events that
 * arrived first leave, whatever stream they are in.
 */
export class Store {
  /** Gets every accepted put. */
  readonly feed = new Feed();
  /** Told of every change, if anybody is. */
  listener: StoreListener | undefined;
  readonly #accounts = new Map<string, Account>();
  readonly #tokens = new TokenSource();
  readonly #maxBytes: number;
  readonly #now: () => number;
  readonly #onFirstEviction: () => void;
  /** For each put its stream and the slot after its events, oldest first from `#oldestPut` on: what leaves next. */
  #puts: { readonly stream: LogStream; readonly endSlot: number }[] = [];
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

  /** Events that were ever stored: the number of the next one. */
  get arrivals(): number {
    return this.#arrivals;
  }

  /** The account, which is kept only while there is something in it: the names come from requests. */
  account(region: string, accountId: string): Account {
    return this.#accounts.get(`${region} ${accountId}`) ?? new Account(region, accountId);
  }

  /** All accounts that have something in them. */
  accounts(): Iterable<Account> {
    return this.#accounts.values();
  }

  /** @throws ServiceError ResourceAlreadyExistsException */
  createGroup(
    account: Account,
    name: string,
    settings: LogGroupSettings = {},
    creationTime = this.#now(),
  ): LogGroup {
    if (account.groups.has(name)) throw groupExists();
    const group = new LogGroup(account, name, creationTime, settings);
    account.groups.set(name, group);
    this.#keep(account);
    this.listener?.groupChanged(group);
    return group;
  }

  changeGroup(group: LogGroup, change: Partial<ChangeableSettings>): void {
    Object.assign(group, change);
    this.listener?.groupChanged(group);
  }

  /** To be called after the resources of an account were changed. */
  accountChanged(account: Account): void {
    this.#keep(account);
    this.listener?.accountChanged(account);
  }

  #keep(account: Account): void {
    const key = `${account.region} ${account.accountId}`;
    if (account.isEmpty) this.#accounts.delete(key);
    else this.#accounts.set(key, account);
  }

  /** @throws ServiceError ResourceAlreadyExistsException */
  createStream(group: LogGroup, name: string, creationTime = this.#now()): LogStream {
    if (group.streams.has(name)) throw streamExists();
    const stream = new LogStream(name, creationTime);
    group.streams.set(name, stream);
    this.listener?.streamChanged(group, stream);
    return stream;
  }

  deleteGroup(group: LogGroup): void {
    const { account, name, streams } = group;
    account.groups.delete(name);
    this.#keep(account);
    for (const stream of streams.values()) this.#discard(stream);
    this.#forgetPuts();
    this.listener?.groupDeleted(group);
  }

  /** Lets go of everything of one account in all Regions. */
  clearAccount(accountId: string): void {
    const accounts = [...this.#accounts.values()].filter((account) => account.accountId === accountId);
    for (const account of accounts) {
      for (const group of [...account.groups.values()]) this.deleteGroup(group);
      for (const map of Object.values(account.resources.maps)) map.clear();
      this.accountChanged(account);
    }
  }

  /** Lets go of everything. */
  clear(): void {
    for (const { groups } of this.#accounts.values()) {
      for (const { streams } of groups.values()) for (const stream of streams.values()) this.#discard(stream);
    }
    this.#accounts.clear();
    this.#forgetPuts();
    this.evicted = 0;
    this.listener?.cleared();
  }

  deleteStream(group: LogGroup, stream: LogStream): void {
    group.streams.delete(stream.name);
    this.#discard(stream);
    this.#forgetPuts();
    this.listener?.streamDeleted(group, stream);
  }

  /** Makes the stream expect another token. What its last accepted put was is not forgotten. */
  rotateToken(group: LogGroup, stream: LogStream): string {
    const token = this.#tokens.next();
    stream.tokens.expected = token;
    this.listener?.streamChanged(group, stream);
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
    if (to <= from) return this.rotateToken(group, stream);
    const ingestionTime = this.#now();
    const firstArrival = this.#arrivals;
    const put = { events, from, to, firstArrival, ingestionTime };
    this.#append(stream, put, sizes);
    const token = this.#tokens.next();
    stream.tokens.expected = token;
    this.listener?.put(stream, put);
    const { account, name: logGroupName } = group;
    const whole = from === 0 && to === events.length;
    this.feed.publish({
      region: account.region,
      accountId: account.accountId,
      logGroupName,
      logStreamName: stream.name,
      ingestionTime,
      firstArrival,
      events: whole ? events : events.slice(from, to),
      sizes: whole ? sizes : sizes.subarray(from, to),
    });
    return token;
  }

  /**
   * Stores events that were stored before, under the numbers that they had. Nobody is told of them. Puts must come in the
   * order of these numbers.
   */
  restore(stream: LogStream, put: StoredPut): void {
    this.#append(stream, put, sizesOf(put.events));
  }

  /** Numbers the events to come from here on, as those before them were stored by a process that has ended. */
  continueFrom(arrivals: number): void {
    this.#arrivals = Math.max(this.#arrivals, arrivals);
  }

  #append(stream: LogStream, put: StoredPut, sizes: Uint32Array): void {
    const { events, from, to, firstArrival } = put;
    const bytesBefore = stream.bytes;
    stream.append(events, sizes, from, to, put);
    this.#arrivals = Math.max(this.#arrivals, firstArrival + to - from);
    this.bytes += stream.bytes - bytesBefore;
    this.events += to - from;
    this.#puts.push({ stream, endSlot: stream.slots.end });
    this.#evict();
  }

  /**
   * Lets go of the events that are older than their log group keeps events. Those that arrived behind a younger one stay
   * in memory until that one goes; `group.keptSince` hides them from readers.
   */
  expire(group: LogGroup): void {
    const since = group.keptSince(this.#now());
    if (since === 0) return;
    for (const stream of group.streams.values()) {
      while ((stream.oldestArrivalTimestamp ?? since) < since) this.#leave(stream);
    }
  }

  #evict(): void {
    while (this.bytes > this.#maxBytes) {
      const put = this.#puts[this.#oldestPut];
      if (put === undefined) return;
      if (put.stream.slots.head >= put.endSlot) {
        // Its events have left already, with their stream or because they expired.
        this.#oldestPut += 1;
        continue;
      }
      this.#leave(put.stream);
      if (this.evicted === 0) this.#onFirstEviction();
      this.evicted += 1;
    }
    if (this.#oldestPut >= 1024 && this.#oldestPut * 2 >= this.#puts.length) this.#forgetPuts();
  }

  #leave(stream: LogStream): void {
    this.bytes -= stream.evictOldest();
    this.events -= 1;
  }

  #discard(stream: LogStream): void {
    this.bytes -= stream.bytes;
    this.events -= stream.size;
    stream.discard();
  }

  #forgetPuts(): void {
    this.#puts = this.#puts
      .slice(this.#oldestPut)
      .filter(({ stream, endSlot }) => stream.slots.head < endSlot);
    this.#oldestPut = 0;
  }
}

function sizesOf(events: readonly NewEvent[]): Uint32Array {
  return Uint32Array.from(events, ({ message }) => Buffer.byteLength(message) + EVENT_OVERHEAD_BYTES);
}
