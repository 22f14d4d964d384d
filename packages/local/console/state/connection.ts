import { readFaults } from './api.ts';
import { connection, faults, overview, rates, requests, succeeded } from './model.ts';
import type { Overview, RequestRecord, WireEvent } from './wire.ts';

const KEPT_REQUESTS = 1000;
/** For so long requests are counted by second. */
export const WATCHED_SECONDS = 120;

/** The tail, as it is told of events that come in. */
export interface LiveListener {
  readonly onOpen: () => void;
  readonly onEvents: (events: readonly WireEvent[], lost: number) => void;
}

let source: EventSource | undefined;
let received = new Map<string, number>();
let receivedAt = 0;

export const isListening = (): boolean => source !== undefined;

/** Listens to the endpoint: to events that a query wants, to requests, and to the overview. Ends what was before. */
export function listen(query: URLSearchParams, listener: LiveListener): void {
  source?.close();
  const asked = new URLSearchParams(query);
  asked.set('since', String(requests.value.at(-1)?.number ?? 0));
  const opened = new EventSource(`/_local/console/live?${asked}`);
  source = opened;
  opened.onopen = () => {
    connection.value = 'open';
    listener.onOpen();
    void refreshFaults();
  };
  opened.onerror = () => {
    connection.value = 'closed';
    // The browser gives up where the answer was an error instead of a broken connection.
    if (opened.readyState === EventSource.CLOSED && source === opened) {
      setTimeout(() => source === opened && listen(query, listener), 1000);
    }
  };
  on<{ events: WireEvent[]; lost: number }>(opened, 'events', ({ events, lost }) =>
    listener.onEvents(events, lost),
  );
  on<RequestRecord[]>(opened, 'requests', takeRequests);
  on<Overview>(opened, 'state', takeOverview);
}

function on<Data>(from: EventSource, name: string, take: (data: Data) => void): void {
  from.addEventListener(name, (event) => take(JSON.parse((event as MessageEvent<string>).data)));
}

function takeRequests(records: readonly RequestRecord[]): void {
  // After a new connection some come again; after a restart of the endpoint numbers begin anew.
  const last = requests.value.at(-1)?.number ?? 0;
  const first = records[0]?.number ?? 0;
  const known = first <= 1 ? [] : requests.value;
  const fresh = first <= 1 ? records : records.filter(({ number }) => number > last);
  requests.value = [...known, ...fresh].slice(-KEPT_REQUESTS);
  for (const record of fresh) tally(record);
  if (fresh.some((record) => record.faults.length > 0)) void refreshFaults();
}

function takeOverview(next: Overview): void {
  overview.value = next;
  const at = performance.now();
  const seconds = (at - receivedAt) / 1000;
  rates.value = new Map(
    next.groups.map(({ place, received: total }) => {
      const before = received.get(place);
      return [place, before === undefined || seconds > 30 ? 0 : Math.max(0, total - before) / seconds];
    }),
  );
  received = new Map(next.groups.map((group) => [group.place, group.received]));
  receivedAt = at;
}

/** Requests of one second by what became of them. */
export interface Second {
  ok: number;
  /** Failed though nothing made it fail. */
  refused: number;
  fault: number;
}

const seconds = new Map<number, Second>();

function tally(record: RequestRecord): void {
  const second = Math.floor(record.time / 1000);
  let counts = seconds.get(second);
  if (counts === undefined) {
    counts = { ok: 0, refused: 0, fault: 0 };
    seconds.set(second, counts);
    for (const old of seconds.keys()) if (old < second - 2 * WATCHED_SECONDS) seconds.delete(old);
  }
  counts[succeeded(record) ? 'ok' : record.faults.length > 0 ? 'fault' : 'refused'] += 1;
}

/** The counts of the last seconds, oldest first. */
export function lastSeconds(now: number): readonly (Second & { readonly second: number })[] {
  const end = Math.floor(now / 1000);
  return Array.from({ length: WATCHED_SECONDS + 1 }, (_, index) => {
    const second = end - WATCHED_SECONDS + index;
    return { second, ok: 0, refused: 0, fault: 0, ...seconds.get(second) };
  });
}

let refreshing = false;

/** How often each fault has happened; asked for no more often than four times a second. */
export async function refreshFaults(): Promise<void> {
  if (refreshing) return;
  refreshing = true;
  try {
    faults.value = await readFaults();
  } catch {
    // The connection tells that the endpoint is away.
  }
  setTimeout(() => {
    refreshing = false;
  }, 250);
}
