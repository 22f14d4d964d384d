import assert from 'node:assert/strict';
import { test } from 'node:test';
import { metrics } from '@opentelemetry/api';
import { meterFor } from '../../../../test/fixtures/collected-metrics.ts';
import { observe } from '../../src/opentelemetry/index.ts';
import { Publisher } from '../../src/publisher.ts';
import { SimulatedService, VirtualClock } from '../support/simulation.ts';

function publisherIn(fault: { is?: 'throttle' | undefined }) {
  const clock = new VirtualClock();
  const sink = new SimulatedService(clock, { tokens: 'ignored', fault: () => fault.is }).add('g', 's');
  const publisher = new Publisher(
    { logGroupName: 'g', logStreamName: 's', maxBufferBytes: 10_240 },
    { clock, random: () => 0.5, sink, guardExit: false, silent: true },
  );
  const log = (count: number) => {
    for (let i = 0; i < count; i++)
      publisher.publish({ timestamp: clock.wallTime(), message: 'x'.repeat(998) });
  };
  return { clock, publisher, log };
}

test('every figure is that of stats(), under the names and units of the semantic conventions', async (t) => {
  const { meter, collect } = meterFor(t);
  const fault: { is?: 'throttle' | undefined } = {};
  const { clock, publisher, log } = publisherIn(fault);
  observe(publisher, meter, { 'service.name': 'shop' });
  log(3);
  await clock.until(publisher.flush());
  fault.is = 'throttle';
  log(20);
  await clock.advance(1500);
  const stats = publisher.stats();
  assert.ok(stats.dropped.overflow > 0 && stats.buffered > 0);
  const found = await collect();
  const figure = (name: string, reason?: string) => {
    const metric = found.find((one) => one.name === name);
    const values = metric?.points.filter(({ attributes }) => attributes['error.type'] === reason);
    assert.equal(values?.length, 1, name);
    return values[0].value;
  };
  assert.equal(figure('otel.sdk.log.created'), stats.received);
  assert.equal(figure('otel.sdk.exporter.log.exported'), 3);
  assert.equal(figure('otel.sdk.exporter.log.exported', 'overflow'), stats.dropped.overflow);
  assert.equal(figure('otel.sdk.exporter.log.exported', 'tooOld'), 0);
  assert.equal(figure('otel.sdk.exporter.log.inflight'), stats.inFlight);
  assert.equal(figure('otel.sdk.processor.log.queue.size'), stats.buffered);
  assert.equal(figure('cloudwatch_logs.buffer.usage'), stats.bufferedBytes);
  assert.equal(figure('cloudwatch_logs.buffer.limit'), 10_240);
  assert.equal(figure('cloudwatch_logs.put.requests'), stats.requests);
  assert.equal(figure('cloudwatch_logs.put.io'), 3 * 1024);
  assert.equal(figure('cloudwatch_logs.oldest.age'), stats.oldestEventAgeMs / 1000);
  assert.equal(figure('cloudwatch_logs.last_success.time'), (stats.lastSuccessAt ?? 0) / 1000);
  assert.equal(found.find(({ name }) => name === 'cloudwatch_logs.spool.usage')?.points.length ?? 0, 0);
  // The law of the counters holds among the metrics too.
  const [created, ...places] = found.filter(
    ({ name }) => name.startsWith('otel.') || name === 'cloudwatch_logs.spool.size',
  );
  const sum = (points: readonly { readonly value: number }[]) =>
    points.reduce((total, { value }) => total + value, 0);
  assert.equal(sum(created.points), sum(places.flatMap(({ points }) => points)));
  for (const { unit } of found) assert.match(unit, /^(?:By|s|\{[a-z_]+\})$/);
  for (const { attributes } of found.flatMap(({ points }) => points)) {
    assert.equal(attributes['service.name'], 'shop');
    assert.equal(attributes['otel.component.type'], 'cloudwatch_logs_exporter');
  }
  fault.is = undefined;
  await clock.until(publisher.close());
});

test('several publishers are told apart, and each can be stopped', async (t) => {
  const { meter, collect } = meterFor(t);
  const [first, second] = [publisherIn({}), publisherIn({})];
  const stop = observe(first.publisher, meter);
  observe(second.publisher, meter);
  first.log(1);
  second.log(2);
  const created = async () => {
    const metric = (await collect()).find(({ name }) => name === 'otel.sdk.log.created');
    return metric?.points ?? [];
  };
  const both = await created();
  assert.deepEqual(both.map(({ value }) => value).sort(), [1, 2]);
  assert.equal(new Set(both.map(({ attributes }) => attributes['otel.component.name'])).size, 2);
  stop();
  for (const { log } of [first, second]) log(5);
  assert.deepEqual(
    (await created()).map(({ value }) => value).sort(),
    [1, 7],
    'the SDK repeats what it was told last',
  );
  for (const { clock, publisher } of [first, second]) await clock.until(publisher.close());
});

test('nothing is told of counters that are not known yet, nor where OpenTelemetry is not set up', async (t) => {
  const { meter, collect } = meterFor(t);
  observe({ stats: () => undefined }, meter);
  assert.deepEqual(
    (await collect()).flatMap(({ points }) => points),
    [],
  );
  observe({ stats: () => assert.fail('nobody collects') }, metrics.getMeter('none'))();
});

test('a wrong argument is named', (t) => {
  const { meter } = meterFor(t);
  const { publisher } = publisherIn({});
  for (const source of [undefined, null, {}, 'publisher'])
    assert.throws(() => observe(source as never, meter), /^TypeError: Expected a publisher or a transport/);
  for (const none of [undefined, null, {}, metrics])
    assert.throws(() => observe(publisher, none as never), /^TypeError: Expected a meter such as/);
});
