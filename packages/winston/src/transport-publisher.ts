import type {
  EventContext,
  FlushOptions,
  FlushResult,
  LogEvent,
  PublisherStats,
} from 'cloudwatch-logs-publisher';

/** The side of a publisher that the transport sees, wherever that runs. */
export interface TransportPublisher {
  /** Whether the level or the fields of a line are looked at, so that they must be passed on. */
  readonly needsContext: boolean;
  /** Whether the fields are looked at, too. */
  readonly needsFields: boolean;
  /** Takes a line. Returns at once and never throws. */
  publish(event: LogEvent, context?: EventContext): boolean;
  /** Never rejects. */
  flush(options?: FlushOptions): Promise<FlushResult>;
  /** Idempotent; never rejects. */
  close(options?: FlushOptions): Promise<FlushResult>;
  stats(): PublisherStats;
}
