import { compareValues, numberOf, type Value } from './value.js';

/** Collects the values of a group of rows. `timestamp` is that of the row. */
export interface Aggregate {
  add(value: Value, timestamp: number): void;
  result(): Value;
}

interface AggregateFunction {
  /** Whether it can stand without a field, and then takes every row. */
  readonly countsRows?: true;
  /** Whether a number comes behind the field. */
  readonly takesNumber?: true;
  readonly start: (number: number) => Aggregate;
}

/** An aggregate of the numbers among the values. */
const ofNumbers = (result: (numbers: readonly number[], number: number) => Value): AggregateFunction => ({
  start: (number) => {
    const numbers: number[] = [];
    return {
      add: (value) => {
        const found = numberOf(value);
        if (found !== undefined) numbers.push(found);
      },
      result: () => (numbers.length === 0 ? undefined : result(numbers, number)),
    };
  },
});

/** An aggregate that keeps one of the values. */
const keeping = (
  isBetter: (value: Value, kept: Value, timestamp: number, keptTimestamp: number) => boolean,
): AggregateFunction => ({
  start: () => {
    let kept: Value;
    let keptTimestamp = 0;
    return {
      add: (value, timestamp) => {
        if (value === undefined) return;
        if (kept !== undefined && !isBetter(value, kept, timestamp, keptTimestamp)) return;
        kept = value;
        keptTimestamp = timestamp;
      },
      result: () => kept,
    };
  },
});

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
const mean = (numbers: readonly number[]): number => sum(numbers) / numbers.length;

/** The value below which `percent` of the numbers lie, interpolated between neighbours. */
function percentile(numbers: readonly number[], percent: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const place = (Math.min(Math.max(percent, 0), 100) / 100) * (sorted.length - 1);
  const low = sorted[Math.floor(place)] ?? 0;
  const high = sorted[Math.ceil(place)] ?? low;
  return low + (high - low) * (place - Math.floor(place));
}

function deviation(numbers: readonly number[]): number {
  const center = mean(numbers);
  return Math.sqrt(mean(numbers.map((number) => (number - center) ** 2)));
}

/** Names in lower case. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Stats.html */
export const AGGREGATES: Readonly<Record<string, AggregateFunction>> = {
  count: {
    countsRows: true,
    start: () => {
      let count = 0;
      return {
        add: (value) => {
          if (value !== undefined) count += 1;
        },
        result: () => count,
      };
    },
  },
  count_distinct: {
    start: () => {
      const values = new Set<string>();
      return {
        add: (value) => {
          if (value !== undefined) values.add(String(value));
        },
        result: () => values.size,
      };
    },
  },
  sum: ofNumbers(sum),
  avg: ofNumbers(mean),
  median: ofNumbers((numbers) => percentile(numbers, 50)),
  pct: { ...ofNumbers(percentile), takesNumber: true },
  stddev: ofNumbers(deviation),
  min: keeping((value, kept) => compareValues(value, kept) < 0),
  max: keeping((value, kept) => compareValues(value, kept) > 0),
  sortsfirst: keeping((value, kept) => String(value) < String(kept)),
  sortslast: keeping((value, kept) => String(value) > String(kept)),
  earliest: keeping((_, __, timestamp, keptTimestamp) => timestamp < keptTimestamp),
  latest: keeping((_, __, timestamp, keptTimestamp) => timestamp > keptTimestamp),
};
