import type { Contender } from './contenders.js';

// Each at its defaults, and with the settings of its documentation that make it fastest, where it has any: a shorter
// interval makes @serdnam/pino-cloudwatch-transport slower, as it puts once a second at the most. `pace` is roughly what was
// measured, so that a run of a slow one does not take minutes, and one that sends on a timer sends more than once.

export const SERDNAM: Contender = {
  id: 'serdnam',
  label: '@serdnam/pino-cloudwatch-transport',
  group: 'others',
  logger: 'contenders/serdnam-pino',
  usesEnvironment: true,
  pace: 4500,
};

export const PINO_CLOUDWATCH_BEST: Contender = {
  id: 'pino-cloudwatch-best',
  label: 'pino-cloudwatch, `interval: 100`',
  group: 'others',
  logger: 'contenders/pino-cloudwatch',
  settings: { interval: 100 },
  pace: 10_000,
};

export const WINSTON_CLOUDWATCH_BEST: Contender = {
  id: 'winston-cloudwatch-best',
  label: 'winston-cloudwatch, `uploadRate: 10`, whole line',
  group: 'others',
  logger: 'contenders/winston-cloudwatch',
  settings: { uploadRate: 10, wholeLine: true },
  pace: 20_000,
};

/** Transports for pino, and a stream that it can write to. */
export const PINO_OTHERS: readonly Contender[] = [
  SERDNAM,
  {
    id: 'pino-cloudwatch',
    label: 'pino-cloudwatch',
    group: 'others',
    logger: 'contenders/pino-cloudwatch',
    settings: { interval: 1000 },
    pace: 10_000,
  },
  PINO_CLOUDWATCH_BEST,
  {
    id: 'apalchys',
    label: '@apalchys/pino-cloudwatch',
    group: 'others',
    logger: 'contenders/apalchys-pino-cloudwatch',
    settings: { interval: 1000 },
    usesEnvironment: true,
    pace: 10_000,
  },
  {
    id: 'apalchys-best',
    label: '@apalchys/pino-cloudwatch, `interval: 100`',
    group: 'others',
    logger: 'contenders/apalchys-pino-cloudwatch',
    settings: { interval: 100 },
    usesEnvironment: true,
    pace: 10_000,
  },
  {
    id: 'cwlogs-writable',
    label: 'cwlogs-writable',
    group: 'others',
    logger: 'contenders/cwlogs-writable',
    pace: 40_000,
  },
  {
    id: 'cwlogs-writable-best',
    label: 'cwlogs-writable, `writeInterval: 10`',
    group: 'others',
    logger: 'contenders/cwlogs-writable',
    settings: { writeInterval: 10 },
    pace: 40_000,
  },
];

/** Transports of loggers of their own. */
export const OTHER_LOGGERS: readonly Contender[] = [
  {
    id: 'logtape',
    label: '@logtape/cloudwatch-logs',
    group: 'others',
    logger: 'contenders/logtape',
    pace: 40_000,
  },
  {
    id: 'logtape-best',
    label: '@logtape/cloudwatch-logs, `batchSize: 3000`',
    group: 'others',
    logger: 'contenders/logtape',
    settings: { batchSize: 3000 },
    pace: 40_000,
  },
  {
    id: 'loglayer',
    label: '@loglayer/transport-aws-cloudwatch-logs',
    group: 'others',
    logger: 'contenders/loglayer',
    pace: 1000,
  },
  {
    id: 'loglayer-best',
    label: '@loglayer/transport-aws-cloudwatch-logs, worker, `batchSize: 4000, delay: 50`',
    group: 'others',
    logger: 'contenders/loglayer',
    settings: { batchSize: 4000, delay: 50 },
    pace: 20_000,
  },
];

/** AWS's own route: logs as OTLP, which CloudWatch Logs takes at an endpoint of its own. */
export const OPENTELEMETRY: readonly Contender[] = [
  {
    id: 'opentelemetry',
    label: 'OpenTelemetry `sdk-logs`, OTLP over HTTP',
    group: 'others',
    logger: 'contenders/opentelemetry',
    endpoint: 'otlp',
    pace: 40_000,
  },
  {
    id: 'opentelemetry-best',
    label: 'OpenTelemetry `sdk-logs`, OTLP over HTTP, `maxQueueSize: 1000000, maxExportBatchSize: 4096`',
    group: 'others',
    logger: 'contenders/opentelemetry',
    endpoint: 'otlp',
    settings: { maxQueueSize: 1_000_000, maxExportBatchSize: 4096 },
    pace: 40_000,
  },
];

export const WINSTON_OTHERS: readonly Contender[] = [
  {
    id: 'winston-cloudwatch',
    label: 'winston-cloudwatch',
    group: 'others',
    logger: 'contenders/winston-cloudwatch',
    pace: 12_000,
  },
  WINSTON_CLOUDWATCH_BEST,
  {
    id: 'winston-aws-cloudwatch',
    label: 'winston-aws-cloudwatch',
    group: 'others',
    logger: 'contenders/winston-aws-cloudwatch',
    pace: 8,
  },
  {
    id: 'winston-aws-cloudwatch-best',
    label: 'winston-aws-cloudwatch, `batchSize: 10000, submissionInterval: 10`',
    group: 'others',
    logger: 'contenders/winston-aws-cloudwatch',
    settings: { batchSize: 10_000, submissionInterval: 10 },
    pace: 1000,
  },
];
