import type { StoredPut, StoreListener } from '../store/changes.js';
import type { Account, LogGroup } from '../store/log-group.js';
import type { LogStream } from '../store/log-stream.js';
import { type KeptParts, LoadedState } from './loaded-state.js';
import type { AccountState, GroupState, ResourcesState, StoreRecord, StreamState } from './records.js';
import { SegmentFiles } from './segment-files.js';

const FILE_BYTES = 16 * 1024 * 1024;
/** Of its events so many must still be stored, else those that are move to the newest file. */
const MIN_LIVE_SHARE = 0.5;
/** Events are copied in records of about this size. */
const COPY_BYTES = 256 * 1024;

/** Slots of one stream, `[from, to)`. */
interface Slots {
  readonly from: number;
  readonly to: number;
}

/** Which events a file holds. */
type Holding = Map<LogStream, Slots[]>;

/**
 * Keeps a store on disk: every change is appended to the newest of a few files before it is answered. A file begins with a
 * snapshot of everything but events, so that files whose events have all left can be removed, and one of which few are left
 * is removed after these were copied. The files therefore take at most about twice what the events take.
 */
export class KeptData implements StoreListener {
  readonly #parts: KeptParts;
  readonly #files: SegmentFiles;
  readonly #directory: string;
  readonly #fileBytes: number;
  readonly #ids = new WeakMap<LogStream, number>();
  /** By number of the file. */
  readonly #holdings = new Map<number, Holding>();
  #nextStream = 1;
  #failed = false;

  /**
   * Brings what a directory holds into an empty store, and keeps it there from now on.
   * @param fileBytes a file that has grown to this is followed by the next
   * @throws Error when the directory cannot be used
   */
  constructor(directory: string, parts: KeptParts, fileBytes = FILE_BYTES) {
    this.#directory = directory;
    this.#fileBytes = fileBytes;
    this.#parts = parts;
    this.#files = new SegmentFiles(directory);
    try {
      this.#load();
    } catch (error) {
      this.#files.close();
      throw error;
    }
    this.#try(() => this.#beginFile());
    parts.store.listener = this;
  }

