import type { Batch } from '../batch/batch.js';
import type { DropReason, Fate, RejectReason } from '../batch/note.js';
import type { Target } from '../cloudwatch/sink.js';
import type { SpoolStats } from '../spool/spool-options.js';

/** The newest failure of a request. */
export interface LastError {
  /** Name of the error, as CloudWatch Logs, the SDK or Node.js gives it, such as `'ThrottlingException'`. */
  readonly name: string;
  /** Its text, in one line; no text of an event and no credential. */
  readonly message: string;
  /** When it came, in milliseconds since the epoch. */
  readonly at: number;
}

/** Most log streams that are named in the counters. */
export const MOST_RECENT_STREAMS = 10;

/**
 * The counters of every event that was given to `publish`. At every instant
 * `received = delivered + dropped.* + rejected.* + buffered + inFlight + spooled`.
 */
export interface PublisherStats {
  /** Events given to `publish`, and those that were found in the spool. */
  readonly received: number;
  /** Events of earlier processes that were found in the spool. */
  readonly recovered: number;
  /** Events stored in CloudWatch Logs. */
  readonly delivered: number;
  /** Events given up here, by reason. */
  readonly dropped: Readonly<Record<DropReason, number>>;
  /** Events that CloudWatch Logs did not store because of their time, by reason. */
  readonly rejected: Readonly<Record<RejectReason, number>>;
  /** Events in memory that wait for a put or for another try. */
  readonly buffered: number;
  /** Events in puts that are under way. */
  readonly inFlight: number;
  /** Events that are only on disk. */
  readonly spooled: number;
  /** Puts made, retries included. */
  readonly requests: number;
  /** Puts that were another try of a batch. */
  readonly retries: number;
  /** Answers InvalidSequenceTokenException. */
  readonly tokenConflicts: number;
  /** Batches found to be stored already: the answer to an earlier put of them was lost. */
  readonly alreadyAccepted: number;
  /**
   * Copies of events that may be stored besides the first, because answers were lost and no sequence token
   * could tell: never less than the duplicates that are stored.
   */
  readonly possibleDuplicates: number;
  /** Events that became several, because they were larger than `maxEventBytes`. */
  readonly splitEvents: number;
  /** Events that were cut, because they were larger than `maxEventBytes`. */
  readonly truncatedEvents: number;
  /** Bytes delivered, as CloudWatch Logs counts them. */
  readonly bytesDelivered: number;
  /** Log streams in use. */
  readonly streams: number;
  /** Log streams that events were stored in, the newest first: the last 10. */
  readonly recentStreams: readonly Target[];
  /** Bytes of the events in memory, counted as CloudWatch Logs counts them. */
  readonly bufferedBytes: number;
  /** Most that they may be; in front of a worker thread there is a second buffer as large, which is counted in. */
  readonly maxBufferBytes: number;
  /** Share of the memory for events that is in use, from 0 to 1; where there are several buffers, that of the fullest. */
  readonly bufferUse: number;
  /**
   * How long the oldest event has been waiting that is not settled, in milliseconds; 0 when there is none. Of events
   * that are only on disk the time since the disk last held none, which is never less.
   */
  readonly oldestEventAgeMs: number;
  /** When CloudWatch Logs last stored something, in milliseconds since the epoch. */
  readonly lastSuccessAt: number | undefined;
  /** The newest failure, until its stream stores something. */
  readonly lastError: LastError | undefined;
  /** Figures of the files of the spool, where there is one. */
  readonly spool: SpoolStats | undefined;
}

/** Every fate, from best to worst. */
export const FATES: readonly Fate[] = [
  'delivered',
  'tooNew',
  'expired',
  'tooOld',
  'poison',
  'invalid',
  'oversize',
  'overflow',
  'shutdown',
];

