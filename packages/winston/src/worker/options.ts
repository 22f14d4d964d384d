import {
  checkOptionsAreData,
  PublisherError,
  type PublisherOptions,
  type ResolvedOptions,
  resolveOptions,
} from 'cloudwatch-logs-publisher';
import { MOST_CLOSE_MS } from 'cloudwatch-logs-publisher/worker';

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
  try {
    checkOptionsAreData(options);
    structuredClone(options);
  } catch (error) {
    const what =
      error instanceof PublisherError
        ? error.message
        : 'The options must be plain data, because they are sent to a worker thread; one holds what cannot be copied.';
    throw new PublisherError('CLOUDWATCH_LOGS_INVALID_OPTION', `${what} ${WITHOUT_FUNCTIONS}`);
  }
  const resolved = resolveOptions(options);
  return {
    ...resolved,
    // No functions: they were refused above.
    logGroupName: String(resolved.logGroupName),
    logStreamName: String(resolved.logStreamName),
    closeTimeoutMs: Math.min(resolved.closeTimeoutMs, MOST_CLOSE_MS),
  };
}
