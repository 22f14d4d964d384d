import type { Case, Column, Scale } from '../harness/row.js';
import { type Contender, caseOf, roomy } from './contenders.js';

const EVENTS = 200_000;
const WARM_UP = 50_000;
const SECONDS_OF_OTHERS = 2.5; // that a slow one is given events for

export const THROUGHPUT_COLUMNS: readonly Column[] = [
  { key: 'eventsPerSecond', title: 'events/s' },
  { key: 'cpuUsPerEvent', title: 'CPU, µs/event', digits: 2 },
  { key: 'mainCpuUsPerEvent', title: 'main thread CPU, µs/event', digits: 2 },
  { key: 'rssMb', title: 'peak RSS, MB' },
  { key: 'requestsPerMillion', title: 'requests per million' },
  { key: 'missing', title: 'not stored' },
  { key: 'lost', title: 'lost' },
  { key: 'reordered', title: 'reordered' },
  { key: 'duplicated', title: 'duplicated' },
];

/** Logs lines of this size as fast as the contender takes them. */
export function throughputCase(contender: Contender, bytes: number, scale: Scale, most = EVENTS): Case {
  const { pace = Number.POSITIVE_INFINITY, group } = contender;
  const events = Math.ceil(Math.min(scale.events(most), pace * SECONDS_OF_OTHERS));
  const warmUp = pace < 100 ? 0 : Math.min(scale.events(WARM_UP), pace);
  return caseOf(group === 'ours' ? roomy(contender) : contender, {
    load: 'throughput',
    task: { bytes, events, warmUp, limitMs: 20_000 },
    seconds: Number.isFinite(pace) ? SECONDS_OF_OTHERS + 1 : 1.6,
    isChecked: group !== 'floor' && contender.endpoint === undefined,
  });
}
