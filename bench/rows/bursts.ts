import { type Column, type Row, ratio, type Scale } from '../harness/row.js';
import { CALL_COLUMNS } from './call.js';
import {
  type Contender,
  caseOf,
  PINO_FLOOR,
  PINO_IN_PROCESS,
  PINO_WORKER,
  roomy,
  WINSTON_FLOOR,
  WINSTON_IN_PROCESS,
  WINSTON_WORKER,
} from './contenders.js';

const TOGETHER = 1000;
const BURSTS = 200;
const WARM_UP = 50;
const ABOUT =
  'The time in the log calls alone of bursts of 1,000 lines of 200 B, with one turn of the event loop between two bursts, as fast ' +
  'as it goes: what is put off to that turn is in the event loop, not in the call.';

const COLUMNS: readonly Column[] = [
  ...CALL_COLUMNS.slice(0, 1),
  { key: 'callCpuUs', title: 'its CPU, µs', digits: 2 },
  ...CALL_COLUMNS.slice(1).filter(({ key }) => key !== 'mainCpuUsPerEvent'),
];

function casesOf(contenders: readonly Contender[], scale: Scale) {
  const bursts = Math.ceil(scale.events(BURSTS * TOGETHER) / TOGETHER);
  return contenders.map((contender) =>
    caseOf(contender.group === 'ours' ? roomy(contender) : contender, {
      load: 'bursts',
      task: { bytes: 200, bursts, together: TOGETHER, warmUp: WARM_UP },
      seconds: 4,
    }),
  );
}

export const pinoBursts: Row = {
  name: 'pino-bursts',
  title: 'pino: the log call in bursts of 1,000 lines',
  about: ABOUT,
  cases: (scale) => casesOf([PINO_FLOOR, PINO_WORKER, PINO_IN_PROCESS], scale),
  columns: COLUMNS,
  targets: [
    ratio(
      'pino in a worker, time in the log call, in bursts',
      'callUs',
      'pino-worker',
      'pino-file',
      'at most',
      1.1,
    ),
  ],
};

export const winstonBursts: Row = {
  name: 'winston-bursts',
  title: 'winston: the log call in bursts of 1,000 lines',
  about: ABOUT,
  cases: (scale) => casesOf([WINSTON_FLOOR, WINSTON_IN_PROCESS, WINSTON_WORKER], scale),
  columns: COLUMNS,
  targets: [
    ratio(
      'winston, time in the log call, in bursts',
      'callUs',
      'winston-in-process',
      'winston-noop',
      'at most',
      1.2,
    ),
    ratio(
      'winston `worker: true`, time in the log call, in bursts',
      'callUs',
      'winston-worker',
      'winston-noop',
      'at most',
      1.3,
    ),
  ],
};
