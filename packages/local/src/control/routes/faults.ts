import type { LocalCloudWatchLogs } from '../../endpoint/local.js';
import type { Fault } from '../../faults/fault.js';
import { type Route, readJson } from '../route.js';

export const faultsRoute: Route = {
  GET: ({ local, parameters }) => {
    parameters.only();
    return describe(local);
  },
  /** Takes what GET answers, or a list of faults alone. */
  PUT: ({ local, parameters, body }) => {
    parameters.only();
    const given = readJson(body);
    const faults = Array.isArray(given) ? given : (given as { faults?: unknown } | null)?.faults;
    if (!Array.isArray(faults)) {
      throw new TypeError('the body must be a list of faults, such as [{ "kind": "throttle" }]');
    }
    local.faults.set(faults as readonly Fault[]);
    return describe(local);
  },
  DELETE: ({ local, parameters }) => {
    parameters.only();
    local.faults.clear();
    return describe(local);
  },
};

function describe(local: LocalCloudWatchLogs): object {
  const plans = local.faults.list();
  return {
    // JSON has no Infinity, which is the default.
    faults: plans.map(({ fault }) =>
      fault.times === Number.POSITIVE_INFINITY ? { ...fault, times: undefined } : fault,
    ),
    happened: plans.map(({ happened }) => happened),
    seed: local.seed,
  };
}
