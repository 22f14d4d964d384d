import { bound, type Case, type Row } from '../harness/row.js';

interface Loaded {
  readonly id: string;
  readonly label: string;
  readonly group: Case['group'];
  readonly module?: string;
  /** An export that is also made. */
  readonly make?: string;
  /** What an application has loaded before. */
  readonly after?: string;
}

const LOADED: readonly Loaded[] = [
  { id: 'node', label: 'nothing', group: 'floor' },
  { id: 'pino', label: 'pino', group: 'floor', module: 'pino' },
  { id: 'winston', label: 'winston', group: 'floor', module: 'winston' },
  { id: 'sdk', label: 'the SDK client', group: 'floor', module: '@aws-sdk/client-cloudwatch-logs' },
  {
    id: 'pino-worker',
    label: '**pino-cloudwatch-logs**, which the worker loads too',
    group: 'ours',
    module: 'pino-cloudwatch-logs',
  },
  {
    id: 'winston-cloudwatch-logs',
    label: '**winston-cloudwatch-logs**',
    group: 'ours',
    module: 'winston-cloudwatch-logs',
  },
  {
    id: 'winston-made',
    label: '**winston-cloudwatch-logs** and a transport',
    group: 'ours',
    module: 'winston-cloudwatch-logs',
    make: 'CloudWatchTransport',
  },
  {
    id: 'pino-worker-after',
    label: '**pino-cloudwatch-logs**, after pino',
    group: 'ours',
    module: 'pino-cloudwatch-logs',
    after: 'pino',
  },
  {
    id: 'winston-cloudwatch-logs-after',
    label: '**winston-cloudwatch-logs**, after winston',
    group: 'ours',
    module: 'winston-cloudwatch-logs',
    after: 'winston',
  },
  ...[
    '@serdnam/pino-cloudwatch-transport',
    'pino-cloudwatch',
    '@apalchys/pino-cloudwatch',
    'cwlogs-writable',
    '@logtape/cloudwatch-logs',
    '@loglayer/transport-aws-cloudwatch-logs',
    'winston-cloudwatch',
    'winston-aws-cloudwatch',
  ].map((module): Loaded => ({ id: module, label: module, group: 'others', module })),
];

export const startup: Row = {
  name: 'startup',
  title: 'Time and memory to load it',
  about:
    '`import` in a process that does nothing else. The files of the AWS SDK that were loaded by then are counted as a ' +
    'debugger sees them; in this project the SDK is loaded when the first put needs it.',
  cases: () =>
    LOADED.map(({ id, label, group, module, make, after }) => ({
      id,
      label,
      group,
      load: 'loading',
      task: { module, make, after, from: group === 'others' ? 'contenders' : undefined },
      endpoint: 'none',
      needsContenders: group === 'others',
      seconds: 0.5,
    })),
  columns: [
    { key: 'loadMs', title: 'time, ms', digits: 1 },
    { key: 'rssMb', title: 'RSS, MB', digits: 1 },
    { key: 'scripts', title: 'files of code' },
    { key: 'sdkScripts', title: 'of the AWS SDK' },
  ],
  targets: [
    bound(
      'pino-cloudwatch-logs: files of the SDK loaded by `import`',
      'sdkScripts',
      'pino-worker',
      'at most',
      0,
      '',
    ),
    bound(
      'winston-cloudwatch-logs with a transport made: files of the SDK loaded',
      'sdkScripts',
      'winston-made',
      'at most',
      0,
      '',
    ),
  ],
  charts: [{ key: 'loadMs', title: 'Time to load', unit: 'ms' }],
};
