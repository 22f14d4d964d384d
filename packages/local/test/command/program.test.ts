import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import test, { type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

const TSX = import.meta.resolve('tsx');
const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));
const APP = fileURLToPath(new URL('./fixtures/app.mjs', import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function start(t: TestContext, args: readonly string[], variables: NodeJS.ProcessEnv = {}) {
  const env = { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', ...variables };
  const child = spawn(process.execPath, ['--import', TSX, CLI, ...args], { env });
  t.after(() => child.kill('SIGKILL'));
  let out = '';
  let err = '';
  child.stdout.on('data', (data) => {
    out += data;
  });
  child.stderr.on('data', (data) => {
    err += data;
  });
  const ended = once(child, 'close').then(([code]): Ended => ({ code, out, err }));
  return { child, ended };
}

test('a program after -- logs here, owns standard output and gives its exit code', async (t) => {
  const { ended } = start(t, ['--port=0', '--', process.execPath, APP, 'deliver', '--port']);
  const { code, out, err } = await ended;
  assert.deepEqual([code, out], [3, 'stored: hello; arguments: deliver --port\n'], err);
  assert.match(err, /^CloudWatch Logs at http:\/\/127\.0\.0\.1:\d+\n$/);
});

test('a program gets another port when the usual one is taken', async (t) => {
  const taken = createServer().listen(4590, '127.0.0.1');
  // It is as good when somebody else has it.
  await Promise.race([once(taken, 'listening'), once(taken, 'error')]);
  t.after(() => taken.close());
  const { code, out } = await start(t, ['--', process.execPath, APP, 'deliver']).ended;
  assert.deepEqual([code, out], [3, 'stored: hello; arguments: deliver\n']);
});

test('SIGTERM goes to the program, which ends as it likes', async (t) => {
  const { child, ended } = start(t, ['--port=0', '--', process.execPath, APP, 'wait']);
  await once(child.stdout, 'data');
  child.kill('SIGTERM');
  const { code, out } = await ended;
  assert.deepEqual([code, out], [7, 'waiting\nended on SIGTERM\n']);
});

test('a program that a signal ends is told as a shell tells it', {
  skip: process.platform === 'win32',
}, async (t) => {
  const { code } = await start(t, ['--port=0', '--', process.execPath, APP, 'die']).ended;
  assert.equal(code, 128 + 9);
});

test('a program that is not there, or is none, has the codes of a shell', async (t) => {
  const missing = await start(t, ['--port=0', '--', 'no-such-program-anywhere']).ended;
  assert.equal(missing.code, 127);
  assert.match(missing.err, /there is no program 'no-such-program-anywhere'/);
  const folder = await start(t, ['--port=0', '--', fileURLToPath(new URL('.', import.meta.url))]).ended;
  assert.equal(folder.code, 126);
});

test('a profile of the developer does not choose the credentials of the program', async (t) => {
  const { code, err } = await start(t, ['--port=0', '--', process.execPath, APP, 'deliver'], {
    AWS_PROFILE: 'production',
  }).ended;
  assert.equal(code, 3, err);
});
