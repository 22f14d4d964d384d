import { type Clock, systemClock, whenRead } from '../time/clock.js';

/** Nothing that is silent for less than that is given up. */
const LEAST_SILENCE_MS = 2000;
const TIMES_SLOWEST = 4;
/** Bytes that the system has taken may still be on their way, and their progress does not show. */
const LEAST_BYTES_PER_MS = 200;
const REMEMBERED_ANSWERS = 16;
/** Another try must fit in the time that is left. */
const LEAST_TRY_MS = 250;

/** A request that is under way, to be told of what comes of it. */
export interface Heard {
  /** Bytes of the request went out, or the answer began. */
  bytes(): void;
  answered(): void;
  /** Nothing is waited for any more. */
  ended(): void;
}

interface UnderWay {
  heardAt: number;
  readonly bytes: number;
  readonly patience: number;
  readonly giveUp: (silentMs: number) => void;
}

/**
 * The requests under way to one endpoint, and since when each is silent. While somebody waits who has a deadline, one
 * that is silent far longer than the answers of this endpoint take is given up in time for another try. Nobody else is
 * that impatient, because the request may well have been carried out.
 */
export class Silences {
  readonly #clock: Clock;
  readonly #underWay = new Set<UnderWay>();
  readonly #answersMs: number[] = [];
  readonly #deadlines = new Set<{ readonly at: number }>();
  #timer: unknown;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /**
   * A request begins.
   *
   * @param bytes of its body
   * @param giveUp is called at most once, with how long it was silent
   * @param patience how often the usual time it may be silent
   */
  begin(bytes: number, giveUp: (silentMs: number) => void, patience = 1): Heard {
    const startedAt = this.#clock.now();
    const request: UnderWay = { heardAt: startedAt, bytes, patience, giveUp };
    this.#underWay.add(request);
    this.#arm();
    return {
      bytes: () => {
        request.heardAt = this.#clock.now();
      },
      answered: () => {
        this.#answersMs.push(this.#clock.now() - startedAt);
        if (this.#answersMs.length > REMEMBERED_ANSWERS) this.#answersMs.shift();
      },
      ended: () => {
        this.#underWay.delete(request);
      },
    };
  }

  /** Somebody waits, at most so long. @returns call it when that is over */
  waitsFor(timeoutMs: number): () => void {
    const deadline = { at: this.#clock.now() + timeoutMs };
    this.#deadlines.add(deadline);
    this.#arm();
    return () => {
      this.#deadlines.delete(deadline);
      if (this.#deadlines.size > 0) return;
      this.#clock.clearTimer(this.#timer);
      this.#timer = undefined;
    };
  }

  get #slowestMs(): number {
    return Math.max(0, ...this.#answersMs);
  }

  /** Until when the request may be silent. */
  #endOf({ heardAt, bytes, patience }: UnderWay): number {
    const usualMs = Math.max(LEAST_SILENCE_MS, TIMES_SLOWEST * this.#slowestMs, bytes / LEAST_BYTES_PER_MS);
    return heardAt + patience * usualMs;
  }

  /** Looks when the first request has been silent for too long. */
  #arm(): void {
    if (this.#timer !== undefined || this.#deadlines.size === 0 || this.#underWay.size === 0) return;
    const first = Math.min(...Array.from(this.#underWay, (request) => this.#endOf(request)));
    this.#timer = this.#clock.setTimer(
      () => whenRead(() => this.#look()),
      Math.max(1, first - this.#clock.now()),
    );
  }

  #look(): void {
    this.#timer = undefined;
    const now = this.#clock.now();
    const leftMs = Math.max(...Array.from(this.#deadlines, ({ at }) => at)) - now;
    if (leftMs < Math.max(LEAST_TRY_MS, this.#slowestMs)) return; // nor is there time for it later
    for (const request of [...this.#underWay]) {
      if (now < this.#endOf(request)) continue;
      this.#underWay.delete(request);
      request.giveUp(now - request.heardAt);
    }
    this.#arm();
  }
}
