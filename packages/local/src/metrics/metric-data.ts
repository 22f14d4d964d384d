/** The values of one metric in one minute. Times are milliseconds since 1970. */
export interface MetricPoint {
  /** Start of the minute. */
  readonly timestamp: number;
  /** Sum of the values. */
  readonly sum: number;
  /** Number of the values. */
  readonly sampleCount: number;
  /** The smallest value. */
  readonly minimum: number;
  /** The largest value. */
  readonly maximum: number;
}

/** A metric that metric filters made, with its points in order of time. */
export interface LocalMetric {
  /** The namespace that the filter names. */
  readonly metricNamespace: string;
  /** The name that the filter gives it. */
  readonly metricName: string;
  /** Its dimensions, with the values that events had. */
  readonly dimensions: Readonly<Record<string, string>>;
  /** The unit that the filter names; `None` unless it does. */
  readonly unit: string;
  /** One for each minute that has values. */
  readonly points: readonly MetricPoint[];
}

const MINUTE_MS = 60_000;
/** Bounds of what is kept: a day of points for each metric, and as many metrics as AWS takes for a hint of a mistake. */
const MAX_POINTS = 1_440;
const MAX_METRICS = 1_000;

interface Series {
  readonly metric: Omit<LocalMetric, 'points'>;
  readonly minutes: Map<number, MetricPoint>;
  /** The value of minutes in which no event matched. */
  readonly defaults: Map<number, MetricPoint>;
}

/** Counts values by metric and minute. When there are too many, the oldest minutes and the metrics seen first are forgotten. */
export class MetricData {
  readonly #series = new Map<string, Series>();

  add(metric: Omit<LocalMetric, 'points'>, time: number, value: number): void {
    addTo(this.#seriesOf(metric).minutes, time, value);
  }

  /** Adds the value of an event that does not match. It counts when none matches in its minute. */
  addDefault(metric: Omit<LocalMetric, 'points'>, time: number, value: number): void {
    addTo(this.#seriesOf(metric).defaults, time, value);
  }

  /** A copy. */
  all(): LocalMetric[] {
    return Array.from(this.#series.values(), ({ metric, minutes, defaults }) => ({
      ...metric,
      points: [...new Map([...defaults, ...minutes]).values()].sort((a, b) => a.timestamp - b.timestamp),
    }));
  }

  clear(): void {
    this.#series.clear();
  }

  #seriesOf(metric: Omit<LocalMetric, 'points'>): Series {
    const { metricNamespace, metricName, dimensions, unit } = metric;
    const key = JSON.stringify([metricNamespace, metricName, unit, Object.entries(dimensions).sort()]);
    let series = this.#series.get(key);
    if (series === undefined) {
      series = { metric, minutes: new Map(), defaults: new Map() };
      this.#series.set(key, series);
      const [first] = this.#series.keys();
      if (this.#series.size > MAX_METRICS && first !== undefined) this.#series.delete(first);
    }
    return series;
  }
}

function addTo(minutes: Map<number, MetricPoint>, time: number, value: number): void {
  const timestamp = Math.floor(time / MINUTE_MS) * MINUTE_MS;
  const point = minutes.get(timestamp);
  minutes.set(timestamp, {
    timestamp,
    sum: (point?.sum ?? 0) + value,
    sampleCount: (point?.sampleCount ?? 0) + 1,
    minimum: Math.min(point?.minimum ?? value, value),
    maximum: Math.max(point?.maximum ?? value, value),
  });
  if (minutes.size > MAX_POINTS) minutes.delete(Math.min(...minutes.keys()));
}
