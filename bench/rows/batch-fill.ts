import { bound, type Row } from '../harness/row.js';
import { caseOf, PINO_WORKER, PUBLISHER, roomy, WINSTON_IN_PROCESS, WINSTON_WORKER } from './contenders.js';
import { OTHER_LOGGERS, PINO_OTHERS, WINSTON_OTHERS } from './others.js';

const LEAST = 20_000; // four batches that are full
const OTHERS = ['pino-cloudwatch', 'logtape', 'winston-cloudwatch-best'];
const OURS = [PUBLISHER, PINO_WORKER, WINSTON_IN_PROCESS, WINSTON_WORKER].map(roomy);

export const batchFill: Row = {
  name: 'batch-fill',
  title: 'Requests, and how full they are, under a backlog',
  about:
    '100,000 lines of 200 B, logged as fast as the logger takes them, and counted as CloudWatch Logs counts them, 26 B for ' +
    'each event included, by the endpoint that checks. The last batch, which has what is left, does not count.',
  cases: (scale) =>
    [
      ...OURS,
      ...[...PINO_OTHERS, ...OTHER_LOGGERS, ...WINSTON_OTHERS].filter(({ id }) => OTHERS.includes(id)),
    ].map((contender) =>
      caseOf(contender, {
        load: 'throughput',
        task: {
          bytes: 200,
          events: Math.min(Math.max(LEAST, scale.events(100_000)), (contender.pace ?? 50_000) * 2),
          warmUp: 0,
        },
        endpoint: 'checking',
        seconds: 2.2,
      }),
    ),
  columns: [
    { key: 'fillPercent', title: 'of 1,048,576 bytes, %', digits: 2 },
    { key: 'requestsPerMillion', title: 'requests per million events' },
    { key: 'lost', title: 'lost' },
    { key: 'reordered', title: 'reordered' },
  ],
  targets: OURS.map(({ id, label }) => bound(`${label}: batch fill`, 'fillPercent', id, 'at least', 98, '%')),
};
