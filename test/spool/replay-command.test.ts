import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { text } from 'node:stream/consumers';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { startLocal } from 'cloudwatch-logs-local';
import { freePort, logGroupName, Producer, spoolDirectory } from './producers.js';

const cli = fileURLToPath(new URL('../../packages/publisher/dist/spool.js', import.meta.url));

async function run(...args: string[]) {
  const child = spawn(process.execPath, ['--no-warnings', cli, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: child.exitCode, stdout, stderr };
}

test('the command replays what a process left, without its application', async (t) => {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const directory = spoolDirectory(t);
  const options = { closeTimeoutMs: 300 };
  const left = new Producer(t, {
    endpoint,
    directory,
    mode: 'overflow',
    run: 0,
    events: 500,
    flushMs: 1,
    options,
  });
  await left.ended();

  const failed = await run(
    'replay',
    directory,
    '--endpoint',
    endpoint,
    '--region',
    'us-east-1',
    '--timeout',
    '1',
  );
  assert.equal(failed.code, 1, failed.stderr);
  assert.match(failed.stdout, /0 of 500 events sent, 500 on disk/);

  const local = await startLocal({ port });
  t.after(() => local.close());
  const done = await run('replay', directory, '--endpoint', endpoint, '--region', 'us-east-1');
  assert.equal(done.code, 0, done.stderr);
  assert.match(done.stdout, /500 of 500 events sent, 0 on disk\n$/);
  const numbers = local.events({ logGroupName }).map(({ message }) => Number(message.split(' ')[1]));
  assert.deepEqual(
    numbers,
    Array.from({ length: 500 }, (_, index) => index + 1),
  );
  assert.deepEqual(fs.readdirSync(directory), []);

  const again = await run('replay', directory);
  assert.equal(again.code, 0);
  assert.equal(again.stdout, 'nothing to replay\n');
});

test('a replay says what is wrong with its arguments', async (t) => {
  const missing = await run('replay', `${spoolDirectory(t)}/missing`);
  assert.equal(missing.code, 2);
  assert.match(missing.stderr, /There is no directory/);
  const wrong = await run('replay', spoolDirectory(t), '--timeout', 'soon');
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /--timeout must be a number of seconds; got 'soon'/);
});
