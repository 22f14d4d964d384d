const { writeFileSync } = require('node:fs');
const path = require('node:path');
const pino = require('pino');
const { startLocal } = require('cloudwatch-logs-local');
const { Publisher } = require('cloudwatch-logs-publisher');
const cloudWatchTransport = require('pino-cloudwatch-logs');
const winston = require('winston');
const { CloudWatchTransport } = require('winston-cloudwatch-logs');

const logGroupName = 'app';
let local;
let aws;
beforeAll(async () => {
  local = await startLocal();
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  aws = { endpoint: local.endpoint, region: 'us-east-1', credentials };
});
afterAll(() => local.close());

const stored = (logStreamName) => local.events({ logGroupName, logStreamName }).length;

test('pino in-process delivers', async () => {
  const stream = cloudWatchTransport({ logGroupName, logStreamName: 'pino', aws });
  pino(stream).info('paid');
  expect(await stream.flush()).toMatchObject({ delivered: 1, pending: 0 });
  expect(stored('pino')).toBe(1);
});

test('winston delivers', async () => {
  const transport = new CloudWatchTransport({ logGroupName, logStreamName: 'winston', aws });
  winston.createLogger({ transports: [transport] }).info('paid');
  expect(await transport.flush()).toMatchObject({ delivered: 1, pending: 0 });
  expect(stored('winston')).toBe(1);
});

test('a module that makes the client is loaded', async () => {
  const clientModule = path.join(__dirname, 'client.js');
  const settings = JSON.stringify(aws);
  writeFileSync(
    clientModule,
    `const { CloudWatchLogsClient } = require('@aws-sdk/client-cloudwatch-logs');
     module.exports = () => new CloudWatchLogsClient(${settings});`,
  );
  const publisher = new Publisher({ logGroupName, logStreamName: 'module', clientModule });
  publisher.publish({ timestamp: Date.now(), message: 'paid' });
  expect(await publisher.close()).toMatchObject({ delivered: 1, pending: 0 });
  expect(stored('module')).toBe(1);
});
