import assert from 'node:assert/strict';
import test from 'node:test';
import { Publisher } from '../../../src/publisher.ts';
import { SimulatedService, VirtualClock } from '../../support/simulation.ts';

const STREAMS = 1000;

function setUp(options: object = {}) {
  const clock = new VirtualClock();
  const sink = new SimulatedService(clock).add('g');
  for (let n = 0; n < STREAMS; n++) sink.add('g', `s${n}`);
  const publisher = new Publisher(
    { logGroupName: 'g', logStreamName: '{level}', ...options },
    { clock, random: () => 0.5, sink, guardExit: false },
  );
  publisher.on('warn', () => {});
  const publishToEach = (message: string) => {
    for (let n = 0; n < STREAMS; n++) {
      publisher.publish({ timestamp: clock.now(), message }, { level: `s${n}` });
    }
  };
  return { clock, sink, publisher, publishToEach };
}

test('a thousand streams with few events each make no storm of requests, and all are served in turn', async () => {
  const { clock, sink, publisher, publishToEach } = setUp();
  for (let second = 0; second < 60; second++) {
    publishToEach('event');
    await clock.advance(1000);
  }
  assert.ok(sink.puts <= 51 * 60, `${sink.puts} puts in a minute`);
  assert.ok(sink.puts >= 45 * 58, `${sink.puts} puts in a minute`);
  const waiting = Array.from({ length: STREAMS }, (_, n) => 60 - sink.events('g', `s${n}`).length);
  assert.ok(Math.max(...waiting) <= 23, `a stream waits with ${Math.max(...waiting)} seconds of events`);
  await clock.until(publisher.close());
  assert.equal(publisher.stats().delivered, 60 * STREAMS);
});

test('a flush and full batches keep no pace', async () => {
  const { clock, sink, publisher, publishToEach } = setUp({ maxBatchEvents: 2 });
  publishToEach('event');
  const { delivered } = await clock.until(publisher.flush(), 1);
  assert.equal(delivered, STREAMS);
  publishToEach('first');
  publishToEach('second, which makes the batch full');
  await clock.advance(1);
  assert.equal(sink.puts, 2 * STREAMS);
  await clock.until(publisher.close());
});

test('a buffer that is half full ends the waiting', async () => {
  for (const [maxBufferBytes, least, most] of [
    [6_000_000, 50, 100],
    [4_100_000, STREAMS, STREAMS],
  ]) {
    const { clock, sink, publisher, publishToEach } = setUp({ maxBufferBytes, maxEventBytes: 2000 });
    publishToEach('.'.repeat(1574)); // streams take a megabyte, and these 1.6
    await clock.advance(500);
    assert.ok(sink.puts >= least && sink.puts <= most, `${sink.puts} puts, maxBufferBytes ${maxBufferBytes}`);
    await clock.until(publisher.close());
    assert.equal(publisher.stats().delivered, STREAMS);
  }
});

test('a clock that is set back holds nothing up', async () => {
  const { clock, sink, publisher, publishToEach } = setUp();
  publishToEach('event');
  await clock.advance(1500);
  const before = sink.puts;
  clock.jump(-3_600_000);
  await clock.advance(10_000);
  assert.ok(sink.puts - before >= 400, `${sink.puts - before} puts in 10 s`);
  await clock.until(publisher.close());
});
