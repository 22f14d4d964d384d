import { type Row, ratio } from '../harness/row.js';
import { CALL_COLUMNS, CALL_RATE, CALL_SECONDS } from './call.js';
import { caseOf, WINSTON_FLOOR, WINSTON_IN_PROCESS, WINSTON_WORKER } from './contenders.js';
import { WINSTON_OTHERS } from './others.js';

const CONTENDERS = [
  WINSTON_FLOOR,
  WINSTON_IN_PROCESS,
  WINSTON_WORKER,
  ...WINSTON_OTHERS.filter(({ id }) => id === 'winston-cloudwatch-best'),
];

export const winstonCall: Row = {
  name: 'winston-call',
  title: 'winston: what a log call costs the main thread, 200 B lines at 10,000 a second',
  about: 'As `pino-call`. In-process, what the event loop is active for has the sending in it.',
  cases: (scale) =>
    CONTENDERS.map((contender) =>
      caseOf(contender, {
        load: 'paced',
        task: { bytes: 200, rate: CALL_RATE, seconds: scale.seconds(CALL_SECONDS), warmUpSeconds: 1 },
        seconds: scale.seconds(CALL_SECONDS) + 2,
      }),
    ),
  columns: CALL_COLUMNS,
  targets: [
    ratio('winston, time in the log call', 'callUs', 'winston-in-process', 'winston-noop', 'at most', 1.2),
    ratio(
      'winston `worker: true`, time in the log call',
      'callUs',
      'winston-worker',
      'winston-noop',
      'at most',
      1.2,
    ),
  ],
  charts: [{ key: 'callUs', title: 'winston: time in the log call', unit: 'µs', digits: 2 }],
};
