import type { Note, SplitEvent } from '../batch/note.js';
import { PART_FLAG, type SpooledEvent } from '../spool/spool.js';

/** The event whose parts come one after the other at present. */
export interface SplitState {
  split: SplitEvent | undefined;
}

/** The flags under which an event of a batch lies in the spool. */
export function flagsOf(note: Note | undefined): number {
  return note?.kind === 'part' && !note.last ? PART_FLAG : 0;
}

/** The note of an event of the spool: what follows the parts of a split event in its stream is the last of them. */
export function noteOf({ flags }: SpooledEvent, state: SplitState): Note | undefined {
  if ((flags & PART_FLAG) !== 0) {
    state.split ??= { worst: undefined, counted: undefined };
    return { kind: 'part', event: state.split, last: false };
  }
  const event = state.split;
  if (!event) return undefined;
  state.split = undefined;
  return { kind: 'part', event, last: true };
}

/** Events as the application gave them. */
export function weightOf({ flags }: SpooledEvent): number {
  return (flags & PART_FLAG) === 0 ? 1 : 0;
}
