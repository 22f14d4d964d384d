import { compileFilterPattern } from '../filter-pattern/compile.js';
import type { MetricFilters } from '../metrics/metric-filters.js';
import type { Account, LogGroup } from '../store/log-group.js';
import type { LogStream } from '../store/log-stream.js';
import type { Store } from '../store/store.js';
import type { SubscriptionFilters } from '../subscriptions/subscription-filters.js';
import type {
  AccountName,
  AccountState,
  EventsState,
  GroupState,
  ResourcesState,
  StoreRecord,
  StreamState,
} from './records.js';

/** The parts of an endpoint that are kept on disk. */
export interface KeptParts {
  readonly store: Store;
  readonly metricFilters: MetricFilters;
  readonly subscriptionFilters: SubscriptionFilters;
}

interface LoadedStream {
  state: StreamState;
  readonly account: string;
  readonly group: string;
}

interface LoadedPut extends EventsState {
  /** The file that it is in. */
  readonly file: number;
}

/** A stream as it is in memory again, and which of its slots came from which file. */
export interface RestoredStream {
  readonly id: number;
  readonly stream: LogStream;
  readonly slots: readonly { readonly file: number; readonly from: number; readonly to: number }[];
}

/** The state that records add up to. */
export class LoadedState {
  nextStream = 1;
  #arrivals = 0;
  readonly #accounts = new Map<string, AccountName & { resources: ResourcesState | undefined }>();
  /** By account and name. */
  readonly #groups = new Map<string, { readonly account: string; readonly state: GroupState }>();
  readonly #streams = new Map<number, LoadedStream>();
  readonly #puts = new Map<number, LoadedPut[]>();

