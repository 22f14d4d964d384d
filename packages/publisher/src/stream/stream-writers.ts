import type { Target } from '../cloudwatch/sink.js';
import type { Clock } from '../time/clock.js';
import { StreamWriter, type WriterContext } from './stream-writer.js';

const SWEEP_FROM = 1000;
const IDLE_AFTER_MS = 60_000;
/** An account may create so many streams in a minute, 50 a second: more names than that come from a field of the wrong kind. */
const MOST_NEW = 3000;
const NEW_WITHIN_MS = 60_000;

/** The writers of a publisher, one for each log stream in use. */
export class StreamWriters {
  /** The group of all new events; undefined where they choose it. */
  readonly #only: string | undefined;
  readonly #instance: string | undefined;
  readonly #context: WriterContext;
  readonly #clock: Clock;
  readonly #byName = new Map<string, StreamWriter>();
  #last: StreamWriter | undefined;
  #sweepFrom = SWEEP_FROM;
  #newSince = Number.NEGATIVE_INFINITY;
  #new = 0;

  /** @param instance streams whose names hold it were made by nobody else */
  constructor(only: string | undefined, context: WriterContext, instance?: string) {
    this.#only = only;
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

  /** The writer of the stream of a new event. */
  named(logGroupName: string, logStreamName: string): StreamWriter {
    // Names that hold for many events are the same strings, so these comparisons are of pointers.
    const last = this.#last;
    if (last?.target.logStreamName === logStreamName && last.target.logGroupName === logGroupName)
      return last;
    let writer = this.#byName.get(this.#key(logGroupName, logStreamName));
    if (!writer) {
      const isUnmade = this.#instance !== undefined && logStreamName.includes(this.#instance);
      writer = this.#make({ logGroupName, logStreamName }, isUnmade);
      if (this.#only === undefined && !isUnmade) writer.createFirst();
    }
    this.#last = writer;
    return writer;
  }

  /** The writer of any stream: what an earlier process left may belong to another group. */
  of({ logGroupName, logStreamName }: Target): StreamWriter {
    return (
      this.#byName.get(this.#key(logGroupName, logStreamName)) ?? this.#make({ logGroupName, logStreamName })
    );
  }

  /** Names contain no colon, so these never meet. */
  #key(logGroupName: string, logStreamName: string): string {
    return logGroupName === this.#only ? logStreamName : `${logGroupName}:${logStreamName}`;
  }

  #make(target: Target, isUnmade = false): StreamWriter {
    if (this.#byName.size >= this.#sweepFrom) this.#forgetIdle();
    this.#countNew(target);
    const writer = new StreamWriter(target, this.#context, isUnmade);
    this.#byName.set(this.#key(target.logGroupName, target.logStreamName), writer);
    return writer;
  }

  #countNew({ logGroupName }: Target): void {
    const now = this.#clock.now();
    if (now - this.#newSince > NEW_WITHIN_MS) {
      this.#newSince = now;
      this.#new = 0;
    }
    if (++this.#new !== MOST_NEW) return;
    const { options, diagnostics } = this.#context;
    const { logStreamName } = options;
    const template = typeof logStreamName === 'string' ? `"${logStreamName}"` : 'a function';
    const message =
      `${MOST_NEW} log streams were begun within a minute, more than an account may create; logStreamName is ${template}: ` +
      'name streams by something that has few values.';
    diagnostics.warn({ code: 'stream-name', message, logGroupName }, 'many');
  }

  /** Streams that rotate by date or field come and go; one that is idle needs nothing remembered. */
  #forgetIdle(): void {
    const before = this.#clock.now() - IDLE_AFTER_MS;
    this.#last = undefined; // it may be one of them
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
