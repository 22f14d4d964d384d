import { createServer } from 'node:http';
import { startLocal } from 'cloudwatch-logs-local';
import pino from 'pino';
import { cloudWatchTarget, cloudWatchTransport, flushTransport } from 'pino-cloudwatch-logs';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import winston from 'winston';
import { CloudWatchTransport } from 'winston-cloudwatch-logs';

const FAKED = {
  toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
};
const LIMIT_MS = 60_000; // on a busy machine
const logGroupName = 'app';
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
let local;
let aws;
beforeAll(async () => {
  local = await startLocal();
  aws = { endpoint: local.endpoint, region: 'us-east-1', credentials };
});
afterAll(() => local.close());

/** Logs one line in each way; answers how each is flushed. */
function logOnce(logStreamName) {
  const options = { logGroupName, logStreamName, aws };
  const stream = cloudWatchTransport(options);
  const transport = new CloudWatchTransport(options);
  const threaded = new CloudWatchTransport({ ...options, worker: true });
  pino(stream).info('paid');
  winston.createLogger({ transports: [transport] }).info('paid');
  winston.createLogger({ transports: [threaded] }).info('paid');
  return [() => stream.flush(), () => transport.flush(), () => threaded.flush()];
}

function logByWorkerOfPino(logStreamName) {
  const logger = pino(pino.transport(cloudWatchTarget({ logGroupName, logStreamName, aws })));
  logger.info('paid');
  return () => flushTransport(logger);
}

async function expectDelivered(logStreamName, flushes) {
  const results = await Promise.all(flushes.map((flush) => flush()));
  for (const result of results) expect(result).toMatchObject({ dropped: 0, pending: 0 });
  expect(local.events({ logGroupName, logStreamName })).toHaveLength(flushes.length);
}

test(
  'with real timers every transport delivers',
  async () => {
    await expectDelivered('real', [...logOnce('real'), logByWorkerOfPino('real')]);
  },
  LIMIT_MS,
);

describe('with fake timers', () => {
  afterEach(() => vi.useRealTimers());
  // A worker of pino gets its lines by setImmediate, and winston passes them on by nextTick.
  const fake = () => vi.useFakeTimers(FAKED);

  test(
    'every transport delivers while they are fake',
    async () => {
      fake();
      await expectDelivered('fake', [...logOnce('fake'), logByWorkerOfPino('fake')]);
    },
    LIMIT_MS,
  );

  test(
    'runAllTimers ends, and every transport delivers when the timers are real again',
    async () => {
      vi.useFakeTimers();
      const flushes = [...logOnce('restored'), logByWorkerOfPino('restored')];
      vi.runAllTimers();
      vi.useRealTimers();
      await expectDelivered('restored', flushes);
    },
    LIMIT_MS,
  );

  test(
    'a flush ends with its time, while they are fake',
    async () => {
      const silent = createServer(() => {}).listen(0, '127.0.0.1');
      await new Promise((listening) => silent.once('listening', listening));
      const endpoint = `http://127.0.0.1:${silent.address().port}`;
      fake();
      const transport = new CloudWatchTransport({
        logGroupName,
        aws: { ...aws, endpoint },
        closeTimeoutMs: 1,
      });
      winston.createLogger({ transports: [transport] }).info('paid');
      transport.on('warn', () => {});
      expect(await transport.flush({ timeoutMs: 50 })).toMatchObject({ delivered: 0, pending: 1 });
      await transport.shutdown();
      silent.closeAllConnections();
      silent.close();
    },
    LIMIT_MS,
  );
});
