const pino = require('pino');
const cloudWatchTransport = require('pino-cloudwatch-logs');

const logger = pino({}, cloudWatchTransport({ logGroupName: process.env.LOG_GROUP }));
logger.info({ order: 42 }, 'paid');
