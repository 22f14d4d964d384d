import assert from 'node:assert/strict';
import { request } from 'node:http';
import test from 'node:test';
import { gunzipSync } from 'node:zlib';
import { LEVELS, levelOf } from '../../src/console/log-level.ts';
import { startLocal } from '../../src/index.ts';
import { call, endpoint, eventsOf, TARGET } from '../endpoint.ts';

// biome-ignore lint/suspicious/noExplicitAny: an answer is whatever JSON came, and the assertions say what it must be
const ask = async (local: { endpoint: string }, path: string): Promise<any> =>
  (await fetch(`${local.endpoint}/_local/console/${path}`)).json();

const put = (local: { endpoint: string }, ...messages: string[]) =>
  call(local, 'PutLogEvents', { ...TARGET, logEvents: eventsOf(messages) });

test('the page loads nothing from elsewhere, and its files are below 60 kB as they are sent', async (t) => {
  const local = await endpoint(t);
  const page = await fetch(`${local.endpoint}/`);
  assert.equal(page.status, 200);
  assert.match(page.headers.get('content-type') ?? '', /^text\/html/);
  assert.match(page.headers.get('content-security-policy') ?? '', /^default-src 'self';/);
  assert.equal(page.headers.get('x-content-type-options'), 'nosniff');
  const html = await page.text();
  const paths = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = '']) => path);
  assert.ok(paths.length >= 3);
  let bytes = 0;
  for (const path of ['/', ...paths]) {
    assert.ok(path.startsWith('/'), path);
    const sent = await new Promise<Buffer>((resolve, reject) => {
      const headers = { 'accept-encoding': 'gzip', host: 'localhost' };
      request({ host: '127.0.0.1', port: local.port, path, headers }, async (response) => {
        assert.equal(response.headers['content-encoding'], 'gzip');
        resolve(Buffer.concat(await response.toArray()));
      })
        .on('error', reject)
        .end();
    });
    bytes += sent.length;
    assert.ok(gunzipSync(sent).length > 100);
  }
  assert.ok(bytes < 60_000, `${bytes} bytes`);
  // Without gzip it is the same.
  const plain = await fetch(`${local.endpoint}/`, { headers: { 'accept-encoding': 'identity' } });
  assert.equal(await plain.text(), html);
});

test('console: false answers neither the page nor what only it asks for; the rest stays', async (t) => {
  const local = await startLocal({ console: false });
  t.after(() => local.close());
  for (const path of ['/', '/_local/console/console.js', '/_local/console/search']) {
    assert.equal((await fetch(`${local.endpoint}${path}`)).status, 404, path);
  }
  assert.equal((await fetch(`${local.endpoint}/_local/health`)).status, 200);
});

