import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Publisher } from '../../src/publisher.ts';
import { type Fault, SimulatedService, VirtualClock } from '../support/simulation.ts';

function setUp() {
  const clock = new VirtualClock();
  const faults: (Fault | undefined)[] = [];
  const fault = (call: string) => (call === 'PutLogEvents' ? faults.shift() : undefined);
  const sink = new SimulatedService(clock, { tokens: 'ignored', fault });
  const publisher = new Publisher(
    { logGroupName: 'g', logStreamName: '{level}' },
    { clock, random: () => 0.5, sink, guardExit: false, silent: true },
  );
  const publish = (level: string) => publisher.publish({ timestamp: clock.now(), message: 'm' }, { level });
  return { clock, faults, sink, publisher, publish };
}

test('creating what is not there yet is neither an error nor a retry', async () => {
  const { clock, publisher, publish } = setUp();
  publish('a');
  await clock.until(publisher.close());
  const { lastError, retries, requests, delivered } = publisher.stats();
  assert.deepEqual(
    { lastError, retries, requests, delivered },
    { lastError: undefined, retries: 0, requests: 2, delivered: 1 },
  );
});

test('an error is over when its stream stores something, and not when another one does', async () => {
  const { clock, faults, sink, publisher, publish } = setUp();
  sink.add('g', 'a').add('g', 'b');
  faults.push('denied');
  publish('a');
  await clock.advance(100);
  assert.equal(publisher.stats().lastError?.name, 'AccessDeniedException');
  publish('b');
  await clock.advance(100);
  assert.equal(publisher.stats().delivered, 1);
  assert.equal(publisher.stats().lastError?.name, 'AccessDeniedException');
  await clock.advance(10_000);
  assert.equal(publisher.stats().delivered, 2);
  assert.equal(publisher.stats().lastError, undefined);
  await clock.until(publisher.close());
});
