import pino from 'pino';
import { cloudWatchTransport } from 'pino-cloudwatch-logs';
import winston from 'winston';
import { CloudWatchTransport } from 'winston-cloudwatch-logs';

const stream = cloudWatchTransport({ logGroupName: 'app', logStreamName: 'pino' });
const transport = new CloudWatchTransport({ logGroupName: 'app', logStreamName: 'winston' });

export const loggers = [
  { logger: pino(stream), flush: () => stream.flush() },
  { logger: winston.createLogger({ transports: [transport] }), flush: () => transport.flush() },
];
