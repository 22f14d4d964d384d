import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LocalCloudWatchLogs } from '../endpoint/local.js';
import { answerByRoute, type Routes } from './router.js';
import { eventsRoute } from './routes/events.js';
import { faultsRoute } from './routes/faults.js';
import { healthRoute, metricsRoute, resetRoute, statsRoute, stopRoute } from './routes/state.js';

const ROUTES: Routes = {
  '/_local/health': healthRoute,
  '/_local/stats': statsRoute,
  '/_local/metrics': metricsRoute,
  '/_local/events': eventsRoute,
  '/_local/reset': resetRoute,
  '/_local/faults': faultsRoute,
  '/_local/stop': stopRoute,
};

/**
 * The HTTP API beside that of CloudWatch Logs, by which programs of every language read and steer the endpoint.
 * Returns false when there is no such page.
 */
export function answerControlRequest(
  local: LocalCloudWatchLogs,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  return answerByRoute(ROUTES, local, request, response);
}
