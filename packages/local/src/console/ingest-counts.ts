import { setImmediate } from 'node:timers/promises';
import type { FedPut, Subscription, SubscriptionOptions } from '../store/feed.js';
import type { LogStream, Position } from '../store/log-stream.js';
import { Merge } from '../store/merge.js';
import { behind, END, START } from '../store/scan.js';
import type { Store } from '../store/store.js';
import { LEVELS, type Level, levelOf } from './log-level.js';
import { type Home, placesContain } from './places.js';

/** Steps that are kept, over all streams; the steps of a stream that has more than its share become twice as long. */
const MAX_STEPS = 262_144;
const MIN_STEPS_OF_STREAM = 64;
/** Every other step is this times a power of two, so that steps of any length fall together. */
const FIRST_STEP_MS = 250;
/** How long stored events are counted before others have their turn. */
const SLICE_MS = 5;
/** Puts are counted after they were answered; so many events may wait for it. */
const MAX_WAITING_EVENTS = 1_000_000;
const MAX_WAITING_BYTES = 256 * 1024 * 1024;

/** Events by time and level. */
class Steps {
  stepMs = FIRST_STEP_MS;
  counts = new Map<number, Uint32Array>();

  add(timestamp: number, level: number, number: number, maxSteps: number): void {
    const step = Math.floor(timestamp / this.stepMs);
    let counts = this.counts.get(step);
    if (counts === undefined) {
      counts = new Uint32Array(LEVELS.length);
      this.counts.set(step, counts);
      if (this.counts.size > maxSteps) {
        counts[level] = number;
        this.#lengthen(maxSteps);
        return;
      }
    }
    counts[level] = (counts[level] ?? 0) + number;
  }

  #lengthen(maxSteps: number): void {
    const old = this.counts;
    const { stepMs } = this;
    this.stepMs = stepMs * 2;
    this.counts = new Map();
    for (const [step, counts] of old) {
      for (const [level, number] of counts.entries())
        if (number > 0) this.add(step * stepMs, level, number, maxSteps);
    }
  }
}

interface StreamCounts {
  readonly put: Pick<FedPut, 'region' | 'accountId' | 'logGroupName' | 'logStreamName'>;
  readonly steps: Steps;
  received: number;
}

export interface Histogram {
  readonly from: number;
  readonly stepMs: number;
  readonly counts: { readonly [Name in Level]?: readonly number[] };
}

/**
 * Counts what arrives, by stream, time and level: a chart costs the same however many events are stored. It starts with
 * what is stored when the console is opened for the first time; before, nothing is counted and nothing it costs.
 */
export class IngestCounts {
  readonly #streams = new Map<string, StreamCounts>();
  readonly #subscription: Subscription;
  readonly #counts: (message: string) => boolean;
  #closed = false;
  /** Whether what was stored before is counted. */
  complete = false;
  /** Resolves when it is. */
  readonly ready: Promise<void>;

