import { type Row, ratio } from '../harness/row.js';
import { CALL_COLUMNS, CALL_RATE, CALL_SECONDS } from './call.js';
import { caseOf, PINO_FLOOR, PINO_IN_PROCESS, PINO_WORKER } from './contenders.js';
import { PINO_OTHERS } from './others.js';

const OTHERS = ['serdnam', 'cwlogs-writable-best'];
const CONTENDERS = [
  PINO_FLOOR,
  PINO_WORKER,
  PINO_IN_PROCESS,
  ...PINO_OTHERS.filter(({ id }) => OTHERS.includes(id)),
];

export const pinoCall: Row = {
  name: 'pino-call',
  title: 'pino: what a log call costs the main thread, 200 B lines at 10,000 a second',
  about:
    'The time in the log calls themselves, timed in groups of about twenty, and everything that the event loop of the ' +
    'main thread was active for, which also has what is put off to later turns.',
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
    ratio(
      'pino in a worker, main thread per call',
      'activeUsPerEvent',
      'pino-worker',
      'pino-file',
      'at most',
      1.05,
    ),
  ],
  charts: [{ key: 'activeUsPerEvent', title: 'pino: main thread per log call', unit: 'µs', digits: 2 }],
};
