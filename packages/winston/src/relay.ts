import { EventEmitter } from 'node:events';
import type { PublisherEvents } from 'cloudwatch-logs-publisher';

/** Who hears the events of a publisher in its place. */
export interface Relay {
  /** How many listeners of the application there are now. */
  listeners(name: keyof PublisherEvents): number;
  relay(name: keyof PublisherEvents, event: unknown): void;
}

/** Emits on somebody else. Whether anybody listens there is asked each time, because listeners come and go. */
export class RelayEmitter extends EventEmitter<PublisherEvents> {
  readonly #relay: Relay;

  constructor(relay: Relay) {
    super();
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
