import type { Attributes, BatchObservableCallback, Meter, Observable } from '@opentelemetry/api';
import type { PublisherStats } from '../accounts/accounts.js';

/** Somebody who counts: a publisher, a transport of winston, an in-process stream of pino. */
export interface Counting {
  /** The counters, or nothing where they are not known yet. */
  stats(): PublisherStats | undefined;
}

type Kind = 'ObservableCounter' | 'ObservableUpDownCounter' | 'ObservableGauge';
type Value = readonly [value: number | undefined, attributes?: Attributes];

interface Instrument {
  readonly kind: Kind;
  readonly name: string;
  readonly unit: string;
  readonly description: string;
  readonly read: (stats: PublisherStats) => readonly Value[];
}

const COMPONENT = 'cloudwatch_logs_exporter';
const RECORDS = '{log_record}';

/**
 * The semantic conventions have names for what every exporter of logs counts; the others are this package's own, made by the same
 * rules. `error.type` is the name of the counter in `dropped` or `rejected`.
 */
const INSTRUMENTS: readonly Instrument[] = [
  counter('otel.sdk.log.created', RECORDS, 'Log records that were received.', ({ received }) => received),
  {
    kind: 'ObservableCounter',
    name: 'otel.sdk.exporter.log.exported',
    unit: RECORDS,
    description: 'Log records that were stored, or with error.type those that were not and never will be.',
    read: ({ delivered, dropped, rejected }) => [
      [delivered],
      ...Object.entries({ ...dropped, ...rejected }).map(
        ([reason, events]): Value => [events, { 'error.type': reason }],
      ),
    ],
  },
  amount(
    'otel.sdk.exporter.log.inflight',
    RECORDS,
    'Log records in puts under way.',
    ({ inFlight }) => inFlight,
  ),
  amount(
    'otel.sdk.processor.log.queue.size',
    RECORDS,
    'Log records that wait in memory.',
    ({ buffered }) => buffered,
  ),
  amount(
    'cloudwatch_logs.buffer.usage',
    'By',
    'Bytes of the log records in memory.',
    (stats) => stats.bufferedBytes,
  ),
  amount(
    'cloudwatch_logs.buffer.limit',
    'By',
    'Most that these may be.',
    ({ maxBufferBytes }) => maxBufferBytes,
  ),
  amount(
    'cloudwatch_logs.spool.size',
    RECORDS,
    'Log records that are only on disk.',
    ({ spooled }) => spooled,
  ),
  amount(
    'cloudwatch_logs.spool.usage',
    'By',
    'Bytes of the files of the spool.',
    ({ spool }) => spool?.bytes,
  ),
  amount('cloudwatch_logs.streams', '{stream}', 'Log streams in use.', ({ streams }) => streams),
  counter('cloudwatch_logs.put.requests', '{request}', 'Puts, retries included.', ({ requests }) => requests),
  counter(
    'cloudwatch_logs.put.retries',
    '{request}',
    'Puts that were another try.',
    ({ retries }) => retries,
  ),
  counter(
    'cloudwatch_logs.put.io',
    'By',
    'Bytes of the log records that were stored.',
    (stats) => stats.bytesDelivered,
  ),
  counter(
    'cloudwatch_logs.token.conflicts',
    '{conflict}',
    'Sequence tokens that were out of date.',
    (stats) => stats.tokenConflicts,
  ),
  counter(
    'cloudwatch_logs.duplicates',
    RECORDS,
    'Copies that may be stored, as answers were lost.',
    (stats) => stats.possibleDuplicates,
  ),
  gauge(
    'cloudwatch_logs.oldest.age',
    's',
    'How long the oldest log record has been waiting.',
    (stats) => stats.oldestEventAgeMs / 1000,
  ),
  gauge(
    'cloudwatch_logs.last_success.time',
    's',
    'When something was last stored, since 1970.',
    ({ lastSuccessAt }) => (lastSuccessAt === undefined ? undefined : lastSuccessAt / 1000),
  ),
];

let observed = 0;

/**
 * Has the counters of a publisher, or of a transport, read whenever the metrics of OpenTelemetry are collected. Nothing is loaded for
 * it, and nothing is counted twice.
 *
 * ```ts
 * const stop = observe(publisher, metrics.getMeter('my-app'));
 * ```
 *
 * @param meter of `@opentelemetry/api`, from `metrics.getMeter(name)`
 * @param attributes for every value, beside `otel.component.name` and `otel.component.type`
 * @returns ends it
 * @throws TypeError when there are no counters, or no meter
 */
export function observe(source: Counting, meter: Meter, attributes: Attributes = {}): () => void {
  if (typeof source?.stats !== 'function')
    throw new TypeError(`Expected a publisher or a transport, with stats(); got ${typeName(source)}.`);
  if (typeof meter?.addBatchObservableCallback !== 'function')
    throw new TypeError(`Expected a meter such as metrics.getMeter('my-app'); got ${typeName(meter)}.`);
  const common: Attributes = {
    'otel.component.type': COMPONENT,
    'otel.component.name': `${COMPONENT}/${observed++}`,
    ...attributes,
  };
  const instruments = INSTRUMENTS.map(({ kind, name, unit, description, read }) => ({
    observable: meter[`create${kind}`](name, { unit, description }),
    read,
  }));
  const callback: BatchObservableCallback = (result) => {
    const stats = source.stats();
    if (!stats) return;
    for (const { observable, read } of instruments) {
      for (const [value, own] of read(stats)) {
        if (value !== undefined) result.observe(observable, value, { ...common, ...own });
      }
    }
  };
  const observables: Observable[] = instruments.map(({ observable }) => observable);
  meter.addBatchObservableCallback(callback, observables);
  return () => meter.removeBatchObservableCallback(callback, observables);
}

type Read = (stats: PublisherStats) => number | undefined;

/** A count that only grows. */
function counter(name: string, unit: string, description: string, read: Read): Instrument {
  return { kind: 'ObservableCounter', name, unit, description, read: (stats) => [[read(stats)]] };
}

/** A count that grows and shrinks, and adds up over processes. */
function amount(name: string, unit: string, description: string, read: Read): Instrument {
  return { kind: 'ObservableUpDownCounter', name, unit, description, read: (stats) => [[read(stats)]] };
}

/** A figure that does not add up. */
function gauge(name: string, unit: string, description: string, read: Read): Instrument {
  return { kind: 'ObservableGauge', name, unit, description, read: (stats) => [[read(stats)]] };
}

function typeName(value: unknown): string {
  return value === null ? 'null' : typeof value;
}
