import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { LocalCloudWatchLogs } from 'cloudwatch-logs-local';
import { atEnd } from '../fixtures/at-end.js';
import { startEndpoint } from '../fixtures/endpoint.js';

const folder = new URL('../../docs/platforms/', import.meta.url);
const here = fileURLToPath(new URL('.', import.meta.url));
const pages = readdirSync(folder).filter((page) => page !== 'README.md');

/** The programs of a page: blocks behind a comment that names their file, or says that it is a server. */
function programs(page: string): Map<string, string> {
  const text = readFileSync(new URL(page, folder), 'utf8');
  const blocks = text.matchAll(/^<!-- (?:file: (\S+)|server) -->\s+```js\n(.*?)^```$/gms);
  return new Map(Array.from(blocks, ([, name = 'server.mjs', code = '']) => [name, code]));
}

/** The programs of a page in a folder from which the packages are found, and an endpoint that they log to. */
async function place(t: TestContext, page: string) {
  const local = await startEndpoint(t);
  const directory = mkdtempSync(path.join(here, 'platform-'));
  atEnd(t, () => rmSync(directory, { recursive: true, force: true }));
  for (const [name, code] of programs(page)) writeFileSync(path.join(directory, name), code);
  const start = (args: readonly string[], env: Record<string, string> = {}): ChildProcess => {
    const child = spawn(process.execPath, args, {
      cwd: directory,
      env: {
        ...process.env,
        AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: local.endpoint,
        AWS_REGION: 'eu-central-1',
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        NODE_ENV: 'production',
        PORT: '0',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    atEnd(t, () => child.kill('SIGKILL'));
    return child;
  };
  return { local, start };
}

function stored(local: LocalCloudWatchLogs, logGroupName: string): string[] {
  return local.events({ logGroupName }).map(({ message }) => JSON.parse(message).msg ?? message);
}

test('every page is in the list, and has a program', () => {
  const list = readFileSync(new URL('README.md', folder), 'utf8');
  for (const page of pages) {
    assert.ok(list.includes(`(${page})`), page);
    assert.ok(programs(page).size > 0, page);
  }
});

const servers: [page: string, signal: NodeJS.Signals, logGroupName: string, stream: RegExp][] = [
  ['ecs.md', 'SIGTERM', '/ecs/shop', /^\d{4}-\d\d-\d\d\/.+\/[0-9a-f]{8}$/],
  ['kubernetes.md', 'SIGTERM', '/k8s/shop', /^prod\/shop-1\/[0-9a-f]{8}$/],
  ['pm2.md', 'SIGINT', 'shop', /^\d{4}-\d\d-\d\d\/.+\/3-[0-9a-f]{8}$/],
];
for (const [page, signal, logGroupName, stream] of servers) {
  test(`the server of ${page} has stored its last request when ${signal} has ended it`, async (t) => {
    const { local, start } = await place(t, page);
    const child = start(['server.mjs'], {
      POD_NAMESPACE: 'prod',
      POD_NAME: 'shop-1',
      NODE_APP_INSTANCE: '3',
    });
    const [chunk] = await once(child.stdout as NonNullable<typeof child.stdout>, 'data');
    const port = String(chunk).match(/listening (\d+)/)?.[1];
    assert.equal(
      await (await fetch(`http://127.0.0.1:${port}/paid`, { headers: { connection: 'close' } })).text(),
      'ok',
    );
    child.kill(signal);
    const [, by] = await once(child, 'close');
    assert.equal(by, signal);
    assert.deepEqual(stored(local, logGroupName), ['request']);
    const [{ logStreamName = '' } = {}] = local.events({ logGroupName });
    assert.match(logStreamName, stream);
  });
}

test('the processes of cluster.md tell of their start and end in streams of their own', async (t) => {
  const { local, start } = await place(t, 'cluster.md');
  const primary = start(['cluster.mjs']);
  await local.waitForEvents({ logGroupName: 'shop', count: 2, timeoutMs: 60_000 });
  primary.kill('SIGTERM');
  const [, by] = await once(primary, 'close');
  assert.equal(by, 'SIGTERM');
  assert.deepEqual(stored(local, 'shop').toSorted(), [
    'listening',
    'listening',
    'worker ended',
    'worker ended',
  ]);
  assert.equal(
    new Set(local.events({ logGroupName: 'shop' }).map(({ logStreamName }) => logStreamName)).size,
    3,
  );
});

test('the jobs of jobs.md end by themselves with everything stored', async (t) => {
  const { local, start } = await place(t, 'jobs.md');
  const [[code], [auditCode]] = await Promise.all(
    ['job.mjs', 'audit.mjs'].map((file) => once(start([file]), 'close')),
  );
  assert.deepEqual([code, auditCode], [0, 0]);
  assert.equal(local.events({ logGroupName: 'jobs' }).length, 1001);
  assert.equal(local.events({ logGroupName: 'audit' }).length, 1000);
});

test('the handler of lambda.md has stored the logs of an invocation when it returns', async (t) => {
  const { local, start } = await place(t, 'lambda.md');
  const invoke = `
    const { handler } = await import('./handler.mjs');
    console.log(JSON.stringify(await handler({ order: 42 }, { awsRequestId: 'r-1' })));
    process.kill(process.pid, 'SIGKILL'); // frozen, and never thawed`;
  const child = start(['--input-type=module', '--eval', invoke], { AWS_LAMBDA_FUNCTION_NAME: 'orders' });
  const [, by] = await once(child, 'close');
  assert.equal(by, 'SIGKILL');
  const [{ message = '', logStreamName = '' } = {}] = local.events({ logGroupName: '/shop/orders' });
  assert.match(message, /"requestId":"r-1","order":42,"msg":"paid"/);
  assert.match(logStreamName, /^\d{4}-\d\d-\d\d\/orders\/[0-9a-f]{8}$/);
});

const loggers: [
  page: string,
  file: string,
  logGroupName: string,
  env: Record<string, string>,
  lines: number,
][] = [
  ['next.md', 'logger.mjs', '/shop/web', {}, 1],
  ['next.md', 'logger.mjs', '/shop/web', { NEXT_PHASE: 'phase-production-build' }, 0],
  ['next.md', 'logger.mjs', '/shop/web', { NODE_ENV: 'development' }, 0],
  ['development.md', 'logger.mjs', 'shop', {}, 1],
  ['development.md', 'winston-logger.mjs', 'shop', {}, 1],
  ['development.md', 'winston-logger.mjs', 'shop', { NODE_ENV: 'development' }, 0],
  ['development.md', 'winston-logger.mjs', 'shop', { CLOUDWATCH_LOGS_DISABLED: '1' }, 0],
];
for (const [page, file, logGroupName, env, lines] of loggers) {
  test(`${file} of ${page} stores ${lines} with ${JSON.stringify(env)}`, async (t) => {
    const { local, start } = await place(t, page);
    const application = `(await import('./${file}')).logger.info('the line')`;
    const child = start(['--input-type=module', '--eval', application], env);
    child.stdout?.resume();
    assert.deepEqual(await once(child, 'close'), [0, null]);
    assert.equal(
      lines === 0 ? local.stats().requests.PutLogEvents : local.events({ logGroupName }).length,
      lines || undefined,
    );
  });
}