test('every page checks the Host header, and a change a content type that other sites cannot send', async (t) => {
  const local = await endpoint(t);
  const status = (method: string, path: string, headers: Record<string, string>) =>
    new Promise<number | undefined>((resolve, reject) => {
      request({ host: '127.0.0.1', port: local.port, method, path, headers }, (response) => {
        response.destroy();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end(method === 'GET' ? undefined : '{"logGroupName":"evil"}');
    });
  const live = '/_local/console/live';
  for (const path of ['/', '/_local/console/console.js', '/_local/console/search', live, '/_local/stats']) {
    assert.equal(await status('GET', path, { host: 'evil.example' }), 403, path);
    assert.equal(await status('GET', path, { host: `localhost:${local.port}` }), 200, path);
  }
  const operation = '/_local/console/operation?name=CreateLogGroup';
  assert.equal(await status('POST', operation, { 'content-type': 'text/plain' }), 403);
  assert.deepEqual(
    local.groups().map(({ logGroupName }) => logGroupName),
    ['app'],
  );
  assert.equal(await status('POST', operation, { 'content-type': 'application/json' }), 200);
});

test('a search walks all events in both directions, page by page, with none twice', async (t) => {
  const local = await endpoint(t);
  local.createLogStream('app', 'two');
  const now = Date.now();
  for (const [logStreamName, odd] of [
    ['one', 0],
    ['two', 1],
  ] as const) {
    const logEvents = Array.from({ length: 50 }, (_, number) => ({
      timestamp: now - 1000 + number * 2 + odd,
      message: `${number * 2 + odd}`,
    }));
    await call(local, 'PutLogEvents', { ...TARGET, logStreamName, logEvents });
  }
  for (const direction of ['forward', 'backward'] as const) {
    const seen: number[] = [];
    let cursor = '';
    do {
      const page = await ask(local, `search?limit=7&direction=${direction}${cursor && `&cursor=${cursor}`}`);
      const numbers = page.events.map(({ message }: { message: string }) => Number(message));
      seen.push(...(direction === 'forward' ? numbers : numbers.reverse()));
      cursor = page.cursor ?? '';
    } while (cursor !== '');
    const all = Array.from({ length: 100 }, (_, number) => number);
    assert.deepEqual(seen, direction === 'forward' ? all : all.reverse());
  }
  const some = await ask(local, `search?in=app:two&pattern=-5&level=none&from=${now - 990}&to=${now - 980}`);
  assert.deepEqual(
    some.events.map(({ message }: { message: string }) => message),
    ['11', '13', '17', '19'],
  );
});

test('a refused pattern tells which one it is, where it is wrong, and why', async (t) => {
  const local = await endpoint(t);
  const answer = await ask(local, `search?pattern=fine&pattern=${encodeURIComponent('{ $.a = }')}`);
  assert.equal(answer.__type, 'InvalidParameterException');
  assert.deepEqual([answer.pattern, answer.position], ['1', '8']);
  assert.ok(answer.hint.length > 10);
});

test('groups of other Regions and accounts have places of their own', async (t) => {
  const local = await endpoint(t);
  const authorization = `AWS4-HMAC-SHA256 Credential=000000000007/20260101/eu-west-1/logs/aws4_request, SignedHeaders=host, Signature=0`;
  const post = (operation: string, body: object) =>
    fetch(local.endpoint, {
      method: 'POST',
      headers: { 'x-amz-target': `Logs_20140328.${operation}`, authorization },
      body: JSON.stringify(body),
    });
  await post('CreateLogGroup', { logGroupName: 'app' });
  await post('CreateLogStream', TARGET);
  await post('PutLogEvents', { ...TARGET, logEvents: eventsOf(['abroad']) });
  await put(local, 'at home');
  const messages = async (place: string): Promise<string[]> =>
    (await ask(local, `search?in=${place}`)).events.map(({ message }: { message: string }) => message);
  assert.deepEqual(await messages('app'), ['at home']);
  assert.deepEqual(await messages('eu-west-1:000000000007:app'), ['abroad']);
  assert.deepEqual(await messages('eu-west-1:000000000007:app:one'), ['abroad']);
  assert.deepEqual(await messages('gone'), []);
});

test('a long message is cut in a row and whole on its own', async (t) => {
  const local = await endpoint(t);
  const message = 'ü'.repeat(50_000);
  await put(local, message);
  const [event] = (await ask(local, 'search')).events;
  assert.equal(event.whole, 50_000);
  assert.ok(event.message.length < 5000);
  assert.equal((await ask(local, `event?in=app:one&id=${event.id}`)).message, message);
  assert.equal((await ask(local, 'event?in=app:one&id=1.1')).__type, 'ResourceNotFoundException');
});

test('the chart counts what was stored before the console was opened, and what comes afterwards', async (t) => {
  const local = await endpoint(t);
  await put(local, 'ERROR one', '{"level":30}', 'plain');
  const range = `from=${Date.now() - 60_000}&to=${Date.now() + 60_000}&steps=20`;
  const sums = async (): Promise<Record<string, number>> => {
    const { counts } = await ask(local, `histogram?${range}`);
    return Object.fromEntries(
      Object.entries(counts as Record<string, number[]>).map(([level, numbers]) => [
        level,
        numbers.reduce((a, b) => a + b, 0),
      ]),
    );
  };
  assert.deepEqual(await sums(), { error: 1, info: 1, none: 1 });
  await put(local, 'ERROR two', 'WARN three');
  assert.deepEqual(await sums(), { error: 2, warn: 1, info: 1, none: 1 });
  local.reset();
  await fetch(`${local.endpoint}/_local/console/streams?in=app`);
});

test('the level of a message is found as loggers write it', () => {
  for (const [message, level] of [
    ['{"level":30,"msg":"error"}', 'info'],
    ['{"msg":"\\"level\\":\\"error\\"","level":"warn"}', 'warn'],
    ['{"severity":"CRITICAL"}', 'fatal'],
    ['{"a":1}', 'none'],
    ['\u001b[33mwarn\u001b[39m: careful', 'warn'],
    ['info: error found', 'info'],
    ['2026-01-01T00:00:00Z ERROR no disk', 'error'],
    ['[debug] x', 'debug'],
    ['level=warning msg=x', 'warn'],
    ['there was no error', 'none'],
    ['constructor: x', 'none'],
    ['', 'none'],
  ] as const) {
    assert.equal(levelOf(message), level, message);
  }
  assert.equal(LEVELS.length, 7);
});

test('the chart counts only what a pattern matches, of what was stored and of what comes', async (t) => {
  const local = await endpoint(t);
  await put(local, 'ERROR one', 'WARN one', '{"level":30,"msg":"two"}');
  const range = `from=${Date.now() - 60_000}&to=${Date.now() + 60_000}&steps=20`;
  const counts = async (query: string): Promise<Record<string, number>> => {
    let answer = await ask(local, `histogram?${range}${query}`);
    while (!answer.complete) answer = await ask(local, `histogram?${range}${query}`);
    return Object.fromEntries(
      Object.entries(answer.counts as Record<string, number[]>).map(([level, numbers]) => [
        level,
        numbers.reduce((a, b) => a + b, 0),
      ]),
    );
  };
  assert.deepEqual(await counts('&pattern=one'), { error: 1, warn: 1 });
  assert.deepEqual(await counts('&pattern=one&pattern=-WARN'), { error: 1 });
  await put(local, 'ERROR one more', 'INFO other');
  assert.deepEqual(await counts('&pattern=one'), { error: 2, warn: 1 });
  assert.deepEqual(await counts('&pattern=one&in=none'), {});
  // More of them than are counted at a time.
  for (const word of ['a', 'b', 'c', 'd', 'other']) await counts(`&pattern=${word}`);
  assert.deepEqual(await counts('&pattern=other'), { info: 1 });
  assert.deepEqual(await counts('&pattern=one'), { error: 2, warn: 1 });
  assert.deepEqual(await counts('&pattern='), { error: 2, warn: 1, info: 2 });
  assert.equal((await ask(local, `histogram?${range}&pattern=%25(`)).__type, 'InvalidParameterException');
  local.deleteLogStream('app', 'one');
  assert.deepEqual(await counts('&pattern=one'), {});
});
