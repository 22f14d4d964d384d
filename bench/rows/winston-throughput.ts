import { bound, type Row, ratio } from '../harness/row.js';
import { WINSTON_FLOOR, WINSTON_IN_PROCESS, WINSTON_WORKER } from './contenders.js';
import { WINSTON_OTHERS } from './others.js';
import { THROUGHPUT_COLUMNS, throughputCase } from './throughput.js';

const CONTENDERS = [WINSTON_FLOOR, WINSTON_IN_PROCESS, WINSTON_WORKER, ...WINSTON_OTHERS];
const RIVALS = [
  ['winston-cloudwatch', 'at its defaults'],
  ['winston-cloudwatch-best', 'at its best settings'],
] as const;

export const winstonThroughput: Row = {
  name: 'winston-throughput',
  title: 'winston: events stored a second, 200 B lines',
  about:
    'As `pino-throughput`, with the logger that `winston.createLogger` makes by default. For the no-op transport the clock ' +
    'stops when the last call has returned. At its defaults winston-cloudwatch sends only the level and the text.',
  cases: (scale) => CONTENDERS.map((contender) => throughputCase(contender, 200, scale)),
  columns: THROUGHPUT_COLUMNS,
  targets: [
    ...RIVALS.map(([id, settings]) =>
      ratio(
        `winston in-process, events/s against winston-cloudwatch ${settings}`,
        'eventsPerSecond',
        'winston-in-process',
        id,
        'at least',
        2,
      ),
    ),
    ...RIVALS.map(([id, settings]) =>
      ratio(
        `winston \`worker: true\`, events/s against winston-cloudwatch ${settings}`,
        'eventsPerSecond',
        'winston-worker',
        id,
        'at least',
        3,
      ),
    ),
    bound('winston in-process, reordered', 'reordered', 'winston-in-process', 'at most', 0, 'events'),
    ratio(
      'winston `worker: true`, CPU of the main thread',
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
