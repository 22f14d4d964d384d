import type { FlushOptions, FlushResult, PublisherStats } from 'cloudwatch-logs-publisher';
import { sumFlushResults, sumStats } from 'cloudwatch-logs-publisher/worker';
import type { TransportPublisher } from './transport-publisher.js';

/** The publishers that a transport had before it was let go and attached again: their counters, and what they still deliver. */
export class FormerPublishers {
  readonly #closing = new Map<TransportPublisher, Promise<FlushResult>>();
  #closed: PublisherStats | undefined;

  add(publisher: TransportPublisher, closing: Promise<FlushResult>): void {
    this.#closing.set(publisher, closing);
    void closing.finally(() => {
      this.#closing.delete(publisher);
      // Its buffer is gone.
      this.#closed = this.#sum({ ...publisher.stats(), maxBufferBytes: 0, streams: 0 });
    });
  }

  /** The counters of all, and these. */
  addTo(stats: PublisherStats): PublisherStats {
    return [...this.#closing.keys()].reduce(
      (sum, publisher) => sumStats([sum, publisher.stats()]) ?? sum,
      this.#sum(stats),
    );
  }

  /** The result of what they still deliver, and this one. */
  async flushWith(flush: Promise<FlushResult>, options: FlushOptions | undefined): Promise<FlushResult> {
    const flushes = [...this.#closing.keys()].map((publisher) => publisher.flush(options));
    return flushes.length === 0 ? flush : sumFlushResults(await Promise.all([flush, ...flushes]));
  }

  #sum(stats: PublisherStats): PublisherStats {
    return (this.#closed && sumStats([stats, this.#closed])) ?? stats;
  }
}
