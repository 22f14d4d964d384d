import type { Batch } from '../batch/batch.js';
import { hasUncheckedTime } from '../batch/note.js';
import type { RejectedRange } from '../cloudwatch/outcome.js';
import type { ServiceClock } from '../cloudwatch/service-clock.js';

/** The right time of an event that has that of this machine's clock: never one that is still to come. */
function rightTime(time: number, { correctionMs = 0, now }: ServiceClock): number {
  return Math.min(time + correctionMs, now);
}

/** The places of rejected events that have a wrong time because this machine's clock is, or was, wrong. */
export function wronglyTimed(
  batch: Batch,
  rejected: readonly RejectedRange[],
  time: ServiceClock,
): ReadonlySet<number> {
  const places = new Set<number>();
  for (const { from, to } of rejected) {
    for (let index = from; index < to; index++) {
      const told = batch.timestampAt(index);
      if (hasUncheckedTime(batch.noteAt(index)) && rightTime(told, time) !== told) places.add(index);
    }
  }
  return places;
}

/** The ranges as they are once the events at these places are taken out. */
export function without(
  places: ReadonlySet<number>,
  rejected: readonly RejectedRange[],
): readonly RejectedRange[] {
  if (places.size === 0) return rejected;
  const before = (index: number): number => {
    let count = 0;
    for (const place of places) if (place < index) count++;
    return index - count;
  };
  return rejected
    .map(({ from, to, reason }) => ({ from: before(from), to: before(to), reason }))
    .filter(({ from, to }) => from < to);
}
