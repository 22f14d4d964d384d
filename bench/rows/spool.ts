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

const WAYS = [
  { way: 'read', label: 'read into batches', endpoint: 'none' },
  { way: 'sent', label: 'and stored by the endpoint', endpoint: 'reading' },
] as const;

export const spoolReplay: Row = {
  name: 'spool-replay',
  title: 'The disk spool: reading what a dead process left',
  about:
    'Written to the spool; then a publisher is started, which takes the files over, reads the events into batches and ' +
    'settles them: where they are taken as soon as they are about to be sent, and where they are sent to the endpoint.',
  cases: (scale) =>
    [200, 2000].flatMap((bytes) =>
      WAYS.map(
        ({ way, label, endpoint }): Case => ({
          id: `${way}-${bytes}`,
          label: `${bytes} B lines, ${label}`,
          group: 'ours',
          load: 'spool-replay',
          endpoint,
          needsDirectory: true,
          task: { bytes, events: scale.events(Math.round(200_000_000 / bytes)) },
          seconds: 6,
        }),
      ),
    ),
  columns: [
    { key: 'mbPerSecond', title: 'replayed, MB/s', digits: 1 },
    { key: 'eventsPerSecond', title: 'replayed, events/s' },
    { key: 'cpuUsPerEvent', title: 'CPU to replay, µs/event', digits: 2 },
    { key: 'writeMbPerSecond', title: 'written, MB/s', digits: 1 },
    { key: 'writeCpuUsPerEvent', title: 'CPU to write, µs/event', digits: 2 },
  ],
  targets: [200, 2000].map((bytes) =>
    bound(
      `reading what a dead process left into batches, ${bytes} B lines`,
      'mbPerSecond',
      `read-${bytes}`,
      'at least',
      100,
      'MB/s',
    ),
  ),
};