/** Counts every event exactly once, under its fate. */
export class Accounts {
  received = 0;
  recovered = 0;
  requests = 0;
  retries = 0;
  tokenConflicts = 0;
  alreadyAccepted = 0;
  possibleDuplicates = 0;
  splitEvents = 0;
  truncatedEvents = 0;
  bytesDelivered = 0;
  lastError: LastError | undefined;
  lastSuccessAt: number | undefined;
  /** When a request failed last, on the clock of waits. */
  lastFailureAt = Number.NEGATIVE_INFINITY;
  #recentStreams: readonly Target[] = [];
  readonly #fates: Record<Fate, number> = {
    delivered: 0,
    tooOld: 0,
    tooNew: 0,
    expired: 0,
    overflow: 0,
    oversize: 0,
    invalid: 0,
    poison: 0,
    shutdown: 0,
  };

  /** @param at milliseconds since the epoch */
  stored({ logGroupName, logStreamName }: Target, at: number): void {
    this.lastSuccessAt = at;
    const isIt = (one: Target) => one.logStreamName === logStreamName && one.logGroupName === logGroupName;
    const [newest] = this.#recentStreams;
    if (newest && isIt(newest)) return;
    const others = this.#recentStreams.filter((one) => !isIt(one));
    this.#recentStreams = [{ logGroupName, logStreamName }, ...others].slice(0, MOST_RECENT_STREAMS);
  }

  count(fate: Fate, events: number): void {
    this.#fates[fate] += events;
  }

  /**
   * Counts the events [from, to) of a batch.
   *
   * @returns how many they are as the application gave them
   */
  settle(batch: Batch, from: number, to: number, fate: Fate): number {
    let events = 0;
    if (batch.plain) {
      events = to - from;
      this.#fates[fate] += events;
    } else {
      for (let i = from; i < to; i++) events += this.settleOne(batch.noteAt(i), fate);
    }
    batch.observer?.settled(fate, events);
    return events;
  }

  /**
   * Counts one event. A split event counts once, when its last part is settled, under the worst that happened
   * to a part; should a part fare worse after that, the event moves there.
   *
   * @returns 1 when an event was settled by this, 0 for a marker or a part that is not the last
   */
  settleOne(note: ReturnType<Batch['noteAt']>, fate: Fate): number {
    if (note === undefined || note.kind === 'unchecked time') {
      this.#fates[fate]++;
      return 1;
    }
    if (note.kind === 'marker') return 0;
    const { event } = note;
    if (event.worst === undefined || FATES.indexOf(fate) > FATES.indexOf(event.worst)) event.worst = fate;
    if (event.counted !== undefined) this.#fates[event.counted]--;
    else if (!note.last) return 0;
    event.counted = event.worst;
    this.#fates[event.worst]++;
    return note.last ? 1 : 0;
  }

  stats(
    places: Pick<
      PublisherStats,
      | 'buffered'
      | 'inFlight'
      | 'spooled'
      | 'streams'
      | 'bufferedBytes'
      | 'maxBufferBytes'
      | 'oldestEventAgeMs'
    >,
    spool?: SpoolStats,
  ): PublisherStats {
    const { bufferedBytes, maxBufferBytes } = places;
    const { delivered, tooOld, tooNew, expired, overflow, oversize, invalid, poison, shutdown } = this.#fates;
    return {
      received: this.received,
      recovered: this.recovered,
      delivered,
      dropped: { overflow, oversize, invalid, poison, shutdown },
      rejected: { tooOld, tooNew, expired },
      ...places,
      bufferUse: maxBufferBytes > 0 ? bufferedBytes / maxBufferBytes : 0,
      requests: this.requests,
      retries: this.retries,
      tokenConflicts: this.tokenConflicts,
      alreadyAccepted: this.alreadyAccepted,
      possibleDuplicates: this.possibleDuplicates,
      splitEvents: this.splitEvents,
      truncatedEvents: this.truncatedEvents,
      bytesDelivered: this.bytesDelivered,
      recentStreams: this.#recentStreams,
      lastSuccessAt: this.lastSuccessAt,
      lastError: this.lastError,
      spool,
    };
  }
}

/** Limits for {@link isHealthy}. */
export interface HealthLimits {
  /** Longest that an event may have been waiting, in milliseconds. @default 60_000 */
  readonly maxLagMs?: number | undefined;
}

/**
 * A buffer that is fuller is about to drop events, or drops them: then the oldest may be young. `drop-lowest` makes room for a
 * sixteenth at a time.
 */
const FULL = 0.9;

/**
 * Whether logs arrive in time, for `/healthz` and the like: no event has been waiting for longer than `maxLagMs`, and the buffer
 * in memory is not full. Think twice before a load balancer takes a service out because of its logs.
 *
 * ```ts
 * response.statusCode = isHealthy(publisher.stats(), { maxLagMs: 60_000 }) ? 200 : 503;
 * ```
 */
export function isHealthy(
  stats: Pick<PublisherStats, 'oldestEventAgeMs' | 'bufferedBytes' | 'maxBufferBytes'> &
    Partial<Pick<PublisherStats, 'bufferUse'>>,
  { maxLagMs = 60_000 }: HealthLimits = {},
): boolean {
  const { oldestEventAgeMs, bufferedBytes, maxBufferBytes } = stats;
  const { bufferUse = maxBufferBytes > 0 ? bufferedBytes / maxBufferBytes : 0 } = stats;
  return oldestEventAgeMs <= maxLagMs && bufferUse <= FULL;
}
