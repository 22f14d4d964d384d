import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Publisher } from '../../src/publisher.ts';
import { type ServiceOptions, SimulatedService, VirtualClock } from '../support/simulation.ts';

const STREAMS = 1000;
const LATENCY_MS = 100;

interface SetUp {
  readonly options?: object;
  readonly service?: Partial<ServiceOptions>;
  readonly exist?: boolean;
}

/** A publisher with an event for each of a thousand streams. */
function setUp({ options = {}, service = {}, exist = true }: SetUp = {}) {
  const clock = new VirtualClock();
  const sink = new SimulatedService(clock, { tokens: 'ignored', latencyMs: () => LATENCY_MS, ...service });
  sink.add('g');
  if (exist) for (let i = 0; i < STREAMS; i++) sink.add('g', `s${i}`);
  const publisher = new Publisher(
    { logGroupName: 'g', logStreamName: '{level}', ...options },
    { clock, random: () => 0.5, sink, guardExit: false, silent: true },
  );
  const warnings: string[] = [];
  publisher.on('warn', ({ message }) => warnings.push(message));
  for (let i = 0; i < STREAMS; i++)
    publisher.publish({ timestamp: clock.now(), message: 'one' }, { level: `s${i}` });
  return { clock, sink, publisher, warnings };
}

test('a thousand streams 100 ms away end within two seconds', async () => {
  const { clock, sink, publisher } = setUp();
  const startedAt = clock.now();
  assert.deepEqual(await clock.until(publisher.close(), 50), { delivered: STREAMS, dropped: 0, pending: 0 });
  assert.ok(clock.now() - startedAt <= 2000, `${clock.now() - startedAt} ms`);
  assert.ok(sink.mostUnderWay >= 64 && sink.mostUnderWay <= 200, `${sink.mostUnderWay} at a time`);
});

test('a flush before the end is as fast, and one in the midst of life is not', async () => {
  for (const beforeExit of [true, false]) {
    const { clock, sink, publisher } = setUp();
    await clock.until(publisher.flush({ beforeExit, timeoutMs: 1000 }), 50);
    assert.equal(sink.mostUnderWay >= 64, beforeExit, `${sink.mostUnderWay} at a time`);
    await clock.until(publisher.close());
  }
});

test('a number for maxRequests holds also at the end', async () => {
  const { clock, sink, publisher } = setUp({ options: { maxRequests: 3, closeTimeoutMs: 60_000 } });
  const { delivered } = await clock.until(publisher.close());
  assert.equal(delivered, STREAMS);
  assert.equal(sink.mostUnderWay, 3);
});

test('a service that throttles is heeded also at the end', async () => {
  let calls = 0;
  const { clock, sink, publisher } = setUp({
    service: { fault: () => (++calls <= 20 ? 'throttle' : undefined) },
  });
  await clock.advance(5000);
  await clock.until(publisher.close({ timeoutMs: 60_000 }));
  assert.equal(publisher.stats().delivered, STREAMS);
  assert.ok(sink.mostUnderWay < 64, `${sink.mostUnderWay} at a time`);
});

test('new streams are created as fast as an account may, and what comes too late is counted with that reason', async () => {
  const { clock, sink, publisher, warnings } = setUp({ exist: false });
  const { delivered, dropped } = await clock.until(publisher.close());
  assert.equal(delivered + dropped, STREAMS);
  assert.ok(delivered >= 300, `${delivered} were stored`);
  const creations = sink.calls.filter((call) => call === 'CreateLogStream').length;
  assert.ok(creations <= 50 + 50 * 8, `${creations} creations in 8 s`);
  const [last] = warnings.filter((message) => message.includes('not sent'));
  assert.match(
    last,
    /^\d+ log event\(s\) for log group "g" were not sent within 8000 ms; last error: StreamsNotCreated: \d+ log stream\(s\) were not created in time; AWS allows 50 creations a second\.$/,
  );
  assert.equal(publisher.stats().lastError?.name, 'StreamsNotCreated');
});
