import type { Attributes, Meter } from '@opentelemetry/api';
import type { PublisherStats } from 'cloudwatch-logs-publisher';
import { observe as observeCounters } from 'cloudwatch-logs-publisher/opentelemetry';
import { sumStats } from 'cloudwatch-logs-publisher/worker';

interface Transport {
  stats(): PublisherStats;
}

/**
 * Has the counters of a transport, or of all `CloudWatchTransport`s of a logger, read whenever the metrics of OpenTelemetry are
 * collected.
 *
 * ```ts
 * const stop = observe(logger, metrics.getMeter('my-app'));
 * ```
 *
 * @param transport a `CloudWatchTransport`, or a logger that has one
 * @param meter of `@opentelemetry/api`, from `metrics.getMeter(name)`
 * @param attributes for every value, beside `otel.component.name` and `otel.component.type`
 * @returns ends it
 * @throws TypeError when there is no `CloudWatchTransport`, or no meter
 */
export function observe(transport: unknown, meter: Meter, attributes?: Attributes): () => void {
  if (transportsOf(transport).length === 0) {
    throw new TypeError(
      `Expected a CloudWatchTransport, or a logger that has one; got ${transport === null ? 'null' : typeof transport}.`,
    );
  }
  const stats = () => sumStats(transportsOf(transport).map((one) => one.stats()));
  return observeCounters({ stats }, meter, attributes);
}

/** A logger may be given other transports later. */
function transportsOf(held: unknown): readonly Transport[] {
  const { transports } = (held ?? {}) as { readonly transports?: unknown };
  return (Array.isArray(transports) ? transports : [held]).filter(isOurs);
}

/** An application may load both the ES module and the CommonJS build. */
function isOurs(candidate: unknown): candidate is Transport {
  const { stats, shutdown } = (candidate ?? {}) as { readonly stats?: unknown; readonly shutdown?: unknown };
  return typeof stats === 'function' && typeof shutdown === 'function';
}
