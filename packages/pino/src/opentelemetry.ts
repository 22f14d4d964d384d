import type { Attributes, Meter } from '@opentelemetry/api';
import type { PublisherStats } from 'cloudwatch-logs-publisher';
import { observe as observeCounters } from 'cloudwatch-logs-publisher/opentelemetry';
import { STATS_EVENT, sumStats } from 'cloudwatch-logs-publisher/worker';
import { destinationsOf } from './destinations.js';

/**
 * Has the counters of a transport read whenever the metrics of OpenTelemetry are collected. A worker tells them every 5 s while they
 * change, so that they are at most that old.
 *
 * ```ts
 * const stop = observe(logger, metrics.getMeter('my-app'));
 * ```
 *
 * @param transport what `pino.transport()` or `cloudWatchTransport()` returned, or a logger
 * @param meter of `@opentelemetry/api`, from `metrics.getMeter(name)`
 * @param attributes for every value, beside `otel.component.name` and `otel.component.type`
 * @returns ends it
 * @throws TypeError when there is nothing of this package, or no meter
 */
export function observe(transport: unknown, meter: Meter, attributes?: Attributes): () => void {
  const { publishers, workers } = destinationsOf(transport);
  const told = new Map<object, PublisherStats>();
  const stats = () => sumStats([...publishers.map((publisher) => publisher.stats()), ...told.values()]);
  const stop = observeCounters({ stats }, meter, attributes);
  const ends = workers.map((worker) => {
    const onStats = (counters: PublisherStats) => told.set(worker, counters);
    worker.on(STATS_EVENT, onStats);
    return () => worker.off(STATS_EVENT, onStats);
  });
  return () => {
    stop();
    for (const end of ends) end();
  };
}
