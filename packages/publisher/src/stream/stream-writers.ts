import type { Target } from '../cloudwatch/sink.js';
import { StreamPlaces } from './stream-places.js';
import { StreamWriter, type WriterParts } from './stream-writer.js';

/** The writers of a publisher, one for each log stream in use. */
export class StreamWriters {
  /** The group of all new events; undefined where they choose it. */
  readonly #only: string | undefined;
  readonly #instance: string | undefined;
  readonly #context: WriterParts;
  readonly #byName = new Map<string, StreamWriter>();
  readonly #places: StreamPlaces;
  #last: StreamWriter | undefined;

  /** @param instance streams whose names hold it were made by nobody else */
  constructor(only: string | undefined, context: Omit<WriterParts, 'onIdle'>, instance?: string) {
    this.#only = only;
    this.#instance = instance;
    this.#places = new StreamPlaces(context, this);
    this.#context = { ...context, onIdle: (writer) => this.#places.rests(writer) };
  }

  get size(): number {
    return this.#byName.size;
  }

  [Symbol.iterator](): IterableIterator<StreamWriter> {
    return this.#byName.values();
  }

  /** How many streams of a group have events in memory. */
  waitingIn(logGroupName: string): number {
    let waiting = 0;
    for (const writer of this) if (writer.target.logGroupName === logGroupName && !writer.isIdle) waiting++;
    return waiting;
  }

  /** The writer of the stream of a new event; undefined when there is no room for another stream. */
  named(logGroupName: string, logStreamName: string): StreamWriter | undefined {
    // Names that hold for many events are the same strings, so these comparisons are of pointers.
    const last = this.#last;
    if (last?.target.logStreamName === logStreamName && last.target.logGroupName === logGroupName)
      return last;
    const writer =
      this.#byName.get(this.#key(logGroupName, logStreamName)) ??
      this.#begin({ logGroupName, logStreamName });
    this.#last = writer;
    return writer;
  }

  /** Whether {@link named} gives a writer. */
  hasRoomFor(logGroupName: string, logStreamName: string): boolean {
    return this.#byName.has(this.#key(logGroupName, logStreamName)) || this.#places.makeRoom();
  }

  /**
   * Makes room by forgetting a stream that is idle.
   *
   * @param inHand is about to be given an event
   * @returns false when there is none
   */
  forgetOne(inHand: StreamWriter): boolean {
    return this.#places.forgetOne(inHand);
  }

  /** The writer of any stream: what an earlier process left may belong to another group. */
  of(target: Target): StreamWriter {
    return this.find(target) ?? this.#make(target);
  }

  /** The writer of a stream in use. */
  find({ logGroupName, logStreamName }: Target): StreamWriter | undefined {
    return this.#byName.get(this.#key(logGroupName, logStreamName));
  }

  /** Whether nothing is lost when it is forgotten. */
  isUnused(writer: StreamWriter): boolean {
    return writer.isUnused && !this.#context.disk()?.hasEventsOf(writer.target);
  }

  /** Called for one that is unused, by what decides which streams may be in memory. */
  forget(writer: StreamWriter): void {
    const { logGroupName, logStreamName } = writer.target;
    if (writer === this.#last) this.#last = undefined;
    this.#context.outages.forget(writer.target);
    this.#byName.delete(this.#key(logGroupName, logStreamName));
  }

  /** Names contain no colon, so these never meet. */
  #key(logGroupName: string, logStreamName: string): string {
    return logGroupName === this.#only ? logStreamName : `${logGroupName}:${logStreamName}`;
  }

  #begin(target: Target): StreamWriter | undefined {
    if (!this.#places.makeRoom()) return undefined;
    const isUnmade = this.#instance !== undefined && target.logStreamName.includes(this.#instance);
    const writer = this.#make(target, isUnmade);
    this.#places.take(writer);
    if (this.#only === undefined && !isUnmade) writer.createFirst();
    return writer;
  }

  #make({ logGroupName, logStreamName }: Target, isUnmade = false): StreamWriter {
    const writer = new StreamWriter({ logGroupName, logStreamName }, this.#context, isUnmade);
    this.#byName.set(this.#key(logGroupName, logStreamName), writer);
    return writer;
  }
}
