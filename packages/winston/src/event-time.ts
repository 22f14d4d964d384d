const DAY_MS = 86_400_000;
// PutLogEvents stores nothing older than 14 days and nothing more than 2 hours ahead.
const OLDEST_MS = 14 * DAY_MS;
const NEWEST_MS = DAY_MS / 12;
// Without a zone the text would be read in the zone of this machine, which need not be the one it was written in.
const ISO_TIME = /^[+-]?\d{4,6}-\d\d-\d\dT\d\d:\d\d.*(?:Z|[+-]\d\d:?\d\d)$/;

/**
 * The time of an event: what `timestamp` says (milliseconds, a Date, ISO 8601 with a zone), when that is a time that
 * CloudWatch Logs accepts; else `now`. A record may well carry a `timestamp` that is not its own, such as that of an
 * old order, and would be rejected because of it.
 */
export function eventTime(timestamp: unknown, now: number): number {
  if (timestamp === undefined) return now;
  const time = parse(timestamp);
  return time >= now - OLDEST_MS && time <= now + NEWEST_MS ? Math.trunc(time) : now;
}

function parse(timestamp: unknown): number {
  if (typeof timestamp === 'number') return timestamp;
  if (typeof timestamp === 'string') return ISO_TIME.test(timestamp) ? Date.parse(timestamp) : Number.NaN;
  return timestamp instanceof Date ? timestamp.getTime() : Number.NaN;
}
