import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { type TestContext, test } from 'node:test';
import { type LocalCloudWatchLogs, startLocal } from 'cloudwatch-logs-local';
import { Publisher } from 'cloudwatch-logs-publisher';
import pino from 'pino';
import cloudWatchTransport, { flushTransport } from 'pino-cloudwatch-logs';
import winston from 'winston';
import { CloudWatchTransport } from 'winston-cloudwatch-logs';
import { Application as PinoApplication } from '../pino/application.js';
import { spoolDirectory } from '../spool/producers.js';
import { Application as WinstonApplication } from '../winston/application.js';

// What must work on every supported version of Node.js. These files run on all of them.

const EVENTS = 500;
const logGroupName = 'smoke';

/** An endpoint that enforces tokens and loses answers, so that each delivery meets conflicts and retries. */
async function endpoint(t: TestContext): Promise<LocalCloudWatchLogs> {
  const local = await startLocal({
    sequenceTokens: 'enforced',
    seed: 1,
    faults: [{ kind: 'reset-after', operation: 'PutLogEvents', times: 1 }],
  });
  t.after(() => local.close());
  return local;
}

const options = (local: LocalCloudWatchLogs) => ({
  logGroupName,
  flushIntervalMs: 20,
  aws: {
    endpoint: local.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  },
});

type Options = ReturnType<typeof options>;

function assertStored(local: LocalCloudWatchLogs): void {
  const numbers = local
    .events({ logGroupName })
    .map(({ message }) => Number(/number (\d+)/.exec(message)?.[1]));
  assert.deepEqual(
    numbers,
    Array.from({ length: EVENTS }, (_, index) => index),
  );
}

function logTo(logger: { info(line: string): void }): void {
  for (let index = 0; index < EVENTS; index++) logger.info(`number ${index}`);
}

test('the publisher delivers each event once, in order', async (t) => {
  const local = await endpoint(t);
  const publisher = new Publisher(options(local));
  for (let index = 0; index < EVENTS; index++) {
    publisher.publish({ timestamp: Date.now(), message: `number ${index}` });
  }
  await publisher.close();
  assertStored(local);
  const { received, delivered } = publisher.stats();
  assert.deepEqual({ received, delivered }, { received: EVENTS, delivered: EVENTS });
});

test('pino delivers each event once, in order, from a worker thread', async (t) => {
  const local = await endpoint(t);
  const transport = pino.transport({ target: 'pino-cloudwatch-logs', options: options(local) });
  logTo(pino(transport));
  await flushTransport(transport);
  assertStored(local);
  transport.end();
  await once(transport, 'close');
});

test('pino delivers each event once, in order, in process', async (t) => {
  const local = await endpoint(t);
  const stream = cloudWatchTransport(options(local));
  logTo(pino({}, stream));
  await flushTransport(stream);
  assertStored(local);
  stream.end();
});

test('winston delivers each event once, in order', async (t) => {
  const local = await endpoint(t);
  const transport = new CloudWatchTransport(options(local));
  const logger = winston.createLogger({ transports: [transport] });
  logTo(logger);
  await transport.flush();
  assertStored(local);
  logger.close();
});

test('winston delivers each event once, in order, from a worker thread', async (t) => {
  const local = await endpoint(t);
  const transport = new CloudWatchTransport({ ...options(local), worker: true });
  const logger = winston.createLogger({ transports: [transport] });
  logTo(logger);
  await transport.flush();
  assertStored(local);
  logger.end();
  await once(transport, 'finish');
});

test('what waits on disk when a publisher closes is delivered by the next one, once and in order', async (t) => {
  const local = await endpoint(t);
  const withSpool = { ...options(local), spool: { directory: spoolDirectory(t) } };
  await local.stop();
  const first = new Publisher(withSpool);
  for (let index = 0; index < EVENTS; index++) {
    first.publish({ timestamp: Date.now(), message: `number ${index}` });
  }
  assert.equal((await first.close({ timeoutMs: 0 })).pending, EVENTS);
  await local.start();
  const second = new Publisher(withSpool);
  await second.flush();
  await second.close();
  assert.equal(second.stats().recovered, EVENTS);
  assertStored(local);
});

test('process.exit() right after the last line loses nothing', async (t) => {
  const ending = 'process.exit';
  const applications = [
    (to: Options) => new PinoApplication({ mode: 'worker', ending, lines: EVENTS, options: to }),
    (to: Options) => new PinoApplication({ mode: 'in-process', ending, lines: EVENTS, options: to }),
    (to: Options) => new WinstonApplication({ ending, lines: EVENTS, options: to }),
    (to: Options) => new WinstonApplication({ ending, lines: EVENTS, options: { ...to, worker: true } }),
  ];
  for (const start of applications) {
    const local = await endpoint(t);
    const { code, stderr } = await start(options(local)).ended();
    assert.equal(code, 0, stderr);
    const numbers = local.events({ logGroupName }).map(({ message }) => Number(JSON.parse(message).n));
    assert.deepEqual(
      numbers,
      Array.from({ length: EVENTS }, (_, index) => index + 1),
      stderr,
    );
  }
});

test('require and import give the same transports', () => {
  const require = createRequire(import.meta.url);
  assert.equal(require('pino-cloudwatch-logs').name, cloudWatchTransport.name);
  assert.equal(require('winston-cloudwatch-logs').CloudWatchTransport.name, CloudWatchTransport.name);
});
