import winston from 'winston';
import { CloudWatchTransport } from 'winston-cloudwatch-logs';

const logger = winston.createLogger({
  transports: [new CloudWatchTransport({ logGroupName: process.env.LOG_GROUP })],
});
logger.info('paid', { order: 42 });
process.exit(0);
