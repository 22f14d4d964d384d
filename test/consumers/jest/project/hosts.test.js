// Run with different settings of Jest; ENDPOINT is that of a local CloudWatch Logs outside of it.
const pino = require('pino');
const cloudWatchTransport = require('pino-cloudwatch-logs');
const winston = require('winston');
const { CloudWatchTransport } = require('winston-cloudwatch-logs');

const aws = {
  endpoint: process.env.ENDPOINT,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
};

/** Logs in each way, and expects that it is stored. */
async function logAndFlush(transports = { cloudWatchTransport, CloudWatchTransport }) {
  const options = { logGroupName: 'app', aws };
  const stream = transports.cloudWatchTransport(options);
  const transport = new transports.CloudWatchTransport(options);
  const logger = pino(stream);
  logger.info('paid');
  const other = winston.createLogger({ transports: [transport] });
  for (let i = 0; i < 50; i++) other.info('paid');
  expect(await stream.flush()).toMatchObject({ dropped: 0, pending: 0 });
  expect(await transport.flush()).toMatchObject({ dropped: 0, pending: 0 });
  expect(transport.stats()).toMatchObject({ delivered: 50 });
  logger.info('paid');
  await new Promise((called) => logger.flush(called));
  expect(stream.stats()).toMatchObject({ delivered: 2 });
}

test('delivers as the settings are', () => logAndFlush());

test('delivers with fake timers that came later', async () => {
  jest.useFakeTimers();
  await logAndFlush();
});

test('delivers with the fake timers of old', async () => {
  jest.useFakeTimers({ legacyFakeTimers: true });
  await logAndFlush();
});

test('delivers where modules are loaded anew for each test', async () => {
  jest.useRealTimers();
  for (let i = 0; i < 12; i++) {
    jest.resetModules();
    await logAndFlush({
      cloudWatchTransport: require('pino-cloudwatch-logs'),
      CloudWatchTransport: require('winston-cloudwatch-logs').CloudWatchTransport,
    });
  }
});
