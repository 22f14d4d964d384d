import { type EventContext, UNKNOWN } from '../options/name-template.js';

/** Severities of the usual names of levels, as pino counts; those of winston and syslog stand in between. */
const SEVERITIES: Readonly<Record<string, number>> = {
  silly: 5,
  trace: 10,
  debug: 20,
  verbose: 23,
  http: 26,
  info: 30,
  information: 30,
  notice: 35,
  warn: 40,
  warning: 40,
  err: 50,
  error: 50,
  crit: 55,
  critical: 55,
  alert: 57,
  fatal: 60,
  emerg: 65,
  emergency: 65,
  panic: 65,
};

/** A number fits into a byte, and a set of them into the bits of one. */
const MOST_LEVELS = 32;
/** Names come with the events, and are told in the stream. */
const LONGEST_NAME = 64;
/** Of events that tell none. */
const NO_LEVEL = { level: UNKNOWN, severity: SEVERITIES.info };

/** The severity that the name of a level says; undefined for one that is not usual. */
export function severityOfName(level: string): number | undefined {
  const name = level.toLowerCase();
  return Object.hasOwn(SEVERITIES, name) ? SEVERITIES[name] : undefined;
}

/**
 * The levels that the events of a publisher came with, each under a number that its events keep. 0 is for events without a
 * level, and for names that say nothing: they count as severe as info.
 */
export class Levels {
  readonly #levels: { readonly level: string; readonly severity: number }[] = [NO_LEVEL];
  readonly #numbers = new Map<string | number, number>();

  /** The number of the level of an event. A name has the severity that it came with first. */
  numberOf(context: EventContext | undefined): number {
    const level: unknown = context?.level ?? context?.severity;
    if (typeof level !== 'string' && typeof level !== 'number') return 0;
    return this.#numbers.get(level) ?? this.#add(level, context?.severity);
  }

  /** So many events of each level, by their names. @param counts by the numbers of the levels */
  named(counts: readonly number[]): Readonly<Record<string, number>> {
    const named = new Map<string, number>();
    for (const [number, events] of counts.entries()) {
      const name = this.nameOf(number);
      if (events > 0) named.set(name, events + (named.get(name) ?? 0));
    }
    return Object.fromEntries(named);
  }

  nameOf(number: number): string {
    return this.#levels[number].level;
  }

  /** More is more severe. */
  severityOf(number: number): number {
    return this.#levels[number].severity;
  }

  /** The numbers of those that are no more severe, as bits: 1 for number 0. */
  bitsThrough(severity: number): number {
    return this.#levels.reduce(
      (bits, level, number) => (level.severity <= severity ? bits | (1 << number) : bits),
      0,
    );
  }

  /** All of them, in the order of their numbers. */
  get all(): readonly { readonly level: string; readonly severity: number }[] {
    return this.#levels;
  }

  #add(level: string | number, given: number | undefined): number {
    const said = typeof level === 'number' ? level : severityOfName(level);
    const severity = Number.isFinite(given) ? given : said;
    if (severity === undefined || !Number.isFinite(severity)) return 0;
    if (this.#levels.length === MOST_LEVELS) return this.#nearest(severity);
    this.#numbers.set(level, this.#levels.length);
    return this.#levels.push({ level: String(level).slice(0, LONGEST_NAME), severity }) - 1;
  }

  #nearest(severity: number): number {
    const distance = (number: number) => Math.abs(this.severityOf(number) - severity);
    return this.#levels.reduce((best, _, number) => (distance(number) < distance(best) ? number : best), 0);
  }
}

/** So much of a stream is looked through at least for what is dropped of it, or every line would have all of it looked through. */
const LEAST_SHARE = 16;

/**
 * Chooses events that go to make room: the least severe first, of equal ones the oldest. It chooses at least a sixteenth of what may
 * go, so that all are not looked through again for the next event. Where what may go is less than a sixteenth of all, those
 * that are less severe than the newcomer go; where there are none, none goes, though others may be as severe.
 *
 * @param held bytes of each level, by its number
 * @param wanted bytes that are missing
 * @param most the severity of the newcomer, where only what is not more severe may go
 * @returns whether an event goes, to be asked for each, oldest first; undefined when none may
 */
export function lowestFirst(
  levels: Levels,
  held: readonly number[],
  wanted: number,
  most = Number.POSITIVE_INFINITY,
): ((level: number, bytes: number) => boolean) | undefined {
  const steps = held
    .map((bytes, number) => ({ bytes, severity: levels.severityOf(number) }))
    .filter(({ bytes }) => bytes > 0)
    .sort((a, b) => a.severity - b.severity);
  const sum = (some: typeof steps) => some.reduce((bytes, step) => bytes + step.bytes, 0);
  const mayGo = sum(steps.filter(({ severity }) => severity <= most));
  const below = sum(steps.filter(({ severity }) => severity < most));
  let left =
    mayGo * LEAST_SHARE < sum(steps) ? below : Math.min(mayGo, Math.max(wanted, mayGo / LEAST_SHARE));
  if (left <= 0) return undefined;
  // All that is below `last` goes, and so many bytes of what is as severe as that.
  let last = Number.NEGATIVE_INFINITY;
  let ofLast = 0;
  for (const { bytes, severity } of steps) {
    if (severity > last) {
      if (left <= 0) break;
      last = severity;
      ofLast = left;
    }
    left -= bytes;
  }
  return (level, bytes) => {
    const severity = levels.severityOf(level);
    if (severity !== last) return severity < last;
    if (ofLast <= 0) return false;
    ofLast -= bytes;
    return true;
  };
}
