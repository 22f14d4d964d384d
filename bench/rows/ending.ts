import type { Row } from '../harness/row.js';
import { type Contender, caseOf, PINO_WORKER, WINSTON_IN_PROCESS, WINSTON_WORKER } from './contenders.js';

const EVENTS = 100;
const WAYS = [
  { way: 'natural', label: 'nothing left to do' },
  { way: 'exit', label: '`process.exit()`' },
] as const;
const LATENCIES = [0, 100, 700];
const CONTENDERS: readonly Contender[] = [PINO_WORKER, WINSTON_IN_PROCESS, WINSTON_WORKER];

export const ending: Row = {
  name: 'ending',
  title: 'Time to end a process that has just logged',
  about:
    '100 lines of 200 B are the first that a process logs; then it has nothing left to do, or calls `process.exit()`. From the last call of the logger ' +
    'to the end of the process, with an endpoint that answers after 0, 100 and 700 ms. The group is there and the stream is.',
  cases: () =>
    CONTENDERS.flatMap((contender) =>
      WAYS.flatMap(({ way, label }) =>
        LATENCIES.map((ms) => ({
          ...caseOf(contender, {
            load: 'ending',
            task: { bytes: 200, events: EVENTS, way },
            seconds: 2 + ms / 500,
          }),
          id: `${contender.id}-${way}-${ms}`,
          label: `${contender.label}, ${label}, ${ms} ms`,
          latencyMs: [ms, ms] as const,
        })),
      ),
    ),
  columns: [
    { key: 'endMs', title: 'time to end, ms' },
    { key: 'missing', title: 'not stored' },
  ],
};
