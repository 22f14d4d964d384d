const pino = require('pino');
const cloudWatchTransport = require('pino-cloudwatch-logs');
const { run } = require('./scenario.cjs');

run({ pino, cloudWatch: { ...cloudWatchTransport, cloudWatchTransport } });
