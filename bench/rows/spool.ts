import { bound, type Case, type Row, ratio } from '../harness/row.js';
import { PINO_WORKER, PUBLISHER, variant } from './contenders.js';
import { THROUGHPUT_COLUMNS, throughputCase } from './throughput.js';

const EVENTS = 150_000;
const MAX_SPOOL_BYTES = 1024 * 1024 * 1024;

const CONTENDERS = [PUBLISHER, PINO_WORKER].flatMap((contender) => [
  contender,
  ...['overflow', 'always'].map((mode) =>
    variant(contender, `${contender.id}-${mode}`, `${contender.label}, \`spool: ${mode}\``, {
      spool: { mode, maxBytes: MAX_SPOOL_BYTES },
    }),
  ),
]);

export const spool: Row = {
  name: 'spool',
  title: 'The disk spool: events stored a second, 200 B lines',
  about:
    "As `pino-throughput`. `'overflow'` writes nothing while memory has room, `'always'` writes every event to disk before it is sent.",
  cases: (scale) =>
    CONTENDERS.map(
      (contender): Case => ({
        ...throughputCase(contender, 200, scale, EVENTS),
        isChecked: false,
        needsDirectory: contender.settings !== undefined && 'spool' in contender.settings,
      }),
    ),
  columns: THROUGHPUT_COLUMNS,
  targets: [PUBLISHER, PINO_WORKER].map(({ id, label }) =>
    ratio(
      `${label}, every event on disk before it is sent, events/s`,
      'eventsPerSecond',
      `${id}-always`,
      id,
      'at least',
      0.5,
    ),
  ),
  charts: [
    { key: 'eventsPerSecond', title: 'Disk spool: events stored a second (200 B lines)', unit: 'events/s' },
  ],
};

export const spoolReplay: Row = {
  name: 'spool-replay',
  title: 'The disk spool: reading what a dead process left',
  about:
    'Written to the spool, then taken over as a new process takes it over, up to where it would be sent.',
  cases: (scale) =>
    [200, 2000].map(
      (bytes): Case => ({
        id: `replay-${bytes}`,
        label: `${bytes} B lines`,
        group: 'ours',
        load: 'spool-replay',
        endpoint: 'none',
        needsDirectory: true,
        task: { bytes, events: scale.events(Math.round(60_000_000 / bytes)) },
        seconds: 2,
      }),
    ),
  columns: [
    { key: 'mbPerSecond', title: 'read, MB/s', digits: 1 },
    { key: 'eventsPerSecond', title: 'read, events/s' },
    { key: 'cpuUsPerEvent', title: 'CPU to read, µs/event', digits: 2 },
    { key: 'writeMbPerSecond', title: 'written, MB/s', digits: 1 },
    { key: 'writeCpuUsPerEvent', title: 'CPU to write, µs/event', digits: 2 },
  ],
  targets: [200, 2000].map((bytes) =>
    bound(
      `reading what a dead process left, ${bytes} B lines`,
      'mbPerSecond',
      `replay-${bytes}`,
      'at least',
      100,
      'MB/s',
    ),
  ),
};