  /** @param counts whether an event is counted, by its message; all are by default */
  constructor(
    store: Store,
    subscribe: (options: SubscriptionOptions) => Subscription,
    counts: (message: string) => boolean = () => true,
  ) {
    this.#counts = counts;
    this.#subscription = subscribe({
      maxEvents: MAX_WAITING_EVENTS,
      maxBytes: MAX_WAITING_BYTES,
      onEvents: () => this.#count(),
    });
    this.ready = this.#countStored(store);
  }

  close(): void {
    this.#closed = true;
    this.#subscription.close();
  }

  /** Events of a group, or of one stream of it, that were counted so far. */
  received(region: string, accountId: string, groupName: string, streamName?: string): number {
    this.#count();
    let sum = 0;
    const prefix = key(region, accountId, groupName, streamName ?? '');
    if (streamName !== undefined) return this.#streams.get(prefix)?.received ?? 0;
    for (const [name, { received }] of this.#streams) if (name.startsWith(prefix)) sum += received;
    return sum;
  }

  /** Forgets the streams that are not there any more. */
  forgetDeleted(store: Store): void {
    for (const [name, { put }] of this.#streams) {
      const account = store.account(put.region, put.accountId);
      if (account.findStream(put.logGroupName, put.logStreamName) === undefined) this.#streams.delete(name);
    }
  }

  /** The counts of some places in `[from, to)`, in about `steps` steps. */
  histogram(places: readonly string[], from: number, to: number, steps: number, home: Home): Histogram {
    this.#count();
    const contains = placesContain(places, home);
    const sources = [...this.#streams.values()]
      .filter(({ put }) => contains(put as FedPut))
      .map((counts) => counts.steps);
    const stepMs = stepFor(
      (to - from) / steps,
      Math.max(FIRST_STEP_MS, ...sources.map((source) => source.stepMs)),
    );
    const first = Math.floor(from / stepMs);
    const length = Math.max(1, Math.ceil(to / stepMs) - first);
    const totals = LEVELS.map(() => new Array<number>(length).fill(0));
    for (const source of sources) {
      for (const [step, counts] of source.counts) {
        const index = Math.floor((step * source.stepMs) / stepMs) - first;
        if (index < 0 || index >= length) continue;
        for (const [level, number] of counts.entries()) {
          const total = totals[level];
          if (total !== undefined) total[index] = (total[index] ?? 0) + number;
        }
      }
    }
    const counts = LEVELS.map((level, index) => [level, totals[index] ?? []] as const);
    return {
      from: first * stepMs,
      stepMs,
      counts: Object.fromEntries(counts.filter(([, numbers]) => numbers.some((number) => number > 0))),
    };
  }

  async #countStored(store: Store): Promise<void> {
    // Events that are stored from now on are counted by the subscription.
    const before = store.arrivals;
    const stored = [...store.accounts()].flatMap(({ accountId, groups, region }) =>
      [...groups.values()].flatMap(({ name: logGroupName, streams }) =>
        [...streams.values()].map((stream) => ({
          put: { region, accountId, logGroupName, logStreamName: stream.name },
          stream,
        })),
      ),
    );
    for (const { put, stream } of stored) {
      const counts = this.#of(put);
      let from: Position | undefined = START;
      while (from !== undefined && !this.#closed) {
        from = this.#countSlice(counts, stream, from, before);
        await setImmediate();
      }
    }
    this.complete = true;
  }

  /** Counts for a short time. Answers where to go on, or undefined at the end. */
  #countSlice(counts: StreamCounts, stream: LogStream, from: Position, before: number): Position | undefined {
    const ends = performance.now() + SLICE_MS;
    const merge = new Merge([stream], { from, to: END, forward: true });
    for (let counted = 1; ; counted++) {
      const event = merge.next();
      if (event === undefined) return undefined;
      if (event.arrival < before && this.#counts(event.message)) {
        counts.steps.add(event.timestamp, LEVELS.indexOf(levelOf(event.message)), 1, this.#maxSteps());
      }
      if (counted % 64 === 0 && performance.now() > ends) return behind(event);
    }
  }

  #maxSteps(): number {
    return Math.max(MIN_STEPS_OF_STREAM, Math.floor(MAX_STEPS / this.#streams.size));
  }

  #count(): void {
    const { puts } = this.#subscription.take();
    for (const put of puts) {
      const counts = this.#of(put);
      counts.received += put.events.length;
      for (const { message, timestamp } of put.events) {
        if (!this.#counts(message)) continue;
        counts.steps.add(timestamp, LEVELS.indexOf(levelOf(message)), 1, this.#maxSteps());
      }
    }
  }

  #of(put: StreamCounts['put']): StreamCounts {
    const name = key(put.region, put.accountId, put.logGroupName, put.logStreamName);
    let counts = this.#streams.get(name);
    if (counts === undefined) {
      const { accountId, logGroupName, logStreamName, region } = put;
      counts = { put: { region, accountId, logGroupName, logStreamName }, steps: new Steps(), received: 0 };
      this.#streams.set(name, counts);
    }
    return counts;
  }
}

function key(region: string, accountId: string, groupName: string, streamName: string): string {
  return `${region}:${accountId}:${groupName}:${streamName}`;
}

/** The shortest step that is long enough. */
function stepFor(wanted: number, shortest: number): number {
  let step = shortest;
  while (step < wanted) step *= 2;
  return step;
}
