import { type Case, type Row, ratio } from '../harness/row.js';

const WAYS = [
  ['floor', 'floor: JSON, UTF-8, SHA-256, socket', 'floor', {}],
  ['publisher', "**publisher**'s outbox to socket", 'ours', {}],
  ['publisher-gzip', "**publisher**'s outbox to socket, `gzip: true`", 'ours', { gzip: true }],
  ['sdk', "the SDK's own `PutLogEventsCommand`", 'others', {}],
] as const;

export const putCpu: Row = {
  name: 'put-cpu',
  title: 'CPU time to put 1 MiB',
  about:
    'Full batches of 200 B lines, from what is in memory to the answer of the endpoint that only reads: CPU time of the ' +
    'whole process for each put, and how long its event loop was active.',
  cases: (scale) =>
    WAYS.map(
      ([id, label, group, settings]): Case => ({
        ...{ id, label, group, load: 'put-cpu', endpoint: 'reading', seconds: 2.5 },
        task: {
          way: id.split('-')[0],
          bytes: 200,
          batches: 16,
          warmUp: scale.seconds(3),
          rounds: scale.seconds(9),
          settings,
        },
      }),
    ),
  columns: [
    { key: 'cpuMsPerPut', title: 'CPU, ms', digits: 2 },
    { key: 'activeMsPerPut', title: 'event loop active, ms', digits: 2 },
  ],
  targets: [
    ratio('CPU to put 1 MiB', 'cpuMsPerPut', 'publisher', 'floor', 'at most', 1.5),
    ratio(
      "CPU to put 1 MiB, against the SDK's own pipeline",
      'cpuMsPerPut',
      'publisher',
      'sdk',
      'at most',
      1,
    ),
  ],
  charts: [{ key: 'cpuMsPerPut', title: 'CPU time to put 1 MiB', unit: 'ms', digits: 2 }],
};
