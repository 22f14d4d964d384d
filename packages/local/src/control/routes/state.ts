import { VERSION } from '../../endpoint/version.js';
import { invalidParameter } from '../../errors/service-error.js';
import type { Route } from '../route.js';

const HOUR_MS = 3_600_000;

export const healthRoute: Route = {
  GET: ({ local, parameters }) => {
    parameters.only();
    return { status: 'ok', version: VERSION, uptimeMs: local.uptimeMs };
  },
};

export const statsRoute: Route = {
  GET: ({ local, parameters }) => {
    parameters.only();
    return local.stats();
  },
};

/** The metrics of metric filters: there is no CloudWatch beside it that one could ask. */
export const metricsRoute: Route = {
  GET: ({ local, parameters }) => {
    parameters.only();
    return { metrics: local.metrics() };
  },
};

export const resetRoute: Route = {
  POST: ({ local, parameters }) => {
    parameters.only('accountId');
    local.reset({ accountId: parameters.accountId() });
    return {};
  },
};

/** An outage that ends by itself, since nobody could end it over HTTP. */
export const stopRoute: Route = {
  POST: ({ local, parameters, response }) => {
    parameters.only('forMs');
    const forMs = parameters.integer('forMs', { min: 1, max: HOUR_MS });
    if (forMs === undefined) throw invalidParameter('forMs is required: for how many milliseconds to stop.');
    response.setHeader('connection', 'close');
    // The answer leaves first; a client that is gone already does not prevent the outage.
    response.once('close', () => void local.stop({ forMs }));
    return { stoppedForMs: forMs };
  },
};
