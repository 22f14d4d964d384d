import type { Column } from '../harness/row.js';

export const THROUGHPUT_COLUMNS: readonly Column[] = [
  { key: 'eventsPerSecond', title: 'events/s' },
  { key: 'cpuUsPerEvent', title: 'CPU µs/event', digits: 2 },
  { key: 'mainCpuUsPerEvent', title: 'main thread CPU µs/event', digits: 2 },
  { key: 'rssMb', title: 'peak RSS, MB' },
  { key: 'requestsPerMillion', title: 'requests per million' },
  { key: 'missing', title: 'not stored' },
];
