import type { DropReason, PublisherStats } from 'cloudwatch-logs-publisher';
import { noStats, now, sumStats } from 'cloudwatch-logs-publisher/worker';

/**
 * The counters of a publisher in a worker, as this side knows them. What was handed over it counts itself; what
 * became of it the worker tells, several times a second. In between, what is not known counts as `buffered`, so that
 * the counters add up at every instant.
 */
export class WorkerAccounts {
  /** Lines for the present thread. */
  #handedOver = 0;
  /** The newest counters of the present thread. */
  #told = noStats();
  #toldAt = now();
  /** Of the threads that have ended, and of the lines that no thread was given. */
  #past = noStats();

  handedOver(): void {
    this.#handedOver++;
  }

  told(stats: PublisherStats): void {
    this.#told = stats;
    this.#toldAt = now();
  }

  /** Lines that were not handed over, or taken back. */
  dropped(reason: DropReason, events: number): void {
    const { received, dropped } = this.#past;
    this.#past = {
      ...this.#past,
      received: received + events,
      dropped: { ...dropped, [reason]: dropped[reason] + events },
    };
  }

  /** Lines that were handed over and made room for others before the worker had them. */
  takenBack(reason: DropReason, events: number): void {
    this.#handedOver -= events;
    this.dropped(reason, events);
  }

  /** @param here the lines that no thread has taken, in this thread's own buffer */
  stats(
    here: Pick<PublisherStats, 'bufferedBytes' | 'maxBufferBytes' | 'oldestEventAgeMs'> = noStats(),
  ): PublisherStats {
    const sum = sumStats([this.#ofThread(), this.#past]) ?? this.#past;
    return {
      ...sum,
      bufferedBytes: sum.bufferedBytes + here.bufferedBytes,
      maxBufferBytes: sum.maxBufferBytes + here.maxBufferBytes,
      bufferUse: Math.max(
        sum.bufferUse,
        here.maxBufferBytes > 0 ? here.bufferedBytes / here.maxBufferBytes : 0,
      ),
      oldestEventAgeMs: Math.max(sum.oldestEventAgeMs, Math.round(here.oldestEventAgeMs)),
    };
  }

  /**
   * Counts as lost what the present thread leaves in memory.
   *
   * @param waiting lines that it had not taken yet, which are for the next one
   * @returns how many events were lost
   */
  threadEnded(waiting: number): number {
    this.#handedOver -= waiting;
    const last = this.#ofThread();
    const lost = last.buffered + last.inFlight;
    const dropped = { ...last.dropped, shutdown: last.dropped.shutdown + lost };
    // Another thread has its files, sooner or later.
    const spool = last.spool && { ...last.spool, segments: 0, bytes: 0, events: 0 };
    const nothing = {
      buffered: 0,
      inFlight: 0,
      streams: 0,
      bufferedBytes: 0,
      maxBufferBytes: 0,
      bufferUse: 0,
      oldestEventAgeMs: 0,
    };
    const left = { ...last, ...nothing, dropped, spool };
    this.#past = sumStats([left, this.#past]) ?? left;
    this.#told = noStats();
    this.#handedOver = waiting;
    return lost;
  }

  #ofThread(): PublisherStats {
    const { received, recovered, buffered, oldestEventAgeMs } = this.#told;
    const untold = this.#handedOver - (received - recovered);
    // A thread that stalls tells nothing, and what it holds grows older.
    const ageMs = oldestEventAgeMs > 0 ? oldestEventAgeMs + Math.round(now() - this.#toldAt) : 0;
    return {
      ...this.#told,
      received: received + untold,
      buffered: buffered + untold,
      oldestEventAgeMs: ageMs,
    };
  }
}
