import pino from 'pino';

const logger = pino({
  transport: { target: 'pino-cloudwatch-logs', options: { logGroupName: process.env.LOG_GROUP } },
});
logger.info({ order: 42 }, 'paid');
