import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { type TestContext, test } from 'node:test';
import { Publisher } from 'cloudwatch-logs-publisher';
import { observe as observePublisher } from 'cloudwatch-logs-publisher/opentelemetry';
import pino from 'pino';
import { cloudWatchTransport, flushTransport } from 'pino-cloudwatch-logs';
import { observe as observePino } from 'pino-cloudwatch-logs/opentelemetry';
import winston from 'winston';
import { CloudWatchTransport } from 'winston-cloudwatch-logs';
import { observe as observeWinston } from 'winston-cloudwatch-logs/opentelemetry';
import { atEnd } from '../fixtures/at-end.js';
import { meterFor } from '../fixtures/collected-metrics.js';
import { optionsFor, startEndpoint } from '../fixtures/endpoint.js';

function setUp(t: TestContext) {
  const { meter, collect } = meterFor(t);
  /** Values of a metric, without those that are told as errors. */
  const valuesOf = async (wanted: string): Promise<number[]> =>
    (await collect())
      .filter(({ name }) => name === wanted)
      .flatMap(({ points }) => points.filter(({ attributes }) => !('error.type' in attributes)))
      .map(({ value }) => value);
  return { meter, valuesOf };
}

const EXPORTED = 'otel.sdk.exporter.log.exported';

test('the metrics of a publisher, from the built package', async (t) => {
  const local = await startEndpoint(t);
  const { meter, valuesOf } = setUp(t);
  const publisher = new Publisher(optionsFor(local));
  atEnd(t, () => publisher.close());
  observePublisher(publisher, meter);
  publisher.publish({ timestamp: Date.now(), message: 'one' });
  await publisher.flush();
  assert.deepEqual(await valuesOf(EXPORTED), [1]);
});

for (const place of ['a worker', 'a worker with two targets', 'process']) {
  test(`the metrics of a pino transport in ${place}, through the transport and through its logger`, async (t) => {
    const local = await startEndpoint(t);
    const { meter, valuesOf } = setUp(t);
    const target = { target: 'pino-cloudwatch-logs', options: optionsFor(local) };
    const transport =
      place === 'process'
        ? cloudWatchTransport(optionsFor(local))
        : pino.transport(place === 'a worker' ? target : { targets: [target, target] });
    const logger = pino(transport);
    atEnd(t, () => transport.end());
    const stops = [observePino(transport, meter), observePino(logger.child({ a: 1 }), meter)];
    logger.info('one');
    logger.info('two');
    await flushTransport(transport);
    const expected = place === 'a worker with two targets' ? 4 : 2;
    assert.deepEqual(await valuesOf(EXPORTED), [expected, expected]);
    for (const stop of stops) stop();
    logger.info('three');
    await flushTransport(transport);
    assert.deepEqual(await valuesOf(EXPORTED), [expected, expected], 'the SDK repeats what it was told last');
  });
}

for (const worker of [false, true]) {
  test(`the metrics of a winston transport ${worker ? 'with' : 'without'} a worker, and of all of a logger`, async (t) => {
    const local = await startEndpoint(t);
    const { meter, valuesOf } = setUp(t);
    const transports = ['a', 'b'].map(
      (logStreamName) => new CloudWatchTransport({ ...optionsFor(local), logStreamName, worker }),
    );
    const logger = winston.createLogger({
      transports: [...transports, new winston.transports.Stream({ stream: process.stderr, silent: true })],
    });
    atEnd(t, () => Promise.all(transports.map((transport) => transport.shutdown())));
    observeWinston(transports[0], meter);
    observeWinston(logger, meter);
    logger.info('one');
    for (const transport of transports) await transport.flush();
    assert.deepEqual((await valuesOf(EXPORTED)).sort(), [1, 2]);
  });
}

test('what is no transport of ours is named, and no package loads OpenTelemetry by itself', (t) => {
  const { meter } = setUp(t);
  assert.throws(() => observePino(pino(), meter), TypeError);
  assert.throws(
    () => observeWinston(winston.createLogger(), meter),
    /^TypeError: Expected a CloudWatchTransport/,
  );
  assert.throws(() => observeWinston(undefined, meter), /^TypeError: Expected a CloudWatchTransport/);
  const require = createRequire(import.meta.url);
  for (const name of ['cloudwatch-logs-publisher', 'pino-cloudwatch-logs', 'winston-cloudwatch-logs'])
    assert.equal(typeof require(`${name}/opentelemetry`).observe, 'function', 'in CommonJS, too');
});
