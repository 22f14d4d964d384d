// Logs a line with the pino worker, and says which files of the AWS SDK the worker has loaded when it has the line, and
// how many when it has put it.
//   node pino-worker.mjs '{"endpoint":..., "way":"import" or "require"}'
import { createRequire } from 'node:module';
import { BroadcastChannel } from 'node:worker_threads';
import pino from 'pino';
import { flushTransport, transportStats } from 'pino-cloudwatch-logs';

const { endpoint, way } = JSON.parse(process.argv[2]);
const require = createRequire(import.meta.url);
const transport = pino.transport({
  target: way === 'import' ? 'pino-cloudwatch-logs' : require.resolve('pino-cloudwatch-logs'),
  options: {
    logGroupName: 'app',
    flushIntervalMs: 60_000,
    aws: { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } },
  },
  worker: { execArgv: ['--import', new URL('in-worker.mjs', import.meta.url).href] },
});
const channel = new BroadcastChannel('sdk files');
const filesInWorker = () =>
  new Promise((resolve) => {
    channel.onmessage = ({ data }) => resolve(data);
    channel.postMessage('which?');
  });

pino(transport).info('a line');
while ((await transportStats(transport)).received < 1);
const files = await filesInWorker();
await flushTransport(transport);
const control = (await filesInWorker()).length;
process.stdout.write(JSON.stringify({ files, control }), () => process.exit());
