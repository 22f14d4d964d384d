import assert from 'node:assert/strict';
import * as local from 'cloudwatch-logs-local';
import * as publisher from 'cloudwatch-logs-publisher';
import * as pino from 'pino-cloudwatch-logs';
import * as winston from 'winston-cloudwatch-logs';

assert.equal(typeof publisher.Publisher, 'function');
assert.equal(typeof publisher.createPublisher, 'function');
assert.equal(typeof pino.default, 'function');
assert.equal(pino.default, pino.cloudWatchTransport);
assert.equal(typeof pino.flushTransport, 'function');
assert.equal(typeof winston.CloudWatchTransport, 'function');
assert.equal(typeof local.startLocal, 'function');
