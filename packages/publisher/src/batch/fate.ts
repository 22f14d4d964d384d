/** What became of an event, from best to worst. */
export type Fate = 'delivered' | RejectReason | DropReason;
export type RejectReason = 'tooOld' | 'tooNew' | 'expired';
export type DropReason = 'overflow' | 'oversize' | 'invalid' | 'poison' | 'shutdown';
