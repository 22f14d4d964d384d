import { bound, type Column, type Row, ratio } from '../harness/row.js';
import { caseOf, WINSTON_FLOOR, WINSTON_IN_PROCESS, WINSTON_WORKER } from './contenders.js';
import { WINSTON_CLOUDWATCH_BEST } from './others.js';

const CONTENDERS = [WINSTON_FLOOR, WINSTON_IN_PROCESS, WINSTON_WORKER, WINSTON_CLOUDWATCH_BEST];

export const DELAY_COLUMNS: readonly Column[] = [
  { key: 'delayP50Ms', title: 'delay p50, ms', digits: 2 },
  { key: 'delayP99Ms', title: 'p99, ms', digits: 2 },
  { key: 'delayMaxMs', title: 'max, ms', digits: 1 },
];

export const eventLoop: Row = {
  name: 'event-loop',
  title: 'winston: delay of the event loop at 5,000 lines a second of 200 B',
  about:
    'What `monitorEventLoopDelay({ resolution: 1 })` says on the main thread; a timer that is due in 1 ms is part of it.',
  cases: (scale) =>
    CONTENDERS.map((contender) =>
      caseOf(contender, {
        load: 'paced',
        task: { bytes: 200, rate: 5000, seconds: scale.seconds(3), warmUpSeconds: 1, watchDelay: true },
        seconds: scale.seconds(3) + 2,
      }),
    ),
  columns: [
    ...DELAY_COLUMNS,
    { key: 'cpuUsPerEvent', title: 'process CPU, µs/line', digits: 1 },
    { key: 'requestsPerMillion', title: 'requests per million' },
  ],
  targets: [
    ratio(
      'winston in-process, event-loop delay p99',
      'delayP99Ms',
      'winston-in-process',
      'winston-noop',
      'at most',
      1.5,
    ),
    bound(
      'winston in-process, longest event-loop delay',
      'delayMaxMs',
      'winston-in-process',
      'at most',
      15,
      'ms',
    ),
    ratio(
      'winston `worker: true`, event-loop delay p99',
      'delayP99Ms',
      'winston-worker',
      'winston-noop',
      'at most',
      1.5,
    ),
    bound(
      'winston `worker: true`, longest event-loop delay',
      'delayMaxMs',
      'winston-worker',
      'at most',
      15,
      'ms',
    ),
  ],
  charts: [
    {
      key: 'delayMaxMs',
      title: 'winston: longest delay of the event loop at 5,000 lines a second',
      unit: 'ms',
      digits: 1,
    },
  ],
};
