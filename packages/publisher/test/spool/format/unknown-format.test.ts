import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { crc32 } from 'node:zlib';
import {
  appendNumbers,
  beats,
  deadOwner,
  filesOf,
  open,
  openUntilEnd,
  ownersIn,
  readAll,
  temporaryDirectory,
} from '../../support/spool-fixture.ts';

/** A whole frame of a kind that this version does not know, as docs/spool-format.md describes frames. */
function frameOfKind(kind: number): Buffer {
  const payload = Buffer.from([kind, 1, 2, 3]);
  const frame = Buffer.alloc(12 + payload.length);
  frame.write('f54357fb', 0, 'hex');
  frame.writeUInt32LE(payload.length, 8);
  payload.copy(frame, 12);
  frame.writeUInt32LE(crc32(frame.subarray(8)), 4);
  return frame;
}

/** A spool that looks for dead owners often. @returns what it says, and when it has looked ten times */
function watch(t: TestContext, directory: string) {
  const said: string[] = [];
  const looked = beats(t, directory, 10);
  const onWarn = (message: string) => said.push(message);
  const spool = openUntilEnd(t, directory, { mode: 'overflow', heartbeatMs: 20, onWarn });
  return { spool, said, looked };
}

const contentsOf = (files: readonly string[]) => files.map((file) => fs.readFileSync(file));

test('a segment with a whole frame of an unknown kind stays as it is, and the others are sent', async (t) => {
  const directory = temporaryDirectory(t);
  const crashed = open(directory, { owner: deadOwner(), segmentBytes: 100 });
  for (let n = 1; n <= 3; n++) {
    appendNumbers(crashed, n, n);
    await crashed.flush();
  }
  const [, newer = ''] = filesOf(directory, '.segment');
  fs.appendFileSync(newer, frameOfKind(77));
  const before = fs.readFileSync(newer);
  const { spool, said, looked } = watch(t, directory);
  const { events, ranges } = await spool.ready;
  assert.equal(events, 2);
  assert.deepEqual(
    (await readAll(spool)).map(({ message }) => message),
    ['event 1', 'event 3'],
  );
  assert.equal(spool.stats().corruptFrames, 0);
  assert.ok(spool.stats().bytes < 2 * before.length + 300, 'it counts as little as if it were not there');
  spool.acknowledge(ranges);
  await looked;
  const left = filesOf(directory, '.segment');
  assert.deepEqual(
    left.map((file) => path.basename(file)),
    [path.basename(newer)],
  );
  assert.deepEqual(contentsOf(left), [before]);
  assert.equal(said.length, 1, said.join('\n'));
  assert.match(
    said[0] ?? '',
    /00000002\.segment is of a newer version of cloudwatch-logs-publisher\. It stays/,
  );
});

test('a directory whose ledger has a record of an unknown kind stays as it is', async (t) => {
  const directory = temporaryDirectory(t);
  const crashed = open(directory, { owner: deadOwner() });
  const ids = appendNumbers(crashed, 1, 5);
  await crashed.flush();
  crashed.acknowledge([[ids[0] ?? 0, ids[1] ?? 0]]);
  await crashed.settled();
  fs.appendFileSync(path.join(ownersIn(directory)[0] ?? '', 'ledger'), frameOfKind(99));
  const files = () => ['.segment', 'ledger', 'destination'].flatMap((ending) => filesOf(directory, ending));
  const before = contentsOf(files());
  const { spool, said, looked } = watch(t, directory);
  assert.equal((await spool.ready).events, 0);
  await looked;
  assert.equal(spool.stats().bytes, 0);
  assert.deepEqual(contentsOf(files()), before);
  assert.equal(said.length, 1, said.join('\n'));
  assert.match(said[0] ?? '', /ledger is of a newer version/);
});

test('directories of a newer version keep their names and files, and do not count in maxBytes', async (t) => {
  const directory = temporaryDirectory(t);
  const crashed = open(directory, { owner: deadOwner() });
  appendNumbers(crashed, 1, 100);
  await crashed.flush();
  const [owner = ''] = ownersIn(directory);
  const newer = owner.replace('/v1-', '/v2-');
  fs.renameSync(owner, newer);
  const files = filesOf(newer, '');
  const said: string[] = [];
  const spool = openUntilEnd(t, directory, { maxBytes: 1000, onWarn: (message) => said.push(message) });
  assert.equal((await spool.ready).events, 0);
  const [id = 0] = appendNumbers(spool, 1, 1);
  assert.ok(id > 0);
  await spool.flush();
  assert.equal((await readAll(spool)).length, 1);
  assert.deepEqual(filesOf(newer, ''), files);
  assert.equal(said.length, 1, said.join('\n'));
  assert.match(said[0] ?? '', /v2-.* is of a newer version/);
});

test('only damage is set aside: a frame that is not whole is skipped, whatever kind it names', async (t) => {
  const directory = temporaryDirectory(t);
  const crashed = open(directory, { owner: deadOwner() });
  appendNumbers(crashed, 1, 1);
  await crashed.flush();
  const [segment = ''] = filesOf(directory, '.segment');
  const damaged = frameOfKind(77);
  damaged[damaged.length - 1] = 9;
  fs.appendFileSync(segment, damaged);
  const spool = openUntilEnd(t, directory, { mode: 'overflow' });
  const { events, ranges } = await spool.ready;
  assert.equal(events, 1);
  assert.equal(spool.stats().corruptFrames, 1);
  spool.acknowledge(ranges);
  await spool.close();
  assert.deepEqual(fs.readdirSync(directory), []);
});
