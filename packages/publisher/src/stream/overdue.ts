import type { Diagnostics } from '../accounts/diagnostics.js';
import type { Target } from '../cloudwatch/sink.js';
import type { Clock } from '../time/clock.js';
import type { Deadlines } from '../time/deadlines.js';

const OVERDUE_AFTER_MS = 10_000;

/** Why nothing is stored. */
export interface Holdup {
  /** The same for all streams that it holds up; the text may name what differs, such as a token. */
  readonly cause: string;
  readonly text: string;
}

/** A stream whose turn has come, as far as it matters to whoever waits. */
export interface WaitingStream {
  readonly target: Target;
  /** Why nothing was stored so far; undefined when people heard of it already. */
  readonly whyNotStored: () => Holdup | undefined;
}

/**
 * Streams that put something which is not stored yet. Whatever the reason, people hear of it once the oldest has waited
 * {@link OVERDUE_AFTER_MS}: in one warning for each cause and log group, however many streams it holds up. A stream that
 * waits for its turn is not among them.
 */
export class Overdue {
  readonly #clock: Clock;
  readonly #deadlines: Deadlines;
  readonly #diagnostics: Diagnostics;
  /** When the first put began since something was stored; oldest first. */
  readonly #since = new Map<WaitingStream, number>();
  #isArmed = false;

  constructor(clock: Clock, deadlines: Deadlines, diagnostics: Diagnostics) {
    this.#clock = clock;
    this.#deadlines = deadlines;
    this.#diagnostics = diagnostics;
  }

  /** A put of the stream begins. */
  begins(stream: WaitingStream): void {
    if (this.#since.has(stream)) return;
    this.#since.set(stream, this.#clock.now());
    this.#arm(OVERDUE_AFTER_MS);
  }

  /** Something of the stream was stored, or nothing of it is put any more. */
  ends(stream: WaitingStream): void {
    this.#since.delete(stream);
  }

  #arm(ms: number): void {
    if (this.#isArmed) return;
    this.#isArmed = true;
    this.#deadlines.after(ms, () => {
      this.#isArmed = false;
      this.#check();
    });
  }

  #check(): void {
    const now = this.#clock.now();
    const held = new Map<
      string,
      { readonly first: WaitingStream; readonly why: string; age: number; streams: number }
    >();
    for (const [stream, since] of this.#since) {
      const age = now - since;
      if (age < OVERDUE_AFTER_MS) break;
      const why = stream.whyNotStored();
      if (why === undefined) continue;
      const topic = `${stream.target.logGroupName} ${why.cause}`;
      const known = held.get(topic);
      if (known) known.streams++;
      else held.set(topic, { first: stream, why: why.text, age, streams: 1 });
    }
    for (const [topic, { first, why, age, streams }] of held) {
      const { logGroupName, logStreamName } = first.target;
      const others = streams === 1 ? '' : ` and ${streams - 1} more`;
      const message =
        `nothing was stored for ${Math.floor(age / 1000)} s in log stream "${logStreamName}"${others} of log group ` +
        `"${logGroupName}": ${why}. Events are kept and tried again.`;
      this.#diagnostics.warn({ code: 'overdue', message, logGroupName, logStreamName }, topic);
    }
    const [oldest] = this.#since.values();
    if (oldest === undefined) return;
    this.#arm(Math.max(1000, oldest + OVERDUE_AFTER_MS - now));
  }
}
