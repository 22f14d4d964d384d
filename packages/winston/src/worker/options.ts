import type { PublisherOptions } from 'cloudwatch-logs-publisher';
import {
  checkOptionsAreData,
  MOST_CLOSE_MS,
  type ResolvedOptions,
  resolveOptions,
} from 'cloudwatch-logs-publisher/worker';

const WITHOUT_FUNCTIONS =
  'With "worker: true" use "clientModule" (a module that makes the client), "aws.profile" (for a role) or a ' +
  'template for logGroupName and logStreamName; or leave "worker" out, then functions and a client are taken.';

/** Options of a publisher that go to a worker thread. */
export type WorkerOptions = ResolvedOptions & {
  readonly logGroupName: string;
  readonly logStreamName: string;
};

/**
 * Checks options for a worker thread and fills in the defaults.
 *
 * @throws PublisherError `CLOUDWATCH_LOGS_INVALID_OPTION` when one is wrong, or is not data
 */
export function resolveForWorker(options: PublisherOptions): WorkerOptions {
  checkOptionsAreData(options, WITHOUT_FUNCTIONS);
  const resolved = resolveOptions(options);
  return {
    ...resolved,
    // No functions: they were refused above.
    logGroupName: String(resolved.logGroupName),
    logStreamName: String(resolved.logStreamName),
    closeTimeoutMs: Math.min(resolved.closeTimeoutMs, MOST_CLOSE_MS),
  };
}
