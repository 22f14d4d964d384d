import { bound, type Column, type Row, ratio } from '../harness/row.js';
import {
  caseOf,
  PINO_FLOOR,
  PINO_WORKER,
  WINSTON_FLOOR,
  WINSTON_IN_PROCESS,
  WINSTON_WORKER,
} from './contenders.js';
import { OTHER_LOGGERS, PINO_OTHERS, WINSTON_OTHERS } from './others.js';

const FASTEST = ['serdnam', 'winston-cloudwatch-best'];
const CONTENDERS = [
  PINO_FLOOR,
  PINO_WORKER,
  WINSTON_FLOOR,
  WINSTON_IN_PROCESS,
  WINSTON_WORKER,
  ...[...PINO_OTHERS, ...OTHER_LOGGERS, ...WINSTON_OTHERS].filter(({ id }) => FASTEST.includes(id)),
];

export const DELAY_COLUMNS: readonly Column[] = [
  { key: 'delayP50Ms', title: 'delay p50, ms', digits: 2 },
  { key: 'delayP99Ms', title: 'p99, ms', digits: 2 },
  { key: 'delayMaxMs', title: 'max, ms', digits: 1 },
];

export const eventLoop: Row = {
  name: 'event-loop',
  title: 'delay of the event loop at 5,000 lines a second of 200 B',
  about:
    'What `monitorEventLoopDelay({ resolution: 1 })` says on the main thread; a timer that is due in 1 ms is part of it.',
  cases: (scale) =>
    CONTENDERS.map((contender) =>
      caseOf(contender, {
        load: 'paced',
        task: { bytes: 200, rate: 5000, seconds: scale.seconds(4), warmUpSeconds: 1, watchDelay: true },
        seconds: scale.seconds(4) + 3,
      }),
    ),
  columns: [
    ...DELAY_COLUMNS,
    { key: 'cpuUsPerEvent', title: 'process CPU, µs/line', digits: 1 },
    { key: 'requestsPerMillion', title: 'requests per million' },
  ],
  targets: [
    ratio('winston, p99', 'delayP99Ms', 'winston-in-process', 'winston-noop', 'at most', 1.5),
    bound('winston, max', 'delayMaxMs', 'winston-in-process', 'at most', 15, 'ms'),
    ratio('winston, p99 with `worker: true`', 'delayP99Ms', 'winston-worker', 'winston-noop', 'at most', 1.5),
    bound('winston, max with `worker: true`', 'delayMaxMs', 'winston-worker', 'at most', 15, 'ms'),
  ],
  charts: [
    {
      key: 'delayMaxMs',
      title: 'Longest delay of the event loop at 5,000 lines a second',
      unit: 'ms',
      digits: 1,
    },
  ],
};
