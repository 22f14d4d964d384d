/** Messages from the endpoint to the console. Times are milliseconds since 1970. */

import type { Level } from '../../src/console/log-level.ts';
import type { LocalStats } from '../../src/endpoint/counters.ts';

export type { Level } from '../../src/console/log-level.ts';
// Not from there: the patterns beside it ask more of a browser than the console does.
export const LEVELS = [
  'fatal',
  'error',
  'warn',
  'info',
  'debug',
  'trace',
  'none',
] as const satisfies readonly Level[];

/** An event. `place` names its group and stream; `message` may be cut, then `whole` says how long it is. */
export interface WireEvent {
  readonly id: string;
  readonly timestamp: number;
  readonly ingestionTime: number;
  readonly group: string;
  readonly stream: string;
  readonly level: Level;
  readonly bytes: number;
  readonly message: string;
  /** Characters of the whole message, when `message` is only its beginning. */
  readonly whole?: number;
}

export interface EventPage {
  /** In reading order. */
  readonly events: readonly WireEvent[];
  /** Where to go on; absent when there is nothing more in this direction. */
  readonly cursor?: string;
  /** Events that were looked at. */
  readonly searched: number;
}

export interface GroupSummary {
  /** The name to ask for, with Region and account where they are not those of the endpoint. */
  readonly place: string;
  readonly name: string;
  readonly arn: string;
  readonly events: number;
  readonly bytes: number;
  /** Events accepted since the start; rates come from it. */
  readonly received: number;
  readonly streams: number;
  readonly lastEventTimestamp?: number;
  readonly retentionInDays?: number;
  readonly logGroupClass: string;
  readonly deletionProtectionEnabled: boolean;
  readonly tags: Readonly<Record<string, string>>;
}

export interface StreamSummary {
  readonly place: string;
  readonly name: string;
  readonly events: number;
  readonly bytes: number;
  readonly received: number;
  readonly firstEventTimestamp?: number;
  readonly lastEventTimestamp?: number;
}

export interface Overview {
  readonly version: string;
  readonly endpoint: string;
  readonly region: string;
  readonly accountId: string;
  readonly sequenceTokens: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly now: number;
  readonly stats: LocalStats;
  readonly groups: readonly GroupSummary[];
}

/** A request that was answered, reset or left hanging. */
export interface RequestRecord {
  readonly number: number;
  readonly time: number;
  readonly durationMs: number;
  readonly operation: string;
  /** `ok`, the code of an error, or the fault that took the answer away. */
  readonly outcome: string;
  readonly message?: string;
  readonly logGroupName?: string;
  readonly logStreamName?: string;
  readonly faults: readonly string[];
  readonly requestBytes: number;
  readonly answerBytes?: number;
  readonly events?: number;
  readonly rejected?: string;
  /** The token that was sent, and the one for the next put. */
  readonly sentToken?: string;
  readonly nextToken?: string;
  readonly offender?: { readonly index: number; readonly timestamp?: number; readonly message: string };
  readonly client?: string;
}

export interface Fault {
  readonly kind: string;
  readonly [option: string]: unknown;
}

export interface FaultState {
  readonly faults: readonly Fault[];
  readonly happened: readonly number[];
  readonly seed: number;
}

export interface Histogram {
  readonly from: number;
  readonly stepMs: number;
  /** Events in each step, by level; levels without events are left out. */
  readonly counts: { readonly [L in Level]?: readonly number[] };
  /** Whether all events are counted; else more are in the next answer. */
  readonly complete: boolean;
}
