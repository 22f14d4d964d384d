// Says which files of the AWS SDK the pino worker has loaded when it has started, and how many when it has put a line.
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

await transportStats(transport); // answered by a worker that has started
const files = await filesInWorker();
pino(transport).info('a line');
await flushTransport(transport);
const control = (await filesInWorker()).length;
process.stdout.write(JSON.stringify({ files, control }), () => process.exit());
