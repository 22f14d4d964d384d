// An application that logs with winston and ends by process.exit(), after a first put or before any. Told by its first
// argument, as JSON: { "isWarm": boolean, "options": {...} }.
import winston from 'winston';
import { CloudWatchTransport } from 'winston-cloudwatch-logs';

const { isWarm, options } = JSON.parse(process.argv[2]);
const transport = new CloudWatchTransport(options);
const logger = winston.createLogger({ transports: [transport] });
if (isWarm) {
  logger.info('the first');
  await transport.flush();
}
logger.info('the last');
process.exit(0);
