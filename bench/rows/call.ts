import type { Column } from '../harness/row.js';

export const CALL_COLUMNS: readonly Column[] = [
  { key: 'callUs', title: 'in the call, µs', digits: 2 },
  { key: 'callP99Us', title: 'p99, µs', digits: 2 },
  { key: 'activeUsPerEvent', title: 'event loop active, µs/call', digits: 2 },
  { key: 'mainCpuUsPerEvent', title: 'main thread CPU, µs/call', digits: 2 },
  { key: 'cpuUsPerEvent', title: 'process CPU, µs/call', digits: 2 },
  { key: 'missing', title: 'not stored' },
];

export const CALL_RATE = 10_000;
export const CALL_SECONDS = 2;
