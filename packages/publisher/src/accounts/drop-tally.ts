import type { Clock } from '../time/clock.js';
import type { Drop } from './events.js';

const TOGETHER_MS = 1000;
/** Kinds of drops that are told apart within a second: there may be as many streams as clients can name. */
const MOST_KINDS = 1000;

/**
 * Tells of drops: at once of the first, and once a second of those with the same reason and stream that follow, as one.
 * So a flood of drops is no flood of reports; and a listener that logs each report into a full buffer, now or in a later
 * turn, causes the next drop, which is told, with all others, a second later.
 */
export class DropTally {
  readonly #clock: Clock;
  readonly #report: (drop: Drop) => void;
  /** Told within this second, each with what came since. */
  readonly #told = new Map<string, Drop | undefined>();
  #timer: unknown;

  constructor(clock: Clock, report: (drop: Drop) => void) {
    this.#clock = clock;
    this.#report = report;
  }

  add(told: Drop): void {
    const drop = this.#told.size < MOST_KINDS || this.#told.has(keyOf(told)) ? told : ofItsGroup(told);
    const key = keyOf(drop);
    if (this.#told.has(key)) {
      const since = this.#told.get(key);
      this.#told.set(key, since ? sumOf(since, drop) : drop);
      return;
    }
    this.#told.set(key, undefined);
    this.#arm();
    this.#report(drop);
  }

  /** Tells at once of what came together. */
  report(): void {
    const waiting = [...this.#told].filter(([, since]) => since !== undefined);
    for (const [key] of waiting) this.#told.set(key, undefined);
    for (const [, since] of waiting) if (since) this.#report(since);
  }

  #arm(): void {
    this.#timer ??= this.#clock.setTimer(() => this.#nextSecond(), TOGETHER_MS);
  }

  #nextSecond(): void {
    this.#timer = undefined;
    for (const [key, since] of this.#told) if (since === undefined) this.#told.delete(key);
    if (this.#told.size === 0) return;
    this.#arm();
    this.report();
  }
}

function keyOf({ reason, logGroupName, logStreamName, cause }: Drop): string {
  return [reason, logGroupName, logStreamName, cause].join('\0');
}

/** The drop, without what tells it from others of its log group. */
function ofItsGroup({ reason, events, bytes, levels, logGroupName }: Drop): Drop {
  return { reason, events, bytes, ...(levels && { levels }), logGroupName };
}

function sumOf(since: Drop, drop: Drop): Drop {
  const sum = { ...drop, events: since.events + drop.events, bytes: since.bytes + drop.bytes };
  if (!since.levels || !drop.levels) return sum;
  const levels = new Map(Object.entries(since.levels));
  for (const [level, events] of Object.entries(drop.levels))
    levels.set(level, (levels.get(level) ?? 0) + events);
  return { ...sum, levels: Object.fromEntries(levels) };
}
