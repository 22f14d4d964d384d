import type { LocalCloudWatchLogs } from '../endpoint/local.js';
import { VERSION } from '../endpoint/version.js';
import { noSuchGroup } from '../errors/service-error.js';
import type { LogGroup } from '../store/log-group.js';
import type { LogStream } from '../store/log-stream.js';
import type { Store } from '../store/store.js';
import type { IngestCounts } from './ingest-counts.js';
import { findPlace, type Home, placeOf } from './places.js';

/** Everything that the console shows beside events: the endpoint, its counts and its groups. */
export function overview(local: LocalCloudWatchLogs, store: Store, home: Home, counts: IngestCounts): object {
  return {
    version: VERSION,
    endpoint: local.endpoint,
    ...home,
    environment: local.environment(),
    stats: local.stats(),
    groups: [...store.accounts()]
      .flatMap(({ groups }) => [...groups.values()])
      .map((group) => describeGroup(group, home, counts))
      .sort((a, b) => order(a.name, b.name) || order(elsewhere(a), elsewhere(b))),
  };
}

function describeGroup(group: LogGroup, home: Home, counts: IngestCounts) {
  const { account, name } = group;
  let events = 0;
  let bytes = 0;
  let lastEventTimestamp = -1;
  for (const stream of group.streams.values()) {
    events += stream.size;
    bytes += stream.bytes;
    lastEventTimestamp = Math.max(lastEventTimestamp, stream.lastEventTimestamp ?? -1);
  }
  return {
    place: placeOf(account, name, home),
    name,
    arn: group.arn,
    events,
    bytes,
    received: counts.received(account.region, account.accountId, name),
    streams: group.streams.size,
    logGroupClass: group.logGroupClass,
    deletionProtectionEnabled: group.deletionProtectionEnabled,
    tags: Object.fromEntries(group.tags),
    ...(lastEventTimestamp >= 0 && { lastEventTimestamp }),
    ...(group.retentionInDays !== undefined && { retentionInDays: group.retentionInDays }),
  };
}

/** Groups may have many streams: the console gets those with the newest events. */
const MAX_STREAMS = 500;

export function streamsOf(place: string, store: Store, home: Home, counts: IngestCounts): object {
  const { group } = findPlace(place, store, home) ?? {};
  if (group === undefined) throw noSuchGroup();
  const { account, name } = group;
  const newestFirst = [...group.streams.values()].sort(
    (a, b) => lastOf(b) - lastOf(a) || (a.name < b.name ? -1 : 1),
  );
  return {
    total: newestFirst.length,
    streams: newestFirst.slice(0, MAX_STREAMS).map((stream) => ({
      place: `${placeOf(account, name, home)}:${stream.name}`,
      name: stream.name,
      events: stream.size,
      bytes: stream.bytes,
      received: counts.received(account.region, account.accountId, name, stream.name),
      ...(stream.firstEventTimestamp !== undefined && {
        firstEventTimestamp: stream.firstEventTimestamp,
        lastEventTimestamp: stream.lastEventTimestamp,
      }),
    })),
  };
}

/** At home it is empty, and so comes first. */
function elsewhere({ place, name }: { readonly place: string; readonly name: string }): string {
  return place.slice(0, -name.length);
}

function order(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function lastOf(stream: LogStream): number {
  return stream.lastEventTimestamp ?? -1;
}
