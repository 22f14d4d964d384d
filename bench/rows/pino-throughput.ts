import { type Row, ratio } from '../harness/row.js';
import { PINO_FLOOR, PINO_IN_PROCESS, PINO_WORKER, PUBLISHER } from './contenders.js';
import { OTHER_LOGGERS, PINO_OTHERS } from './others.js';
import { THROUGHPUT_COLUMNS, throughputCase } from './throughput.js';

const CONTENDERS = [PINO_FLOOR, PINO_WORKER, PINO_IN_PROCESS, PUBLISHER, ...PINO_OTHERS, ...OTHER_LOGGERS];

export const pinoThroughput: Row = {
  name: 'pino-throughput',
  title: 'pino: events stored a second, 200 B lines',
  about:
    'Lines are logged as fast as pino takes them, a hundred in one turn of the event loop. The clock runs from the first ' +
    'call until the endpoint, which only reads and answers, has the last event; for `pino/file` until its worker has flushed.',
  cases: (scale) => CONTENDERS.map((contender) => throughputCase(contender, 200, scale)),
  columns: THROUGHPUT_COLUMNS,
  targets: [
    ratio('pino in a worker, events/s', 'eventsPerSecond', 'pino-worker', 'pino-file', 'at least', 0.6),
    {
      text: 'pino in a worker, events/s against the fastest other transport for pino',
      bound: 'at least',
      value: 10,
      unit: '×',
      measured: (median) => {
        const mine = median('pino-worker', 'eventsPerSecond');
        const rates = PINO_OTHERS.map(({ id }) => median(id, 'eventsPerSecond') ?? 0);
        const best = Math.max(...rates);
        return mine === undefined || best === 0 ? undefined : mine / best;
      },
    },
    ratio(
      'pino in a worker against the best other pino transport',
      'eventsPerSecond',
      'pino-worker',
      ['serdnam', 'pino-cloudwatch', 'pino-cloudwatch-best', 'apalchys', 'apalchys-best'],
      'at least',
      10,
    ),
  ],
  charts: [{ key: 'eventsPerSecond', title: 'pino: events stored a second (200 B lines)', unit: 'events/s' }],
};
