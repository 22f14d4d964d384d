import { bound, type Case, type Row, ratio } from '../harness/row.js';

const EVENTS = 1_000_000;

/** A measure of the local endpoint: what the load is asked for, and how long that takes. */
function measure(
  id: string,
  label: string,
  group: Case['group'],
  task: Readonly<Record<string, unknown>>,
  seconds: number,
): Case {
  return { id, label, group, load: 'local', endpoint: 'none', task, seconds, limitSeconds: 120 };
}

export const local: Row = {
  name: 'local',
  title: 'The local endpoint',
  about:
    '`cloudwatch-logs-local` in a process of its own. A put holds 8,000 events of 100 B; CPU time of the endpoint for each, ' +
    'beside that of `JSON.parse` on the same body. Pages of 100 events and a search for what is not there, among 1,000,000 ' +
    'events in 10 streams, from the request to the answer. The longest turn is how long the search held the event loop at most.',
  cases: (scale) => {
    const store = { events: Math.ceil(scale.events(EVENTS) / 8000) * 8000, streams: 10 };
    return [
      measure('parse', 'floor: `JSON.parse` of the body of a put', 'floor', { what: 'parse', puts: 100 }, 1),
      measure('put', 'PutLogEvents, 8,000 events', 'ours', { what: 'put', puts: 100 }, 3),
      measure('store', '1,000,000 events in 10 streams', 'ours', { what: 'store', ...store }, 8),
      measure(
        'poll',
        'puts of 10 events beside 10 polls a second',
        'ours',
        { what: 'poll', ...store, seconds: scale.seconds(3), pollsPerSecond: 10 },
        14,
      ),
    ];
  },
  columns: [
    { key: 'ms', title: 'CPU, ms', digits: 2 },
    { key: 'startMs', title: 'start, ms', digits: 1 },
    { key: 'consoleKb', title: 'console, kB', digits: 1 },
    { key: 'rssPerByte', title: 'RSS for a byte', digits: 2 },
    { key: 'firstPageMs', title: 'first page, ms', digits: 1 },
    { key: 'newestMs', title: 'newest window, ms', digits: 1 },
    { key: 'scanMs', title: 'search, ms' },
    { key: 'longestTurnMs', title: 'longest turn, ms', digits: 1 },
    { key: 'alone', title: 'puts/s' },
    { key: 'beside', title: 'puts/s, polled' },
  ],
  targets: [
    ratio('CPU of a put, against `JSON.parse` of its body', 'ms', 'put', 'parse', 'at most', 3),
    bound('RSS for each byte that 1,000,000 events count', 'rssPerByte', 'store', 'at most', 1.5, ''),
    bound('First page of 1,000,000 events', 'firstPageMs', 'store', 'at most', 5, 'ms'),
    bound('Newest window of 1,000,000 events', 'newestMs', 'store', 'at most', 5, 'ms'),
    bound('Longest turn of a search', 'longestTurnMs', 'store', 'at most', 10, 'ms'),
    bound('Puts that are left beside a poller', 'kept', 'poll', 'at least', 0.9, ''),
    bound('Start of the local endpoint', 'startMs', 'put', 'at most', 50, 'ms'),
    bound('The console as it is sent, compressed', 'consoleKb', 'put', 'at most', 60, 'kB'),
  ],
};
