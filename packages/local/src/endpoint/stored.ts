import type { LogGroupClass } from '../store/log-group.js';

/** A log event as CloudWatch Logs returns it. Times are milliseconds since 1970. */
export interface StoredEvent {
  readonly timestamp: number;
  readonly message: string;
  readonly ingestionTime: number;
  readonly logStreamName: string;
}

/** A log group and the names of its streams. */
export interface StoredGroup {
  readonly logGroupName: string;
  /** Tells the group's Region and account. */
  readonly arn: string;
  readonly retentionInDays?: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly logGroupClass: LogGroupClass;
  readonly kmsKeyId?: string;
  readonly deletionProtectionEnabled: boolean;
  /** Sorted. */
  readonly streams: readonly string[];
}
