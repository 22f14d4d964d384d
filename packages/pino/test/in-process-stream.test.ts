import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { type LocalCloudWatchLogs, startLocal } from 'cloudwatch-logs-local';
import pino from 'pino';
import { PUBLISHER } from '../src/cloudwatch-stream.ts';
import { flushTransport, transportStats } from '../src/flush-transport.ts';
import type { InProcessStream } from '../src/in-process-stream.ts';
import { cloudWatchTransport } from '../src/transport.ts';

describe('the in-process stream', () => {
  let local: LocalCloudWatchLogs;
  let groups = 0;
  before(async () => {
    local = await startLocal();
  });
  after(() => local.close());

  function settings() {
    const logGroupName = `group-${++groups}`;
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
    return {
      messages: () => local.events({ logGroupName }).map(({ message }) => JSON.parse(message).msg),
      options: { logGroupName, aws: { endpoint: local.endpoint, region: 'us-east-1', credentials } },
    };
  }

  it('has every line with the publisher when the log call returns', async () => {
    const { options } = settings();
    const stream = cloudWatchTransport(options);
    const logger = pino(stream);
    for (let i = 0; i < 1000; i++) logger.info({ i });
    assert.equal(stream.stats().received, 1000);
    stream.end();
    await once(stream, 'close');
    assert.equal(stream.stats().delivered, 1000);
  });

  it('calls back from logger.flush when the lines are stored', async () => {
    const { options, messages } = settings();
    const logger = pino(cloudWatchTransport(options));
    logger.info('one');
    await new Promise<void>((resolve) => logger.flush(() => resolve()));
    assert.deepEqual(messages(), ['one']);
  });

  it('is flushed through what frameworks hold a logger in', async () => {
    const { options } = settings();
    const logger = pino(cloudWatchTransport(options));
    // As in nestjs-pino: `Logger` holds a `PinoLogger`, whose logger is a getter.
    class PinoLogger {
      get logger() {
        return logger;
      }
    }
    class Logger {
      protected readonly logger = new PinoLogger();
      log(): void {}
    }
    const pinoHttp = Object.assign(() => {}, { logger });
    const ways = {
      Logger: new Logger(),
      PinoLogger: new PinoLogger(),
      pinoHttp,
      fastify: { log: logger.child({}) },
    };
    for (const [name, way] of Object.entries(ways)) {
      logger.info(name);
      assert.equal((await flushTransport(way)).delivered, 1, name);
    }
    await assert.rejects(flushTransport(logger, { timeoutMs: Number.NaN }), /"timeoutMs" must be a number/);
    const circle: { logger?: unknown } = {};
    circle.logger = circle;
    for (const other of [circle, console, () => {}, { log() {} }])
      await assert.rejects(flushTransport(other), TypeError);
  });

  it('is flushed through a logger, a child of it, a multistream or the stream', async () => {
    const { options, messages } = settings();
    const stream = cloudWatchTransport(options);
    const logger = pino({}, pino.multistream([{ stream }, { stream: { write() {} } }]));
    const ways = [logger, logger.child({ a: 1 }), pino.multistream([{ stream }]), stream];
    for (const [index, way] of ways.entries()) {
      logger.info(`line ${index}`);
      assert.deepEqual(await flushTransport(way), { delivered: 1, dropped: 0, pending: 0 });
    }
    assert.equal(messages().length, 4);
    assert.equal((await transportStats(logger)).delivered, 4);
  });

  it('says how many are pending when the time of a flush is over', async () => {
    const { options } = settings();
    local.faults.set([{ kind: 'hang-before', logGroupName: options.logGroupName }]);
    const stream = cloudWatchTransport({ ...options, closeTimeoutMs: 0 });
    stream.on('cloudwatch:warn', () => {});
    stream.write('a line\n');
    assert.deepEqual(await flushTransport(stream, { timeoutMs: 1 }), {
      delivered: 0,
      dropped: 0,
      pending: 1,
    });
    local.faults.clear();
    stream.destroy();
    await once(stream, 'close');
  });

  it('never pushes back and never emits an error, whatever happens to the delivery', async () => {
    const { options } = settings();
    local.faults.set([{ kind: 'access-denied', operation: '*', logGroupName: options.logGroupName }]);
    const stream = cloudWatchTransport({ ...options, maxBufferBytes: 100_000, closeTimeoutMs: 0 });
    stream.on('error', (error) => assert.fail(error));
    const warned = new Promise((resolve) => stream.on('cloudwatch:warn', resolve));
    let dropped = 0;
    stream.on('cloudwatch:drop', ({ events }) => {
      dropped += events;
    });
    for (let i = 0; i < 5000; i++)
      assert.equal(stream.write(`{"level":30,"time":${Date.now()},"i":${i}}\n`), true);
    await warned;
    stream.end();
    await once(stream, 'close');
    local.faults.clear();
    const { received, dropped: reasons } = stream.stats();
    assert.equal(received, 5000);
    assert.ok(reasons.overflow > 0 && reasons.shutdown > 0);
    assert.equal(dropped, 5000);
  });

  it('counts what is logged after its end instead of ending the application', async () => {
    const { options } = settings();
    const stream = cloudWatchTransport(options);
    stream.on('error', (error) => assert.fail(error));
    stream.on('cloudwatch:warn', () => {});
    const logger = pino(stream);
    stream.end();
    logger.info('ending');
    await once(stream, 'close');
    logger.info('closed');
    await new Promise<void>((resolve) => stream.write('again\n', () => resolve()));
    assert.equal(stream.stats().dropped.shutdown, 3);
  });

  it('takes a ready client and a function for the stream name, with the level and fields of the line', async () => {
    const { options } = settings();
    const client = new CloudWatchLogsClient(options.aws);
    const stream = cloudWatchTransport({
      logGroupName: options.logGroupName,
      client,
      levels: { audit: 35 },
      logStreamName: ({ level, fields }) =>
        `${level}/${typeof fields === 'function' ? fields().tenant : 'no fields'}`,
    });
    const logger = pino({ customLevels: { audit: 35 } }, stream);
    logger.audit({ tenant: 'a' });
    logger.error({ tenant: 'b' });
    await flushTransport(stream);
    stream.end();
    await once(stream, 'close');
    client.destroy();
    const names = local
      .events({ logGroupName: options.logGroupName })
      .map(({ logStreamName }) => logStreamName);
    assert.deepEqual(names.sort(), ['audit/a', 'error/b']);
  });

  it('prints warnings again when nobody listens for them any more', async () => {
    const { options } = settings();
    const stream = cloudWatchTransport(options) as InProcessStream;
    const publisher = stream[PUBLISHER];
    const listener = () => {};
    stream.once('cloudwatch:warn', listener);
    stream.on('cloudwatch:warn', listener);
    assert.equal(publisher.listenerCount('warn'), 1);
    stream.off('cloudwatch:warn', listener);
    stream.off('cloudwatch:warn', listener);
    assert.equal(publisher.listenerCount('warn'), 0);
    stream.on('cloudwatch:warn', listener);
    stream.removeAllListeners('cloudwatch:warn');
    assert.equal(publisher.listenerCount('warn'), 0);
    const heard: unknown[] = [];
    stream.on('cloudwatch:warn', (warning) => heard.push(warning));
    stream.write('{"level":30}\n');
    stream.end();
    await once(stream, 'close');
    stream.write('late\n');
    assert.equal(heard.length, 1);
  });

  it('flushes and ends although a listener for its counters throws', async () => {
    const { options, messages } = settings();
    const stream = cloudWatchTransport(options);
    stream.on('cloudwatch:stats', () => {
      throw new Error('the application failed');
    });
    pino(stream).info('one');
    assert.deepEqual(await stream.flush(), { delivered: 1, dropped: 0, pending: 0 });
    stream.end();
    await once(stream, 'close');
    assert.deepEqual(messages(), ['one']);
  });

  it('takes text piped into it, the last line too', async () => {
    const { options } = settings();
    const stream = cloudWatchTransport(options);
    stream.write(Buffer.from('first\nsec'));
    stream.end('ond');
    await once(stream, 'close');
    const stored = local.events({ logGroupName: options.logGroupName }).map(({ message }) => message);
    assert.deepEqual(stored, ['first', 'second']);
  });
});

describe('flushTransport', () => {
  it('refuses what has nothing to do with CloudWatch Logs, and says what it expects', async () => {
    for (const wrong of [undefined, null, 5, {}, pino({}, { write() {} })]) {
      await assert.rejects(flushTransport(wrong), (error) => {
        assert.ok(error instanceof TypeError);
        assert.match(
          error.message,
          /Expected the result of pino\.transport\(\) or cloudWatchTransport\(\), or a logger/,
        );
        return true;
      });
    }
  });
});
