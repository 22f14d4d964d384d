import type { ResolvedOptions } from './resolve-options.js';

/** How many puts may be under way over all streams. */
export interface RequestBounds {
  readonly first: number;
  readonly most: number;
  /** At the end of the process, which has a time, a thousand streams may have an event each. */
  readonly mostAtEnd: number;
}

/** At 100 ms of latency it takes eight to fill a fast link. */
const AUTO_PUTS = 16;
const AUTO_REQUESTS: RequestBounds = { first: 8, most: 32, mostAtEnd: 256 };

/** Most puts under way on one stream. */
export function mostPuts({ maxInFlight }: Pick<ResolvedOptions, 'maxInFlight'>): number {
  return maxInFlight === 'auto' ? AUTO_PUTS : maxInFlight;
}

export function requestBounds({ maxRequests }: Pick<ResolvedOptions, 'maxRequests'>): RequestBounds {
  if (maxRequests === 'auto') return AUTO_REQUESTS;
  return { first: maxRequests, most: maxRequests, mostAtEnd: maxRequests };
}
