import type { LocalCloudWatchLogs } from '../endpoint/local.js';
import type { LocalOptions } from '../endpoint/options.js';
import { startLocal } from '../start.js';

/** Jest has a module registry for each of its parts, and runs this again before each run of its watch mode. */
const RUNNING = Symbol.for('cloudwatch-logs-local.test-runners');

interface Running {
  [RUNNING]?: Promise<LocalCloudWatchLogs>;
}

/**
 * The `globalSetup` of Vitest and Jest: starts one endpoint for all test files, whose processes get the environment that
 * makes the AWS SDKs use it.
 *
 * ```js
 * // vitest.config.js
 * export default { test: { globalSetup: 'cloudwatch-logs-local/global-setup', setupFiles: 'cloudwatch-logs-local/each-file' } };
 * ```
 */
export default globalSetup();

/** The same with options, for a file of one's own: `export default globalSetup({ sequenceTokens: 'enforced' })`. */
export function globalSetup(options: LocalOptions = {}): () => Promise<() => Promise<void>> {
  return async () => {
    const shared = globalThis as Running;
    shared[RUNNING] ??= startLocal(options);
    const local = await shared[RUNNING];
    local.reset();
    // Nothing of Jest's ends it: it must not keep its process alive.
    local.unref();
    Object.assign(process.env, local.environment());
    // Credentials of a profile or a session would be taken in the place of those of the endpoint, or beside them.
    for (const name of ['AWS_PROFILE', 'AWS_SESSION_TOKEN']) delete process.env[name];
    return async () => {
      delete shared[RUNNING];
      await local.close();
    };
  };
}
