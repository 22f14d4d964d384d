import { noSuchGroup, noSuchStream } from '../errors/service-error.js';
import type { LogStream } from './log-stream.js';

const DAY_MS = 86_400_000;

export type LogGroupClass = 'STANDARD' | 'INFREQUENT_ACCESS' | 'DELIVERY' | 'ESSENTIALS';

export interface LogGroupSettings {
  readonly logGroupClass?: LogGroupClass | undefined;
  readonly kmsKeyId?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly deletionProtectionEnabled?: boolean | undefined;
}

/** One log group, with its streams. */
export class LogGroup {
  readonly account: Account;
  readonly name: string;
  readonly creationTime: number;
  readonly logGroupClass: LogGroupClass;
  readonly tags: Map<string, string>;
  readonly streams = new Map<string, LogStream>();
  kmsKeyId: string | undefined;
  retentionInDays: number | undefined;
  deletionProtectionEnabled: boolean;

  constructor(account: Account, name: string, creationTime: number, settings: LogGroupSettings) {
    this.account = account;
    this.name = name;
    this.creationTime = creationTime;
    this.logGroupClass = settings.logGroupClass ?? 'STANDARD';
    this.kmsKeyId = settings.kmsKeyId;
    this.tags = new Map(Object.entries(settings.tags ?? {}));
    this.deletionProtectionEnabled = settings.deletionProtectionEnabled ?? false;
  }

  /** The time before which events are too old to be kept, in milliseconds since 1970; 0 when they never are. */
  keptSince(now: number): number {
    // Source: "log events in the Delivery class are kept for only one day".
    const days = this.logGroupClass === 'DELIVERY' ? 1 : this.retentionInDays;
    return days === undefined ? 0 : Math.max(0, now - days * DAY_MS);
  }

  get arn(): string {
    const { region, accountId } = this.account;
    return `arn:aws:logs:${region}:${accountId}:log-group:${this.name}`;
  }

  /** @throws ServiceError ResourceNotFoundException */
  stream(name: string): LogStream {
    const stream = this.streams.get(name);
    if (stream === undefined) throw noSuchStream();
    return stream;
  }
}

/** The log groups of one account in one Region: names and ARNs of one say nothing in another. */
export class Account {
  readonly region: string;
  readonly accountId: string;
  readonly groups = new Map<string, LogGroup>();

  constructor(region: string, accountId: string) {
    this.region = region;
    this.accountId = accountId;
  }

  /** @throws ServiceError ResourceNotFoundException */
  group(name: string): LogGroup {
    const group = this.groups.get(name);
    if (group === undefined) throw noSuchGroup();
    return group;
  }

  findStream(groupName: string | undefined, streamName: string | undefined): LogStream | undefined {
    if (groupName === undefined || streamName === undefined) return undefined;
    return this.groups.get(groupName)?.streams.get(streamName);
  }
}
