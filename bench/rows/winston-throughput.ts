import type { Row } from '../harness/row.js';
import { ratio } from '../harness/row.js';
import { WINSTON_FLOOR, WINSTON_IN_PROCESS, WINSTON_WORKER } from './contenders.js';
import { WINSTON_OTHERS } from './others.js';
import { THROUGHPUT_COLUMNS, throughputCase } from './throughput.js';

const CONTENDERS = [WINSTON_FLOOR, WINSTON_IN_PROCESS, WINSTON_WORKER, ...WINSTON_OTHERS];

export const winstonThroughput: Row = {
  name: 'winston-throughput',
  title: 'winston: events stored a second, 200 B lines',
  about:
    'As `pino-throughput`, with the logger that `winston.createLogger` makes by default. For the no-op transport the clock ' +
    'stops when the last call has returned.',
  cases: (scale) => CONTENDERS.map((contender) => throughputCase(contender, 200, scale)),
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
