import { consolePages } from './console/console-pages.js';
import { answerControlRequest } from './control/control-api.js';
import { LocalCloudWatchLogs } from './endpoint/local.js';
import type { LocalOptions } from './endpoint/options.js';

/**
 * Starts an endpoint that speaks the CloudWatch Logs API on this machine.
 *
 * ```ts
 * const local = await startLocal();
 * const client = new CloudWatchLogsClient({ endpoint: local.endpoint, region: 'us-east-1', credentials });
 * // ... log ...
 * local.events({ logGroupName: 'app' });
 * await local.close();
 * ```
 *
 * @throws TypeError when an option or a fault is not valid; Error EADDRINUSE when the port is taken, or that says
 * why the directory of `data` cannot be used
 */
export async function startLocal(options: LocalOptions = {}): Promise<LocalCloudWatchLogs> {
  const showConsole = consolePages();
  const local = new LocalCloudWatchLogs(options, async (...request) => {
    if (options.console !== false && (await showConsole(...request))) return true;
    return answerControlRequest(...request);
  });
  try {
    await local.start();
  } catch (error) {
    // The port stays with its owner, and a directory with data is free for who comes next.
    await local.close();
    throw error;
  }
  return local;
}
