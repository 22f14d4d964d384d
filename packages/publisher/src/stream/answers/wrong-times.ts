import type { Batch } from '../../batch/batch.js';
import { hasUncheckedTime } from '../../batch/note.js';
import { NEVER_PUT } from '../../batch/put-history.js';
import type { RejectedRange } from '../../cloudwatch/outcome.js';
import type { ServiceClock } from '../../cloudwatch/service-clock.js';
import type { PutResult } from '../../cloudwatch/sink.js';
import type { PublisherParts } from '../publisher-parts.js';

type Context = Pick<PublisherParts, 'endpoint' | 'settlement'>;

/** The right time of an event that has that of this machine's clock: never one that is still to come. */
function rightTime(time: number, { correctionMs = 0, now }: ServiceClock): number {
  return Math.min(time + correctionMs, now);
}

/** An answer tells the time. @returns whether it told that the clock of this machine is wrong, which was not known */
export function learnTime(time: ServiceClock, result: PutResult): boolean {
  // What a gateway says in the place of CloudWatch Logs may be dated by any clock.
  if (result.date === undefined || !(result.ok || result.name.endsWith('Exception'))) return false;
  const before = time.correctionMs;
  time.heard(result.date);
  return !before && time.correctionMs !== 0;
}

/** The batch with the right times, where it has wrong ones and nothing of it can be stored. */
export function corrected(batch: Batch, { endpoint: { time }, settlement }: Context): Batch {
  // Of what was on disk it is not known whether it has its time from the clock as it is now.
  const isOfNow = batch.openedAt !== Number.POSITIVE_INFINITY;
  if (!time.correctionMs || !isOfNow || batch.history.unanswered > 0 || !batch.hasUncheckedTimes)
    return batch;
  const [right] = batch.divided(() => true);
  if (!right.correctTimes(time.correctionMs, time.now)) return batch;
  settlement.parted(batch, [right]);
  return right;
}

/** A batch without the events that were rejected for a wrong time. */
interface Divided {
  /** Those, with the right time, to be put again. */
  readonly again: Batch | undefined;
  readonly others: Batch | undefined;
  /** The events among the others that were rejected. */
  readonly othersRejected: readonly RejectedRange[];
}

/** Takes rejected events out of a batch that get the right time. */
export function withoutWrongTimes(
  batch: Batch,
  rejected: readonly RejectedRange[],
  { endpoint: { time }, settlement }: Context,
): Divided {
  const places = wronglyTimed(batch, rejected, time);
  if (places.size === 0) return { again: undefined, others: batch, othersRejected: rejected };
  const [again, rest] = batch.divided((index) => places.has(index));
  again.history = NEVER_PUT;
  again.correctTimes(time.correctionMs ?? 0, time.now);
  const others = rest.length > 0 ? rest : undefined;
  if (others) others.history = batch.history;
  settlement.parted(batch, others ? [others, again] : [again]);
  return { again, others, othersRejected: without(places, rejected) };
}

/** The places of rejected events that have a wrong time because this machine's clock is, or was, wrong. */
function wronglyTimed(
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
function without(places: ReadonlySet<number>, rejected: readonly RejectedRange[]): readonly RejectedRange[] {
  const before = (index: number): number => {
    let count = 0;
    for (const place of places) if (place < index) count++;
    return index - count;
  };
  return rejected
    .map(({ from, to, reason }) => ({ from: before(from), to: before(to), reason }))
    .filter(({ from, to }) => from < to);
}
