import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { longestCallMs, onDisk, onHang } from '../../../src/spool/system/disk-calls.ts';
import { temporaryDirectory } from '../../support/spool-fixture.ts';

test('calls that hang hold two threads of the pool, whoever makes them, and the application has the others', async (t) => {
  const pipe = path.join(temporaryDirectory(t), 'pipe');
  execFileSync('mkfifo', [pipe]);
  // Opening a pipe that nobody writes to holds a thread of the pool like a disk that hangs.
  const hanging = Array.from({ length: 8 }, () => onDisk(() => fs.promises.open(pipe, 'r')));
  await fs.promises.stat(pipe);
  const [one, other] = await Promise.all([fs.promises.readFile(import.meta.filename), fs.promises.stat('/')]);
  assert.ok(one.length > 0 && other.isDirectory());
  const writer = fs.openSync(pipe, fs.constants.O_RDWR);
  for (const handle of await Promise.all(hanging)) await handle.close();
  fs.closeSync(writer);
  assert.equal(await onDisk(async () => 'the turns are free again'), 'the turns are free again');
});

test('a call that fails gives its turn to the next', async () => {
  const failing = Array.from({ length: 5 }, () => onDisk(() => Promise.reject(new Error('EIO'))));
  for (const result of await Promise.allSettled(failing)) assert.equal(result.status, 'rejected');
  assert.equal(await onDisk(async () => 1), 1);
});

test('a call that ends while the thread is busy is none that hangs, whatever follows it', async (t) => {
  let isHung = false;
  t.after(onHang(400, () => (isHung = true)));
  const steps = onDisk(async () => {
    await fs.promises.stat('/');
    assert.ok(longestCallMs() < 400, `${longestCallMs()} ms`);
    await fs.promises.stat('/');
  });
  const idle = new Int32Array(new SharedArrayBuffer(4));
  Atomics.wait(idle, 0, 0, 1000);
  assert.ok(longestCallMs() < 400, `${longestCallMs()} ms`);
  await steps;
  assert.equal(isHung, false);
  assert.equal(longestCallMs(), 0);
});
