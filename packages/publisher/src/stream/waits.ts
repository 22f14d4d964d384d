import { backoffMs, type FailureCounts, type Schedule } from '../cloudwatch/backoff.js';
import type { Deadline } from '../time/deadlines.js';
import type { PublisherParts } from './publisher-parts.js';

/** The stream that rests. */
export interface RestingStream {
  /** The rest is over: there may be something to put. */
  offer(): void;
  /** A call failed, and is made again after a while. */
  failing(): void;
}

type Context = Pick<PublisherParts, 'clock' | 'deadlines' | 'isClosing' | 'random'>;

const NONE: FailureCounts = { fast: 0, slow: 0 };
const CLOSING_WAIT_MS = 500;
/** A program that flushes for every line must not make a put for every line of an outage. */
const HURRY_EVERY_MS = 250;

/** The waits of a stream between its puts, and the failures in a row that make them longer. */
export class Rest {
  readonly #context: Context;
  readonly #stream: RestingStream;
  #waiting: { readonly deadline: Deadline; readonly schedule: Schedule } | undefined;
  #failures: Readonly<FailureCounts> = NONE;
  #hurriedAt: number | undefined;

  constructor(context: Context, stream: RestingStream) {
    this.#context = context;
    this.#stream = stream;
  }

  get isResting(): boolean {
    return this.#waiting !== undefined;
  }

  get isFailing(): boolean {
    return this.#failures.fast > 0 || this.#failures.slow > 0;
  }

  /** Failures in a row on a schedule. */
  failures(schedule: Schedule): number {
    return this.#failures[schedule];
  }

  /** Something was stored: the next failure is the first again. */
  succeeded(): void {
    this.#failures = NONE;
  }

  afterFailure(schedule: Schedule, retryAfterMs: number): void {
    const failures = this.#failures[schedule] + 1;
    this.#failures = { ...this.#failures, [schedule]: failures };
    const ms = backoffMs(schedule, failures, this.#context.random(), retryAfterMs);
    this.take(ms, schedule);
    this.#stream.failing();
  }

  take(ms: number, schedule: Schedule): void {
    const { clock, deadlines, isClosing } = this.#context;
    const waitMs = isClosing() ? Math.min(ms, CLOSING_WAIT_MS) : ms;
    // Of several puts that failed together, the one that asks for the longest wait is heard.
    if (this.#waiting && this.#waiting.deadline.at >= clock.now() + waitMs) return;
    this.#waiting?.deadline.cancel();
    const deadline = deadlines.after(waitMs, () => {
      this.#waiting = undefined;
      this.#stream.offer();
    });
    this.#waiting = { deadline, schedule };
  }

  /** Ends a wait for a network or a stream that may be back by now; with `all`, for a throttled service too. */
  hurry(all: boolean): void {
    if (!this.#waiting || (this.#waiting.schedule === 'slow' && !all)) return;
    const now = this.#context.clock.now();
    if (!all && this.#hurriedAt !== undefined && now - this.#hurriedAt < HURRY_EVERY_MS) return;
    this.#hurriedAt = now;
    this.#waiting.deadline.cancel();
    this.#waiting = undefined;
    this.#stream.offer();
  }

  cancel(): void {
    this.#waiting?.deadline.cancel();
  }
}
