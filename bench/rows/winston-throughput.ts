import type { Row } from '../harness/row.js';
import { ratio } from '../harness/row.js';
import { caseOf, WINSTON_FLOOR, WINSTON_IN_PROCESS, WINSTON_WORKER } from './contenders.js';
import { THROUGHPUT_COLUMNS } from './throughput.js';

export const winstonThroughput: Row = {
  name: 'winston-throughput',
  title: 'winston: events stored a second, 200 B lines',
  about:
    'As `pino-throughput`, with the logger that `winston.createLogger` makes by default. For the no-op transport the clock ' +
    'stops when the last call has returned.',
  cases: (scale) =>
    [WINSTON_FLOOR, WINSTON_IN_PROCESS, WINSTON_WORKER].map((contender) =>
      caseOf(contender, {
        load: 'throughput',
        task: { bytes: 200, events: scale.events(250_000), warmUp: scale.events(50_000) },
        seconds: 3,
      }),
    ),
  columns: THROUGHPUT_COLUMNS,
  targets: [
    ratio(
      'winston `worker: true`, main-thread CPU',
      'mainCpuUsPerEvent',
      'winston-worker',
      'winston-noop',
      'at most',
      1.4,
    ),
  ],
  charts: [
    { key: 'eventsPerSecond', title: 'winston: events stored a second (200 B lines)', unit: 'events/s' },
  ],
};
