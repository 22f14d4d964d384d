import type { Batch, BatchLimits } from '../../batch/batch.js';
import { type Levels, lowestFirst } from '../../batch/levels.js';
import type { SplitEvent } from '../../batch/note.js';
import { EVENT_OVERHEAD_BYTES, MAX_BATCH_SPAN_MS } from '../../options/limits.js';
import type { PublisherParts } from '../publisher-parts.js';
import { isDroppable, type Outbox } from './outbox.js';

/** The room that is asked for. */
export interface WantedRoom {
  readonly levels: Levels;
  /** Bytes that are missing. */
  readonly bytes: number;
  /** Severity of the newcomer, where nothing that is more severe may go for it. */
  readonly most: number | undefined;
}

/** Hears of an event that is dropped. @param events 0 for another part of an event that was told of before */
export type DroppedListener = (size: number, timestamp: number, events: number, level: number) => void;

/**
 * Drops events of a stream that were never put, the least severe first, as {@link lowestFirst} chooses them: all in one pass,
 * which divides batches into those that go and those that stay.
 *
 * @returns whether any was dropped
 */
export function dropLowest(
  live: Outbox,
  { endpoint, settlement }: Pick<PublisherParts, 'endpoint' | 'settlement'>,
  room: WantedRoom,
  onDropped: DroppedListener,
): boolean {
  const goes = choiceOf([...live.batches()].filter(isDroppable), room);
  if (!goes) return false;
  /** Events of which a part goes: all others do that were not put. */
  const torn = new Set<SplitEvent>();
  const dropped: Batch[] = [];
  const stays = (batch: Batch): Batch[] => {
    const isChosen = Array.from({ length: batch.length }, (_, index) => {
      const note = batch.noteAt(index);
      const event = note?.kind === 'part' ? note.event : undefined;
      const isTorn = event !== undefined && torn.has(event);
      const size = batch.messageBytesAt(index) + EVENT_OVERHEAD_BYTES;
      if (!isTorn && !goes(batch.levelAt(index), size)) return false;
      const isTold = isTorn || event?.worst === 'overflow';
      onDropped(size, batch.timestampAt(index), isTold ? 0 : 1, batch.levelAt(index));
      if (event) torn.add(event);
      return true;
    });
    if (!isChosen.includes(true)) return [batch];
    if (!isChosen.includes(false)) {
      dropped.push(batch);
      return [];
    }
    const parts = batch.divided((index) => isChosen[index]);
    settlement.parted(batch, parts);
    const [gone, rest] = parts;
    dropped.push(gone);
    return [rest];
  };
  live.rearrange((batches) => {
    const rest = batches.flatMap((batch) => (isDroppable(batch) ? stays(batch) : [batch]));
    return joinSmall(rest, endpoint, (parts) => settlement.joined(parts));
  });
  for (const batch of dropped) settlement.all(batch, 'overflow');
  return dropped.length > 0;
}

function choiceOf(batches: readonly Batch[], { levels, bytes, most }: WantedRoom) {
  // In a buffer that is full of errors every other line comes here in vain: it looks at each batch, and at no event.
  const mayGo = levels.bitsThrough(most ?? Number.POSITIVE_INFINITY);
  if (!batches.some((batch) => (batch.levels & mayGo) !== 0)) return undefined;
  const held = levels.all.map(() => 0);
  for (const batch of batches) {
    for (let index = 0; index < batch.length; index++)
      held[batch.levelAt(index)] += batch.messageBytesAt(index) + EVENT_OVERHEAD_BYTES;
  }
  return lowestFirst(levels, held, bytes, most);
}

/** Batches of which events went, put together where they fit: an outage would leave one for every few errors otherwise. */
function joinSmall(
  batches: readonly Batch[],
  { maxBytes, maxEvents }: BatchLimits,
  join: (parts: readonly Batch[]) => Batch,
): Batch[] {
  const runs: Batch[][] = [];
  let [bytes, events, earliest, latest] = [0, 0, 0, 0];
  for (const batch of batches) {
    const run = runs.at(-1);
    bytes += batch.bytes;
    events += batch.length;
    earliest = Math.min(earliest, batch.earliest);
    latest = Math.max(latest, batch.latest);
    const fits = bytes <= maxBytes && events <= maxEvents && latest - earliest <= MAX_BATCH_SPAN_MS;
    if (run && fits && isJoinable(batch, run[0]) && isJoinable(run[0], batch)) {
      run.push(batch);
      continue;
    }
    runs.push([batch]);
    ({ bytes, length: events, earliest, latest } = batch);
  }
  return runs.map((run) => (run.length > 1 ? join(run) : run[0]));
}

/** Another thread follows each batch that it was given by itself; and a batch is on disk as a whole. */
function isJoinable(batch: Batch, neighbour: Batch): boolean {
  return isDroppable(batch) && batch.observer === undefined && batch.isSpooled === neighbour.isSpooled;
}
