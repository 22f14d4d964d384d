import type { StreamWriter } from '../stream/stream-writer.js';
import type { Clock } from '../time/clock.js';

const AHEAD_MS = 600_000;

/**
 * Has the stream of the next day, or hour, made before it begins, where something is logged in its last ten minutes: else
 * every process of an account asks for a new stream at midnight, and the account may make 50 a second.
 */
export class AheadStreams {
  readonly #periodMs: number | undefined;
  readonly #clock: Clock;
  readonly #random: () => number;

  /**
   * @param periodMs for which the name of a stream holds; undefined where time does not change it
   * @param random uniform in [0, 1): spreads processes over the last minutes before midnight
   */
  constructor(periodMs: number | undefined, clock: Clock, random: () => number) {
    this.#periodMs = periodMs;
    this.#clock = clock;
    this.#random = random;
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
    const end = (Math.floor(time / periodMs) + 1) * periodMs;
    writer.aheadAt ??= end - this.#random() * AHEAD_MS;
    if (time < writer.aheadAt) return;
    writer.aheadAt = Number.POSITIVE_INFINITY;
    // Events of the past need no stream of the day after theirs.
    const leftMs = end - this.#clock.wallTime();
    if (leftMs <= 0 || leftMs > AHEAD_MS) return;
    writerAt(end)?.createAhead();
  }
}
