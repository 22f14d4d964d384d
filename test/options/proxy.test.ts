// timeout: 180 s
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { logGroupName, optionsFor, startEndpoint } from '../fixtures/endpoint.js';
import { startForwardProxy } from '../fixtures/forward-proxy.js';
import { startRecordingProxy } from './recording-proxy.js';

// The way through the forward proxy that the environment names, to an endpoint that speaks HTTPS.

const CERTIFICATE = fileURLToPath(new URL('certificate/cert.pem', import.meta.url));
const tls = {
  key: readFileSync(new URL('certificate/key.pem', import.meta.url), 'utf8'),
  cert: readFileSync(CERTIFICATE, 'utf8'),
};

async function startSecured(t: TestContext) {
  const local = await startEndpoint(t);
  const secured = await startRecordingProxy(t, local, { tls });
  return { local, host: new URL(secured.endpoint).host, options: optionsFor(secured) };
}

async function run(file: string, task: object, environment: Record<string, string>) {
  const program = fileURLToPath(new URL(file, import.meta.url));
  const application = spawn(process.execPath, ['--no-warnings', program, JSON.stringify(task)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_EXTRA_CA_CERTS: CERTIFICATE, ...environment },
  });
  const [stdout, stderr, [code]] = await Promise.all([
    text(application.stdout),
    text(application.stderr),
    once(application, 'close'),
  ]);
  return { stdout, stderr, code };
}

for (const name of ['HTTPS_PROXY', 'https_proxy']) {
  test(`${name} is the way of pino in a worker and in-process, and of winston`, async (t) => {
    const { local, host, options } = await startSecured(t);
    const proxy = await startForwardProxy(t, { password: 'user:p%40ss' });
    const task = { puts: 3, options };
    const { stdout, stderr } = await run('secure-application.mjs', task, { [name]: proxy.url.href });
    assert.equal(stdout, '[3,3,3]\n', stderr);
    assert.equal(stderr, '');
    assert.equal(local.events({ logGroupName }).length, 9);
    assert.deepEqual(proxy.asked, [host, host, host], 'each keeps one connection');
  });
}

test('NO_PROXY names hosts that are reached without it', async (t) => {
  const { local, options } = await startSecured(t);
  const proxy = await startForwardProxy(t);
  const environment = { HTTPS_PROXY: proxy.url.href, NO_PROXY: 'localhost,127.0.0.1' };
  const { stdout, stderr } = await run('secure-application.mjs', { puts: 1, options }, environment);
  assert.equal(stdout, '[1,1,1]\n', stderr);
  assert.equal(local.events({ logGroupName }).length, 3);
  assert.deepEqual(proxy.asked, []);
});

for (const isWarm of [false, true]) {
  const when = isWarm ? 'after a put' : 'before the first put';
  test(`the thread that sends at process.exit() goes through it too, ${when}`, async (t) => {
    const { local, host, options } = await startSecured(t);
    const proxy = await startForwardProxy(t, { password: 'user:secret' });
    const task = { isWarm, options };
    const { code, stderr } = await run('exiting-application.mjs', task, { HTTPS_PROXY: proxy.url.href });
    assert.deepEqual([code, stderr], [0, '']);
    assert.equal(local.events({ logGroupName }).length, isWarm ? 2 : 1);
    assert.deepEqual(proxy.asked, isWarm ? [host, host] : [host]);
  });
}

test('a proxy that refuses is named with its answer, is never gone around, and its password is not printed', async (t) => {
  const { local, options } = await startSecured(t);
  const proxy = await startForwardProxy(t, { password: 'user:secret' });
  const wrong = new URL(proxy.url);
  wrong.password = 'not-the-secret';
  const task = { puts: 1, options: { ...options, flushTimeoutMs: 500, closeTimeoutMs: 500 } };
  const { stdout, stderr } = await run('secure-application.mjs', task, { HTTPS_PROXY: wrong.href });
  assert.equal(stdout, '[0,0,0]\n');
  assert.match(stderr, /ProxyError: the proxy answers HTTP 407 .*to CONNECT/);
  assert.doesNotMatch(stderr, /secret/);
  assert.equal(local.stats().requests.PutLogEvents, undefined);
  assert.ok(proxy.asked.length > 0);
});

test('a proxy that hangs does not hold the process beyond the time for its end', async (t) => {
  const { options } = await startSecured(t);
  const proxy = await startForwardProxy(t, { hangs: true });
  const task = { puts: 1, options: { ...options, flushTimeoutMs: 500, closeTimeoutMs: 500 } };
  // Its connections stay open: that it ends at all is what is tested.
  const { stdout, stderr } = await run('secure-application.mjs', task, { HTTPS_PROXY: proxy.url.href });
  assert.equal(stdout, '[0,0,0]\n');
  assert.match(stderr, /1 log event\(s\) for log group "app" were not sent/);
  assert.ok(proxy.asked.length > 0);
});
