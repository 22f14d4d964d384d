import type { Case, Row } from '../harness/row.js';
import {
  PINO_FLOOR,
  PINO_WORKER,
  PUBLISHER,
  variant,
  WINSTON_FLOOR,
  WINSTON_IN_PROCESS,
  WINSTON_WORKER,
} from './contenders.js';
import { throughputCase } from './throughput.js';

const CONTENDERS = [PINO_FLOOR, PINO_WORKER, WINSTON_FLOOR, WINSTON_IN_PROCESS, WINSTON_WORKER, PUBLISHER];
const SIZES = [
  { bytes: 500, events: 100_000 },
  { bytes: 2000, events: 30_000 },
];

export const sizes: Row = {
  name: 'sizes',
  title: 'Longer lines: events stored a second, 500 B and 2 kB',
  about: 'As `pino-throughput` and `winston-throughput`.',
  cases: (scale) =>
    SIZES.flatMap(({ bytes, events }) =>
      CONTENDERS.map((contender): Case => {
        const label = `${contender.label}, ${bytes} B`;
        const named = variant(contender, `${contender.id}-${bytes}`, label, {});
        return { ...throughputCase(named, bytes, scale, events), isChecked: false, seconds: 1.5 };
      }),
    ),
  columns: [
    { key: 'eventsPerSecond', title: 'events/s' },
    { key: 'cpuUsPerEvent', title: 'CPU, µs/event', digits: 2 },
    { key: 'mainCpuUsPerEvent', title: 'main thread CPU, µs/event', digits: 2 },
    { key: 'rssMb', title: 'peak RSS, MB' },
    { key: 'missing', title: 'not stored' },
  ],
};
