import { bound, type Row } from '../harness/row.js';
import { caseOf, PINO_WORKER, WINSTON_IN_PROCESS, WINSTON_WORKER } from './contenders.js';

const CONTENDERS = [PINO_WORKER, WINSTON_IN_PROCESS, WINSTON_WORKER];
const NOISE_MB = 5;
/** V8 gives its heaps their size step by step: the last step was seen after 5 minutes, and none in the 20 after that. */
const WARM_UP_SECONDS = 360;

export const soak: Row = {
  name: 'soak',
  title: 'Memory over 10 minutes at 2,000 lines a second of 500 B',
  about:
    'One run, all contenders at once, after 6 minutes in which the heaps of V8 get their size. Growth is the median of the last quarter against that of the second one.',
  cases: (scale) =>
    CONTENDERS.map((contender) =>
      caseOf(contender, {
        load: 'memory',
        task: {
          bytes: 500,
          rate: 2000,
          seconds: scale.seconds(600),
          warmUpSeconds: scale.seconds(WARM_UP_SECONDS),
        },
        seconds: scale.seconds(600) + scale.seconds(WARM_UP_SECONDS) + 2,
        limitSeconds: 1200,
      }),
    ),
  columns: [
    { key: 'rssBaseMb', title: 'RSS at the start, MB' },
    { key: 'rssMaxMb', title: 'highest RSS, MB' },
    { key: 'rssGrowthMb', title: 'growth, MB', digits: 1 },
    { key: 'cpuUsPerEvent', title: 'CPU, µs/line', digits: 1 },
  ],
  targets: CONTENDERS.map(({ id, label }) =>
    bound(`${label}: growth over the soak`, 'rssGrowthMb', id, 'at most', NOISE_MB, 'MB'),
  ),
  runs: 1,
  together: true,
  onlyByName: true,
};
