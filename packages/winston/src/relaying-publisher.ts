import { Publisher, type PublisherEvents, type PublisherOptions } from 'cloudwatch-logs-publisher';
import { type Relay, RelayEmitter } from './relay.js';

/** A publisher whose events go to somebody else, and which prints the warnings that nobody hears there. */
export class RelayingPublisher extends Publisher {
  readonly #emitter: RelayEmitter;

  constructor(options: PublisherOptions, relay: Relay) {
    super(options);
    this.#emitter = new RelayEmitter(relay);
  }

  override emit<K>(name: K | keyof PublisherEvents, ...args: unknown[]): boolean {
    return this.#emitter.emit(name, ...args);
  }

  override listenerCount<K>(name: K | keyof PublisherEvents): number {
    return this.#emitter.listenerCount(name);
  }
}
