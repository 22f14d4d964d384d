import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import test from 'node:test';
import { promisify } from 'node:util';
import { startLocal } from '../../src/index.ts';
import { call, endpoint, eventsOf, GROUP, STREAM, sdk, TARGET } from '../endpoint.ts';

const put = (local: { endpoint: string }, ...messages: string[]) =>
  call(local, 'PutLogEvents', { ...TARGET, logEvents: eventsOf(messages) });

test('an outage refuses connections and keeps the data, the token and the port', async (t) => {
  const local = await endpoint(t, { sequenceTokens: 'enforced' });
  const { port } = local;
  const client = sdk(t, local);
  const first = await client.putLogEvents({ ...TARGET, logEvents: eventsOf(['before']) });
  await local.stop();
  assert.equal(local.listening, false);
  const second = { ...TARGET, sequenceToken: first.nextSequenceToken, logEvents: eventsOf(['after']) };
  await assert.rejects(client.putLogEvents(second));
  await assert.rejects(client.putLogEvents(second), { code: 'ECONNREFUSED' });
  await local.start();
  assert.equal(local.port, port);
  await client.putLogEvents(second);
  assert.deepEqual(
    local.events(TARGET).map(({ message }) => message),
    ['before', 'after'],
  );
});

test('an outage cuts requests that are under way', async (t) => {
  const local = await endpoint(t, { faults: [{ kind: 'hang-before', times: 1 }] });
  const rejection = assert.rejects(sdk(t, local).putLogEvents({ ...TARGET, logEvents: eventsOf(['a']) }), {
    code: 'ECONNRESET',
  });
  await once(local, 'request');
  await local.stop();
  await rejection;
  await local.start();
  assert.equal((await put(local, 'a')).status, 200);
});

test('an answer has left when waitFor resolves', async (t) => {
  const local = await endpoint(t);
  const reply = put(local, 'a');
  await local.waitFor((it) => it.stats().puts === 1);
  await local.stop();
  assert.equal((await reply).status, 200);
});

test('stop, start and close may be called again', async (t) => {
  const local = await endpoint(t);
  await local.start();
  await local.stop();
  await local.stop();
  await local.close();
  await local.close();
  await assert.rejects(local.start(), { message: /closed for good/ });
});

test('stop and start take turns without being waited for', async (t) => {
  const local = await endpoint(t);
  void local.stop();
  void local.start();
  void local.stop();
  await local.start();
  assert.equal((await put(local, 'a')).status, 200);
});

test('a port that is taken is an error', async (t) => {
  const blocker = createServer();
  await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
  t.after(() => blocker.close());
  const { port } = blocker.address() as { port: number };
  await assert.rejects(startLocal({ port }), { code: 'EADDRINUSE' });
});

test('waitFor resolves when the condition holds, at once if it does already', async (t) => {
  const local = await endpoint(t);
  await local.waitFor(() => true);
  const waiting = local.waitFor((it) => it.events(TARGET).length === 2);
  await put(local, 'a');
  await put(local, 'b');
  await waiting;
});

test('waitFor tells what was seen when time is over', async (t) => {
  const local = await endpoint(t);
  await put(local, 'a');
  await assert.rejects(
    local.waitFor((it) => it.stats().puts === 99, { timeoutMs: 10 }),
    {
      message: /not so after 10 ms: .*puts ?=== ?99\n.*"requests":\{"PutLogEvents":1\}/,
    },
  );
});

test('waitFor rejects with what its condition throws, and when the endpoint is closed', async (t) => {
  const local = await endpoint(t);
  const failing = local.waitFor(() => {
    throw new Error('broken condition');
  });
  await assert.rejects(failing, { message: 'broken condition' });
  const waiting = assert.rejects(
    local.waitFor(() => false),
    { message: /closed/ },
  );
  await local.close();
  await waiting;
});

test('listeners are told about requests, puts and streams', async (t) => {
  const local = await endpoint(t);
  const seen: unknown[] = [];
  local.on('request', ({ operation, outcome }) => seen.push({ operation, outcome }));
  local.on('put', (event) => seen.push(event));
  local.on('stream', (event) => seen.push(event));
  await call(local, 'CreateLogStream', { logGroupName: GROUP, logStreamName: 'two' });
  const reply = await put(local, 'a', 'b');
  await put(local, '');
  await local.waitFor((it) => it.stats().errors.InvalidParameterException === 1);
  assert.deepEqual(seen, [
    { logGroupName: GROUP, logStreamName: 'two' },
    { operation: 'CreateLogStream', outcome: 'ok' },
    { ...TARGET, events: 2, bytes: 54, sequenceToken: reply.body.nextSequenceToken },
    { operation: 'PutLogEvents', outcome: 'ok' },
    { operation: 'PutLogEvents', outcome: 'InvalidParameterException' },
  ]);
});

test('a put event counts only what was stored', async (t) => {
  const local = await endpoint(t);
  const told = once(local, 'put');
  const logEvents = [...eventsOf(['old'], 1), ...eventsOf(['kept'])];
  await call(local, 'PutLogEvents', { ...TARGET, logEvents });
  const [event] = await told;
  assert.equal(event.events, 1);
  assert.equal(event.bytes, 30);
});

