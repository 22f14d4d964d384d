import type { Clock } from '../time/clock.js';

/** The difference that AWS allows a signature; a clock that is off by less is no reason to change times. */
const TOLERANCE_MS = 5 * 60_000;
/** Two answers differ by the time that they were on their way: it is no reason to move times against each other. */
const JITTER_MS = 60_000;

/**
 * The clock of CloudWatch Logs, as its answers tell it. The clock of this machine may be set at any moment, or may have
 * stood still while the machine slept: how far off it is, is known only until it is seen to have moved against the
 * monotonic one.
 */
export class ServiceClock {
  readonly #clock: Clock;
  readonly #onCorrection: (byMs: number) => void;
  #heard: { readonly aheadMs: number; readonly drift: number } | undefined;

  /** @param onCorrection times are to be moved from now on, and were not until now */
  constructor(clock: Clock, onCorrection: (byMs: number) => void = () => {}) {
    this.#clock = clock;
    this.#onCorrection = onCorrection;
  }

  /** An answer told the time of the service, in milliseconds since the epoch. */
  heard(time: number): void {
    const aheadMs = time - this.#clock.wallTime();
    const before = this.correctionMs;
    if (before !== undefined && Math.abs(aheadMs - (this.#heard?.aheadMs ?? 0)) < JITTER_MS) return;
    this.#heard = { aheadMs, drift: this.#drift };
    const { correctionMs = 0 } = this;
    if (correctionMs !== 0 && !before) this.#onCorrection(correctionMs);
  }

  /**
   * The correction of a time of this machine's clock; 0 where that clock is not off by more than five minutes. Undefined
   * while it is not known.
   */
  get correctionMs(): number | undefined {
    if (this.#heard === undefined || Math.abs(this.#drift - this.#heard.drift) > JITTER_MS) return undefined;
    const { aheadMs } = this.#heard;
    return Math.abs(aheadMs) > TOLERANCE_MS ? aheadMs : 0;
  }

  /** The present time; of this machine's clock where it is not known to be wrong. */
  get now(): number {
    return this.#clock.wallTime() + (this.correctionMs ?? 0);
  }

  get #drift(): number {
    return this.#clock.wallTime() - this.#clock.now();
  }
}
