import { type Column, type Row, ratio } from '../harness/row.js';
import {
  caseOf,
  PINO_FLOOR,
  PINO_IN_PROCESS,
  PINO_WORKER,
  WINSTON_FLOOR,
  WINSTON_IN_PROCESS,
  WINSTON_WORKER,
} from './contenders.js';

const CONTENDERS = [
  WINSTON_FLOOR,
  WINSTON_IN_PROCESS,
  WINSTON_WORKER,
  PINO_FLOOR,
  PINO_WORKER,
  PINO_IN_PROCESS,
];
const SECONDS = 10;

const COLUMNS: readonly Column[] = [
  { key: 'gcLongestMs', title: 'longest pause, ms', digits: 2 },
  { key: 'gcMsPerMinute', title: 'pauses, ms/min', digits: 0 },
  { key: 'gcMajorPerMinute', title: 'major collections/min', digits: 1 },
];

export const garbage: Row = {
  name: 'garbage',
  title: 'Garbage collection of the main thread at 5,000 lines a second of 200 B',
  about:
    'What `PerformanceObserver` tells of the collections of the thread that logs, after 3 s of warming up.',
  cases: (scale) =>
    CONTENDERS.map((contender) =>
      caseOf(contender, {
        load: 'paced',
        task: { bytes: 200, rate: 5000, seconds: scale.seconds(SECONDS), warmUpSeconds: 3, watchGc: true },
        seconds: scale.seconds(SECONDS) + 4,
      }),
    ),
  columns: COLUMNS,
  targets: (['gcLongestMs', 'gcMsPerMinute'] as const).flatMap((key) =>
    [
      ['winston in-process', 'winston-in-process'],
      ['winston `worker: true`', 'winston-worker'],
    ].map(([name, id]) => {
      const what =
        key === 'gcLongestMs' ? 'longest pause of garbage collection' : 'garbage collection a minute';
      return ratio(`${name}, ${what}`, key, id, 'winston-noop', 'at most', 1.2);
    }),
  ),
};
