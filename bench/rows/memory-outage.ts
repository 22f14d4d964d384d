import { bound, type Row } from '../harness/row.js';
import { caseOf, PINO_IN_PROCESS, PINO_WORKER, WINSTON_IN_PROCESS, WINSTON_WORKER } from './contenders.js';
import { OTHER_LOGGERS, PINO_OTHERS, WINSTON_OTHERS } from './others.js';

const MAX_BUFFER_MB = 67.1; // 64 MiB, the default of maxBufferBytes
const MOST_MB = 1.5 * MAX_BUFFER_MB + 40;
const OTHERS = ['serdnam', 'pino-cloudwatch', 'logtape', 'winston-cloudwatch'];
const OURS = [PINO_WORKER, PINO_IN_PROCESS, WINSTON_IN_PROCESS, WINSTON_WORKER];

export const memoryOutage: Row = {
  name: 'memory-outage',
  title: 'Memory in an outage of 60 s at 5,000 lines a second of 500 B',
  about:
    'After a warm-up of 5 s the endpoint keeps its connections and answers nothing, while 150 MB are logged; `maxBufferBytes` ' +
    'is the default of 64 MiB. All contenders run at once.',
  cases: (scale) =>
    [
      ...OURS,
      ...[...PINO_OTHERS, ...OTHER_LOGGERS, ...WINSTON_OTHERS].filter(({ id }) => OTHERS.includes(id)),
    ].map((contender) =>
      caseOf(contender, {
        load: 'memory',
        task: {
          bytes: 500,
          rate: 5000,
          seconds: scale.seconds(60),
          warmUpSeconds: scale.seconds(5),
          outage: true,
        },
        seconds: scale.seconds(60) + scale.seconds(5) + 2,
        limitSeconds: scale.seconds(60) + scale.seconds(5) + 60,
      }),
    ),
  columns: [
    { key: 'rssBaseMb', title: 'RSS before, MB' },
    { key: 'rssMaxMb', title: 'highest RSS, MB' },
    { key: 'rssOverBaseMb', title: 'over what it was before, MB' },
  ],
  targets: OURS.map(({ id, label }) =>
    bound(
      `${label}: RSS over base in an outage, 1.5 × \`maxBufferBytes\` + 40 MB`,
      'rssOverBaseMb',
      id,
      'at most',
      Math.round(MOST_MB),
      'MB',
    ),
  ),
  charts: [{ key: 'rssOverBaseMb', title: 'Memory that an outage of 60 s takes', unit: 'MB' }],
  runs: 1,
  together: true,
};
