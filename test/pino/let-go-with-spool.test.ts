import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { startLocal } from 'cloudwatch-logs-local';
import { spoolDirectory } from '../spool/producers.js';

test('a spool that the worker of a collected logger left is delivered by the living process', {
  skip: process.platform !== 'linux' && 'the system does not tell whether a thread lives',
}, async (t) => {
  const local = await startLocal();
  t.after(() => local.close());
  const { endpoint } = local;
  await local.stop();
  const args = ['--expose-gc', 'apps/let-go-with-spool.mjs', endpoint, spoolDirectory(t)];
  const child = spawn(process.execPath, args, {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  t.after(() => child.kill('SIGKILL'));
  const [said] = await once(child.stdout, 'data');
  assert.equal(String(said), 'collected\n');
  await local.start();
  const [event] = await local.waitForEvents({
    logGroupName: 'app',
    logStreamName: 'let go',
    count: 1,
    timeoutMs: 60_000,
  });
  assert.match(event?.message ?? '', /the only line/);
  assert.equal(child.exitCode, null, 'it lives');
});
