// timeout: 900 s
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { type LocalCloudWatchLogs, startLocal } from 'cloudwatch-logs-local';
import { Consumer, environmentFor } from '../consumer.ts';
import { freePort } from '../server.ts';

const LINES = 100;
const STREAMS = ['pino', 'winston'];

const consumer = new Consumer(new URL('./project/', import.meta.url));
const skip = consumer.install(['next@16', 'react@19', 'react-dom@19', 'pino@10', 'winston@3']) ?? false;
const next = path.join(consumer.folder, 'node_modules/next/dist/bin/next');

describe('Next.js 16, Turbopack', { skip }, () => {
  let local: LocalCloudWatchLogs;
  before(async () => {
    local = await startLocal({ sequenceTokens: 'enforced' });
  });
  after(() => local.close());
  /** Waits until each logger has so many lines in CloudWatch Logs. */
  const stored = (count: number) =>
    Promise.all(
      STREAMS.map((logStreamName) => local.waitForEvents({ logGroupName: 'app', logStreamName, count })),
    );
  const count = () =>
    STREAMS.map((logStreamName) => local.events({ logGroupName: 'app', logStreamName }).length);

  test('is built', async () => {
    const env = { NEXT_TELEMETRY_DISABLED: '1' };
    const build = consumer.execute(process.execPath, [next, 'build'], env, { timeoutMs: 480_000 });
    const { code, output } = await build;
    assert.equal(code, 0, output);
    assert.doesNotMatch(output, /cloudwatch/i, 'it warns of nothing in these packages');
  });

  test('delivers what instrumentation and routes log, and what is left at process.exit()', async (t) => {
    const server = await serve(t, local);
    const lines = `lines=${LINES}`;
    assert.equal((await fetch(`${server.url}/log?${lines}`)).status, 200);
    // Instrumentation has a copy of the loggers for itself, which nothing here flushes.
    await stored(1 + LINES);
    await assert.rejects(fetch(`${server.url}/log?${lines}&exit`));
    const { code, stderr } = await server.ended;
    assert.equal(code, 0, stderr);
    assert.equal(stderr, '');
    assert.deepEqual(count(), [1 + 2 * LINES, 1 + 2 * LINES]);
  });

  test('SIGTERM: what is left is delivered when Next.js has closed its server', async (t) => {
    const before = count();
    const server = await serve(t, local);
    assert.equal((await fetch(`${server.url}/log?lines=${LINES}&unflushed`)).status, 200);
    server.stop();
    const { stderr } = await server.ended;
    assert.equal(stderr, '');
    assert.deepEqual(
      count(),
      before.map((lines) => lines + 1 + LINES),
    );
  });
});

async function serve(t: TestContext, local: LocalCloudWatchLogs) {
  const port = await freePort();
  const child = spawn(process.execPath, [next, 'start', '-p', String(port)], {
    cwd: consumer.folder,
    env: { ...process.env, ...environmentFor(local), NEXT_TELEMETRY_DISABLED: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  const ended = once(child, 'close').then(([code]) => ({ code, stderr }));
  while (!stdout.includes('Ready in')) {
    const more = await Promise.race([once(child.stdout, 'data').then(() => true), ended.then(() => false)]);
    assert.ok(more, `the server did not start: ${stderr}`);
  }
  return { url: `http://127.0.0.1:${port}`, ended, stop: () => child.kill('SIGTERM') };
}
