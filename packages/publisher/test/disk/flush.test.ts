import assert from 'node:assert/strict';
import test from 'node:test';
import { settledBy } from '../support/disk-pace.ts';
import { drained, law, line, start, upTo } from '../support/publisher-fixture.ts';
import type { Fault } from '../support/simulation.ts';
import { temporaryDirectory } from '../support/spool-fixture.ts';

const lostOf = ({ overflow }: { readonly overflow: number }) => overflow;

test('a flush counts what the full spool drops while it waits, and no more (1,000 were pending, 286 were left)', async (t) => {
  const { clock, publisher, publish, spool } = start(t, {
    directory: temporaryDirectory(t),
    options: { maxBufferBytes: 64 * 1024 },
    spool: { maxBytes: 256 * 1024, segmentBytes: 16 * 1024 },
    service: { fault: (): Fault => 'reset-before' },
  });
  for (const n of upTo(1000)) publish(line(n));
  await spool.flush();
  const before = publisher.stats();
  const result = await settledBy(clock, publisher.flush({ timeoutMs: 5000 }));
  const after = publisher.stats();
  law(after);
  assert.ok(lostOf(after.dropped) > 500, 'the spool was too small');
  assert.equal(result.pending, after.buffered + after.inFlight + after.spooled);
  assert.equal(result.dropped, lostOf(after.dropped) - lostOf(before.dropped));
  const waiting = publisher.flush({ timeoutMs: 60_000 });
  for (const n of upTo(1000)) publish(line(1000 + n));
  const second = await settledBy(clock, waiting);
  law(publisher.stats());
  assert.equal(
    second.delivered + second.dropped + second.pending,
    result.pending,
    'the new events are not among them',
  );
  assert.ok(second.dropped > 0, 'the newer events pushed out older ones');
});

test('a flush of 100,005 events through a spool says at the time-out how many of them are left', async (t) => {
  const { clock, publisher, publish } = start(t, {
    directory: temporaryDirectory(t),
    options: { maxBufferBytes: 1024 * 1024, maxBatchEvents: 1000 },
    service: { latencyMs: () => 1000 },
  });
  const publishAll = (count: number) => {
    for (let n = 0; n < count; n++) publish(`event ${n}`);
  };
  publishAll(100_000);
  await clock.advance(3000);
  publishAll(5);
  const { received, delivered } = publisher.stats();
  const waiting = publisher
    .flush({ timeoutMs: 20_000 })
    .then((result) => ({ result, stats: publisher.stats() }));
  // Some of these get into the batch that is open now, beside events from disk that the flush waits for.
  publishAll(50_000);
  const { result, stats } = await settledBy(clock, waiting);
  law(stats);
  assert.equal(received, 100_005);
  assert.ok(result.delivered > 0 && result.pending > 0, JSON.stringify(result));
  assert.equal(result.delivered, stats.delivered - delivered, 'all events go in order, so older ones first');
  assert.equal(result.pending, 100_005 - stats.delivered);
  const { delivered: already } = publisher.stats();
  const all = await drained(clock, publisher);
  assert.equal(all.delivered, 150_005 - already);
  assert.equal(all.pending, 0);
});
