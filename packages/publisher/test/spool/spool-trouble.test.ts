import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { smallDisk } from '../../../../test/fixtures/small-disk.ts';
import type { SpoolDrop, SpooledEvent, SpoolTrouble } from '../../src/spool/spool.ts';
import {
  appendNumbers,
  deadOwner,
  filesOf,
  open,
  openUntilEnd,
  readAll,
  STREAM,
  signal,
  temporaryDirectory,
} from '../support/spool-fixture.ts';

const line = 'x'.repeat(1000);

test('a full disk hands back what could not be written, says so once, and is used again when there is space', async (t) => {
  const disk = await smallDisk(t, 'size=512k');
  if (disk === undefined) return;
  const troubles: SpoolTrouble[] = [];
  const handedBack: SpooledEvent[] = [];
  const full = signal();
  const usable = signal();
  const directory = path.join(disk.directory, 'spool');
  const spool = openUntilEnd(t, directory, {
    retryDelayMs: 20,
    onTrouble: (trouble) => {
      troubles.push(trouble);
      full.resolve();
    },
    onHandBack: (events) => handedBack.push(...events),
    onUsable: () => usable.resolve(),
  });
  fs.writeFileSync(path.join(disk.directory, 'ballast'), Buffer.alloc(200 * 1024));
  let accepted = 0;
  while (spool.usable) {
    if (spool.append(STREAM, `${accepted} ${line}`, accepted, 0) > 0) accepted += 1;
    if (accepted % 10 === 0) await spool.flush();
    assert.ok(accepted < 1000, 'the disk is not full');
  }
  await full.promise;
  await spool.flush();
  assert.equal(spool.append(STREAM, 'not now', 1, 0), 0);
  assert.deepEqual(
    troubles.map(({ code }) => code),
    ['ENOSPC'],
  );
  const kept = await readAll(spool);
  assert.ok(kept.length > 0 && handedBack.length > 0);
  assert.deepEqual(
    [...kept, ...handedBack].map(({ timestamp }) => timestamp),
    Array.from({ length: accepted }, (_, index) => index),
  );
  // Nothing is torn: the half written end was cut off.
  assert.equal(spool.stats().events, kept.length);

  fs.rmSync(path.join(disk.directory, 'ballast'));
  await usable.promise;
  assert.equal(spool.usable, true);
  assert.ok(spool.append(STREAM, 'again', 5000, 0) > 0);
  await spool.flush();
  assert.equal((await readAll(spool)).at(-1)?.message, 'again');
  assert.equal(troubles.length, 1);
  await spool.close();
  const next = openUntilEnd(t, directory);
  const { events } = await next.ready;
  assert.equal(events, kept.length + 1);
  assert.deepEqual([next.stats().corruptFrames, next.stats().tornBytes], [0, 0]);
});

test('on a full disk settled events still make room, though the ledger cannot be written', async (t) => {
  const disk = await smallDisk(t, 'size=256k');
  if (disk === undefined) return;
  const usable = signal();
  const spool = openUntilEnd(t, path.join(disk.directory, 'spool'), {
    segmentBytes: 64 * 1024,
    retryDelayMs: 20,
    onUsable: () => usable.resolve(),
  });
  let accepted = 0;
  while (spool.usable && accepted < 1000) {
    spool.append(STREAM, line, accepted++, 0);
    await spool.flush();
  }
  assert.equal(spool.trouble?.code, 'ENOSPC');
  spool.acknowledge([[0, Number.MAX_SAFE_INTEGER]]);
  await usable.promise;
  assert.ok(spool.append(STREAM, line, 1, 0) > 0);
  await spool.flush();
  assert.equal((await readAll(spool)).length, 1);
});

test('saving at exit on a full disk returns what did not fit, and keeps the rest', async (t) => {
  const disk = await smallDisk(t, 'size=300k');
  if (disk === undefined) return;
  const directory = path.join(disk.directory, 'spool');
  const failed: number[] = [];
  const crashed = open(directory, {
    owner: deadOwner(),
    mode: 'overflow',
    onHandBack: (events) => failed.push(...events.map(({ timestamp }) => timestamp)),
  });
  const timestamps = Array.from({ length: 1000 }, (_, index) => index);
  crashed.writeSync(() => {
    for (const timestamp of timestamps) {
      if (crashed.append(STREAM, line, timestamp, 0) === 0) failed.push(timestamp);
    }
  });
  assert.ok(failed.length > 0 && failed.length < 1000, `${failed.length} of 1000 did not fit`);
  assert.equal(crashed.trouble?.code, 'ENOSPC');
  const warnings: string[] = [];
  const spool = openUntilEnd(t, directory, { mode: 'overflow', onWarn: (warning) => warnings.push(warning) });
  await spool.ready;
  const kept = (await readAll(spool)).map(({ timestamp }) => timestamp);
  assert.deepEqual(
    [...kept, ...failed].sort((a, b) => a - b),
    timestamps,
  );
});

