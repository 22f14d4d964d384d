import type { FedPut } from '../store/feed.js';
import type { Account, LogGroup } from '../store/log-group.js';
import type { LogStream } from '../store/log-stream.js';
import type { Store } from '../store/store.js';

/** The Region and account that are not named in a place. */
export type Home = Pick<Account, 'region' | 'accountId'>;

/**
 * How the console names a group: by its name, and in another Region or account than that of the endpoint by
 * `region:account:name`. No name has a colon, so a stream may follow after one.
 */
export function placeOf({ region, accountId }: Home, groupName: string, home: Home): string {
  const isHome = region === home.region && accountId === home.accountId;
  return isHome ? groupName : `${region}:${accountId}:${groupName}`;
}

/** A group, and one of its streams if only that is meant. */
export interface Place {
  readonly group: LogGroup;
  readonly stream: LogStream | undefined;
}

/** Undefined when there is no such group or stream. */
export function findPlace(place: string, store: Store, home: Home): Place | undefined {
  const { account, groupName, streamName } = readPlace(place, home);
  const group = store.account(account.region, account.accountId).groups.get(groupName);
  if (group === undefined || streamName === undefined) return group && { group, stream: undefined };
  const stream = group.streams.get(streamName);
  return stream && { group, stream };
}

interface PlaceName {
  readonly account: Home;
  readonly groupName: string;
  readonly streamName: string | undefined;
}

export function readPlace(place: string, home: Home): PlaceName {
  const parts = place.split(':');
  if (parts.length < 3) return { account: home, groupName: parts[0] ?? '', streamName: parts[1] };
  const [region = '', accountId = '', groupName = '', streamName] = parts;
  return { account: { region, accountId }, groupName, streamName };
}

/** Whether the events of a put are in one of the places; in any, when none is named. */
export function placesContain(places: readonly string[], home: Home): (put: FedPut) => boolean {
  if (places.length === 0) return () => true;
  const names = places.map((place) => readPlace(place, home));
  return (put) =>
    names.some(
      ({ account, groupName, streamName }) =>
        put.logGroupName === groupName &&
        put.region === account.region &&
        put.accountId === account.accountId &&
        (streamName === undefined || put.logStreamName === streamName),
    );
}
