import type { CaseResult } from '../harness/results.js';

/** What is wrong with the events of a case, in words; empty when every event was stored once and in order. */
export function wrongWith({ medians }: CaseResult): string[] {
  return ['lost', 'reordered', 'duplicated']
    .filter((key) => (medians[key] ?? 0) > 0)
    .concat((medians.missing ?? 0) > 0 && !((medians.lost ?? 0) > 0) ? ['lossy'] : []);
}

/** Events of a run, to say how large a part was lost. */
export function eventsOf({ task }: CaseResult): number | undefined {
  const { events, rate, seconds } = task;
  if (typeof events === 'number') return events;
  return typeof rate === 'number' && typeof seconds === 'number' ? rate * seconds : undefined;
}
