import type { Case, Column, Scale } from '../harness/row.js';
import { type Contender, caseOf } from './contenders.js';

const EVENTS = 250_000;
const WARM_UP = 50_000;
const SECONDS_OF_OTHERS = 5; // that a slow one is given events for

export const THROUGHPUT_COLUMNS: readonly Column[] = [
  { key: 'eventsPerSecond', title: 'events/s' },
  { key: 'cpuUsPerEvent', title: 'CPU, µs/event', digits: 2 },
  { key: 'mainCpuUsPerEvent', title: 'main thread CPU, µs/event', digits: 2 },
  { key: 'rssMb', title: 'peak RSS, MB' },
  { key: 'requestsPerMillion', title: 'requests per million' },
  { key: 'lost', title: 'lost' },
  { key: 'reordered', title: 'reordered' },
  { key: 'duplicated', title: 'duplicated' },
];

/** Logs lines of this size as fast as the contender takes them. */
export function throughputCase(contender: Contender, bytes: number, scale: Scale): Case {
  const { pace = Number.POSITIVE_INFINITY } = contender;
  const events = Math.min(scale.events(EVENTS), pace * SECONDS_OF_OTHERS);
  const warmUp = pace < 100 ? 0 : Math.min(scale.events(WARM_UP), pace);
  return caseOf(contender, {
    load: 'throughput',
    task: { bytes, events, warmUp, limitMs: 20_000 },
    seconds: Number.isFinite(pace) ? SECONDS_OF_OTHERS + 3 : 3,
    isChecked: contender.group !== 'floor',
  });
}
