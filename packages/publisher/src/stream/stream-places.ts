import { FREE_STREAMS } from '../accounts/memory-budget.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import type { PublisherParts } from './publisher-parts.js';
import type { StreamWriter } from './stream-writer.js';

const FORGET_FROM = 1000;
const IDLE_AFTER_MS = 60_000;
const FIRST_IDLE_AFTER_MS = 3_600_000;
/** An account may create so many streams in a minute, 50 a second: more names than that come from a field of the wrong kind. */
const MOST_NEW = 3000;
const NEW_WITHIN_MS = 60_000;

type Context = Pick<PublisherParts, 'budget' | 'clock' | 'diagnostics' | 'options'>;

/** All streams, as far as it matters which of them have a place. */
export interface PlacedStreams {
  readonly size: number;
  /** Whether nothing is lost when it is forgotten. */
  isUnused(writer: StreamWriter): boolean;
  forget(writer: StreamWriter): void;
}

/**
 * Which streams may be in memory. A field that clients control may name streams without end, so they are bounded: the first
 * ones are free, and keep their place for as long as they are used at least once an hour; all others are charged to the
 * memory budget, and those that are idle make room for new ones. Streams that are made for what earlier processes left
 * are beside that: there are as many as are on disk.
 */
export class StreamPlaces {
  readonly #context: Context;
  readonly #streams: PlacedStreams;
  readonly #first = new Set<StreamWriter>();
  /** All others that are charged. */
  readonly #charged = new Set<StreamWriter>();
  /** Those that may be forgotten to make room, as far as nothing has come for them since; longest idle first. */
  readonly #idle = new Set<StreamWriter>();
  #lookedAt = Number.NEGATIVE_INFINITY;
  #newSince = Number.NEGATIVE_INFINITY;
  #new = 0;

  constructor(context: Context, streams: PlacedStreams) {
    this.#context = context;
    this.#streams = streams;
  }

  /** @returns whether there is a place for one more stream now */
  makeRoom(): boolean {
    const { budget } = this.#context;
    this.#forgetUnused();
    while (!budget.fitsStream) if (!this.forgetOne()) return false;
    return true;
  }

  /** A new stream takes the place that {@link makeRoom} found. */
  take(writer: StreamWriter): void {
    this.#context.budget.takeStream();
    (this.#first.size < FREE_STREAMS ? this.#first : this.#charged).add(writer);
    this.rests(writer); // nothing may come of its first event
    this.#countNew(writer.target.logGroupName);
  }

  /** A stream has nothing more to put. */
  rests(writer: StreamWriter): void {
    if (this.#first.has(writer)) return;
    this.#idle.delete(writer);
    this.#idle.add(writer);
    if (this.#charged.has(writer) || this.#streams.size <= FORGET_FROM) return;
    // One that was made for what earlier processes left has done what it was made for; but it may be given an event just now.
    queueMicrotask(() => {
      if (this.#streams.isUnused(writer)) this.#forget(writer);
    });
  }

  /**
   * Forgets the stream that has been idle for longest, but for the first ones.
   *
   * @param inHand is about to be given an event
   * @returns false when there is none
   */
  forgetOne(inHand?: StreamWriter): boolean {
    for (const writer of this.#idle) {
      if (writer === inHand) continue;
      this.#idle.delete(writer);
      if (!this.#streams.isUnused(writer)) continue; // it comes back here when it is idle again
      this.#forget(writer);
      return true;
    }
    return false;
  }

  /** Streams that rotate by date or field come and go; one that is idle needs nothing remembered. */
  #forgetUnused(): void {
    const now = this.#context.clock.now();
    if (now - this.#lookedAt < IDLE_AFTER_MS) return;
    this.#lookedAt = now;
    this.#forgetUnusedSince(this.#first, now - FIRST_IDLE_AFTER_MS);
    if (this.#streams.size >= FORGET_FROM) this.#forgetUnusedSince(this.#idle, now - IDLE_AFTER_MS);
  }

  #forgetUnusedSince(writers: Iterable<StreamWriter>, time: number): void {
    for (const writer of writers) {
      if (writer.lastUsedAt <= time && this.#streams.isUnused(writer)) this.#forget(writer);
    }
  }

  #forget(writer: StreamWriter): void {
    this.#idle.delete(writer);
    this.#streams.forget(writer);
    if (this.#first.delete(writer) || this.#charged.delete(writer)) this.#context.budget.releaseStream();
  }

  #countNew(logGroupName: string): void {
    const { clock, options, diagnostics } = this.#context;
    const now = clock.now();
    if (now - this.#newSince > NEW_WITHIN_MS) {
      this.#newSince = now;
      this.#new = 0;
    }
    if (++this.#new !== MOST_NEW) return;
    const message =
      `${MOST_NEW} log streams were begun within a minute, more than an account may create; ` +
      `${nameStreamsByFew(options)}.`;
    diagnostics.warn({ code: 'stream-name', message, logGroupName }, 'many');
  }
}

/** Advice on the option `logStreamName`. */
export function nameStreamsByFew({ logStreamName }: Pick<ResolvedOptions, 'logStreamName'>): string {
  const template = typeof logStreamName === 'string' ? `"${logStreamName}"` : 'a function';
  return `logStreamName is ${template}: name streams by something that has few values`;
}
