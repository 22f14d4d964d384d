import { setMaxListeners } from 'node:events';
import type { FedPut } from '../store/feed.js';
import { type GroupFilter, GroupFilters } from '../store/group-filters.js';
import type { Store } from '../store/store.js';
import { compress, type SubscribedEvent, type SubscriptionEnvelope } from './envelope.js';
import { UrlDelivery } from './url-delivery.js';

export interface SubscriptionFilter extends GroupFilter {
  /** The ARN of a destination, or a URL on this machine. */
  readonly destinationArn: string;
  readonly roleArn: string | undefined;
  readonly distribution: 'ByLogStream' | 'Random';
}

/** A message of a subscription filter to its destination. */
export interface SubscriptionDelivery {
  /** The log group whose filter it is. */
  readonly logGroupName: string;
  /** The name of the filter. */
  readonly filterName: string;
  /** The ARN that the filter sends to. */
  readonly destinationArn: string;
  /** The message. */
  readonly envelope: SubscriptionEnvelope;
  /** The envelope as the destination gets it: JSON, compressed by gzip. A Lambda function gets it in Base64. */
  readonly data: Buffer;
}

/** The subscription filters of all log groups, and the delivery to their destinations. */
export class SubscriptionFilters extends GroupFilters<SubscriptionFilter> {
  readonly #closing: AbortController;

  /**
   * @param eventId the id of an event from its timestamp and its arrival
   * @param onDelivery told about what goes to an ARN, which nothing on this machine stands for
   */
  constructor(
    store: Store,
    eventId: (position: { timestamp: number; arrival: number }) => string,
    onDelivery: (delivery: SubscriptionDelivery) => void,
  ) {
    const urls = new WeakMap<SubscriptionFilter, UrlDelivery>();
    const closing = new AbortController();
    // Every delivery that is under way listens to it.
    setMaxListeners(0, closing.signal);
    super(store, (put, _, filters) => {
      for (const filter of filters) {
        const envelope = envelopeOf(put, filter, eventId);
        if (envelope === undefined) continue;
        const data = compress(envelope);
        const { destinationArn, filterName } = filter;
        if (!isUrl(destinationArn)) {
          onDelivery({ logGroupName: put.logGroupName, filterName, destinationArn, envelope, data });
          continue;
        }
        const delivery = urls.get(filter) ?? new UrlDelivery(destinationArn, closing.signal);
        urls.set(filter, delivery);
        delivery.send(data);
      }
    });
    this.#closing = closing;
  }

  /** Ends the deliveries that are under way. */
  close(): void {
    this.#closing.abort();
  }
}

/** Whether a destination is a URL, and no ARN. */
export function isUrl(destination: string): boolean {
  return /^https?:/i.test(destination);
}

function envelopeOf(
  put: FedPut,
  { filterName, pattern }: SubscriptionFilter,
  eventId: (position: { timestamp: number; arrival: number }) => string,
): SubscriptionEnvelope | undefined {
  const logEvents: SubscribedEvent[] = [];
  for (const [index, { timestamp, message }] of put.events.entries()) {
    if (!pattern.matches(message)) continue;
    const id = eventId({ timestamp, arrival: put.firstArrival + index });
    const fields = Object.entries(pattern.extract(message));
    logEvents.push({
      id,
      timestamp,
      message,
      ...(fields.length > 0 && {
        extractedFields: Object.fromEntries(fields.map(([name, value]) => [name.slice(1), value])),
      }),
    });
  }
  if (logEvents.length === 0) return undefined;
  return {
    messageType: 'DATA_MESSAGE',
    owner: put.accountId,
    logGroup: put.logGroupName,
    logStream: put.logStreamName,
    subscriptionFilters: [filterName],
    logEvents,
  };
}
