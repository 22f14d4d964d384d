import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { readLedger } from '../../../src/spool/files/ledger.ts';
import { Segment, segmentFileName } from '../../../src/spool/files/segment.ts';
import { Volume } from '../../../src/spool/files/volume.ts';
import { currentOwner, OwnerDirectory } from '../../../src/spool/owners/owner-directory.ts';
import { destination, temporaryDirectory } from '../../support/spool-fixture.ts';

test('a segment that is settled while another look for such segments ends is deleted all the same', async (t) => {
  const directory = OwnerDirectory.create(temporaryDirectory(t), currentOwner(), destination);
  await directory.make();
  const volume = new Volume(directory, () => {});
  const segment = new Segment(path.join(directory.path, segmentFileName(1)), 1);
  fs.writeFileSync(segment.path, '');
  segment.ids.add(1, 1);
  segment.unacknowledged.add(1, 1);
  segment.isComplete = true;
  volume.segments.push(segment);
  void volume.collect(); // finds nothing
  segment.unacknowledged.deleteAll([[1, 1]]);
  await volume.collect();
  assert.deepEqual(fs.readdirSync(directory.path), ['destination']);
  assert.deepEqual(volume.segments, []);
});

test('a ledger that is written anew still says what is settled in a file that cannot be deleted', async (t) => {
  const directory = OwnerDirectory.create(temporaryDirectory(t), currentOwner(), destination);
  await directory.make();
  const volume = new Volume(directory, () => {});
  for (const number of [1, 2]) {
    const segment = new Segment(path.join(directory.path, segmentFileName(number)), number);
    fs.writeFileSync(segment.path, '');
    segment.ids.add(number, number);
    segment.unacknowledged.add(number, number);
    segment.isComplete = true;
    volume.segments.push(segment);
  }
  const { rm } = fs.promises;
  const refuse = t.mock.method(fs.promises, 'rm', async (...args: Parameters<typeof rm>) => {
    if (String(args[0]).endsWith('.segment')) throw Object.assign(new Error('EBUSY'), { code: 'EBUSY' });
    await rm(...args);
  });
  volume.acknowledge([[1, 1]]);
  await volume.collect();
  assert.equal(refuse.mock.callCount(), 1);
  await volume.ledger.rewrite();
  assert.deepEqual((await readLedger(directory.path)).acknowledged.ranges(), [[1, 1]]);
  refuse.mock.restore();
  volume.acknowledge([[2, 2]]);
  await volume.collect();
  await volume.ledger.rewrite();
  assert.deepEqual((await readLedger(directory.path)).acknowledged.ranges(), [[1, 1]]);
});

test('the ledger stays as long as a file of events does, so that nothing in it is sent again', async (t) => {
  const root = temporaryDirectory(t);
  const directory = OwnerDirectory.create(root, currentOwner(), destination);
  await directory.make();
  const volume = new Volume(directory, () => {});
  const segment = new Segment(path.join(directory.path, segmentFileName(1)), 1);
  fs.writeFileSync(segment.path, '');
  segment.ids.add(1, 1);
  segment.unacknowledged.add(1, 1);
  segment.isComplete = true;
  volume.segments.push(segment);
  const { rm } = fs.promises;
  t.mock.method(fs.promises, 'rm', async (...args: Parameters<typeof rm>) => {
    if (String(args[0]).endsWith('.segment')) throw Object.assign(new Error('EBUSY'), { code: 'EBUSY' });
    await rm(...args);
  });
  volume.acknowledge([[1, 1]]);
  assert.equal(await volume.leave(), true);
  const [name = ''] = fs.readdirSync(root);
  assert.deepEqual((await readLedger(path.join(root, name))).acknowledged.ranges(), [[1, 1]]);
});
