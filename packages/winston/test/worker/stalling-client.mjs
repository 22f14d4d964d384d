// A client for a worker whose first put stalls its whole thread, until the test lets it go on or fail; see stalling.ts.
import { createRequire } from 'node:module';
import { getEnvironmentData } from 'node:worker_threads';

const publisher = createRequire(import.meta.url).resolve('cloudwatch-logs-publisher');
const { CloudWatchLogsClient } = createRequire(publisher)('@aws-sdk/client-cloudwatch-logs');
const { state, aws } = getEnvironmentData('stalling-client');
const client = new CloudWatchLogsClient({ ...aws, maxAttempts: 1 });

export default {
  destroy() {
    client.destroy();
  },
  send(command, options) {
    const isPut = command.constructor.name === 'PutLogEventsCommand';
    if (isPut && Atomics.compareExchange(state, 0, 0, 1) === 0) {
      Atomics.notify(state, 0);
      Atomics.wait(state, 0, 1);
      if (Atomics.load(state, 0) === 3) process.exit(7);
    }
    return client.send(command, options);
  },
};
