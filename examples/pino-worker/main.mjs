// A pino logger that writes to stdout and to CloudWatch Logs, both from a worker thread, and a clean end on SIGTERM.
// Without an endpoint in the environment it brings a local one, so that it runs anywhere.
import { startLocal } from 'cloudwatch-logs-local';
import pino from 'pino';
import { cloudWatchTarget, flushTransport } from 'pino-cloudwatch-logs';

const local = process.env.AWS_ENDPOINT_URL_CLOUDWATCH_LOGS ? undefined : await startLocal();
const aws = local && {
  endpoint: local.endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
};

const transport = pino.transport({
  targets: [
    { target: 'pino/file', level: 'info', options: { destination: 1 } },
    // Without logStreamName each process has a stream of its own: '{date}/{hostname}/{instance}'.
    cloudWatchTarget({ logGroupName: '/example/pino', aws }, { level: 'info' }),
  ],
});
transport.on('cloudwatch:warn', (warning) => console.error(warning.code, warning.message));
const logger = pino(transport);

process.once('SIGTERM', () => process.exit(0)); // pino and the transport deliver before the process ends

logger.info({ order: 42 }, 'paid');
logger.error(new Error('card declined'), 'payment failed');

console.log(await flushTransport(transport));
if (local) {
  for (const { message } of local.events({ logGroupName: '/example/pino' })) console.log('stored:', message);
  transport.end();
  await new Promise((resolve) => transport.once('close', resolve));
  await local.close();
}
