import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Publisher } from '../../../src/publisher.ts';
import { SimulatedService, seededRandom, VirtualClock } from '../../support/simulation.ts';

const DAY_MS = 86_400_000;

function publisherOn(clock: VirtualClock, service: SimulatedService) {
  return new Publisher(
    { logGroupName: 'group', logStreamName: 'stream', maxInFlight: 1 },
    { clock, sink: service, random: seededRandom(1), guardExit: false, silent: true },
  );
}

for (const days of [2, 3, 13]) {
  test(`the logs of ${days} days that come in turn are few puts (there was one for each event)`, async () => {
    const clock = new VirtualClock();
    const service = new SimulatedService(clock).add('group', 'stream');
    const publisher = publisherOn(clock, service);
    const now = clock.wallTime();
    for (let i = 0; i < 1000; i++) {
      publisher.publish({ timestamp: now - (i % days) * (DAY_MS + 60_000) + i, message: `number ${i}` });
    }
    await clock.until(publisher.close());
    assert.equal(service.events('group', 'stream').length, 1000);
    assert.equal(service.puts, days);
    assert.deepEqual(service.illegal, []);
  });
}

test('events of one time are read as they were logged, however the times of others lie', async () => {
  for (let seed = 1; seed <= 100; seed++) {
    const random = seededRandom(seed);
    const clock = new VirtualClock();
    const service = new SimulatedService(clock).add('group', 'stream');
    const publisher = publisherOn(clock, service);
    const now = clock.wallTime();
    const events = 200;
    for (let i = 0; i < events; i++) {
      // A few times that come again and again, within and beyond 24 hours of each other.
      publisher.publish({ timestamp: now - Math.floor(random() * 12) * (DAY_MS / 4), message: `${i}` });
      if (random() < 0.02) await clock.advance(1500);
    }
    await clock.until(publisher.close());
    const read = [...service.events('group', 'stream')].sort((a, b) => a.timestamp - b.timestamp);
    assert.equal(read.length, events);
    for (let i = 1; i < events; i++) {
      const [one, next] = [read[i - 1], read[i]];
      if (one.timestamp === next.timestamp)
        assert.ok(Number(one.message) < Number(next.message), `seed ${seed}`);
    }
    assert.deepEqual(service.illegal, []);
  }
});
