// A winston logger with the console and CloudWatch Logs: each level has a stream of its own, uncaught exceptions are
// stored before the process ends, and the end of the logger is the delivery of its lines.
// Without an endpoint in the environment it brings a local one, so that it runs anywhere.
import { once } from 'node:events';
import { startLocal } from 'cloudwatch-logs-local';
import winston from 'winston';
import { CloudWatchTransport } from 'winston-cloudwatch-logs';

const local = process.env.AWS_ENDPOINT_URL_CLOUDWATCH_LOGS ? undefined : await startLocal();
const transport = new CloudWatchTransport({
  logGroupName: '/example/winston',
  logStreamName: '{level}/{date}/{hostname}/{instance}', // {instance} keeps processes apart
  retentionInDays: 30,
  handleExceptions: true,
  ...(local && {
    aws: {
      endpoint: local.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    },
  }),
});
transport.on('warn', (warning) => console.error(warning.code, warning.message));

const logger = winston.createLogger({ transports: [new winston.transports.Console(), transport] });

logger.info('paid', { order: 42 });
logger.error('payment failed', { error: new Error('card declined') });

const finished = once(logger, 'finish');
logger.end();
await finished; // everything is stored

if (local) {
  for (const event of local.events({ logGroupName: '/example/winston' })) {
    console.log('stored:', event.logStreamName, event.message);
  }
  await local.close();
}
