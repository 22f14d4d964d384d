import winston from 'winston';
import { CloudWatchTransport } from 'winston-cloudwatch-logs';

const logger = winston.createLogger({
  transports: [new CloudWatchTransport({ logGroupName: process.env.LOG_GROUP, worker: true })],
});
logger.info('paid', { order: 42 });
