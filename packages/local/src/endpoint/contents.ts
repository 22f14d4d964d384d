import type { Account, LogGroup, LogGroupClass } from '../store/log-group.js';
import { at, END, readAll } from '../store/scan.js';
import type { Store } from '../store/store.js';

/** A log event as CloudWatch Logs returns it. Times are milliseconds since 1970. */
export interface StoredEvent {
  /** Its own time. */
  readonly timestamp: number;
  /** Its text. */
  readonly message: string;
  /** When it was stored. */
  readonly ingestionTime: number;
  /** The log stream that it is in. */
  readonly logStreamName: string;
}

/** A log group and the names of its streams. */
export interface StoredGroup {
  /** Its name. */
  readonly logGroupName: string;
  /** Tells the group's Region and account. */
  readonly arn: string;
  /** Days that events are kept; absent where they never expire. */
  readonly retentionInDays?: number;
  /** Its tags. */
  readonly tags: Readonly<Record<string, string>>;
  /** Its class; `STANDARD` unless it was created in another. */
  readonly logGroupClass: LogGroupClass;
  /** The key that it says its events are encrypted with; nothing is encrypted here. */
  readonly kmsKeyId?: string;
  /** Whether DeleteLogGroup is refused. */
  readonly deletionProtectionEnabled: boolean;
  /** The names of its streams, sorted. */
  readonly streams: readonly string[];
}

/** A group, and one of its streams where only that is meant. */
export interface NamedPlace {
  /** The name of the group. */
  readonly logGroupName: string;
  /** The name of a stream. @default all streams of the group */
  readonly logStreamName?: string | undefined;
  /** The account whose group is meant. @default that of the options, and where it has no such group, any other */
  readonly accountId?: string | undefined;
}

/** The contents of a store by the names of groups and streams, for tests that look into it without a request. */
export class Contents {
  readonly #store: Store;
  readonly #home: Pick<Account, 'region' | 'accountId'>;
  readonly #now: () => number;

  constructor(store: Store, home: Pick<Account, 'region' | 'accountId'>, now: () => number) {
    this.#store = store;
    this.#home = home;
    this.#now = now;
  }

  /** The names of the groups of all accounts, or of one. */
  names(accountId: string | undefined): string[] {
    const groups = this.groups.filter(
      ({ account }) => (accountId ?? account.accountId) === account.accountId,
    );
    return groups.map(({ name }) => name);
  }

  get groups(): LogGroup[] {
    return [...this.#store.accounts()].flatMap(({ groups }) => [...groups.values()]);
  }

  /** The account of the options. */
  get home(): Account {
    return this.#store.account(this.#home.region, this.#home.accountId);
  }

  /** The group of a name in the account of the options, or where only another has it, in that. */
  group(logGroupName: string): LogGroup {
    return this.#find({ logGroupName }) ?? this.home.group(logGroupName);
  }

  #find({ accountId, logGroupName }: NamedPlace): LogGroup | undefined {
    return [this.home, ...this.#store.accounts()]
      .filter((account) => accountId === undefined || account.accountId === accountId)
      .find(({ groups }) => groups.has(logGroupName))
      ?.groups.get(logGroupName);
  }

  events(place: NamedPlace): StoredEvent[] {
    const { logStreamName } = place;
    const group = this.#find(place);
    if (group === undefined) return [];
    if (logStreamName !== undefined && !group.streams.has(logStreamName)) return [];
    const streams = logStreamName === undefined ? group.streams.values() : [group.stream(logStreamName)];
    this.#store.expire(group);
    const from = at(group.keptSince(this.#now()));
    return readAll(streams, { from, to: END, forward: true }).map((event) => ({
      timestamp: event.timestamp,
      message: event.message,
      ingestionTime: event.ingestionTime,
      logStreamName: event.logStreamName,
    }));
  }

  describeGroups(): StoredGroup[] {
    const groups = this.groups.sort((a, b) => (a.name < b.name ? -1 : 1));
    return groups.map((group) => ({
      logGroupName: group.name,
      arn: group.arn,
      tags: Object.fromEntries(group.tags),
      logGroupClass: group.logGroupClass,
      deletionProtectionEnabled: group.deletionProtectionEnabled,
      streams: [...group.streams.keys()].sort(),
      ...(group.retentionInDays !== undefined && { retentionInDays: group.retentionInDays }),
      ...(group.kmsKeyId !== undefined && { kmsKeyId: group.kmsKeyId }),
    }));
  }
}

/** A message as JSON where it is that, else as the text that it is. */
export function parsedMessage({ message }: StoredEvent): unknown {
  try {
    return JSON.parse(message);
  } catch {
    return message;
  }
}
