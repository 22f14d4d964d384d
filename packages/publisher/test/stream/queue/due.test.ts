import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PublisherOptions } from '../../../src/options/options.ts';
import { Publisher } from '../../../src/publisher.ts';
import {
  type ServiceOptions,
  SimulatedService,
  seededRandom,
  VirtualClock,
} from '../../support/simulation.ts';

function setUp(options: Partial<PublisherOptions> = {}, service: Partial<ServiceOptions> = {}) {
  const clock = new VirtualClock();
  const sink = new SimulatedService(clock, { tokens: 'ignored', ...service }).add('g', 's');
  const puts: { readonly at: number; readonly events: number }[] = [];
  const { put } = sink;
  sink.put = (target, batch, token) => {
    puts.push({ at: clock.now(), events: batch.length });
    return put.call(sink, target, batch, token);
  };
  const publisher = new Publisher(
    { logGroupName: 'g', logStreamName: 's', ...options },
    { clock, random: () => 0.5, sink, guardExit: false, silent: true },
  );
  const publish = () => publisher.publish({ timestamp: clock.now(), message: 'm' });
  const began = clock.now();
  const sent = () => puts.map(({ at, events }) => [at - began, events]);
  return { clock, sink, publisher, publish, puts, sent };
}

test('the events of a turn after a pause go together at its end, and those after it a flush interval later', async () => {
  const { clock, publisher, publish, sent } = setUp();
  publish();
  publish();
  assert.deepEqual(sent(), []);
  await clock.advance(400);
  publish();
  await clock.advance(599);
  publish();
  assert.deepEqual(sent(), [[0, 2]]);
  await clock.advance(1);
  assert.deepEqual(sent().slice(1), [[1000, 2]]);
  await clock.advance(1000);
  publish();
  await clock.advance(0);
  assert.deepEqual(sent().slice(2), [[2000, 1]], 'the interval counts from the start of the last put');
  await clock.until(publisher.close());
});

test('the interval counts from a put that somebody asked for too', async () => {
  const { clock, publisher, publish, sent } = setUp();
  publish();
  await clock.advance(700);
  publish();
  await publisher.flush();
  publish();
  await clock.advance(999);
  assert.deepEqual(sent().length, 2);
  await clock.advance(1);
  assert.deepEqual(sent()[2], [1700, 1]);
  await clock.until(publisher.close());
});

test('batches that are not full never follow each other within the interval, however events come', async () => {
  for (const latencyMs of [0, 30, 1500]) {
    const random = seededRandom(latencyMs + 1);
    const { clock, publisher, publish, puts } = setUp(
      { maxBatchEvents: 5, maxInFlight: 1 },
      { latencyMs: () => latencyMs },
    );
    let published = 0;
    for (let n = 0; n < 1000; n++) {
      for (let burst = random() < 0.1 ? 12 : 1; burst > 0; burst--, published++) publish();
      await clock.advance(Math.floor(random() ** 4 * 4000));
    }
    await clock.advance(10_000);
    const small = puts.filter(({ events }) => events < 5).map(({ at }) => at);
    const gaps = small.slice(1).map((at, index) => at - small[index]);
    assert.ok(small.length > 100);
    assert.ok(Math.min(...gaps) >= 1000, `${Math.min(...gaps)} ms apart, latency ${latencyMs}`);
    assert.equal(publisher.stats().delivered, published);
    await clock.until(publisher.close());
  }
});

test('events that come while the client is loaded go with the first put', async () => {
  const { clock, sink, publisher, publish, sent } = setUp();
  let ready = () => {};
  let preparing: Promise<void> | undefined = new Promise((resolve) => {
    ready = resolve;
  });
  Object.assign(sink, { prepare: () => preparing });
  publish();
  await clock.advance(300);
  publish();
  assert.deepEqual(sent(), []);
  preparing = undefined;
  ready();
  await clock.advance(0);
  assert.deepEqual(sent(), [[300, 2]]);
  await clock.until(publisher.close());
});

test('a client that is not there within the interval is tried all the same', async () => {
  const { clock, sink, publisher, publish, sent } = setUp();
  Object.assign(sink, { prepare: () => new Promise(() => {}) });
  publish();
  await clock.advance(1000);
  assert.deepEqual(sent(), [[1000, 1]]);
  await clock.until(publisher.close());
});
