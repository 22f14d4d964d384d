// Logs in every way at once, waits until all is stored, and ends by process.exit() right after one more line of each.
import { Publisher } from 'cloudwatch-logs-publisher';
import pino from 'pino';
import cloudWatchTransport, { flushTransport } from 'pino-cloudwatch-logs';
import winston from 'winston';
import { CloudWatchTransport } from 'winston-cloudwatch-logs';

const LINES = 200;
const start = {
  publisher(options) {
    const publisher = new Publisher({
      ...options,
      retentionInDays: 7,
      logGroupTags: { team: 'shop' },
      logGroupClass: 'INFREQUENT_ACCESS',
      kmsKeyId: 'arn:aws:kms:us-east-1:123456789012:key/shop',
      deletionProtection: true,
      entity: { keyAttributes: { Type: 'Service', Name: 'shop', Environment: 'test' } },
    });
    return {
      log: (message) => publisher.publish({ timestamp: Date.now(), message }),
      flush: () => publisher.flush(),
    };
  },
  'pino-worker'(options) {
    const logger = pino({ transport: { target: 'pino-cloudwatch-logs', options } });
    return { log: (text) => logger.info(text), flush: () => flushTransport(logger) };
  },
  'pino-in-process'(options) {
    const logger = pino(cloudWatchTransport(options));
    return { log: (text) => logger.info(text), flush: () => flushTransport(logger) };
  },
  winston(options) {
    const transport = new CloudWatchTransport(options);
    const logger = winston.createLogger({ transports: [transport] });
    return { log: (text) => logger.info(text), flush: () => transport.flush() };
  },
  'winston-worker'(options) {
    return start.winston({ ...options, worker: true });
  },
};

const ways = process.argv
  .slice(2)
  .map((logGroupName) => start[logGroupName]({ logGroupName, flushIntervalMs: 20 }));
for (let number = 0; number < LINES; number++) {
  for (const { log } of ways) log(`number ${number}`);
}
for (const result of await Promise.all(ways.map(({ flush }) => flush()))) {
  if (result.dropped + result.pending > 0) console.log(JSON.stringify(result));
}
for (const { log } of ways) log(`number ${LINES}`);
process.exit();
