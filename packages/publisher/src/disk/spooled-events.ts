import type { EventRecord } from '../batch/event-record.js';
import {
  hasUncheckedTime,
  isUnaccounted,
  type Note,
  type SplitEvent,
  UNCHECKED_TIME,
} from '../batch/note.js';
import { EVENT_OVERHEAD_BYTES } from '../options/limits.js';
import { PART_FLAG, type SpooledEvent, UNCHECKED_TIME_FLAG } from '../spool/spool.js';

/** The event whose parts come one after the other at present. */
export interface SplitState {
  split: SplitEvent | undefined;
}

/** The flags under which an event of a batch lies in the spool. */
export function flagsOf(note: Note | undefined): number {
  return (isUnaccounted(note) ? PART_FLAG : 0) | (hasUncheckedTime(note) ? UNCHECKED_TIME_FLAG : 0);
}

/** An event of the spool as it goes to its batch. @param state of its stream */
export function recordOf(event: SpooledEvent, state: SplitState, epoch: number): EventRecord {
  const { id, message, messageBytes, timestamp } = event;
  const size = messageBytes + EVENT_OVERHEAD_BYTES;
  return { message, timestamp, size, note: noteOf(event, state), level: 0, epoch, id };
}

/** The event that follows the parts of a split event in its stream is the last of them. */
function noteOf({ flags }: SpooledEvent, state: SplitState): Note | undefined {
  const isUnchecked = (flags & UNCHECKED_TIME_FLAG) !== 0;
  const isPart = (flags & PART_FLAG) !== 0;
  if (isPart) state.split ??= { worst: undefined, counted: undefined };
  const event = state.split;
  if (!event) return isUnchecked ? UNCHECKED_TIME : undefined;
  if (!isPart) state.split = undefined;
  return { kind: 'part', event, last: !isPart, hasUncheckedTime: isUnchecked };
}

/** Events as the application gave them. */
export function weightOf({ flags }: Pick<SpooledEvent, 'flags'>): number {
  return (flags & PART_FLAG) === 0 ? 1 : 0;
}
