import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';
import type { FlushResult } from '../../src/accounts/flush.ts';
import type { SpooledEvent } from '../../src/spool/spool.ts';
import { settledBy } from '../support/disk-pace.ts';
import { law, line, numbers, start, until } from '../support/publisher-fixture.ts';
import type { Fault } from '../support/simulation.ts';
import { temporaryDirectory } from '../support/spool-fixture.ts';

// What goes wrong at the edges: when the disk refuses, when it hands back, and when the publisher ends.

const down = { fault: (): Fault => 'reset-before' };
const smallMemory = { maxBufferBytes: 64 * 1024 };

/** What a spool would hand back. */
function handBack(events: readonly SpooledEvent[]): SpooledEvent[] {
  return events.map((event) => ({ ...event }));
}

test('a flush after the end does not wait for events that stay on disk', async (t) => {
  const { clock, publisher, publish } = start(t, {
    directory: temporaryDirectory(t),
    options: smallMemory,
    service: down,
  });
  for (let n = 0; n < 200; n++) publish(line(n));
  const { pending } = await settledBy(clock, publisher.close({ timeoutMs: 0 }));
  assert.equal(pending, 200);
  // Virtual time stands still: nothing but the flush itself can end it.
  let flushed: FlushResult | undefined;
  void publisher.flush().then((result) => {
    flushed = result;
  });
  await until(() => flushed !== undefined);
  assert.equal(flushed?.delivered, 0);
  assert.ok((flushed?.pending ?? 0) > 0);
});

test('after a split event was refused, what the disk hands back is in memory at once', async (t) => {
  const { publisher, publish, spool, told } = start(t, {
    directory: temporaryDirectory(t),
    options: { ...smallMemory, maxEventBytes: 1500 },
    service: down,
  });
  for (let n = 0; n < 100; n++) publish(line(n));
  const events: SpooledEvent[] = [];
  await spool.flush();
  for await (const read of spool.read({ afterId: 0, maxBytes: 1e6 })) events.push(...read);
  const { spooled } = publisher.stats();
  assert.equal(spooled, events.length);
  const append = spool.append.bind(spool);
  spool.append = () => 0;
  publish(`event 100 ${'.'.repeat(2000)}`);
  spool.append = append;
  told.onHandBack?.(handBack(events), { code: 'ENOSPC', message: 'full' });
  assert.equal(publisher.stats().spooled, 0);
  law(publisher.stats());
});

test('what the disk fails to keep at the end is counted as lost, once', async (t) => {
  const { clock, publisher, publish, spool } = start(t, {
    directory: temporaryDirectory(t),
    options: smallMemory,
    service: down,
  });
  for (let n = 0; n < 200; n++) publish(line(n));
  await spool.flush();
  const { buffered, spooled } = publisher.stats();
  const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  const write = t.mock.method(fs, 'writeSync', () => {
    throw full;
  });
  await settledBy(clock, publisher.close({ timeoutMs: 0 }));
  write.mock.restore();
  const stats = publisher.stats();
  law(stats);
  assert.equal(stats.buffered, 0);
  assert.equal(stats.dropped.shutdown, buffered);
  assert.equal(stats.spooled, spooled);
});

test('what makes room on disk at the end is counted as dropped, once', async (t) => {
  const directory = temporaryDirectory(t);
  const { clock, publisher, publish } = start(t, {
    directory,
    spool: { maxBytes: 1024 * 1024, segmentBytes: 128 * 1024 },
    service: down,
  });
  for (let n = 0; n < 3000; n++) publish(line(n));
  let lowest = 0;
  publisher.on('drop', () => {
    lowest = Math.min(lowest, publisher.stats().spooled);
  });
  await settledBy(clock, publisher.close({ timeoutMs: 0 }));
  const stats = publisher.stats();
  law(stats);
  assert.ok(stats.spooled > 0, JSON.stringify(stats));
  assert.equal(stats.dropped.overflow + stats.spooled, 3000, JSON.stringify(stats));
  const next = start(t, { directory });
  await until(() => next.publisher.stats().recovered > 0);
  assert.equal(next.publisher.stats().recovered, stats.spooled);
  await settledBy(next.clock, next.publisher.flush({ timeoutMs: 1e12 }));
  assert.equal(numbers(next.sink.events('g', 's')).length, stats.spooled);
  assert.equal(lowest, 0, 'stats() never shows less than nothing on disk');
});

test('while files cannot be read they are tried once a second, however often something happens', async (t) => {
  const { clock, publisher, publish, spool, told } = start(t, {
    directory: temporaryDirectory(t),
    options: smallMemory,
    service: { fault: () => undefined },
  });
  let tries = 0;
  const read = spool.read.bind(spool);
  let isRefused = true;
  spool.read = async function* (from) {
    tries++;
    if (isRefused) throw Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' });
    yield* read(from);
  };
  for (let n = 0; n < 200; n++) publish(line(n));
  await spool.flush();
  await clock.advance(3000); // what was in memory is delivered, so there is room
  const before = tries;
  assert.ok(before > 0);
  for (let n = 0; n < 100; n++) {
    told.onWritten?.(spool.writtenThrough);
    await clock.advance(100);
  }
  assert.ok(tries - before >= 5 && tries - before <= 12, `${tries - before} tries in 10 s`);
  isRefused = false;
  await settledBy(clock, publisher.flush({ timeoutMs: 1e12 }));
  assert.equal(publisher.stats().delivered, 200);
});