test('events come by timestamp, equal ones in order of arrival, over all streams of the group', async (t) => {
  const local = await endpoint(t);
  local.createLogStream(GROUP, 'two');
  const now = Date.now();
  const send = (logStreamName: string, messages: string[], time: number) =>
    call(local, 'PutLogEvents', { logGroupName: GROUP, logStreamName, logEvents: eventsOf(messages, time) });
  await send(STREAM, ['c', 'd'], now);
  await send('two', ['e'], now);
  await send(STREAM, ['f'], now);
  await send(STREAM, ['b'], now - 1);
  await send('two', ['a'], now - 2);
  await send(STREAM, ['g'], now);
  const messages = (logStreamName?: string) =>
    local
      .events({ logGroupName: GROUP, logStreamName })
      .map(({ message }) => message)
      .join('');
  assert.equal(messages(), 'abcdefg');
  assert.equal(messages(STREAM), 'bcdfg');
  assert.equal(messages('two'), 'ae');
  assert.deepEqual(local.events({ logGroupName: 'none' }), []);
  assert.deepEqual(local.events({ logGroupName: GROUP, logStreamName: 'none' }), []);
});

test('the oldest events leave when maxBytes is reached, whatever their stream, and it is said once', async (t) => {
  const local = await endpoint(t, { maxBytes: 5 * 36 });
  local.createLogStream(GROUP, 'two');
  const warnings: string[] = [];
  const listen = (warning: Error): unknown => warnings.push(warning.message);
  process.on('warning', listen);
  t.after(() => process.off('warning', listen));
  const send = (logStreamName: string, ...messages: string[]) =>
    call(local, 'PutLogEvents', { logGroupName: GROUP, logStreamName, logEvents: eventsOf(messages) });
  const padded = (text: string) => text.padEnd(10);
  await send(STREAM, padded('1'), padded('2'));
  await send('two', padded('3'), padded('4'));
  await send(STREAM, padded('5'));
  assert.equal(local.stats().evicted, 0);
  await send(STREAM, padded('6'), padded('7'), padded('8'));
  const left = local.events({ logGroupName: GROUP }).map(({ message }) => message.trim());
  assert.deepEqual(left, ['4', '5', '6', '7', '8']);
  assert.deepEqual((({ bytes, events, evicted }) => ({ bytes, events, evicted }))(local.stats()), {
    bytes: 180,
    events: 5,
    evicted: 3,
  });
  await send('two', padded('9'));
  assert.equal(local.stats().evicted, 4);
  assert.equal(warnings.filter((message) => message.includes('maxBytes')).length, 1);
});

test('eviction goes on rightly after streams were deleted', async (t) => {
  const local = await endpoint(t, { maxBytes: 3 * 27 });
  t.mock.method(process, 'emitWarning', () => undefined);
  local.createLogStream(GROUP, 'two');
  const send = (logStreamName: string, message: string) =>
    call(local, 'PutLogEvents', { logGroupName: GROUP, logStreamName, logEvents: eventsOf([message]) });
  await send(STREAM, '1');
  await send('two', '2');
  await send(STREAM, '3');
  local.deleteLogStream(GROUP, STREAM);
  assert.equal(local.stats().bytes, 27);
  for (const message of ['4', '5', '6']) await send('two', message);
  assert.deepEqual(
    local.events({ logGroupName: GROUP }).map(({ message }) => message),
    ['4', '5', '6'],
  );
  local.deleteLogGroup(GROUP);
  assert.deepEqual((({ bytes, events, evicted }) => ({ bytes, events, evicted }))(local.stats()), {
    bytes: 0,
    events: 0,
    evicted: 1,
  });
});

test('many evictions keep a stream in order', async (t) => {
  const local = await endpoint(t, { maxBytes: 100 * 40 });
  t.mock.method(process, 'emitWarning', () => undefined);
  const message = (index: number) => String(index).padStart(14, '0');
  for (let start = 0; start < 5000; start += 250) {
    await put(local, ...Array.from({ length: 250 }, (_, index) => message(start + index)));
  }
  assert.deepEqual(
    local.events(TARGET).map((event) => event.message),
    Array.from({ length: 100 }, (_, index) => message(4900 + index)),
  );
  assert.equal(local.stats().evicted, 4900);
});

test('options are checked by name and value', async () => {
  const refused = (options: object, message: RegExp) =>
    assert.rejects(startLocal(options), { name: 'TypeError', message });
  await refused(
    { sequenceToken: 'enforced' },
    /unknown option 'sequenceToken', did you mean 'sequenceTokens'\?/,
  );
  await refused({ sequenceTokens: 'strict' }, /sequenceTokens must be 'ignored' or 'enforced'; got "strict"/);
  await refused({ tokenErrors: 1 }, /tokenErrors must be 'field' or 'message'; got 1/);
  await refused({ port: 70000 }, /port must be a whole number from 0 to 65535; got 70000/);
  await refused({ maxBytes: 0 }, /maxBytes must be a whole number from 1; got 0/);
  await refused({ maxEventBytes: 2_000_000 }, /maxEventBytes must be a whole number from 27 to 1048576/);
  await refused({ now: 5 }, /now must be a function/);
  await refused({ faults: [{ kind: 'thrttle' }] }, /did you mean 'throttle'\?/);
  await refused(
    { credentials: { accessKeyId: 'a', secretAccessKey: 5 } },
    /credentials must be .*; got something else/,
  );
  await refused(5 as never, /options must be an object/);
});

test('an endpoint that is unreferenced lets its process end, also with a connection open', async () => {
  const source = `
    import { startLocal } from ${JSON.stringify(new URL('../../src/index.ts', import.meta.url).href)};
    const local = (await startLocal()).unref();
    await local.stop();
    await local.start();
    await (await fetch(local.endpoint + '/_local/health')).text();
    console.log('done');
  `;
  const args = ['--import', import.meta.resolve('tsx'), '--input-type=module', '--eval', source];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 60_000 });
  assert.equal(stdout, 'done\n');
});
