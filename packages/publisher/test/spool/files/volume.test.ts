import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { readLedger } from '../../../src/spool/files/ledger.ts';
import { Segment, segmentFileName } from '../../../src/spool/files/segment.ts';
import { Volume } from '../../../src/spool/files/volume.ts';
import { currentOwner, OwnerDirectory } from '../../../src/spool/owners/owner-directory.ts';
import { destination, temporaryDirectory } from '../../support/spool-fixture.ts';

/** An owner's directory with a segment of one event for each number, which are their ids. */
async function volumeWith(root: string, numbers: readonly number[]) {
  const directory = OwnerDirectory.create(root, currentOwner(), destination);
  await directory.make();
  const volume = new Volume(directory, () => {});
  for (const number of numbers) {
    const segment = new Segment(path.join(directory.path, segmentFileName(number)), number);
    fs.writeFileSync(segment.path, '');
    segment.ids.add(number, number);
    segment.unacknowledged.add(number, number);
    segment.isComplete = true;
    volume.segments.push(segment);
  }
  return { directory, volume };
}

function refuseToDelete(t: TestContext) {
  const { rm } = fs.promises;
  return t.mock.method(fs.promises, 'rm', async (...args: Parameters<typeof rm>) => {
    if (String(args[0]).endsWith('.segment')) throw Object.assign(new Error('EBUSY'), { code: 'EBUSY' });
    await rm(...args);
  });
}

test('a segment that is settled while another look for such segments ends is deleted all the same', async (t) => {
  const { directory, volume } = await volumeWith(temporaryDirectory(t), [1]);
  const [segment] = volume.segments;
  void volume.collect(); // finds nothing
  segment.unacknowledged.deleteAll([[1, 1]]);
  await volume.collect();
  assert.deepEqual(fs.readdirSync(directory.path), ['destination']);
  assert.deepEqual(volume.segments, []);
});

test('a ledger that is written anew still says what is settled in a file that cannot be deleted', async (t) => {
  const { directory, volume } = await volumeWith(temporaryDirectory(t), [1, 2]);
  const refuse = refuseToDelete(t);
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
  const { volume } = await volumeWith(root, [1]);
  refuseToDelete(t);
  volume.acknowledge([[1, 1]]);
  assert.equal(await volume.leave(), true);
  const [name = ''] = fs.readdirSync(root);
  assert.deepEqual((await readLedger(path.join(root, name))).acknowledged.ranges(), [[1, 1]]);
});
