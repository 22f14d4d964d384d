import { constants, gzipSync } from 'node:zlib';

/** An event as a destination gets it. */
export interface SubscribedEvent {
  readonly id: string;
  readonly timestamp: number;
  readonly message: string;
  /** The fields of a space-delimited filter pattern. */
  readonly extractedFields?: Readonly<Record<string, string>>;
}

/** The message of CloudWatch Logs to the destination of a subscription filter, before it is compressed by gzip. */
export interface SubscriptionEnvelope {
  readonly messageType: 'DATA_MESSAGE';
  /** Account of the log group. */
  readonly owner: string;
  readonly logGroup: string;
  readonly logStream: string;
  readonly subscriptionFilters: readonly string[];
  readonly logEvents: readonly SubscribedEvent[];
}

/** Fast rather than small: nothing leaves this machine, and a put may be waiting. */
export function compress(envelope: SubscriptionEnvelope): Buffer {
  return gzipSync(JSON.stringify(envelope), { level: constants.Z_BEST_SPEED });
}
