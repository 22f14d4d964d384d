import { type Case, type Row, ratio } from '../harness/row.js';

const LATENCY_MS = 20;
const WAYS = [
  ['pino-worker', '**pino** in a worker'],
  ['pino-in-process', '**pino** in-process'],
  ['winston-cloudwatch-logs', '**winston** in-process'],
] as const;
const HANDLERS = [
  ['handler-0', 'one line, flushed at once: one put', 0],
  ['handler-5', 'a handler of 5 ms', 5],
  ['handler-200', 'a handler of 200 ms', 200],
] as const;

export const firstLine: Row = {
  name: 'first-line',
  title: 'The first line, and the flush of a function',
  about:
    `From the first log call of a process until the endpoint has answered, ${LATENCY_MS} ms after it has read the put; the AWS SDK is ` +
    'loaded in that time. And a function, as in AWS Lambda, that logs a line, works, logs a second one and flushes: how long ' +
    'that flush takes the first time, and later after pauses of 1.2 s.',
  cases: (scale) => [
    ...WAYS.map(
      ([logger, label]): Case => ({
        ...{ id: logger, label, group: 'ours', load: 'first-line', endpoint: 'reading', seconds: 1 },
        latencyMs: [LATENCY_MS, LATENCY_MS],
        task: { logger: `loggers/${logger}`, bytes: 200, settings: {} },
      }),
    ),
    ...HANDLERS.map(
      ([id, label, workMs]): Case => ({
        ...{ id, label: `${label}, pino in-process`, group: workMs ? 'ours' : 'floor' },
        ...{ load: 'first-line', endpoint: 'reading', seconds: 10 },
        latencyMs: [LATENCY_MS, LATENCY_MS] as const,
        task: {
          ...{ logger: 'loggers/pino-in-process', bytes: 200, settings: {} },
          ...{ workMs, pauseMs: 1200, rounds: scale.seconds(7) },
        },
      }),
    ),
  ],
  columns: [
    { key: 'storedMs', title: 'stored after, ms', digits: 1 },
    { key: 'coldMs', title: 'first flush, ms', digits: 1 },
    { key: 'flushMs', title: 'later flushes, ms', digits: 1 },
    { key: 'putsPerCall', title: 'puts a call', digits: 2 },
  ],
  targets: [
    ratio('Flush of a handler of 5 ms, against one put', 'flushMs', 'handler-5', 'handler-0', 'at most', 1.1),
    ratio(
      'Flush of a handler of 200 ms, against one put',
      'flushMs',
      'handler-200',
      'handler-0',
      'at most',
      1.1,
    ),
  ],
};