test('a read-only disk makes the spool unusable, and nothing else', async (t) => {
  const disk = await smallDisk(t, 'size=256k');
  if (disk === undefined) return;
  const before = open(disk.directory);
  appendNumbers(before, 1, 5);
  await before.close();
  await disk.makeReadOnly();
  const handedBack: string[] = [];
  const troubles: SpoolTrouble[] = [];
  const warnings: string[] = [];
  const spool = openUntilEnd(t, disk.directory, {
    retryDelayMs: 20,
    onHandBack: (events) => handedBack.push(...events.map(({ message }) => message)),
    onTrouble: (trouble) => troubles.push(trouble),
    onWarn: (warning) => warnings.push(warning),
  });
  assert.equal((await spool.ready).events, 0);
  assert.equal(spool.usable, false);
  assert.equal(spool.trouble?.code, 'EROFS');
  assert.equal(spool.append(STREAM, 'message', 1, 0), 0);
  assert.equal(troubles.length, 1);
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? '', /cannot be taken over \(EROFS\)/);
  let id = 0;
  spool.writeSync(() => {
    id = spool.append(STREAM, 'at the end', 1, 0);
  });
  assert.deepEqual(handedBack, id === 0 ? [] : ['at the end']);
  assert.equal(spool.trouble?.code, 'EROFS');
  await spool.flush();
  await spool.close();
});

test('a path that is no directory makes the spool unusable until it is one', async (t) => {
  const directory = path.join(temporaryDirectory(t), 'spool');
  fs.writeFileSync(directory, 'a file');
  const usable = signal();
  const spool = openUntilEnd(t, directory, { retryDelayMs: 20, onUsable: () => usable.resolve() });
  await spool.ready;
  assert.equal(spool.usable, false);
  assert.equal(spool.trouble?.code, 'EEXIST');
  fs.rmSync(directory);
  await usable.promise;
  appendNumbers(spool, 1, 3);
  await spool.flush();
  assert.equal((await readAll(spool)).length, 3);
});

test('a directory that is deleted while it is used is reported, its events are dropped, and a new one is made', async (t) => {
  const directory = path.join(temporaryDirectory(t), 'spool');
  const drops: SpoolDrop[] = [];
  const troubles: SpoolTrouble[] = [];
  const usable = signal();
  const spool = openUntilEnd(t, directory, {
    fsyncIntervalMs: 20,
    retryDelayMs: 20,
    onDropped: (drop) => drops.push(drop),
    onTrouble: (trouble) => troubles.push(trouble),
    onUsable: () => usable.resolve(),
  });
  const ids = appendNumbers(spool, 1, 10);
  await spool.flush();
  fs.rmSync(directory, { recursive: true });
  await usable.promise;
  const [{ weigh, ...drop }] = drops;
  assert.deepEqual(drop, { reason: 'missing', events: 10, ranges: [[ids[0] ?? 0, ids[9] ?? 0]] });
  assert.equal(weigh([[ids[2] ?? 0, ids[4] ?? 0]]), 3);
  assert.deepEqual(
    troubles.map(({ code }) => code),
    ['ENOENT'],
  );
  assert.deepEqual(await readAll(spool), []);
  const [next = 0] = appendNumbers(spool, 11, 11);
  assert.ok(next > (ids[9] ?? 0));
  await spool.flush();
  assert.equal((await readAll(spool)).length, 1);
  assert.equal(filesOf(directory, '.segment').length, 1);
});

test('segments that cannot be read are named in one warning, and the others are recovered', async (t) => {
  const directory = temporaryDirectory(t);
  const crashed = open(directory, { owner: deadOwner(), segmentBytes: 300 });
  for (let n = 1; n <= 9; n++) {
    appendNumbers(crashed, n, n);
    await crashed.flush();
  }
  const [first = '', second = ''] = filesOf(directory, '.segment');
  fs.rmSync(first);
  fs.mkdirSync(first);
  fs.writeFileSync(second, Buffer.alloc(5000, 7));
  const warnings: string[] = [];
  const spool = openUntilEnd(t, directory, { onWarn: (warning) => warnings.push(warning) });
  const { events } = await spool.ready;
  assert.equal((await readAll(spool)).length, events);
  assert.ok(events > 0 && events < 9);
  assert.equal(warnings.length, 1);
  assert.match(
    warnings[0] ?? '',
    /5000 bytes of unfinished writes cut off; not readable: 00000001.segment \(EISDIR\)/,
  );
});

test('a segment that was left and cannot be put on the disk is trouble with the disk', async (t) => {
  const troubled = signal<SpoolTrouble>();
  const handedBack: SpooledEvent[] = [];
  const spool = openUntilEnd(t, temporaryDirectory(t), {
    segmentBytes: 300,
    fsyncIntervalMs: 3_600_000,
    onTrouble: (trouble) => troubled.resolve(trouble),
    onHandBack: (events) => handedBack.push(...events),
  });
  appendNumbers(spool, 1, 3);
  await spool.flush();
  t.mock.method(fs, 'fdatasync', (_fd: number, done: (error: Error) => void) => {
    setImmediate(() => done(Object.assign(new Error('EIO: i/o error'), { code: 'EIO' })));
  });
  appendNumbers(spool, 4, 13); // for the next segment
  assert.equal((await troubled.promise).code, 'EIO');
  // The next segment is written by then, or soon; what is not is the publisher's again.
  const ids = async () => new Set([...(await readAll(spool)), ...handedBack].map(({ id }) => id));
  for (const end = performance.now() + 20_000; (await ids()).size < 13 && performance.now() < end; )
    await nextTurn();
  assert.equal((await ids()).size, 13);
});
