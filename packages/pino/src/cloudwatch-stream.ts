import type { Writable } from 'node:stream';
import type { FlushResult, Publisher, PublisherStats } from 'cloudwatch-logs-publisher';

/** A stream that takes pino's lines to CloudWatch Logs. It never emits 'error' for a delivery and never pushes back. */
export interface CloudWatchStream extends Writable {
  /**
   * Waits until everything that was logged before the call is stored in CloudWatch Logs or settled, at most
   * `flushTimeoutMs`. Never rejects. This is what `logger.flush(callback)` calls.
   */
  flush(callback?: () => void): Promise<FlushResult>;
  /** The counters of every event so far. */
  stats(): PublisherStats;
}

/**
 * Where a stream keeps its publisher for the other functions of this package. Registered, because an application may
 * load both the ES module and the CommonJS build.
 */
export const PUBLISHER: unique symbol = Symbol.for('pino-cloudwatch-logs.publisher') as never;

/** The publisher behind an in-process stream of this package; `undefined` for anything else. */
export function publisherOf(stream: unknown): Publisher | undefined {
  return (stream as { [PUBLISHER]?: Publisher } | null | undefined)?.[PUBLISHER];
}
