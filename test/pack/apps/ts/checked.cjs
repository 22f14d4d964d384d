// @ts-check
const pino = require('pino');
const cloudWatchTransport = require('pino-cloudwatch-logs');
const { flushTransport, cloudWatchTarget } = require('pino-cloudwatch-logs');
const { CloudWatchTransport } = require('winston-cloudwatch-logs');

const logger = pino.pino(cloudWatchTransport({ logGroupName: 'app' }));
logger.info('paid');
// @ts-expect-error There is no such option, so the names are known here.
cloudWatchTarget({ logGroupName: 'app', group: 'app' });
flushTransport(logger).then(({ delivered }) =>
  new CloudWatchTransport({ logGroupName: 'app' }).flush({ timeoutMs: delivered }),
);
