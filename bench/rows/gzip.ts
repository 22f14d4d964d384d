import { type Case, type Row, ratio } from '../harness/row.js';
import { caseOf, variant, WINSTON_IN_PROCESS, WINSTON_WORKER } from './contenders.js';
import { DELAY_COLUMNS } from './event-loop.js';

const RATE = 5000;
const PLAIN_AND_GZIP = [WINSTON_IN_PROCESS, WINSTON_WORKER].flatMap((contender) => [
  contender,
  variant(contender, `${contender.id}-gzip`, `${contender.label}, \`gzip: true\``, { gzip: true }),
]);

export const gzip: Row = {
  name: 'gzip',
  title: 'gzip: bytes on the wire, 500 B lines at 5,000 a second',
  about:
    'Bodies of requests as they go over the wire, CPU time, and the event-loop delay that compressing brings. The lines have ' +
    'identifiers in them that no compression makes shorter.',
  cases: (scale) =>
    PLAIN_AND_GZIP.map(
      (contender): Case =>
        caseOf(contender, {
          load: 'paced',
          task: {
            ...{ bytes: 500, rate: RATE, seconds: scale.seconds(2), warmUpSeconds: 1 },
            ...{ watchDelay: true, trustsFlush: true },
          },
          seconds: scale.seconds(2) + 2,
        }),
    ),
  columns: [
    { key: 'bodyBytesPerEvent', title: 'bytes/event on the wire', digits: 1 },
    { key: 'cpuUsPerEvent', title: 'CPU, µs/event', digits: 2 },
    { key: 'mainCpuUsPerEvent', title: 'main thread CPU, µs/event', digits: 2 },
    ...DELAY_COLUMNS,
  ],
  targets: [
    ratio(
      'gzip, times fewer bytes',
      'bodyBytesPerEvent',
      'winston-in-process',
      'winston-in-process-gzip',
      'at least',
      5,
    ),
    ratio(
      'gzip, event-loop delay p99 against none',
      'delayP99Ms',
      'winston-in-process-gzip',
      'winston-in-process',
      'at most',
      1.5,
    ),
  ],
};
