const winston = require('winston');
const { CloudWatchTransport } = require('winston-cloudwatch-logs');

const logger = winston.createLogger({
  transports: [new CloudWatchTransport({ logGroupName: process.env.LOG_GROUP, worker: true })],
});
logger.info('paid', { order: 42 });
