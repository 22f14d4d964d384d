/** The fates of an event, from best to worst. */
export type Fate = 'delivered' | RejectReason | DropReason;
/** Why CloudWatch Logs did not store an event: its timestamp is too old or too new, or past the retention of its group. */
export type RejectReason = 'tooOld' | 'tooNew' | 'expired';
/**
 * Why an event was given up here: no room for it, larger than `maxEventBytes`, without text, refused by CloudWatch Logs, or not
 * sent when the time of the end was over.
 */
export type DropReason = 'overflow' | 'oversize' | 'invalid' | 'poison' | 'shutdown';
