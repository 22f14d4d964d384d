import { constants, gzipSync } from 'node:zlib';

/** An event as a destination gets it. */
export interface SubscribedEvent {
  /** Its `eventId`, as FilterLogEvents returns it. */
  readonly id: string;
  /** Its time, in milliseconds since 1970. */
  readonly timestamp: number;
  /** Its text. */
  readonly message: string;
  /** The fields of a space-delimited filter pattern. */
  readonly extractedFields?: Readonly<Record<string, string>>;
}

/** The message of CloudWatch Logs to the destination of a subscription filter, before it is compressed by gzip. */
export interface SubscriptionEnvelope {
  /** Events, as opposed to the message that tests a destination, which is not sent. */
  readonly messageType: 'DATA_MESSAGE';
  /** Account of the log group. */
  readonly owner: string;
  /** Name of the log group. */
  readonly logGroup: string;
  /** Name of the log stream. */
  readonly logStream: string;
  /** The name of the subscription filter. */
  readonly subscriptionFilters: readonly string[];
  /** The events that matched, in the order of their put. */
  readonly logEvents: readonly SubscribedEvent[];
}

/** Fast rather than small: nothing leaves this machine, and a put may be waiting. */
export function compress(envelope: SubscriptionEnvelope): Buffer {
  return gzipSync(JSON.stringify(envelope), { level: constants.Z_BEST_SPEED });
}
