import type { PublisherStats } from './accounts.js';

/** Limits for {@link isHealthy}. */
export interface HealthLimits {
  /** Longest that an event may have been waiting, in milliseconds. @default 60_000 */
  readonly maxLagMs?: number | undefined;
}

/** A buffer that is fuller is about to drop events, or drops them: then the oldest may be young. */
const FULL = 0.95;

/**
 * Whether logs arrive in time, for `/healthz` and the like: no event has been waiting for longer than `maxLagMs`, and the buffer
 * in memory is not full. Think twice before a load balancer takes a service out because of its logs.
 *
 * ```ts
 * response.statusCode = isHealthy(publisher.stats(), { maxLagMs: 60_000 }) ? 200 : 503;
 * ```
 */
export function isHealthy(
  stats: Pick<PublisherStats, 'oldestEventAgeMs' | 'bufferedBytes' | 'maxBufferBytes'>,
  { maxLagMs = 60_000 }: HealthLimits = {},
): boolean {
  const isFull = stats.maxBufferBytes > 0 && stats.bufferedBytes > stats.maxBufferBytes * FULL;
  return stats.oldestEventAgeMs <= maxLagMs && !isFull;
}
