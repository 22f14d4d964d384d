import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, watch } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import test, { type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

const TSX = import.meta.resolve('tsx');
const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));
const BROWSER = fileURLToPath(new URL('./fixtures/browser.mjs', import.meta.url));

function run(t: TestContext, env: NodeJS.ProcessEnv, ...args: string[]) {
  const child = spawn(process.execPath, ['--import', TSX, CLI, '--port=0', '--open', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  t.after(() => child.kill('SIGKILL'));
  return child;
}

async function firstLine(stream: Readable, start: string): Promise<string> {
  for await (const line of createInterface({ input: stream })) if (line.startsWith(start)) return line;
  throw new Error(`there is no line that begins with ${start}`);
}

// A script is no program there.
const skip = process.platform === 'win32';

test('--open shows the console in the browser that BROWSER names', { skip }, async (t) => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'cloudwatch-logs-open-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const opened = path.join(folder, 'opened');
  const read = (): string => {
    try {
      return readFileSync(opened, 'utf8');
    } catch {
      return '';
    }
  };
  const told = new Promise<string>((resolve) => {
    const watcher = watch(folder, () => {
      if (read().endsWith('\n')) resolve(read());
    });
    t.after(() => watcher.close());
  });
  const child = run(t, { BROWSER, OPENED: opened });
  const line = await firstLine(child.stdout, 'CloudWatch Logs at ');
  const address = line.replace('CloudWatch Logs at ', '');
  assert.equal(await told, `${address}\n`);
  const page = await (await fetch(address)).text();
  assert.match(page, /<title>CloudWatch Logs, local<\/title>/);
});

test('without a browser --open says what to open, and the endpoint runs', async (t) => {
  const child = run(t, { BROWSER: '/no/such/browser' });
  const out = firstLine(child.stdout, 'CloudWatch Logs at ');
  const err = await firstLine(child.stderr, 'cloudwatch-logs-local: ');
  const address = (await out).replace('CloudWatch Logs at ', '');
  assert.equal(err, `cloudwatch-logs-local: no browser could be started; open ${address}`);
  assert.equal((await fetch(`${address}/_local/health`)).status, 200);
});

test('--open and --no-console exclude each other', async (t) => {
  const child = run(t, {}, '--no-console');
  assert.match(await firstLine(child.stderr, 'cloudwatch-logs-local: '), /exclude each other/);
});
