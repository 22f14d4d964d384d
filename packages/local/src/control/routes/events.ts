import type { StoredEvent } from '../../endpoint/contents.js';
import type { LocalCloudWatchLogs } from '../../endpoint/local.js';
import { matcherOf, type WantedEvents } from '../../endpoint/wanted-events.js';
import { invalidParameter, ServiceError } from '../../errors/service-error.js';
import type { Route } from '../route.js';

const MAX_WAIT_MS = 600_000;
const PARAMETERS = [
  'logGroupName',
  'logStreamName',
  'accountId',
  'match',
  'filterPattern',
  'count',
  'timeoutMs',
  'format',
];

/**
 * The events of a log group in reading order. With `count` it waits until that many are there, so that a test in any
 * language need not sleep.
 */
export const eventsRoute: Route = {
  GET: async ({ local, parameters, response }) => {
    parameters.only(...PARAMETERS);
    const logGroupName = parameters.text('logGroupName');
    if (logGroupName === undefined) throw invalidParameter('logGroupName is required.');
    const logStreamName = parameters.text('logStreamName');
    const filterPattern = parameters.text('filterPattern');
    const count = parameters.integer('count', { min: 1, max: Number.MAX_SAFE_INTEGER });
    const timeoutMs = parameters.integer('timeoutMs', { min: 1, max: MAX_WAIT_MS });
    const format = parameters.oneOf('format', ['json', 'ndjson', 'text']) ?? 'json';
    if (timeoutMs !== undefined && count === undefined) {
      throw invalidParameter('timeoutMs goes with count: for how many events to wait.');
    }
    const accountId = parameters.accountId();
    const match = parameters.text('match');
    const wanted = { logGroupName, logStreamName, accountId, match, filterPattern, count, timeoutMs };
    const events =
      count === undefined ? local.events(wanted).filter(matcherOf(wanted)) : await wait(local, wanted);
    if (format === 'json') return { events };
    const lines = events.map((event) => `${format === 'text' ? event.message : JSON.stringify(event)}\n`);
    response.writeHead(200, {
      'content-type': format === 'text' ? 'text/plain; charset=utf-8' : 'application/x-ndjson',
    });
    response.end(lines.join(''));
    return undefined;
  },
};

async function wait(local: LocalCloudWatchLogs, wanted: WantedEvents): Promise<readonly StoredEvent[]> {
  try {
    return await local.waitForEvents(wanted);
  } catch (error) {
    if (error instanceof ServiceError) throw error;
    throw new ServiceError('RequestTimeoutException', (error as Error).message, { status: 408 });
  }
}
