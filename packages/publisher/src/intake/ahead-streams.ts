import type { StreamWriter } from '../stream/stream-writer.js';
import type { Clock } from '../time/clock.js';

/** The clock, and the chance that spreads processes over the last minutes before midnight. */
export interface AheadContext {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

const AHEAD_MS = 600_000;

/**
 * Has the stream of the next day, or hour, made before it begins, where something is logged in its last ten minutes: else
 * every process of an account asks for a new stream at midnight, and the account may make 50 a second.
 */
export class AheadStreams {
  readonly #periodMs: number | undefined;
  readonly #context: AheadContext;

  /** @param periodMs for which the name of a stream holds; undefined where time does not change it */
  constructor(periodMs: number | undefined, context: AheadContext) {
    this.#periodMs = periodMs;
    this.#context = context;
  }

  /**
   * An event goes to a stream, at or after its `aheadAt`.
   *
   * @param writerAt of the stream that an event like this one goes to at another time
   */
  noteEvent(writer: StreamWriter, time: number, writerAt: (time: number) => StreamWriter | undefined): void {
    const periodMs = this.#periodMs;
    if (periodMs === undefined) {
      writer.aheadAt = Number.POSITIVE_INFINITY;
      return;
    }
    const { clock, random } = this.#context;
    const end = (Math.floor(time / periodMs) + 1) * periodMs;
    writer.aheadAt ??= end - random() * AHEAD_MS;
    if (time < writer.aheadAt) return;
    writer.aheadAt = Number.POSITIVE_INFINITY;
    // Events of the past need no stream of the day after theirs.
    const leftMs = end - clock.wallTime();
    if (leftMs <= 0 || leftMs > AHEAD_MS) return;
    writerAt(end)?.createAhead();
  }
}
