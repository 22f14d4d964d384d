import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import test from 'node:test';
import type { LocalCloudWatchLogs } from '../../src/index.ts';
import { call, endpoint, eventsOf, sdk, TARGET } from '../endpoint.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

// biome-ignore lint/suspicious/noExplicitAny: an answer is whatever JSON came, and the assertions say what it must be
async function ask(local: LocalCloudWatchLogs, path: string, init: RequestInit = {}): Promise<any> {
  const response = await fetch(`${local.endpoint}${path}`, init);
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: JSON.parse(text) };
}

const write = (local: LocalCloudWatchLogs, method: string, path: string, body?: unknown) =>
  ask(local, path, { method, headers: JSON_TYPE, ...(body !== undefined && { body: JSON.stringify(body) }) });

const put = (local: LocalCloudWatchLogs, ...messages: string[]) =>
  call(local, 'PutLogEvents', { ...TARGET, logEvents: eventsOf(messages) });

/** fetch does not let a Host or an Origin through. */
function raw(local: LocalCloudWatchLogs, method: string, path: string, headers: Record<string, string>) {
  return new Promise<number | undefined>((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port: local.port, method, path, headers }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode));
    });
    outgoing.on('error', reject).end();
  });
}

test('health names the version of the package', async (t) => {
  const local = await endpoint(t);
  const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
  const { status, body } = await ask(local, '/_local/health');
  assert.equal(status, 200);
  assert.deepEqual({ ...body, uptimeMs: 0 }, { status: 'ok', version, uptimeMs: 0 });
  assert.ok(body.uptimeMs >= 0);
  const head = await fetch(`${local.endpoint}/_local/health`, { method: 'HEAD' });
  assert.equal(head.status, 200);
});

test('metrics are those of the library', async (t) => {
  const local = await endpoint(t);
  await call(local, 'PutMetricFilter', {
    logGroupName: 'app',
    filterName: 'errors',
    filterPattern: 'error',
    metricTransformations: [{ metricNamespace: 'app', metricName: 'errors', metricValue: '1' }],
  });
  await put(local, 'error 1', 'error 2');
  const { body } = await ask(local, '/_local/metrics');
  assert.deepEqual(body, { metrics: local.metrics() });
  assert.equal(body.metrics[0].points[0].sum, 2);
});

test('stats are those of the library, and asking for them is no request', async (t) => {
  const local = await endpoint(t);
  await put(local, 'a');
  const { body } = await ask(local, '/_local/stats');
  assert.deepEqual(body, local.stats());
  assert.deepEqual(body.requests, { PutLogEvents: 1 });
});

test('events come as JSON, as NDJSON or as text', async (t) => {
  const local = await endpoint(t);
  await put(local, 'one', 'two error', 'three');
  const path = '/_local/events?logGroupName=app';
  assert.deepEqual((await ask(local, path)).body.events, local.events(TARGET));
  assert.deepEqual(
    (await ask(local, `${path}&filterPattern=error&logStreamName=one`)).body.events.map(
      (event: { message: string }) => event.message,
    ),
    ['two error'],
  );
  const text = await fetch(`${local.endpoint}${path}&format=text`);
  assert.equal(await text.text(), 'one\ntwo error\nthree\n');
  const lines = await fetch(`${local.endpoint}${path}&format=ndjson`);
  const parsed = (await lines.text()).trimEnd().split('\n');
  assert.deepEqual(
    parsed.map((line) => JSON.parse(line).message),
    ['one', 'two error', 'three'],
  );
});

test('events can be waited for', async (t) => {
  const local = await endpoint(t);
  const waiting = ask(local, '/_local/events?logGroupName=app&filterPattern=paid&count=2&timeoutMs=60000');
  await put(local, 'paid 1');
  await put(local, 'other');
  await put(local, 'paid 2');
  const { status, body } = await waiting;
  assert.equal(status, 200);
  assert.deepEqual(
    body.events.map((event: { message: string }) => event.message),
    ['paid 1', 'paid 2'],
  );
});

test('events that do not come in time are a 408 that says what was seen', async (t) => {
  const local = await endpoint(t);
  await put(local, 'paid 1');
  const path = '/_local/events?logGroupName=app&filterPattern=refused&count=2&timeoutMs=1';
  const { status, body } = await ask(local, path);
  assert.equal(status, 408);
  assert.match(
    body.message,
    /^waitForEvents: 0 of 2 events that match "refused" in log group 'app' after 1 ms/,
  );
  assert.match(body.message, /paid 1/);
});

test('reset answers when everything is gone', async (t) => {
  const local = await endpoint(t);
  await put(local, 'a');
  assert.equal((await write(local, 'POST', '/_local/reset')).status, 200);
  assert.deepEqual(local.groups(), []);
  assert.deepEqual((await ask(local, '/_local/stats')).body.requests, {});
});

