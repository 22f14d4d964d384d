import pino from 'pino';
import cloudWatchTransport from 'pino-cloudwatch-logs';

const logger = pino({}, cloudWatchTransport({ logGroupName: process.env.LOG_GROUP }));
logger.info({ order: 42 }, 'paid');
