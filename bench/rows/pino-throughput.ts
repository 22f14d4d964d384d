import { type Row, ratio } from '../harness/row.js';
import { caseOf, PINO_FLOOR, PINO_IN_PROCESS, PINO_WORKER, PUBLISHER } from './contenders.js';
import { THROUGHPUT_COLUMNS } from './throughput.js';

export const pinoThroughput: Row = {
  name: 'pino-throughput',
  title: 'pino: events stored a second, 200 B lines',
  about:
    'Lines are logged as fast as pino takes them, a hundred in one turn of the event loop. The clock runs from the first ' +
    'call until the endpoint, which only reads and answers, has the last event; for `pino/file` until its worker has flushed.',
  cases: (scale) =>
    [PINO_FLOOR, PINO_WORKER, PINO_IN_PROCESS, PUBLISHER].map((contender) =>
      caseOf(contender, {
        load: 'throughput',
        task: { bytes: 200, events: scale.events(250_000), warmUp: scale.events(50_000) },
        seconds: 3,
      }),
    ),
  columns: THROUGHPUT_COLUMNS,
  targets: [
    ratio('pino in a worker, events/s', 'eventsPerSecond', 'pino-worker', 'pino-file', 'at least', 0.6),
  ],
  charts: [{ key: 'eventsPerSecond', title: 'pino: events stored a second (200 B lines)', unit: 'events/s' }],
};