  /** May be called more than once. */
  close(): void {
    if (this.#parts.store.listener !== this) return;
    this.#parts.store.listener = undefined;
    this.#files.close();
  }

  accountChanged({ accountId, region, resources }: Account): void {
    this.#write({ kind: 'account', region, accountId, resources: stateOf(resources.maps) });
  }

  groupChanged(group: LogGroup): void {
    this.#write({ kind: 'group', ...accountOf(group), group: this.#groupState(group) });
  }

  groupDeleted(group: LogGroup): void {
    this.#write({ kind: 'group-deleted', ...accountOf(group), name: group.name });
    this.#try(() => this.#removeEmptyFiles());
  }

  streamChanged(group: LogGroup, stream: LogStream): void {
    this.#write({
      kind: 'stream',
      ...accountOf(group),
      group: group.name,
      stream: this.#streamState(stream),
    });
  }

  streamDeleted(_group: LogGroup, stream: LogStream): void {
    this.#write({ kind: 'stream-deleted', id: this.#idOf(stream) });
    this.#try(() => this.#removeEmptyFiles());
  }

  put(stream: LogStream, { events, firstArrival, from, ingestionTime, to }: StoredPut): void {
    const { end } = stream.slots;
    this.#hold(stream, { from: end - (to - from), to: end });
    this.#write({
      kind: 'put',
      id: this.#idOf(stream),
      tokens: stream.tokens,
      ...(stream.entity !== undefined && { entity: stream.entity }),
      arrival: firstArrival,
      ingestionTime,
      events: events.slice(from, to).map(({ message, timestamp }) => [timestamp, message] as const),
    });
  }

  cleared(): void {
    this.#try(() => this.#beginFile());
  }

  #load(): void {
    const state = new LoadedState();
    for (const { number, records } of this.#files.read()) {
      this.#holdings.set(number, new Map());
      for (const record of records) state.apply(record as StoreRecord, number);
    }
    for (const { id, slots, stream } of state.restore(this.#parts)) {
      this.#ids.set(stream, id);
      for (const { file, from, to } of slots) this.#hold(stream, { from, to }, file);
    }
    this.#nextStream = state.nextStream;
  }

  #write(record: StoreRecord): void {
    this.#try(() => {
      this.#files.append(record);
      if (this.#files.current.bytes >= this.#fileBytes) this.#beginFile();
    });
  }

  /** Without the disk the endpoint goes on in memory, since its clients can do nothing about it. */
  #try(action: () => void): void {
    if (this.#failed) return;
    try {
      action();
    } catch (error) {
      this.#failed = true;
      process.emitWarning(
        `cloudwatch-logs-local cannot write to ${this.#directory} any more, and keeps logs in memory only from here on: ${(error as Error).message}`,
        { code: 'CLOUDWATCH_LOGS_LOCAL_DATA' },
      );
    }
  }

  #beginFile(): void {
    this.#files.begin();
    this.#holdings.set(this.#files.current.number, new Map());
    const { store } = this.#parts;
    const accounts = [...store.accounts()].map((account) => this.#accountState(account));
    // Read after the accounts, whose streams may have been given numbers just now.
    const nextStream = this.#nextStream;
    const snapshot: StoreRecord = { kind: 'snapshot', nextStream, arrivals: store.arrivals, accounts };
    this.#files.append(snapshot);
    this.#removeEmptyFiles();
    for (const [number, holding] of this.#holdings) {
      if (number !== this.#files.current.number && liveShare(holding) < MIN_LIVE_SHARE) {
        this.#copyLive(holding);
        this.#remove(number);
      }
    }
  }

  #removeEmptyFiles(): void {
    for (const [number, holding] of this.#holdings) {
      if (number !== this.#files.current.number && liveShare(holding) === 0) this.#remove(number);
    }
  }

  #remove(number: number): void {
    this.#files.remove(number);
    this.#holdings.delete(number);
  }

  #copyLive(holding: Holding): void {
    for (const [stream, ranges] of holding) {
      for (const range of ranges) {
        let slot = Math.max(range.from, stream.slots.head);
        while (slot < range.to) slot = this.#copyRecord(stream, slot, range.to);
      }
    }
  }

  /** Copies events of one put from `slot` on, and answers the slot behind them. */
  #copyRecord(stream: LogStream, slot: number, end: number): number {
    const { arrival, ingestionTime } = stream.eventIn(slot);
    const events: [number, string][] = [];
    let bytes = 0;
    let to = slot;
    for (; to < end && bytes < COPY_BYTES; to++) {
      const event = stream.eventIn(to);
      if (event.arrival !== arrival + events.length || event.ingestionTime !== ingestionTime) break;
      events.push([event.timestamp, event.message]);
      bytes += event.bytes;
    }
    this.#hold(stream, { from: slot, to });
    const id = this.#idOf(stream);
    this.#files.append({ kind: 'copied', id, arrival, ingestionTime, events } satisfies StoreRecord);
    return to;
  }

  #hold(stream: LogStream, { from, to }: Slots, file = this.#files.current.number): void {
    const holding = this.#holdings.get(file) ?? new Map<LogStream, Slots[]>();
    this.#holdings.set(file, holding);
    const ranges = holding.get(stream) ?? [];
    const last = ranges.at(-1);
    if (last?.to === from) ranges[ranges.length - 1] = { from: last.from, to };
    else ranges.push({ from, to });
    holding.set(stream, ranges);
  }

  #idOf(stream: LogStream): number {
    let id = this.#ids.get(stream);
    if (id === undefined) {
      id = this.#nextStream++;
      this.#ids.set(stream, id);
    }
    return id;
  }

  #accountState({ accountId, groups, region, resources }: Account): AccountState {
    return {
      region,
      accountId,
      resources: stateOf(resources.maps),
      groups: [...groups.values()].map((group) => ({
        ...this.#groupState(group),
        streams: [...group.streams.values()].map((stream) => this.#streamState(stream)),
      })),
    };
  }

  #groupState(group: LogGroup): GroupState {
    const { metricFilters, subscriptionFilters } = this.#parts;
    const { creationTime, dataProtection, deletionProtectionEnabled, indexPolicy, kmsKeyId } = group;
    const { logGroupClass, name, retentionInDays, tags } = group;
    return {
      name,
      creationTime,
      logGroupClass,
      tags: Object.fromEntries(tags),
      deletionProtectionEnabled,
      ...(kmsKeyId !== undefined && { kmsKeyId }),
      ...(retentionInDays !== undefined && { retentionInDays }),
      ...(indexPolicy !== undefined && { indexPolicy }),
      ...(dataProtection !== undefined && { dataProtection }),
      metricFilters: metricFilters.of(group).map(({ pattern: _, ...filter }) => filter),
      subscriptionFilters: subscriptionFilters.of(group).map(({ pattern: _, ...filter }) => filter),
    };
  }

  #streamState(stream: LogStream): StreamState {
    const { creationTime, entity, firstEventTimestamp, lastEventTimestamp, lastIngestionTime, name } = stream;
    const { head } = stream.slots;
    return {
      id: this.#idOf(stream),
      name,
      creationTime,
      tokens: stream.tokens,
      ...(entity !== undefined && { entity }),
      ...(firstEventTimestamp !== undefined && { firstEventTimestamp }),
      ...(lastEventTimestamp !== undefined && { lastEventTimestamp }),
      ...(lastIngestionTime !== undefined && { lastIngestionTime }),
      oldest: stream.size > 0 ? stream.eventIn(head).arrival : this.#parts.store.arrivals,
    };
  }
}

/** The share of the events of a file that are still stored. */
function liveShare(holding: Holding): number {
  let events = 0;
  let live = 0;
  for (const [stream, ranges] of holding) {
    const { head } = stream.slots;
    for (const { from, to } of ranges) {
      events += to - from;
      live += Math.max(0, to - Math.max(from, head));
    }
  }
  return events === 0 ? 0 : live / events;
}

function accountOf({ account }: LogGroup) {
  return { region: account.region, accountId: account.accountId };
}

function stateOf(maps: Account['resources']['maps']): ResourcesState {
  const entries = Object.entries(maps).map(([name, map]) => [name, [...map]]);
  return Object.fromEntries(entries) as ResourcesState;
}
