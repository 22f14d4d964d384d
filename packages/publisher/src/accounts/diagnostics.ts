import { type Channel, channel } from 'node:diagnostics_channel';
import type { EventEmitter } from 'node:events';
import { writeSync } from 'node:fs';
import { consoleLink, type SentPlace } from '../cloudwatch/console-link.js';
import { lineForPeople } from '../text/for-people.js';
import type { Clock } from '../time/clock.js';
import { DropTally } from './drop-tally.js';
import {
  type Drop,
  EVENT_NAMES,
  type Place,
  type PublisherEvents,
  type Warning,
  type WarningCode,
} from './events.js';

const REPEAT_AFTER_MS = 60_000;
const MAX_REMEMBERED = 1000;
const MOST_ALIKE = 20; // a thousand streams of one application fail for the same reason

/** The same on `node:diagnostics_channel`, for whoever observes every publisher of a thread. */
const channels = Object.fromEntries(
  EVENT_NAMES.map((name) => [name, channel(`cloudwatch-logs:${name}`)]),
) as Record<keyof PublisherEvents, Channel>;

/** Of the log group of the options, where it names none. */
type MayNameGroup<T> = Omit<T, 'logGroupName'> & { readonly logGroupName?: string };
type LastWords = MayNameGroup<Omit<Warning, 'suppressed'>>;
/** A warning that may be held back; then its message need not be made. */
type Untold = Omit<LastWords, 'message'> & { readonly message: string | (() => string) };

/**
 * Tells what happens: as events, on diagnostics channels, and, when nobody listens for warnings, in one line
 * on stderr. The first warning of a kind goes out at once, its like at most once a minute.
 */
export class Diagnostics {
  readonly #emitter: EventEmitter<PublisherEvents>;
  readonly #clock: Clock;
  readonly #silent: boolean;
  readonly #logGroupName: string;
  readonly #drops: DropTally;
  #holds = 0;
  #held: (() => void)[] = [];
  readonly #windows = new Map<WarningCode, { until: number; warnings: number }>();
  readonly #remembered = new Map<string, { nextAt: number; suppressed: number }>();
  /** Until when it is not told again that a listener threw. */
  readonly #throwingUntil = new Map<string, number>();

  /** @param logGroupName that of the options, for people */
  constructor(emitter: EventEmitter<PublisherEvents>, clock: Clock, silent: boolean, logGroupName: string) {
    this.#silent = silent;
    this.#logGroupName = logGroupName;
    this.#emitter = emitter;
    this.#clock = clock;
    this.#drops = new DropTally(clock, (drop) => this.#tell(() => this.#emitNow('drop', drop)));
  }

  /** @param topic tells warnings of the same code apart, so that one does not hold back another */
  warn(warning: Untold, topic = warning.logStreamName ?? ''): void {
    const key = `${warning.code}:${topic}`;
    const now = this.#clock.now();
    const known = this.#remembered.get(key);
    if (known && now < known.nextAt) {
      known.suppressed++;
      return;
    }
    if (!known && this.#isFlood(warning.code, now)) return;
    if (this.#remembered.size >= MAX_REMEMBERED) this.#remembered.clear();
    this.#remembered.set(key, { nextAt: now + REPEAT_AFTER_MS, suppressed: 0 });
    const text = typeof warning.message === 'string' ? warning.message : warning.message();
    const told = { message: lineForPeople(text), suppressed: known?.suppressed ?? 0 };
    this.announce({ logGroupName: this.#logGroupName, ...warning, ...told });
  }

  /** Tells a warning whose like was held back where it came from. */
  announce(warning: Warning): void {
    this.#tell(() => {
      if (!this.#emitNow('warn', warning)) this.#print(warning.message);
    });
  }

  /** Whether so many streams had the same to say within a minute that one more tells nothing new. */
  #isFlood(code: WarningCode, now: number): boolean {
    const window = this.#windows.get(code);
    if (window && now < window.until) {
      return ++window.warnings > MOST_ALIKE;
    }
    this.#windows.set(code, { until: now + REPEAT_AFTER_MS, warnings: 1 });
    return false;
  }

  /** A warning that nobody may be left to hear: always on stderr too, whoever listens. */
  lastWords(warning: LastWords): void {
    const message = lineForPeople(warning.message);
    this.emit('warn', { logGroupName: this.#logGroupName, ...warning, message, suppressed: 0 });
    this.#tell(() => this.#print(message));
  }

  /** Whether anybody wants these events; asked before one is built. */
  wants(name: keyof PublisherEvents): boolean {
    return channels[name].hasSubscribers || this.#emitter.listenerCount(name) > 0;
  }

  /** Tells where logs go. */
  place(
    name: 'created' | 'started',
    where: Pick<Place, 'logGroupName' | 'logStreamName'>,
    sentTo: SentPlace | undefined,
  ): void {
    if (!this.wants(name)) return;
    const link = sentTo && consoleLink(sentTo, where);
    this.emit(name, { ...where, region: sentTo?.region, console: link });
  }

  /** Tells an event, or a drop with others like it. Who has to work for one asks {@link wants} before. */
  emit<Name extends keyof PublisherEvents>(name: Name, ...args: PublisherEvents[Name]): void {
    if (name !== 'drop') this.#tell(() => this.#emitNow(name, ...args));
    else if (this.wants(name)) this.#drops.add(args[0] as Drop);
  }

  drop(drop: MayNameGroup<Drop>): void {
    this.emit('drop', { logGroupName: this.#logGroupName, ...drop });
  }

  /** Tells at once of the drops that are told together. */
  tellDrops(): void {
    this.#drops.report();
  }

  /**
   * Until {@link release} nobody hears anything: while an event is on its way to its place, a listener would find
   * counters that do not add up, and what it logs would get in between.
   */
  hold(): void {
    this.#holds++;
  }

  /** Tells what there was to tell since {@link hold}; called once for each call of that. */
  release(): void {
    if (--this.#holds > 0 || this.#held.length === 0) return;
    const held = this.#held;
    this.#held = [];
    for (const tell of held) tell();
  }

  #tell(tell: () => void): void {
    if (this.#holds > 0) this.#held.push(tell);
    else tell();
  }

  /** @returns whether somebody listened */
  #emitNow<Name extends keyof PublisherEvents>(name: Name, ...args: PublisherEvents[Name]): boolean {
    try {
      if (channels[name].hasSubscribers) channels[name].publish(args[0]);
      return (this.#emitter as EventEmitter).emit(name, ...args);
    } catch (error) {
      // A listener of the application failed: that must not stop the delivery of its logs.
      this.listenerThrew(name, error);
      return true;
    }
  }

  /** Said at most once a minute for each event: a listener that fails does so for each of a million. */
  listenerThrew(name: string, error: unknown): void {
    const now = this.#clock.now();
    if (now < (this.#throwingUntil.get(name) ?? Number.NEGATIVE_INFINITY)) return;
    this.#throwingUntil.set(name, now + REPEAT_AFTER_MS);
    const reason = error instanceof Error ? error.message : String(error);
    this.#print(`a listener for '${name}' threw: ${reason}`);
  }

  #print(message: string): void {
    if (!this.#silent) printLine(message);
  }
}

/** One line on stderr, at once: `console` and `process.stderr` may never print at the end of a thread. */
export function printLine(message: string): void {
  try {
    writeSync(2, `cloudwatch-logs: ${lineForPeople(message)}\n`);
  } catch {
    // stderr is closed or full: there is nowhere left to say it.
  }
}
