import { noSuchGroup, noSuchStream } from '../errors/service-error.js';
import type { LogStream } from './log-stream.js';
import { type GroupPolicy, Resources } from './resources.js';

const DAY_MS = 86_400_000;

/** The classes of log groups. */
export type LogGroupClass = 'STANDARD' | 'INFREQUENT_ACCESS' | 'DELIVERY' | 'ESSENTIALS';

/** Settings of a log group that is created. */
export interface LogGroupSettings {
  /** Its class, which cannot be changed later. @default 'STANDARD' */
  readonly logGroupClass?: LogGroupClass | undefined;
  /** The key that it says its events are encrypted with; nothing is encrypted here. @default none */
  readonly kmsKeyId?: string | undefined;
  /** Its tags. @default none */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** Whether DeleteLogGroup is refused. @default false */
  readonly deletionProtectionEnabled?: boolean | undefined;
}

/** Of a log group, everything that requests can change. The store changes it. */
export interface ChangeableSettings {
  readonly tags: ReadonlyMap<string, string>;
  readonly kmsKeyId: string | undefined;
  readonly retentionInDays: number | undefined;
  readonly deletionProtectionEnabled: boolean;
  readonly indexPolicy: GroupPolicy | undefined;
  /** `'deleted'` where there was one: DescribeLogGroups tells. */
  readonly dataProtection: GroupPolicy | 'deleted' | undefined;
}

/** One log group, with its streams. */
export class LogGroup implements ChangeableSettings {
  readonly account: Account;
  readonly name: string;
  readonly creationTime: number;
  readonly logGroupClass: LogGroupClass;
  readonly streams = new Map<string, LogStream>();
  readonly tags: ReadonlyMap<string, string>;
  readonly kmsKeyId: string | undefined;
  readonly retentionInDays: number | undefined;
  readonly deletionProtectionEnabled: boolean;
  readonly indexPolicy: GroupPolicy | undefined;
  readonly dataProtection: GroupPolicy | 'deleted' | undefined;

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

/** The log groups and resources of one account in one Region: names and ARNs of one say nothing in another. */
export class Account {
  readonly region: string;
  readonly accountId: string;
  readonly groups = new Map<string, LogGroup>();
  readonly resources = new Resources();

  constructor(region: string, accountId: string) {
    this.region = region;
    this.accountId = accountId;
  }

  get isEmpty(): boolean {
    return this.groups.size === 0 && this.resources.isEmpty;
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
