import type { ServerResponse } from 'node:http';
import type { LocalCloudWatchLogs } from '../endpoint/local.js';
import type { Subscription } from '../store/feed.js';
import { type ConsoleEvent, consoleEvent } from './console-event.js';
import type { EventQuery } from './event-query.js';
import { levelOf } from './log-level.js';
import { type Home, placesContain } from './places.js';

/** How often what came in is sent. */
const EVENTS_MS = 100;
/** Events that wait for it at most; a browser cannot show more in that time, and is told how many it lost. */
const MAX_WAITING_EVENTS = 2000;
const STATE_MS = 1000;
/** Keeps proxies and the browser from taking a quiet connection for a dead one. */
const HEARTBEAT_MS = 15_000;

export interface LiveOptions {
  /** Whether to send requests from this number on. */
  readonly since: number;
  readonly overview: () => object;
}

/**
 * Sends what happens as server-sent events, until the connection ends: `events` that the query wants, `requests`, and
 * `state`, the overview, when it has changed.
 */
export function sendLive(
  local: LocalCloudWatchLogs,
  response: ServerResponse,
  query: EventQuery,
  home: Home,
  { overview, since }: LiveOptions,
): void {
  const subscription = local.subscribe({
    maxEvents: MAX_WAITING_EVENTS,
    wants: placesContain(query.places, home),
  });
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  let newestRequest = since;
  let lastState = '';
  let lastSent = performance.now();

  // A connection that cannot keep up gets nothing more until it has taken what was sent: the queue drops then.
  const send = (name: string, text: string): void => {
    lastSent = performance.now();
    response.write(`event: ${name}\ndata: ${text}\n\n`);
  };
  const sendNews = (): void => {
    if (response.writableNeedDrain) return;
    const { events, lost } = takeEvents(subscription, query, home);
    if (events.length > 0 || lost > 0) send('events', JSON.stringify({ events, lost }));
    const requests = local.requests({ since: newestRequest });
    newestRequest = requests.at(-1)?.number ?? newestRequest;
    if (requests.length > 0) send('requests', JSON.stringify(requests));
    if (performance.now() - lastSent > HEARTBEAT_MS) send('beat', '0');
  };
  const sendState = (): void => {
    if (response.writableNeedDrain) return;
    const state = JSON.stringify(overview());
    if (state !== lastState) send('state', state);
    lastState = state;
  };

  sendState();
  sendNews();
  const timers = [setInterval(sendNews, EVENTS_MS), setInterval(sendState, STATE_MS)];
  response.once('close', () => {
    for (const timer of timers) clearInterval(timer);
    subscription.close();
  });
}

function takeEvents(
  subscription: Subscription,
  query: EventQuery,
  home: Home,
): { readonly events: readonly ConsoleEvent[]; readonly lost: number } {
  const { lost, puts } = subscription.take();
  const events: ConsoleEvent[] = [];
  for (const put of puts) {
    const { accountId, ingestionTime, logGroupName: groupName, logStreamName: streamName, region } = put;
    for (const [index, { message, timestamp }] of put.events.entries()) {
      const level = levelOf(message);
      if (timestamp < query.from || timestamp >= query.to || !query.matches(message, level)) continue;
      const event = {
        timestamp,
        arrival: put.firstArrival + index,
        ingestionTime,
        message,
        bytes: put.sizes[index] ?? 0,
      };
      events.push(consoleEvent(event, level, { region, accountId, groupName, streamName }, home));
    }
  }
  return { events, lost };
}
