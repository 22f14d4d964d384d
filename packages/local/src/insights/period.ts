import type { QueryScanner } from './query-scanner.js';

const UNITS: readonly [ms: number, ...names: string[]][] = [
  [1, 'ms', 'msec', 'millisecond', 'milliseconds'],
  [1_000, 's', 'sec', 'second', 'seconds'],
  [60_000, 'm', 'min', 'minute', 'minutes'],
  [3_600_000, 'h', 'hr', 'hour', 'hours'],
  [86_400_000, 'd', 'day', 'days'],
  [604_800_000, 'w', 'week', 'weeks'],
];

/** Reads a length of time such as `5m`, in milliseconds. Months and longer, which differ in length, are not emulated. */
export function takePeriodMs(scanner: QueryScanner): number {
  const start = scanner.position;
  const period = scanner.takePeriod();
  const unit = UNITS.find(([, ...names]) => names.includes(period?.unit.toLowerCase() ?? ''));
  if (period === undefined || unit === undefined || period.count <= 0) {
    scanner.position = start;
    throw scanner.unexpected('expected a period such as 5m, found');
  }
  return period.count * unit[0];
}
