import pino = require('pino');
import cloudWatchTransport = require('pino-cloudwatch-logs');

const options: cloudWatchTransport.CloudWatchStreamOptions = { logGroupName: 'app' };
const stream: cloudWatchTransport.CloudWatchStream = cloudWatchTransport(options);
const same: cloudWatchTransport.CloudWatchStream[] = [
  cloudWatchTransport.cloudWatchTransport(options),
  cloudWatchTransport.default(options),
];
export = async () => {
  pino(stream).info('paid');
  const { pending } = await cloudWatchTransport.flushTransport(stream);
  return [pending, same.length];
};
