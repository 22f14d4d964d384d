import type {
  EventContext,
  FlushOptions,
  FlushResult,
  LogEvent,
  PublisherStats,
} from 'cloudwatch-logs-publisher';

/** The side of a publisher that the transport sees, wherever that runs. */
export interface TransportPublisher {
  /** Whether the stream name depends on the level or the fields of a line, so that they must be passed on. */
  readonly needsContext: boolean;
  /** Takes a line. Returns at once and never throws. */
  publish(event: LogEvent, context?: EventContext): boolean;
  /** Never rejects. */
  flush(options?: FlushOptions): Promise<FlushResult>;
  /** Idempotent; never rejects. */
  close(options?: FlushOptions): Promise<FlushResult>;
  stats(): PublisherStats;
}
