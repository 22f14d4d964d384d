// PutLogEvents stores nothing older than 14 days and nothing more than 2 hours ahead.
const OLDEST_MS = 14 * 24 * 3_600_000;
const NEWEST_MS = 2 * 3_600_000;

/** Of milliseconds, seconds, microseconds and nanoseconds in a millisecond. A number fits the window in one of them at most. */
const UNITS = [1, 1e-3, 1000, 1e6];
/** A decimal fraction is off by less than that in a double of this size. */
const ROUNDING_MS = 0.001;
/** Milliseconds since the epoch have 13 digits from 2001 to 2286. */
const FIRST_OF_13_DIGITS = 1e12;
const LAST_OF_13_DIGITS = 1e13 - 1;
const DIGITS = /^\d{10,19}(?:\.\d+)?$/;
/** ISO 8601 and RFC 3339. Without a zone a text would be read in that of this machine, which need not be the writer's. */
const ISO_TIME =
  /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)? ?(?:([Zz])|([+-]\d\d):?(\d\d)?)$/;

/**
 * The time of a log event, by the one rule of all transports: the time that its record tells counts where it is an
 * unambiguous instant that CloudWatch Logs accepts now; else the time of arrival. So no event is lost because a field
 * was taken for its time.
 *
 * @param told a number (milliseconds, seconds, microseconds or nanoseconds since the epoch), ISO 8601 with a zone, or a Date
 * @param now the time of arrival
 * @param isOwn whether the logger writes its time there and nobody else does: then milliseconds and ISO 8601 hold also
 * where CloudWatch Logs rejects them. @default false
 */
export function eventTime(told: unknown, now: number, isOwn = false): number {
  if (told === undefined) return now;
  if (typeof told === 'string' && !DIGITS.test(told)) return kept(isoTime(told), now, isOwn) ?? now;
  if (typeof told === 'number' || typeof told === 'string') return numberTime(Number(told), now, isOwn);
  return told instanceof Date ? (kept(told.getTime(), now, isOwn) ?? now) : now;
}

function numberTime(told: number, now: number, isOwn: boolean): number {
  for (const unit of UNITS) {
    const time = kept(told / unit, now, false);
    if (time !== undefined) return time;
  }
  const isMilliseconds = told >= FIRST_OF_13_DIGITS && told <= LAST_OF_13_DIGITS;
  return isOwn && isMilliseconds ? Math.trunc(told) : now;
}

function kept(time: number, now: number, isOwn: boolean): number | undefined {
  const isAccepted = time >= now - OLDEST_MS && time <= now + NEWEST_MS;
  return isAccepted || (isOwn && time >= 0) ? Math.floor(time + ROUNDING_MS) : undefined;
}

function isoTime(text: string): number {
  const found = ISO_TIME.exec(text);
  if (!found) return Number.NaN;
  const [, date, minute, second = '00', fraction = '', utc, hours, minutes = '00'] = found;
  const zone = utc === undefined ? `${hours}:${minutes}` : 'Z';
  if (!isOnCalendar(date)) return Number.NaN;
  return Date.parse(`${date}T${minute}:${second}.${fraction.slice(0, 3).padEnd(3, '0')}${zone}`);
}

/** Date.parse takes the 31st of February for a day in March. */
function isOnCalendar(date: string): boolean {
  const [year, month, day] = date.split('-').map(Number);
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}
