const assert = require('node:assert/strict');
const local = require('cloudwatch-logs-local');
const publisher = require('cloudwatch-logs-publisher');
const pino = require('pino-cloudwatch-logs');
const winston = require('winston-cloudwatch-logs');

assert.equal(typeof publisher.Publisher, 'function');
assert.equal(typeof publisher.createPublisher, 'function');
assert.equal(typeof pino, 'function');
assert.equal(pino, pino.default);
assert.equal(pino, pino.cloudWatchTransport);
assert.equal(typeof pino.flushTransport, 'function');
assert.equal(typeof winston.CloudWatchTransport, 'function');
assert.equal(typeof local.startLocal, 'function');
