import type { Target } from '../cloudwatch/sink.js';
import type { Clock } from '../time/clock.js';
import { StreamWriter, type WriterContext } from './stream-writer.js';

const SWEEP_FROM = 1000;
const IDLE_AFTER_MS = 60_000;

/** The writers of a publisher, one for each log stream in use. */
export class StreamWriters {
  readonly #logGroupName: string;
  readonly #instance: string | undefined;
  readonly #context: WriterContext;
  readonly #clock: Clock;
  readonly #byName = new Map<string, StreamWriter>();
  #last: StreamWriter | undefined;
  #sweepFrom = SWEEP_FROM;

  /** @param instance streams whose names hold it were made by nobody else */
  constructor(logGroupName: string, context: WriterContext, instance?: string) {
    this.#logGroupName = logGroupName;
    this.#instance = instance;
    this.#context = context;
    this.#clock = context.clock;
  }

  get size(): number {
    return this.#byName.size;
  }

  [Symbol.iterator](): IterableIterator<StreamWriter> {
    return this.#byName.values();
  }

  named(logStreamName: string): StreamWriter {
    // A name that holds for many events is the same string, so this comparison is one of pointers.
    if (this.#last?.target.logStreamName === logStreamName) return this.#last;
    let writer = this.#byName.get(logStreamName);
    if (!writer) {
      if (this.#byName.size >= this.#sweepFrom) this.#forgetIdle();
      const isUnmade = this.#instance !== undefined && logStreamName.includes(this.#instance);
      const target = { logGroupName: this.#logGroupName, logStreamName };
      writer = new StreamWriter(target, this.#context, isUnmade);
      this.#byName.set(logStreamName, writer);
    }
    this.#last = writer;
    return writer;
  }

  /** The writer of any stream: what an earlier process left may belong to another group. */
  of({ logGroupName, logStreamName }: Target): StreamWriter {
    if (logGroupName === this.#logGroupName) return this.named(logStreamName);
    // Names contain no colon, so these keys never meet those of the group's own streams.
    const key = `${logGroupName}:${logStreamName}`;
    let writer = this.#byName.get(key);
    if (!writer) {
      writer = new StreamWriter({ logGroupName, logStreamName }, this.#context);
      this.#byName.set(key, writer);
    }
    return writer;
  }

  /** Streams that rotate by date or field come and go; one that is idle needs nothing remembered. */
  #forgetIdle(): void {
    const before = this.#clock.now() - IDLE_AFTER_MS;
    for (const [name, writer] of this.#byName) {
      if (
        writer.isIdle &&
        !writer.isHeld &&
        writer.lastUsedAt <= before &&
        !this.#context.disk()?.hasEventsOf(writer.target)
      )
        this.#byName.delete(name);
    }
    // Doubling keeps the sweeps rare when most streams are in use.
    this.#sweepFrom = Math.max(SWEEP_FROM, this.#byName.size * 2);
  }
}
