import { Accounts, MOST_RECENT_STREAMS, type PublisherStats } from '../accounts/accounts.js';
import type { FlushResult } from '../accounts/flush.js';
import type { Target } from '../cloudwatch/sink.js';

/** The counters of several publishers as one; `lastError` is the newest. */
export function sumStats([first, ...others]: readonly PublisherStats[]): PublisherStats | undefined {
  return others.reduce<PublisherStats | undefined>(
    (sum, next) =>
      sum && {
        ...addNumbers(sum, next),
        dropped: addNumbers(sum.dropped, next.dropped),
        rejected: addNumbers(sum.rejected, next.rejected),
        spool: sum.spool && next.spool ? addNumbers(sum.spool, next.spool) : (sum.spool ?? next.spool),
        // What waits in several places is as old as the oldest of it.
        oldestEventAgeMs: Math.max(sum.oldestEventAgeMs, next.oldestEventAgeMs),
        bufferUse: Math.max(sum.bufferUse, next.bufferUse),
        recentStreams: recentOf(sum.recentStreams, next.recentStreams),
        lastSuccessAt: newest(sum.lastSuccessAt, next.lastSuccessAt),
        lastError: (sum.lastError?.at ?? 0) > (next.lastError?.at ?? 0) ? sum.lastError : next.lastError,
      },
    first,
  );
}

/** The counters of a publisher that was given nothing. */
export function noStats(): PublisherStats {
  return new Accounts().stats({
    buffered: 0,
    inFlight: 0,
    spooled: 0,
    streams: 0,
    bufferedBytes: 0,
    maxBufferBytes: 0,
    oldestEventAgeMs: 0,
  });
}

/** The results of several flushes as one. */
export function sumFlushResults(results: readonly FlushResult[]): FlushResult {
  return results.reduce(addNumbers, { delivered: 0, dropped: 0, pending: 0 });
}

/** Events that are not settled: in memory, under way or on disk. */
export function pendingEvents({ buffered, inFlight, spooled }: PublisherStats): number {
  return buffered + inFlight + spooled;
}

/** Events that will not be delivered, for whatever reason. */
export function lostEvents({ dropped, rejected }: PublisherStats): number {
  return [...Object.values(dropped), ...Object.values(rejected)].reduce((sum, events) => sum + events, 0);
}

/** Some of each, so that no publisher hides where another one stores. */
function recentOf(a: readonly Target[], b: readonly Target[]): Target[] {
  const named = new Map<string, Target>();
  for (let i = 0; i < MOST_RECENT_STREAMS; i++)
    for (const stream of [a[i], b[i]])
      if (stream) named.set(`${stream.logGroupName}:${stream.logStreamName}`, stream);
  return [...named.values()].slice(0, MOST_RECENT_STREAMS);
}

function newest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}

function addNumbers<T extends object>(a: T, b: T): T {
  const sum = { ...a } as Record<string, unknown>;
  for (const [name, value] of Object.entries(b)) {
    const known = sum[name];
    if (typeof known === 'number' && typeof value === 'number') sum[name] = known + value;
  }
  return sum as T;
}
