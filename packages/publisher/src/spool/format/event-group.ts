import type { ByteSink } from './bytes.js';
import {
  decodeEvents,
  type EventColumns,
  encodeEvents,
  PART_FLAG,
  type SpooledEvent,
} from './event-frame.js';
import { frameAt } from './frame.js';

/** Events that were sealed together: a frame for each stream in one buffer, and ids without a gap. */
export interface EventGroup {
  readonly buffer: Buffer;
  readonly firstId: number;
  readonly lastId: number;
  /** Ids of parts that weigh nothing in the accounts. */
  readonly partIds: readonly number[];
}

/** Encodes the events of at least one stream; `sink` is empty before and after. */
export function encodeGroup(sink: ByteSink, streams: readonly EventColumns[]): EventGroup {
  let firstId = Number.POSITIVE_INFINITY;
  let lastId = 0;
  const partIds: number[] = [];
  for (const { ids, flags } of streams) {
    firstId = Math.min(firstId, ids[0] ?? firstId);
    lastId = Math.max(lastId, ids[ids.length - 1] ?? 0);
    for (let index = 0; index < ids.length; index++) {
      if (((flags[index] ?? 0) & PART_FLAG) !== 0) partIds.push(ids[index] ?? 0);
    }
  }
  for (const stream of streams) encodeEvents(sink, stream, lastId);
  return { buffer: sink.take(), firstId, lastId, partIds };
}

/** The events of groups in the order of their ids, as they were given. */
export function decodeGroups(groups: readonly EventGroup[]): SpooledEvent[] {
  const events: SpooledEvent[] = [];
  for (const { buffer } of groups) {
    let at = 0;
    for (;;) {
      const frame = frameAt(buffer, at, buffer.length);
      if (typeof frame !== 'object') break;
      decodeEvents(buffer, frame, 0, () => true, events);
      at = frame.payloadEnd;
    }
  }
  return events.sort((a, b) => a.id - b.id);
}
