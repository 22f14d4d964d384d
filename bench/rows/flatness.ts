import type { Case, Row, Target } from '../harness/row.js';
import { type Contender, PINO_WORKER, PUBLISHER, variant } from './contenders.js';
import { throughputCase } from './throughput.js';

const COUNTS = [1000, 10_000, 100_000, 1_000_000, 10_000_000];
const USUAL_COUNTS = COUNTS.length - 1; // the last one only with --full
const AT_LEAST = 100_000;
const CONTENDERS = [PUBLISHER, PINO_WORKER];

export const flatness: Row = {
  name: 'flatness',
  title: 'Cost of an event, from a thousand events to millions',
  about:
    'After 100,000 events to warm up, so many 200 B lines, flushed when they are logged and after every 100,000: CPU time of ' +
    'the whole process for each. Smaller numbers are logged and flushed again and again, 100,000 events in all, because one time ' +
    'is too short to be measured.',
  cases: (scale) =>
    CONTENDERS.flatMap((contender) =>
      COUNTS.slice(0, scale.isWhole ? COUNTS.length : USUAL_COUNTS)
        .map((count) => ({ count, events: Math.min(count, scale.events(1_000_000)) }))
        .filter(({ count, events }) => scale.isWhole || count === events)
        .map(({ count }): Case => {
          const id = idOf(contender, count);
          const named = variant(contender, id, `${contender.label}, ${count.toLocaleString('en-US')}`, {});
          const one = throughputCase(named, 200, scale, count);
          const task = {
            ...one.task,
            events: Math.max(count, AT_LEAST),
            flushEvery: Math.min(count, AT_LEAST),
            warmUp: scale.events(AT_LEAST),
          };
          return {
            ...one,
            isChecked: false,
            task: { ...task, limitMs: 200_000 },
            seconds: 1.3 + count / 300_000,
            limitSeconds: 240,
          };
        }),
    ),
  columns: [
    { key: 'cpuUsPerEvent', title: 'CPU, µs/event', digits: 2 },
    { key: 'eventsPerSecond', title: 'events/s' },
    { key: 'rssMb', title: 'peak RSS, MB' },
    { key: 'missing', title: 'not stored' },
  ],
  charts: [
    { key: 'cpuUsPerEvent', title: 'CPU time of an event by how many there are', unit: 'µs', digits: 2 },
  ],
  targets: CONTENDERS.flatMap((contender) => [
    flat(contender, COUNTS, 'dearest event by cheapest, from 1,000 on'),
    // A put of a thousand events costs what a put costs: from here on it is growth with the number that would show.
    flat(contender, COUNTS.slice(1), 'dearest event by cheapest, from 10,000 on'),
  ]),
};

function flat(contender: Contender, counts: readonly number[], what: string): Target {
  return {
    text: `${contender.label}, ${what}`,
    bound: 'at most',
    value: 1.3,
    unit: '×',
    measured: (median) => {
      const costs = counts.map((count) => median(idOf(contender, count), 'cpuUsPerEvent'));
      const known = costs.filter((cost) => cost !== undefined);
      return known.length < 2 ? undefined : Math.max(...known) / Math.min(...known);
    },
  };
}

function idOf({ id }: Contender, count: number): string {
  return `${id}-${count}`;
}
