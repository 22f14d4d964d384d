import type { FedPut } from '../store/feed.js';
import { type GroupFilter, GroupFilters } from '../store/group-filters.js';
import type { Store } from '../store/store.js';
import { type LocalMetric, MetricData } from './metric-data.js';

/** How an event that matches becomes a value of a metric. */
export interface MetricTransformation {
  readonly metricNamespace: string;
  readonly metricName: string;
  /** A number, or a reference into the event such as `$.latency` or `$bytes`. */
  readonly metricValue: string;
  /** The value of each event in minutes in which none matches. */
  readonly defaultValue?: number;
  /** Names of dimensions, and references to their values. */
  readonly dimensions?: Readonly<Record<string, string>>;
  readonly unit?: string;
}

export interface MetricFilter extends GroupFilter {
  readonly transformation: MetricTransformation;
}

/** The metric filters of all log groups, and the metrics that they make. */
export class MetricFilters extends GroupFilters<MetricFilter> {
  readonly #data: MetricData;

  constructor(store: Store) {
    const data = new MetricData();
    super(store, (put, _, filters) => {
      for (const filter of filters) count(data, put, filter);
    });
    this.#data = data;
  }

  metrics(): LocalMetric[] {
    this.drain();
    return this.#data.all();
  }

  /** Forgets what was counted. */
  clear(): void {
    this.drain();
    this.#data.clear();
  }
}

function count(data: MetricData, { events }: FedPut, { pattern, transformation }: MetricFilter): void {
  const { defaultValue, metricName, metricNamespace, unit = 'None' } = transformation;
  const readValue = reader(transformation.metricValue, pattern.reference);
  const dimensionReaders = Object.entries(transformation.dimensions ?? {}).map(
    ([name, reference]) => [name, reader(reference, pattern.reference)] as const,
  );
  for (const { timestamp, message } of events) {
    if (!pattern.matches(message)) {
      if (defaultValue !== undefined) {
        data.addDefault({ metricNamespace, metricName, dimensions: {}, unit }, timestamp, defaultValue);
      }
      continue;
    }
    const text = readValue(message);
    const value = text === undefined || text.trim() === '' ? Number.NaN : Number(text);
    const dimensions = dimensionReaders.map(([name, read]) => [name, read(message)] as const);
    // An event whose value is no number, or that lacks a dimension, adds nothing.
    if (!Number.isFinite(value) || dimensions.some(([, text]) => text === undefined || text === '')) continue;
    data.add(
      {
        metricNamespace,
        metricName,
        dimensions: Object.fromEntries(dimensions) as Record<string, string>,
        unit,
      },
      timestamp,
      value,
    );
  }
}

function reader(
  text: string,
  reference: MetricFilter['pattern']['reference'],
): (message: string) => string | undefined {
  return (text.startsWith('$') ? reference(text) : undefined) ?? (() => text);
}
