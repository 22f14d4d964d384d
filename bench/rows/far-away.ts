import { type Case, type Row, ratio, type Target } from '../harness/row.js';
import {
  type Contender,
  caseOf,
  PINO_IN_PROCESS,
  PINO_WORKER,
  roomy,
  variant,
  WINSTON_IN_PROCESS,
  WINSTON_WORKER,
} from './contenders.js';
import { THROUGHPUT_COLUMNS } from './throughput.js';

const EVENTS = 600_000;
const BURST = 300_000;
const MAX_SPOOL_BYTES = 1024 * 1024 * 1024;

interface Distance {
  readonly id: string;
  readonly label: string;
  readonly latencyMs: readonly [number, number];
}

const NEAR: Distance = { id: '0', label: 'at once', latencyMs: [0, 0] };
const FAR: readonly Distance[] = [
  { id: '50', label: '50 ms', latencyMs: [50, 50] },
  { id: '50-jitter', label: '25 to 75 ms', latencyMs: [25, 75] },
  { id: '100', label: '100 ms', latencyMs: [100, 100] },
  { id: '100-jitter', label: '50 to 150 ms', latencyMs: [50, 150] },
];

const TRANSPORTS = [PINO_WORKER, PINO_IN_PROCESS, WINSTON_IN_PROCESS, WINSTON_WORKER];
const SPOOLED = [PINO_WORKER, WINSTON_IN_PROCESS].map((contender) =>
  variant(contender, `${contender.id}-always`, `${contender.label}, \`spool: always\``, {
    spool: { mode: 'always', maxBytes: MAX_SPOOL_BYTES },
  }),
);
const SERIAL = variant(PINO_WORKER, 'pino-worker-serial', `${PINO_WORKER.label}, \`maxInFlight: 1\``, {
  maxInFlight: 1,
});

function farCase(contender: Contender, { id, label, latencyMs }: Distance, events: number): Case {
  return {
    ...caseOf(roomy(contender), {
      load: 'throughput',
      task: { bytes: 200, events, warmUp: 100_000, limitMs: 40_000 },
      seconds: 4,
    }),
    id: `${contender.id}-${id}`,
    label: `${contender.label}, ${label}`,
    latencyMs,
    needsDirectory: contender.settings !== undefined && 'spool' in contender.settings,
    isChecked: latencyMs[1] === 150,
  };
}

function targetsOf(contenders: readonly Contender[], least: number): Target[] {
  return contenders.flatMap(({ id, label }) =>
    FAR.map((far) =>
      ratio(
        `${label}, ${far.label}, events/s against an endpoint that answers at once`,
        'eventsPerSecond',
        `${id}-${far.id}`,
        `${id}-${NEAR.id}`,
        'at least',
        least,
      ),
    ),
  );
}

export const farAway: Row = {
  name: 'far-away',
  title: 'Far away: events stored a second, 200 B lines, by the time that an answer takes',
  about:
    'As `pino-throughput`, to one stream, with an endpoint that takes its time to answer each request. Batches whose times do not overlap are under ' +
    'way together (`maxInFlight: auto`); with `maxInFlight: 1` a stream waits for each answer.',
  cases: (scale) => [
    ...[...TRANSPORTS, ...SPOOLED].flatMap((contender) =>
      [NEAR, ...FAR].map((distance) => farCase(contender, distance, scale.events(EVENTS))),
    ),
    farCase(SERIAL, FAR[2], scale.events(EVENTS / 4)),
  ],
  columns: THROUGHPUT_COLUMNS,
  targets: [...targetsOf(TRANSPORTS, 0.9), ...targetsOf(SPOOLED, 0.7)],
};

export const farBurst: Row = {
  name: 'far-burst',
  title: 'Far away: a burst of 300,000 lines of 200 B through the default buffer',
  about:
    'The first lines of a process, 1,000 in a turn of the event loop, to an endpoint that answers after 100 ms and checks every event.',
  cases: (scale) =>
    TRANSPORTS.map((contender) => ({
      ...caseOf(contender, {
        load: 'throughput',
        task: { bytes: 200, events: scale.events(BURST), warmUp: 0, together: 1000, limitMs: 40_000 },
        seconds: 4,
      }),
      endpoint: 'checking',
      latencyMs: [100, 100],
    })),
  columns: THROUGHPUT_COLUMNS,
  targets: TRANSPORTS.map(({ id, label }) => ({
    text: `${label}: lines of the burst that are not stored, or not in their order`,
    bound: 'at most',
    value: 0,
    unit: '',
    measured: (median) => {
      const [missing, reordered] = [median(id, 'missing'), median(id, 'reordered')];
      return missing === undefined || reordered === undefined ? undefined : missing + reordered;
    },
  })),
};
