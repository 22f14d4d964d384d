import { groupExists, noSuchGroup, noSuchStream, streamExists } from '../errors/service-error.js';
import { compareEvents, type KeptEvent, LogStream } from './log-stream.js';
import { TokenSource } from './sequence-tokens.js';

export type LogGroupClass = 'STANDARD' | 'INFREQUENT_ACCESS' | 'DELIVERY' | 'ESSENTIALS';

export interface LogGroup {
  readonly name: string;
  readonly creationTime: number;
  readonly logGroupClass: LogGroupClass;
  readonly kmsKeyId: string | undefined;
  readonly tags: Map<string, string>;
  readonly streams: Map<string, LogStream>;
  retentionInDays: number | undefined;
  deletionProtectionEnabled: boolean;
}

export interface LogGroupSettings {
  readonly logGroupClass?: LogGroupClass | undefined;
  readonly kmsKeyId?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly deletionProtectionEnabled?: boolean | undefined;
}

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
  readonly groups = new Map<string, LogGroup>();
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

  group(name: string): LogGroup {
    const group = this.groups.get(name);
    if (group === undefined) throw noSuchGroup();
    return group;
  }

  stream(groupName: string, streamName: string): LogStream {
    const stream = this.group(groupName).streams.get(streamName);
    if (stream === undefined) throw noSuchStream();
    return stream;
  }

  findStream(groupName: string | undefined, streamName: string | undefined): LogStream | undefined {
    if (groupName === undefined || streamName === undefined) return undefined;
    return this.groups.get(groupName)?.streams.get(streamName);
  }

  createGroup(name: string, settings: LogGroupSettings = {}): void {
    if (this.groups.has(name)) throw groupExists();
    this.groups.set(name, {
      name,
      creationTime: this.#now(),
      logGroupClass: settings.logGroupClass ?? 'STANDARD',
      kmsKeyId: settings.kmsKeyId,
      tags: new Map(Object.entries(settings.tags ?? {})),
      streams: new Map(),
      retentionInDays: undefined,
      deletionProtectionEnabled: settings.deletionProtectionEnabled ?? false,
    });
  }

  createStream(groupName: string, streamName: string): void {
    const { streams } = this.group(groupName);
    if (streams.has(streamName)) throw streamExists();
    streams.set(streamName, new LogStream(streamName, this.#now()));
  }

  deleteGroup(name: string): void {
    const group = this.group(name);
    this.groups.delete(name);
    for (const stream of group.streams.values()) this.#discard(stream);
    this.#forgetDeletedPuts();
  }

  deleteStream(groupName: string, streamName: string): void {
    const stream = this.stream(groupName, streamName);
    this.group(groupName).streams.delete(streamName);
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
  put(stream: LogStream, events: readonly NewEvent[], sizes: Uint32Array, from: number, to: number): string {
    const ingestionTime = this.#now();
    const logStreamName = stream.name;
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
    }
    return this.rotateToken(stream);
  }

  /** Events of one stream, or of a whole group, in reading order. */
  ordered(group: LogGroup, streamNames?: readonly string[]): readonly KeptEvent[] {
    const streams =
      streamNames === undefined
        ? [...group.streams.values()]
        : [...new Set(streamNames)].map((name) => this.stream(group.name, name));
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
