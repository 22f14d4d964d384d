import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Drop, Warning } from '../../src/accounts/events.ts';
import { FREE_STREAMS, STREAM_BYTES } from '../../src/accounts/memory-budget.ts';
import type { PublisherOptions } from '../../src/options/options.ts';
import { Publisher } from '../../src/publisher.ts';
import { collectGarbage } from '../support/collect-garbage.ts';
import { law } from '../support/publisher-fixture.ts';
import { type Fault, SimulatedService, settled, VirtualClock } from '../support/simulation.ts';

// Streams that are named by a field which clients control: however many names they send, memory is bounded, and the
// streams that an application names on purpose lose nothing.

const MIB = 1024 ** 2;
/** The streams that there may be at a time with a buffer of so many bytes. */
const mostStreams = (maxBufferBytes: number) => FREE_STREAMS + Math.floor(maxBufferBytes / 4 / STREAM_BYTES);

function setUp(options: Partial<PublisherOptions> = {}) {
  const clock = new VirtualClock();
  const state: { fault: Fault | undefined } = { fault: undefined };
  const sink = new SimulatedService(clock, { tokens: 'ignored', fault: () => state.fault }).add('g');
  const publisher = new Publisher(
    { logGroupName: 'g', logStreamName: 'client-{field:id}', maxBufferBytes: MIB, ...options },
    { clock, random: () => 0.5, sink, guardExit: false, silent: true },
  );
  const warnings: Warning[] = [];
  publisher.on('warn', (warning) => warnings.push(warning));
  const publish = (id: number | string, message = `of ${id}`) =>
    publisher.publish({ timestamp: clock.wallTime(), message }, { fields: { id } });
  const messages = (id: number | string) => sink.events('g', `client-${id}`).map(({ message }) => message);
  return { clock, sink, publisher, publish, messages, warnings, state };
}

