import assert from 'node:assert/strict';
import dns from 'node:dns';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { settledBy } from '../support/disk-pace.ts';
import { HangingDisk } from '../support/hanging-disk.ts';
import { drained, law, line, numbers, start, until, upTo } from '../support/publisher-fixture.ts';
import { temporaryDirectory } from '../support/spool-fixture.ts';

const skip = process.platform === 'win32' && 'there are no pipes with names';
// A real disk may take its time to sync, on a busy machine: here it is not asked to.
const HANG = { longestCallMs: 1000, fsyncIntervalMs: 3_600_000, heartbeatMs: 10, retryDelayMs: 5 };
const EVENTS = 100;

/** What the application does with the thread pool that the disk of the spool shares. */
async function usePool(): Promise<void> {
  await Promise.all([fs.promises.stat(os.tmpdir()), dns.promises.lookup('localhost'), fs.promises.stat('.')]);
}

function aboutDisk(warnings: readonly string[]): readonly string[] {
  return warnings.filter((warning) => warning.startsWith('spool:'));
}

test('a disk that hangs holds two threads and no log, is told of once, and is used again when it answers', {
  skip,
}, async (t) => {
  const directory = temporaryDirectory(t);
  const disk = new HangingDisk(t, directory);
  const { publisher, publish, sink, clock, warnings, spool } = start(t, {
    directory,
    mode: 'always',
    spool: HANG,
  });
  await spool.ready;
  publish(line(0));
  await drained(clock, publisher);
  disk.hang();
  for (let n = 1; n < EVENTS; n++) publish(line(n));
  await until(() => spool.isHanging);
  await usePool();
  assert.deepEqual(await drained(clock, publisher), { delivered: EVENTS - 1, dropped: 0, pending: 0 });
  publish(line(EVENTS));
  assert.deepEqual(await drained(clock, publisher), { delivered: 1, dropped: 0, pending: 0 });
  await usePool();
  assert.equal(disk.mostHeld, 2);
  assert.equal(aboutDisk(warnings).length, 1, warnings.join('\n'));
  assert.match(
    aboutDisk(warnings)[0],
    /no call has come back for \d+ s.*the disk hangs, and events stay in memory/,
  );
  law(publisher.stats());

  await disk.work();
  await until(() => spool.usable);
  assert.ok(warnings.some((warning) => warning.startsWith('recovered: The spool takes events again')));
  publish(line(EVENTS + 1));
  await drained(clock, publisher);
  assert.deepEqual(numbers(sink.events('g', 's')), upTo(EVENTS + 2));
  await settledBy(clock, publisher.close({ timeoutMs: 0 }));
  // Nothing that was delivered from memory is found by the next process.
  const next = start(t, { directory, sink, clock });
  assert.equal((await next.spool.ready).events, 0);
});

test('what only the disk was to have comes back into memory when the disk hangs', { skip }, async (t) => {
  const directory = temporaryDirectory(t);
  const disk = new HangingDisk(t, directory);
  let isDown = true;
  const { publisher, publish, sink, clock, spool } = start(t, {
    directory,
    spool: HANG,
    options: { maxBufferBytes: 262_144 },
    service: { fault: () => (isDown ? 'reset-before' : undefined) },
  });
  await spool.ready;
  let published = 0;
  while (publisher.stats().spooled < 20) publish(line(published++));
  disk.hang();
  await until(() => spool.isHanging);
  isDown = false;
  const { delivered, pending } = await drained(clock, publisher);
  assert.deepEqual({ delivered, pending }, { delivered: published, pending: 0 });
  assert.deepEqual(numbers(sink.events('g', 's')), upTo(published));
  law(publisher.stats());
});

test('the end does not wait for a disk that hangs, and counts what is lost for it', { skip }, async (t) => {
  const directory = temporaryDirectory(t);
  const disk = new HangingDisk(t, directory);
  const { publisher, publish, clock, spool } = start(t, {
    directory,
    mode: 'always',
    spool: HANG,
    service: { fault: () => 'reset-before' },
  });
  await spool.ready;
  publish(line(0));
  await until(() => spool.writtenThrough > 0);
  await clock.advance(2000); // its batch was put, and takes no other event
  disk.hang();
  publish(line(1));
  await until(() => disk.held > 0);
  await until(() => spool.isHanging);
  const { pending, dropped } = await settledBy(clock, publisher.close({ timeoutMs: 0 }));
  assert.equal(pending + dropped, 2);
  assert.equal(publisher.stats().dropped.shutdown, dropped);
  assert.equal(dropped, 1, 'the first is on the disk');
  law(publisher.stats());
});

test('nothing is done at once on the disk before the end, whatever happens to it', async (t) => {
  const directory = temporaryDirectory(t);
  const atOnce: string[] = [];
  for (const name of Object.keys(fs) as (keyof typeof fs)[]) {
    if (!name.endsWith('Sync') || typeof fs[name] !== 'function') continue;
    const call = fs[name] as (...args: unknown[]) => unknown;
    t.mock.method(fs as unknown as Record<string, typeof call>, name, (...args: unknown[]) => {
      if (!String(args[0]).startsWith('/proc')) atOnce.push(`${name} ${args[0]}`);
      return Reflect.apply(call, fs, args);
    });
  }
  let isFull = false;
  const { write } = fs;
  t.mock.method(fs, 'write', (...args: unknown[]) => {
    if (!isFull) return Reflect.apply(write, fs, args);
    setImmediate(
      args.at(-1) as (error: Error) => void,
      Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' }),
    );
  });
  const { publisher, publish, clock, spool } = start(t, {
    directory: path.join(directory, 'spool'),
    mode: 'always',
    spool: { heartbeatMs: 10, retryDelayMs: 5, segmentBytes: 20_000, fsyncIntervalMs: 5 },
  });
  await spool.ready;
  let published = 0;
  const log = async (events: number): Promise<void> => {
    for (const end = published + events; published < end; published++) publish(line(published));
    await drained(clock, publisher);
  };
  await log(200);
  for (let n = 0; n < 20; n++) publish('x'.repeat(1_000_000)); // more than a write takes
  await log(1);
  isFull = true;
  await log(50);
  await until(() => spool.trouble !== undefined);
  isFull = false;
  await until(() => spool.usable);
  await log(50);
  assert.equal(publisher.stats().spool?.droppedSegments, 0);
  assert.deepEqual(atOnce, []);
});
