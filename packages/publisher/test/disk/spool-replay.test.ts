import assert from 'node:assert/strict';
import test from 'node:test';
import { pass, settledBy } from '../support/disk-pace.ts';
import { drained, numbers, start, until, upTo } from '../support/publisher-fixture.ts';
import { SimulatedService, VirtualClock } from '../support/simulation.ts';
import {
  appendNumbers,
  deadOwner,
  destination,
  filesOf,
  open,
  openUntilEnd,
  readAll,
  temporaryDirectory,
} from '../support/spool-fixture.ts';

test('what dead owners left is sent in order, what was not settled stays, and living owners are not touched', async (t) => {
  const directory = temporaryDirectory(t);
  const clock = new VirtualClock(1_700_000_100_000);
  const living = openUntilEnd(t, directory);
  await living.ready; // or it takes over what the next one leaves
  appendNumbers(living, 100, 101);
  await living.flush();
  const crashed = open(directory, { owner: deadOwner() });
  await crashed.ready; // a dead process looks for no others
  appendNumbers(crashed, 1, 50);
  await crashed.flush();

  const sink = new SimulatedService(clock, { tokens: 'enforced' }).add('group', 'stream');
  // As a reader sees them; what was put beside another is noted behind it.
  const sent = () => numbers([...sink.events('group', 'stream')].sort((a, b) => a.timestamp - b.timestamp));
  sink.options = { ...sink.options, fault: () => (sent().length >= 20 ? 'reset-before' : undefined) };
  const options = { maxBatchEvents: 10 };
  const halfway = start(t, { directory, clock, sink, options, spool: { destination } });
  await until(() => halfway.publisher.stats().recovered === 50);
  for (const end = Date.now() + 30_000; sent().length < 20 && Date.now() < end; ) await pass(clock, 100);
  const { pending } = await settledBy(clock, halfway.publisher.close({ timeoutMs: 0 }));
  assert.deepEqual([sent(), pending], [upTo(21).slice(1), 30]);

  sink.options = { tokens: 'enforced' };
  const last = start(t, { directory, clock, sink, options, spool: { destination } });
  await until(() => last.publisher.stats().recovered === 30);
  await drained(clock, last.publisher);
  assert.deepEqual(sent(), upTo(51).slice(1));
  await settledBy(clock, last.publisher.close());
  assert.equal(filesOf(directory, '.segment').length, 1);
  assert.equal((await readAll(living)).length, 2);
});
