import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import type { IdRange } from '../../src/structures/range-set.ts';
import {
  appendNumbers,
  beats,
  deadOwner,
  filesOf,
  open,
  openUntilEnd,
  ownersIn,
  STREAM,
  signal,
  temporaryDirectory,
} from '../support/spool-fixture.ts';

/** What a dead owner left: that many events of a kilobyte. */
async function leaveKilobytes(directory: string, count: number): Promise<void> {
  const dead = open(directory, { owner: deadOwner(), segmentBytes: 10_000, heartbeatMs: 3_600_000 });
  await dead.ready; // it takes over what is there, but looks as dead as those
  for (let n = 0; n < count; n++) dead.append(STREAM, 'x'.repeat(1000), n, 0);
  await dead.flush();
}

test('what does not fit beside what is held waits on disk until there is room, and nothing is dropped', async (t) => {
  const directory = temporaryDirectory(t);
  for (let owner = 0; owner < 3; owner++) await leaveKilobytes(directory, 40);
  const drops: unknown[] = [];
  const third = signal<number>();
  const spool = openUntilEnd(t, directory, {
    maxBytes: 100_000,
    heartbeatMs: 20,
    onDropped: (drop) => drops.push(drop),
    onRecovered: ({ events }) => third.resolve(events),
  });
  const { directories, ranges } = await spool.ready;
  assert.equal(directories, 2);
  appendNumbers(spool, 1, 5);
  await spool.flush();
  assert.deepEqual(drops, []);
  spool.acknowledge(ranges);
  assert.equal(await third.promise, 40);
  assert.deepEqual(drops, []);
});

test('what is as large as maxBytes is taken over by a process that writes as soon as its own events are settled', async (t) => {
  const directory = temporaryDirectory(t);
  const elsewhere = temporaryDirectory(t); // it would be taken over before it is written
  await leaveKilobytes(elsewhere, 40);
  const bytes = filesOf(elsewhere, '.segment').reduce((sum, file) => sum + fs.statSync(file).size, 0);
  const late = signal<number>();
  let isSettled = false;
  const spool = openUntilEnd(t, directory, {
    maxBytes: bytes,
    heartbeatMs: 20,
    onRecovered: ({ events }) => late.resolve(isSettled ? events : -1),
    onDropped: () => late.resolve(-2),
  });
  await spool.ready;
  const ids = appendNumbers(spool, 1, 5);
  await spool.flush();
  const looked = beats(t, directory, 5);
  for (const owner of ownersIn(elsewhere)) fs.renameSync(owner, path.join(directory, path.basename(owner)));
  await looked;
  isSettled = true;
  spool.acknowledge(ids.map((id) => [id, id]));
  assert.equal(await late.promise, 40);
});

test('what is larger than maxBytes stays where it is, and that is said once, with what to do', async (t) => {
  const directory = temporaryDirectory(t);
  await leaveKilobytes(directory, 60);
  const before = filesOf(directory, '.segment');
  const said: string[] = [];
  const drops: unknown[] = [];
  const spool = openUntilEnd(t, directory, {
    maxBytes: 50_000,
    heartbeatMs: 20,
    onWarn: (message) => said.push(message),
    onDropped: (drop) => drops.push(drop),
  });
  const looked = beats(t, directory, 5);
  assert.equal((await spool.ready).directories, 0);
  appendNumbers(spool, 1, 5);
  await spool.flush();
  await looked;
  assert.deepEqual(filesOf(directory, '.segment').slice(0, before.length), before);
  assert.deepEqual(drops, []);
  assert.equal(said.length, 1, said.join('\n'));
  assert.match(
    said[0] ?? '',
    /\d+ bytes that an earlier process left stay .* maxBytes is 50000\. .*spool replay /,
  );
});

test('where new events need room, what was taken over goes first, also when that was late', async (t) => {
  const directory = temporaryDirectory(t);
  const late = signal<readonly IdRange[]>();
  const dropped = signal<readonly IdRange[]>();
  const spool = openUntilEnd(t, directory, {
    maxBytes: 100_000,
    segmentBytes: 10_000,
    heartbeatMs: 20,
    onRecovered: ({ ranges }) => late.resolve(ranges),
    onDropped: ({ ranges }) => dropped.resolve(ranges),
  });
  await spool.ready;
  for (let n = 0; n < 30; n++) spool.append(STREAM, 'x'.repeat(1000), n, 0);
  await spool.flush();
  const elsewhere = temporaryDirectory(t);
  await leaveKilobytes(elsewhere, 40);
  for (const owner of ownersIn(elsewhere)) fs.renameSync(owner, path.join(directory, path.basename(owner)));
  const [[from, to] = [0, 0]] = await late.promise;
  for (let n = 0; n < 40; n++) spool.append(STREAM, 'x'.repeat(1000), n, 0);
  await spool.flush();
  const [[first] = [0]] = await dropped.promise;
  assert.ok(from <= first && first <= to, `${first} is not within ${from} and ${to}`);
});

test('what one owner held within maxBytes is taken over whole by the next', async (t) => {
  const directory = temporaryDirectory(t);
  await leaveKilobytes(directory, 30);
  const maxBytes = 100_000;
  const options = { maxBytes, segmentBytes: 10_000, heartbeatMs: 3_600_000 };
  const second = open(directory, { ...options, owner: deadOwner() });
  const [[first] = [0]] = (await second.ready).ranges;
  while (second.stats().bytes < maxBytes - 2000) {
    second.append(STREAM, 'x'.repeat(1000), 1, 0);
    await second.flush();
  }
  // The ledgers grow beside that.
  const put = {
    logGroupName: 'group',
    logStreamName: 'stream',
    sequenceToken: 't'.repeat(200),
    ambiguousPuts: 0,
  };
  for (let putId = 0; second.stats().bytes <= maxBytes; putId++) {
    await second.notePut({ ...put, putId, ranges: [[first, first + 29]] });
  }
  const third = openUntilEnd(t, directory, options);
  assert.equal((await third.ready).directories, 2);
});
