import type { LocalCloudWatchLogs } from '../../endpoint/local.js';
import type { Fault } from '../../faults/fault.js';
import { type Parameters, type Route, readJson } from '../route.js';

export const faultsRoute: Route = {
  GET: ({ local, parameters }) => {
    parameters.only('accountId');
    return describe(local, parameters);
  },
  /** Takes what GET answers, or a list of faults alone. */
  PUT: ({ local, parameters, body }) => {
    parameters.only('accountId');
    const given = readJson(body);
    const faults = Array.isArray(given) ? given : (given as { faults?: unknown } | null)?.faults;
    if (!Array.isArray(faults)) {
      throw new TypeError('the body must be a list of faults, such as [{ "kind": "throttle" }]');
    }
    local.faults.set(faults as readonly Fault[], { accountId: parameters.accountId() });
    return describe(local, parameters);
  },
  DELETE: ({ local, parameters }) => {
    parameters.only('accountId');
    local.faults.clear({ accountId: parameters.accountId() });
    return describe(local, parameters);
  },
};

function describe(local: LocalCloudWatchLogs, parameters: Parameters): object {
  const plans = local.faults.list({ accountId: parameters.accountId() });
  return {
    // JSON has no Infinity, which is the default.
    faults: plans.map(({ fault }) =>
      fault.times === Number.POSITIVE_INFINITY ? { ...fault, times: undefined } : fault,
    ),
    happened: plans.map(({ happened }) => happened),
    seed: local.seed,
  };
}
