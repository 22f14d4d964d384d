/** The fates of an event, from best to worst. */
export type Fate = 'delivered' | RejectReason | DropReason;
/** Why CloudWatch Logs did not store an event: its timestamp is too old or too new, or past the retention of its group. */
export type RejectReason = 'tooOld' | 'tooNew' | 'expired';
/**
 * Why an event was given up here: no room for it, larger than `maxEventBytes`, without text, refused by CloudWatch Logs, or not
 * sent when the time of the end was over.
 */
export type DropReason = 'overflow' | 'oversize' | 'invalid' | 'poison' | 'shutdown';

/** An event that was larger than one log event may be, and became several. It is accounted for as one. */
export interface SplitEvent {
  /** The worst that happened to a part so far. */
  worst: Fate | undefined;
  /** The fate that the event was counted under, once its last part was settled. */
  counted: Fate | undefined;
}

/** A note about an event of a batch that needs more than counting; most have none. */
export type Note =
  | { readonly kind: 'marker' }
  | {
      readonly kind: 'part';
      readonly event: SplitEvent;
      readonly last: boolean;
      readonly hasUncheckedTime?: boolean;
    }
  | typeof UNCHECKED_TIME;

/** The time of the event is that of this machine's clock, and it was not known yet whether that clock is right. */
export const UNCHECKED_TIME = { kind: 'unchecked time' } as const;

export function hasUncheckedTime(note: Note | undefined): boolean {
  return note?.kind === 'unchecked time' || (note?.kind === 'part' && note.hasUncheckedTime === true);
}

/** The note of the event once its time is right. */
export function withCheckedTime(note: Note | undefined): Note | undefined {
  if (note?.kind === 'part') return { ...note, hasUncheckedTime: false };
  return note?.kind === 'marker' ? note : undefined;
}

/** Whether the event counts as none: markers, and all parts of an event but the last. */
export function isUnaccounted(note: Note | undefined): boolean {
  return note?.kind === 'marker' || (note?.kind === 'part' && !note.last);
}