/** Bytes that are reachable, on V8's heap and outside. */
async function memory(): Promise<number> {
  // Buffers are given back some time after they were collected.
  for (let i = 0; i < 5; i++) {
    collectGarbage();
    await settled();
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

test('an idle stream takes about what it is charged', async () => {
  const { clock, sink, publisher, publish } = setUp({ maxBufferBytes: 64 * MIB, maxRequests: 256 });
  const idle = async (from: number, to: number) => {
    for (let id = from; id < to; id++) {
      sink.add('g', `client-${id}`);
      publish(id);
    }
    await clock.until(publisher.flush({ timeoutMs: 600_000 }));
    await clock.advance(2000);
  };
  sink.put = async () => ({ ok: true, nextSequenceToken: undefined, rejected: undefined });
  await idle(0, 500);
  const before = await memory();
  await idle(500, 4500);
  const names = 4000 * 200; // what the service of this test takes for each
  const bytes = ((await memory()) - before - names) / 4000;
  assert.equal(publisher.stats().streams, 4500);
  assert.ok(bytes < 1.5 * STREAM_BYTES, `${bytes} bytes each; it was 7,500`);
  await clock.until(publisher.close());
});

for (const [what, fault] of [
  ['that answers', undefined],
  ['that hangs', 'timeout-before'],
  ['that throttles', 'throttle'],
] as const) {
  test(`300,000 names at an endpoint ${what} take no more memory than some hundred streams, and the first lose nothing`, async () => {
    const { clock, publisher, publish, messages, warnings, state } = setUp();
    const first = Array.from({ length: FREE_STREAMS }, (_, n) => `first-${n}`);
    for (const id of first) publish(id, 'before');
    await clock.until(publisher.flush({ timeoutMs: 600_000 }));
    state.fault = fault;
    const before = await memory();
    let taken = 0;
    for (let id = 0; id < 300_000; id++) {
      if (publish(id)) taken++;
      if (id % 3000 === 0) {
        publish(first[(id / 3000) % FREE_STREAMS], 'during');
        await clock.advance(100);
        law(publisher.stats());
        assert.ok(publisher.stats().streams <= mostStreams(MIB), `${publisher.stats().streams} streams`);
      }
    }
    const grown = (await memory()) - before;
    assert.ok(grown < 4 * MIB, `${(grown / MIB).toFixed(1)} MiB more, with a buffer of 1 MiB`);
    state.fault = undefined;
    for (const id of first) publish(id, 'after');
    await clock.until(publisher.flush({ timeoutMs: 6_000_000 }));
    for (const [n, id] of first.entries()) {
      const during = Array.from({ length: 100 }, (_, at) => at).filter(
        (at) => at % FREE_STREAMS === n,
      ).length;
      assert.deepEqual(messages(id), ['before', ...Array(during).fill('during'), 'after'], id);
    }
    const { delivered, dropped } = publisher.stats();
    assert.equal(delivered, 2 * FREE_STREAMS + 100 + taken);
    assert.equal(dropped.overflow, 300_000 - taken);
    const [warning, ...others] = warnings.filter(({ code }) => code === 'overflow');
    assert.match(warning.message, /logStreamName is "client-\{field:id\}"/);
    assert.ok(others.length <= 3, `${others.length} more warnings`);
    await clock.until(publisher.close());
  });
}

test('streams that are idle make room for new ones, the one that has been for longest first', async () => {
  const { clock, publisher, publish, messages } = setUp();
  const most = mostStreams(MIB);
  for (let round = 0; round < 2; round++) {
    for (let id = 0; id < 3 * most; id++) {
      assert.equal(publish(id), true, `${id}`);
      if (id % 50 === 0) await clock.until(publisher.flush({ timeoutMs: 600_000 }));
    }
  }
  await clock.until(publisher.close({ timeoutMs: 600_000 }));
  assert.equal(publisher.stats().delivered, 6 * most);
  assert.equal(messages(most).length, 2);
});

test('the first streams keep their place while others come and go, until they were idle for an hour', async () => {
  const { clock, sink, publisher, publish } = setUp({ maxBufferBytes: 4096, maxEventBytes: 1024 });
  const creations = () => sink.calls.filter((call) => call === 'CreateLogStream').length;
  const flush = () => clock.until(publisher.flush({ timeoutMs: 600_000 }));
  for (let id = 0; id < FREE_STREAMS; id++) {
    publish(id);
    await flush();
  }
  for (let id = 0; id < 20; id++) {
    publish(`other-${id}`);
    await flush();
  }
  assert.equal(publisher.stats().streams, FREE_STREAMS + 1);
  const before = creations();
  for (let id = 0; id < FREE_STREAMS; id++) publish(id);
  await flush();
  assert.equal(creations(), before, 'they were remembered');
  await clock.advance(3_600_000);
  for (const id of ['new', 'newer']) {
    publish(id);
    await clock.advance(60_000);
  }
  assert.ok(publisher.stats().streams <= 3, `${publisher.stats().streams} streams`);
  assert.equal(publisher.stats().dropped.overflow, 0);
  await clock.until(publisher.close());
});

for (const overflow of ['drop-oldest', 'drop-newest', 'drop-lowest'] as const) {
  test(`a stream that has filled the buffer keeps no new stream out, nor loses for what that takes: ${overflow}`, async () => {
    const { clock, publisher, publish, messages, state } = setUp({ overflow });
    const kilobyte = 'x'.repeat(1024 - 26);
    state.fault = 'throttle';
    for (let id = 0; id <= FREE_STREAMS; id++) publish(id);
    await clock.advance(10);
    while (publisher.stats().dropped.overflow === 0) publish('failing', kilobyte);
    const lost = publisher.stats().dropped.overflow;
    for (let id = 0; id < 50; id++) assert.equal(publish(`new-${id}`, 'small'), true);
    const more = publisher.stats().dropped.overflow - lost;
    assert.ok(more <= 3, `${more} kilobytes made room for 50 small events`);
    law(publisher.stats());
    state.fault = undefined;
    await clock.until(publisher.close({ timeoutMs: 600_000 }));
    for (let id = 0; id < 50; id++) assert.deepEqual(messages(`new-${id}`), ['small']);
  });
}

test('who waits for room waits for that of a stream, too', async () => {
  const { clock, publisher, state } = setUp({ maxBufferBytes: 4096, maxEventBytes: 1024 });
  state.fault = 'throttle';
  const all = Promise.all(
    Array.from({ length: 200 }, (_, id) =>
      publisher.publishWhenRoom({ timestamp: clock.wallTime(), message: 'm' }, { fields: { id } }),
    ),
  );
  await clock.advance(60_000);
  assert.ok(publisher.stats().received <= mostStreams(4096), `${publisher.stats().received} were taken`);
  state.fault = undefined;
  const taken = await clock.until(all);
  assert.ok(taken.every(Boolean));
  await clock.until(publisher.close({ timeoutMs: 600_000 }));
  assert.equal(publisher.stats().delivered, 200);
  assert.equal(publisher.stats().dropped.overflow, 0);
});

test('drops of events that name new streams are told by their log group', async () => {
  const { clock, publisher, publish, state } = setUp({ maxBufferBytes: 4096, maxEventBytes: 1024 });
  const drops: Drop[] = [];
  publisher.on('drop', (drop) => drops.push(drop));
  state.fault = 'throttle';
  for (let id = 0; id < 10_000; id++) publish(id);
  await clock.until(publisher.close({ timeoutMs: 0 }));
  const overflow = drops.filter(({ reason }) => reason === 'overflow');
  assert.ok(overflow.length <= 3);
  const told = overflow.reduce((sum, { events }) => sum + events, 0);
  assert.equal(told, publisher.stats().dropped.overflow);
  assert.deepEqual(Object.keys(overflow[0]).sort(), ['bytes', 'cause', 'events', 'logGroupName', 'reason']);
});
