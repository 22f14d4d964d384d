import { type Row, ratio } from '../harness/row.js';
import { PINO_FLOOR, PINO_IN_PROCESS, PINO_WORKER, PUBLISHER } from './contenders.js';
import { OPENTELEMETRY, OTHER_LOGGERS, PINO_OTHERS } from './others.js';
import { THROUGHPUT_COLUMNS, throughputCase } from './throughput.js';

const CONTENDERS = [
  PINO_FLOOR,
  PINO_WORKER,
  PINO_IN_PROCESS,
  PUBLISHER,
  ...PINO_OTHERS,
  ...OTHER_LOGGERS,
  ...OPENTELEMETRY,
];
// cwlogs-writable is a stream for anything that writes to one.
const MADE_FOR_PINO = PINO_OTHERS.filter(({ id }) => !id.startsWith('cwlogs-writable'));

export const pinoThroughput: Row = {
  name: 'pino-throughput',
  title: 'pino: events stored a second, 200 B lines',
  about:
    'Lines are logged as fast as pino takes them, a hundred in one turn of the event loop. The clock runs from the first ' +
    'call until the endpoint, which only reads and answers, has the last event; for `pino/file` until its worker has flushed. ' +
    'The transports of this project have `maxBufferBytes: 512 MiB` here, so that the whole burst has room. Slow transports are given fewer lines. What was lost, reordered or stored twice is from one more run, against the ' +
    'endpoint that checks every event and refuses what CloudWatch Logs refuses.',
  cases: (scale) => CONTENDERS.map((contender) => throughputCase(contender, 200, scale)),
  columns: THROUGHPUT_COLUMNS,
  targets: [
    ratio('pino in a worker, events/s', 'eventsPerSecond', 'pino-worker', 'pino-file', 'at least', 0.6),
    ratio(
      'pino in a worker, events/s against the fastest other transport for pino',
      'eventsPerSecond',
      'pino-worker',
      MADE_FOR_PINO.map(({ id }) => id),
      'at least',
      10,
    ),
  ],
  charts: [{ key: 'eventsPerSecond', title: 'pino: events stored a second (200 B lines)', unit: 'events/s' }],
};
