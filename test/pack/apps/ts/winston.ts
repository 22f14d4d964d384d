import assert from 'node:assert/strict';
import winston from 'winston';
import {
  CloudWatchTransport,
  type CloudWatchTransportOptions,
  type FlushResult,
} from 'winston-cloudwatch-logs';

const options: CloudWatchTransportOptions = { logGroupName: process.env.LOG_GROUP ?? '', level: 'info' };
const transport = new CloudWatchTransport(options);
const logger = winston.createLogger({ transports: [transport] });
logger.info('paid', { order: 42 });

transport.flush({ timeoutMs: 30_000 }).then((result: FlushResult) => {
  assert.equal(result.pending, 0);
  assert.equal(transport.stats().delivered, 1);
});

const worker = new CloudWatchTransport({ ...options, worker: true });
winston.createLogger({ transports: [worker] }).info('paid from a worker');

// @ts-expect-error The name of the log group is required.
const wrong: CloudWatchTransportOptions = {};
assert.ok(wrong);
