import type { Fate } from './fate.js';

/** An event that was larger than one log event may be, and became several. It is accounted for as one. */
export interface SplitEvent {
  /** The worst that happened to a part so far. */
  worst: Fate | undefined;
  /** What the event was counted as, once its last part was settled. */
  counted: Fate | undefined;
}

/** What is special about an event of a batch; most have none. */
export type Note =
  | { readonly kind: 'marker' }
  | { readonly kind: 'part'; readonly event: SplitEvent; readonly last: boolean };
