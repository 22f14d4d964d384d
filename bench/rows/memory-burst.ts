import type { Row } from '../harness/row.js';
import {
  caseOf,
  PINO_FLOOR,
  PINO_IN_PROCESS,
  PINO_WORKER,
  roomy,
  WINSTON_FLOOR,
  WINSTON_IN_PROCESS,
  WINSTON_WORKER,
} from './contenders.js';
import { OTHER_LOGGERS, PINO_OTHERS, WINSTON_OTHERS } from './others.js';

const OTHERS = ['cwlogs-writable-best', 'logtape-best', 'loglayer-best', 'winston-cloudwatch-best'];
const CONTENDERS = [
  PINO_FLOOR,
  PINO_WORKER,
  PINO_IN_PROCESS,
  WINSTON_FLOOR,
  WINSTON_IN_PROCESS,
  WINSTON_WORKER,
  ...[...PINO_OTHERS, ...OTHER_LOGGERS, ...WINSTON_OTHERS].filter(({ id }) => OTHERS.includes(id)),
];

export const memoryBurst: Row = {
  name: 'memory-burst',
  title: 'Memory in a burst',
  about:
    '50,000 lines of 500 B (26 MB) are logged in one turn of the event loop, so that nothing can be sent meanwhile.',
  cases: (scale) =>
    CONTENDERS.map((contender) => {
      const events = scale.events(50_000);
      return caseOf(contender.group === 'ours' ? roomy(contender) : contender, {
        load: 'throughput',
        task: { bytes: 500, events, warmUp: 2000, together: events, stallMs: 2000 },
        seconds: 1.8,
      });
    }),
  columns: [
    { key: 'rssGrowthMb', title: 'RSS over what it was before, MB', digits: 0 },
    { key: 'rssMb', title: 'peak RSS, MB' },
    { key: 'missing', title: 'not stored' },
  ],
};
