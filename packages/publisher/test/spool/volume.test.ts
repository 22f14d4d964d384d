import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { currentOwner, OwnerDirectory } from '../../src/spool/owner-lock.ts';
import { Segment, segmentFileName } from '../../src/spool/segment.ts';
import { Volume } from '../../src/spool/volume.ts';
import { temporaryDirectory } from './spool-fixture.ts';

test('a segment that is settled while another look for such segments ends is deleted all the same', async (t) => {
  const directory = OwnerDirectory.create(temporaryDirectory(t), currentOwner());
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
  assert.deepEqual(fs.readdirSync(directory.path), []);
  assert.deepEqual(volume.segments, []);
});
