// Logs events with a spool and ends by process.exit() in the same turn of the event loop.
//   node exiting.mjs '{"endpoint":..., "directory":..., "events":100}'
import { Publisher } from 'cloudwatch-logs-publisher';

const { endpoint, directory, events } = JSON.parse(process.argv[2]);
const publisher = new Publisher({
  logGroupName: 'app',
  logStreamName: 'main',
  aws: { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } },
  spool: { directory, mode: 'always' },
});
for (let n = 1; n <= events; n++) publisher.publish({ timestamp: Date.now(), message: `0 ${n}` });
process.exit();
