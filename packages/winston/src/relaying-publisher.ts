import { Publisher, type PublisherEvents, type PublisherOptions } from 'cloudwatch-logs-publisher';

/** Who hears the events of a publisher in its place. */
export interface Relay {
  /** How many listeners of the application there are now. */
  listeners(name: keyof PublisherEvents): number;
  relay(name: keyof PublisherEvents, event: unknown): void;
}

/**
 * A publisher whose events go to somebody else. It asks each time whether anybody listens there, because a publisher
 * prints the warnings that nobody hears, and listeners come and go.
 */
export class RelayingPublisher extends Publisher {
  readonly #relay: Relay;

  constructor(options: PublisherOptions, relay: Relay) {
    super(options);
    this.#relay = relay;
  }

  override emit<K>(name: K | keyof PublisherEvents, ...args: unknown[]): boolean {
    const heard = this.listenerCount(name) > 0;
    this.#relay.relay(name as keyof PublisherEvents, args[0]);
    return heard;
  }

  override listenerCount<K>(name: K | keyof PublisherEvents): number {
    return this.#relay.listeners(name as keyof PublisherEvents);
  }
}