test('faults are set, counted, read back and cleared', async (t) => {
  const local = await endpoint(t);
  const faults = [
    { kind: 'throttle', times: 1 },
    { kind: 'html', operation: 'DescribeLogGroups' },
  ];
  assert.equal((await write(local, 'PUT', '/_local/faults', faults)).status, 200);
  assert.equal((await put(local, 'a')).body.__type, 'ThrottlingException');
  const { body } = await ask(local, '/_local/faults');
  assert.deepEqual(body, { faults, happened: [1, 0], seed: local.seed });
  // What GET answers can be put back.
  assert.deepEqual((await write(local, 'PUT', '/_local/faults', body)).body.faults, faults);
  assert.deepEqual((await write(local, 'DELETE', '/_local/faults')).body.faults, []);
  assert.equal((await put(local, 'a')).status, 200);
});

test('a fault that is none is refused, and the ones before stay', async (t) => {
  const local = await endpoint(t, { faults: [{ kind: 'throttle', probability: 0 }] });
  for (const [given, message] of [
    [[{ kind: 'throtle' }], /did you mean 'throttle'/],
    [[{ kind: 'throttle', times: -1 }], /times must be/],
    [{ kind: 'throttle' }, /must be a list of faults/],
    [null, /must be a list of faults/],
  ] as const) {
    const { status, body } = await write(local, 'PUT', '/_local/faults', given);
    assert.deepEqual([status, body.__type], [400, 'InvalidParameterException']);
    assert.match(body.message, message);
  }
  const broken = await ask(local, '/_local/faults', { method: 'PUT', headers: JSON_TYPE, body: '{' });
  assert.equal(broken.body.__type, 'SerializationException');
  assert.equal(local.faults.list().length, 1);
});

test('an outage answers first, refuses connections, and ends by itself with all data there', async (t) => {
  const local = await endpoint(t);
  await put(local, 'before');
  const client = sdk(t, local, { maxAttempts: 10 });
  const { status, body } = await write(local, 'POST', '/_local/stop?forMs=300');
  assert.deepEqual([status, body], [200, { stoppedForMs: 300 }]);
  await client.putLogEvents({ ...TARGET, logEvents: eventsOf(['after']) });
  assert.deepEqual(local.messages('app'), ['before', 'after']);
});

test('an endpoint that is closed during an outage does not come back', async (t) => {
  const local = await endpoint(t);
  await local.stop({ forMs: 1 });
  await local.close();
  assert.equal(local.listening, false);
  await assert.rejects(local.start(), /closed for good/);
});

test('a slip in a parameter, a path or a method is told', async (t) => {
  const local = await endpoint(t);
  for (const [method, path, status, message] of [
    ['GET', '/_local/events', 400, /logGroupName is required/],
    ['GET', '/_local/events?logGroup=app', 400, /no parameter 'logGroup' here, did you mean 'logGroupName'/],
    ['GET', '/_local/events?logGroupName=app&count=0', 400, /count must be a whole number from 1/],
    ['GET', '/_local/events?logGroupName=app&format=xml', 400, /format must be json or ndjson or text/],
    ['GET', '/_local/events?logGroupName=app&filterPattern=a:b', 400, /Invalid/],
    ['POST', '/_local/stop', 400, /forMs is required/],
    ['POST', '/_local/stop?forMs=soon', 400, /forMs must be a whole number/],
    ['DELETE', '/_local/reset', 405, /answers POST/],
    ['GET', '/_local/nothing', 404, /POST \//],
  ] as const) {
    const reply = await ask(local, path, { method, ...(method === 'GET' ? {} : { headers: JSON_TYPE }) });
    assert.equal(reply.status, status, path);
    assert.match(reply.body.message, message);
  }
});

test('a write that a page of another site could send is refused', async (t) => {
  const local = await endpoint(t);
  const mine = `http://127.0.0.1:${local.port}`;
  for (const [headers, status] of [
    [{}, 403],
    [{ 'content-type': 'text/plain' }, 403],
    [{ 'content-type': 'application/x-www-form-urlencoded' }, 403],
    [{ ...JSON_TYPE, origin: 'http://evil.example' }, 403],
    [{ ...JSON_TYPE, origin: 'null' }, 403],
    [{ ...JSON_TYPE, 'sec-fetch-site': 'cross-site' }, 403],
    [{ ...JSON_TYPE, 'sec-fetch-site': 'same-site' }, 403],
    [{ ...JSON_TYPE, host: 'evil.example' }, 403],
    [{ ...JSON_TYPE, host: `127.0.0.1:${local.port}`, origin: mine, 'sec-fetch-site': 'same-origin' }, 200],
    [{ 'content-type': 'Application/JSON; charset=utf-8' }, 200],
  ] as const) {
    assert.equal(await raw(local, 'POST', '/_local/reset', { ...headers }), status, JSON.stringify(headers));
  }
  // Without an answer to the question before it, a browser sends no such request at all.
  assert.equal(await raw(local, 'OPTIONS', '/_local/reset', { origin: 'http://evil.example' }), 405);
  assert.equal(await raw(local, 'GET', '/_local/events?logGroupName=app', { host: 'evil.example' }), 403);
});
