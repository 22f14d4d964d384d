import { randomInt } from 'node:crypto';

/**
 * A `setupFiles` entry of Vitest and Jest: gives each test file an account of its own. Files that run side by side and use
 * the same names of log groups do not see each other's logs.
 */
if (process.env.AWS_ENDPOINT_URL_CLOUDWATCH_LOGS === undefined) {
  throw new Error(
    "cloudwatch-logs-local does not run: add globalSetup: 'cloudwatch-logs-local/global-setup' to the configuration of the test runner",
  );
}
// An access key of 12 digits names its account, see `accountId` of the options.
process.env.AWS_ACCESS_KEY_ID = String(randomInt(1_000_000_000_000)).padStart(12, '0');
