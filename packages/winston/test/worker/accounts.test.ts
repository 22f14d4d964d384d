import assert from 'node:assert/strict';
import test from 'node:test';
import { noStats } from 'cloudwatch-logs-publisher/worker';
import { WorkerAccounts } from '../../src/worker/accounts.ts';

test('files of a thread that has ended are not counted besides those of the thread that has them now', () => {
  const files = { segments: 2, bytes: 200, events: 20 };
  const past = { corruptFrames: 1, tornBytes: 5, droppedSegments: 0, writes: 7, fsyncs: 3 };
  const accounts = new WorkerAccounts();
  accounts.told({ ...noStats(), spool: { ...files, ...past } });
  assert.deepEqual(accounts.stats().spool, { ...files, ...past });
  accounts.threadEnded(0);
  accounts.told({ ...noStats(), spool: { ...files, ...past } });
  assert.deepEqual(accounts.stats().spool, {
    ...files,
    corruptFrames: 2,
    tornBytes: 10,
    droppedSegments: 0,
    writes: 14,
    fsyncs: 6,
  });
});