  apply(record: StoreRecord, file: number): void {
    switch (record.kind) {
      case 'snapshot':
        this.#applySnapshot(record.accounts);
        this.nextStream = Math.max(this.nextStream, record.nextStream);
        this.#arrivals = record.arrivals;
        break;
      case 'account':
        this.#account(record).resources = record.resources;
        break;
      case 'group':
        this.#account(record);
        this.#groups.set(groupKey(keyOf(record), record.group.name), {
          account: keyOf(record),
          state: record.group,
        });
        break;
      case 'group-deleted': {
        const key = groupKey(keyOf(record), record.name);
        this.#groups.delete(key);
        for (const [id, { account, group }] of this.#streams) {
          if (groupKey(account, group) === key) this.#forget(id);
        }
        break;
      }
      case 'stream':
        this.#setStream(record.stream, keyOf(record), record.group);
        break;
      case 'stream-deleted':
        this.#forget(record.id);
        break;
      case 'put': {
        const stream = this.#streams.get(record.id);
        if (stream === undefined) break;
        const { entity, tokens } = record;
        stream.state = { ...stream.state, tokens, ...(entity !== undefined && { entity }) };
        this.#addPut(record, file);
        break;
      }
      case 'copied':
        this.#addPut(record, file);
    }
  }

  /** Brings everything into an empty store. */
  restore({ metricFilters, store, subscriptionFilters }: KeptParts): readonly RestoredStream[] {
    const accounts = new Map<string, Account>();
    for (const [key, { accountId, region, resources }] of this.#accounts) {
      const account = store.account(region, accountId);
      accounts.set(key, account);
      for (const [name, map] of Object.entries(account.resources.maps)) {
        const entries = resources?.[name as keyof ResourcesState] ?? [];
        for (const [id, value] of entries) (map as Map<string, unknown>).set(id, value);
      }
      store.accountChanged(account);
    }
    const groups = new Map<string, LogGroup>();
    for (const [key, { account: of, state }] of this.#groups) {
      const account = accounts.get(of);
      if (account === undefined) continue;
      const { creationTime, logGroupClass, name, tags } = state;
      const group = store.createGroup(account, name, { logGroupClass }, creationTime);
      store.changeGroup(group, {
        tags: new Map(Object.entries(tags)),
        kmsKeyId: state.kmsKeyId,
        retentionInDays: state.retentionInDays,
        deletionProtectionEnabled: state.deletionProtectionEnabled,
        indexPolicy: state.indexPolicy,
        dataProtection: state.dataProtection,
      });
      for (const filter of state.metricFilters) {
        metricFilters.set(group, { ...filter, pattern: compileFilterPattern(filter.filterPattern) });
      }
      for (const filter of state.subscriptionFilters) {
        subscriptionFilters.set(group, { ...filter, pattern: compileFilterPattern(filter.filterPattern) });
      }
      groups.set(key, group);
    }
    return this.#restoreStreams(store, groups);
  }

  #restoreStreams(store: Store, groups: ReadonlyMap<string, LogGroup>): readonly RestoredStream[] {
    const restored = new Map<
      number,
      RestoredStream & { slots: { file: number; from: number; to: number }[] }
    >();
    for (const [id, { account, group: name, state }] of this.#streams) {
      const group = groups.get(groupKey(account, name));
      if (group === undefined) continue;
      const stream = store.createStream(group, state.name, state.creationTime);
      Object.assign(stream.tokens, state.tokens);
      stream.entity = state.entity;
      stream.firstEventTimestamp = state.firstEventTimestamp;
      stream.lastEventTimestamp = state.lastEventTimestamp;
      stream.lastIngestionTime = state.lastIngestionTime;
      restored.set(id, { id, stream, slots: [] });
    }
    const puts = [...this.#puts.values()].flat().sort((a, b) => a.arrival - b.arrival);
    // What was copied to another file just before the process ended is in both.
    let next = 0;
    store.continueFrom(this.#arrivals);
    for (const { arrival, events, file, id, ingestionTime } of puts) {
      const target = restored.get(id);
      const oldest = this.#streams.get(id)?.state.oldest ?? 0;
      const from = Math.max(0, next - arrival, oldest - arrival);
      if (target === undefined || from >= events.length) continue;
      const before = target.stream.slots.end;
      store.restore(target.stream, {
        events: events.slice(from).map(([timestamp, message]) => ({ timestamp, message })),
        from: 0,
        to: events.length - from,
        firstArrival: arrival + from,
        ingestionTime,
      });
      target.slots.push({ file, from: before, to: target.stream.slots.end });
      next = arrival + events.length;
    }
    // Those that left for want of room did so before this process began.
    store.evicted = 0;
    return [...restored.values()];
  }

  #applySnapshot(accounts: readonly AccountState[]): void {
    this.#accounts.clear();
    this.#groups.clear();
    this.#streams.clear();
    for (const account of accounts) {
      const key = keyOf(account);
      this.#account(account).resources = account.resources;
      for (const { streams, ...state } of account.groups) {
        this.#groups.set(groupKey(key, state.name), { account: key, state });
        for (const stream of streams) this.#setStream(stream, key, state.name);
      }
    }
    for (const id of this.#puts.keys()) if (!this.#streams.has(id)) this.#puts.delete(id);
  }

  #account(name: AccountName) {
    const key = keyOf(name);
    let account = this.#accounts.get(key);
    if (account === undefined) {
      account = { region: name.region, accountId: name.accountId, resources: undefined };
      this.#accounts.set(key, account);
    }
    return account;
  }

  #setStream(state: StreamState, account: string, group: string): void {
    this.#streams.set(state.id, { state, account, group });
    this.nextStream = Math.max(this.nextStream, state.id + 1);
  }

  #addPut({ arrival, events, id, ingestionTime }: EventsState, file: number): void {
    const puts = this.#puts.get(id) ?? [];
    puts.push({ id, arrival, ingestionTime, events, file });
    this.#puts.set(id, puts);
  }

  #forget(id: number): void {
    this.#streams.delete(id);
    this.#puts.delete(id);
  }
}

function keyOf({ accountId, region }: AccountName): string {
  return `${region}:${accountId}`;
}

/** No name of a group has a colon. */
function groupKey(account: string, name: string): string {
  return `${account}:${name}`;
}
