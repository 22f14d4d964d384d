import type { DropReason, PublisherStats } from 'cloudwatch-logs-publisher';
import { noStats, sumStats } from 'cloudwatch-logs-publisher/worker';

/**
 * The counters of a publisher in a worker, as this side knows them. What was handed over it counts itself; what
 * became of it the worker tells, several times a second. In between, what is not known counts as `buffered`, so that
 * the counters add up at every instant.
 */
export class WorkerAccounts {
  /** Lines for the present thread. */
  #handedOver = 0;
  /** What the present thread told last. */
  #told = noStats();
  /** Of the threads that have ended, and of the lines that no thread was given. */
  #past = noStats();

  handedOver(): void {
    this.#handedOver++;
  }

  told(stats: PublisherStats): void {
    this.#told = stats;
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

  stats(): PublisherStats {
    return sumStats([this.#ofThread(), this.#past]) ?? this.#past;
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
    const left = { ...last, dropped, buffered: 0, inFlight: 0, streams: 0, spool };
    this.#past = sumStats([left, this.#past]) ?? left;
    this.#told = noStats();
    this.#handedOver = waiting;
    return lost;
  }

  #ofThread(): PublisherStats {
    const { received, recovered, buffered } = this.#told;
    const untold = this.#handedOver - (received - recovered);
    return { ...this.#told, received: received + untold, buffered: buffered + untold };
  }
}
