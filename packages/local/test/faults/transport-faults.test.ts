import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import test from 'node:test';
import type { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import type { Fault } from '../../src/index.ts';
import { call, endpoint, eventsOf, GROUP, sdk, TARGET } from '../endpoint.ts';

const put = (local: { endpoint: string }, message = 'a') =>
  call(local, 'PutLogEvents', { ...TARGET, logEvents: eventsOf([message]) });

test('latency as a range draws from it, and the same for the same seed', async (t) => {
  const waits = async (): Promise<number[]> => {
    const local = await endpoint(t, { seed: 3, faults: [{ kind: 'latency', ms: [20, 80] }] });
    const measured: number[] = [];
    for (let index = 0; index < 6; index++) {
      const started = performance.now();
      await put(local);
      measured.push(performance.now() - started);
    }
    return measured;
  };
  const measured = await waits();
  // A timer may fire a fraction early.
  for (const ms of measured) assert.ok(ms > 19, `${ms} is less than the range`);
  assert.ok(Math.max(...measured) - Math.min(...measured) > 10, `${measured} do not differ`);
});

test('slow-read takes as long over a body as its rate says', async (t) => {
  const local = await endpoint(t, { faults: [{ kind: 'slow-read', bytesPerSecond: 400_000 }] });
  const started = performance.now();
  assert.equal((await put(local, 'x'.repeat(100_000))).status, 200);
  assert.ok(performance.now() - started > 240);
  assert.deepEqual(local.stats().faults, { 'slow-read': 1 });
  assert.equal(local.stats().events, 1);
});

test('slow-read leaves what it does not read with the client', async (t) => {
  const local = await endpoint(t, { faults: [{ kind: 'slow-read', bytesPerSecond: 1, operation: '*' }] });
  const socket = connect(local.port, '127.0.0.1');
  t.after(() => socket.destroy());
  // More than the buffers of both sockets take; the endpoint itself takes one part of it.
  const body = Buffer.alloc(12 * 1024 * 1024, ' ');
  socket.write(`POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${body.length}\r\n\r\n`);
  socket.write(body);
  await local.waitFor((it) => it.stats().faults['slow-read'] === 1);
  assert.ok(socket.writableLength > 0);
  await local.stop();
});

test('slow-read can be a range of operations, shares and times like any fault', async (t) => {
  const local = await endpoint(t, {
    faults: [{ kind: 'slow-read', bytesPerSecond: 1000, operation: 'CreateLogStream', times: 1 }],
  });
  assert.equal((await put(local, 'x'.repeat(10_000))).status, 200);
  assert.deepEqual(local.stats().faults, {});
  const create = (logStreamName: string) => call(local, 'CreateLogStream', { ...TARGET, logStreamName });
  assert.equal((await create('two')).status, 200);
  assert.equal((await create('three')).status, 200);
  assert.deepEqual(local.stats().faults, { 'slow-read': 1 });
});

test('endless-body stores, begins an answer and never ends it', async (t) => {
  const local = await endpoint(t, { faults: [{ kind: 'endless-body', bytesPerSecond: 2_000_000 }] });
  const abort = new AbortController();
  const response = await fetch(local.endpoint, {
    method: 'POST',
    headers: { 'x-amz-target': 'Logs_20140328.PutLogEvents' },
    body: JSON.stringify({ ...TARGET, logEvents: eventsOf(['a']) }),
    signal: abort.signal,
  });
  assert.equal(response.status, 200);
  assert.equal(local.stats().events, 1);
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += (chunk as Uint8Array).length;
    if (bytes > 500_000) break;
  }
  assert.ok(bytes > 500_000);
  abort.abort();
});

test('endless-body ends in a reset after ms, for the SDK too', async (t) => {
  const local = await endpoint(t, { faults: [{ kind: 'endless-body', ms: 60 }] });
  await assert.rejects(sdk(t, local).putLogEvents({ ...TARGET, logEvents: eventsOf(['a']) }));
  assert.equal(local.stats().events, 1);
});

test('the endpoint does not gather an endless body for a client that does not read', async (t) => {
  const local = await endpoint(t, {
    faults: [
      { kind: 'endless-body', bytesPerSecond: 1_000_000_000, operation: 'DescribeLogGroups' },
      { kind: 'latency', ms: 400 },
    ],
  });
  const socket = connect(local.port, '127.0.0.1');
  t.after(() => socket.destroy());
  socket.pause();
  socket.write(
    'POST / HTTP/1.1\r\nhost: localhost\r\nx-amz-target: Logs_20140328.DescribeLogGroups\r\ncontent-length: 2\r\n\r\n{}',
  );
  await once(local, 'request');
  const before = process.memoryUsage().rss;
  // Eight parts of 50 MB are due while this put waits.
  await put(local);
  assert.ok(process.memoryUsage().rss - before < 300 * 1024 * 1024);
});

test('false-date lies in the Date header of answers and errors, and in nothing else', async (t) => {
  const offsetMs = -3 * 3_600_000;
  const local = await endpoint(t, { faults: [{ kind: 'false-date', offsetMs }] });
  for (const logStreamName of [TARGET.logStreamName, 'no such stream']) {
    const reply = await call(local, 'PutLogEvents', {
      ...TARGET,
      logStreamName,
      logEvents: eventsOf(['a']),
    });
    const date = Date.parse(reply.headers.get('date') ?? '');
    assert.ok(Math.abs(date - (Date.now() + offsetMs)) < 5000, `${reply.headers.get('date')}`);
  }
  const [event] = local.events({ logGroupName: GROUP });
  assert.ok(Math.abs((event?.ingestionTime ?? 0) - Date.now()) < 5000);
  local.faults.clear();
  assert.ok(Math.abs(Date.parse((await put(local)).headers.get('date') ?? '') - Date.now()) < 5000);
});

test('a false Date reaches the clock correction of the SDK', async (t) => {
  const local = await endpoint(t, {
    faults: [{ kind: 'false-date', offsetMs: 3_600_000 }, { kind: 'expired-token' }],
  });
  const client: CloudWatchLogs = sdk(t, local);
  await assert.rejects(client.putLogEvents({ ...TARGET, logEvents: eventsOf(['a']) }));
  assert.ok(client.config.systemClockOffset > 3_500_000);
});

test('quota grants the rate that AWS publishes for each operation, and a second of it at once', async (t) => {
  let now = 1_000_000_000_000;
  const local = await endpoint(t, { now: () => now, region: 'eu-west-1', faults: [{ kind: 'quota' }] });
  const granted = async (operation: string, members: object, requests: number): Promise<number> => {
    let count = 0;
    for (let index = 0; index < requests; index++) {
      const reply = await call(local, operation, members);
      if (reply.body?.__type === 'ThrottlingException') assert.equal(reply.body.message, 'Rate exceeded');
      else count += 1;
    }
    return count;
  };
  // "CloudWatch Logs quotas" in the User Guide: 25, but 10 in eu-west-1.
  assert.equal(await granted('GetLogEvents', TARGET, 30), 10);
  assert.equal(await granted('DescribeLogStreams', { logGroupName: GROUP }, 30), 25);
  assert.equal(await granted('DeleteRetentionPolicy', { logGroupName: GROUP }, 10), 5);
  now += 200;
  assert.equal(await granted('GetLogEvents', TARGET, 5), 2);
  now += 60_000;
  assert.equal(await granted('GetLogEvents', TARGET, 15), 10);
  assert.equal(local.stats().faults.quota, 20 + 5 + 5 + 3 + 5);
});

test('quota takes a rate of its own', async (t) => {
  const local = await endpoint(t, {
    now: () => 1_000_000_000_000,
    faults: [{ kind: 'quota', operation: 'PutLogEvents', requestsPerSecond: 2, retryAfterSeconds: 1 }],
  });
  const replies = [];
  for (let index = 0; index < 3; index++) {
    const logEvents = eventsOf(['a'], 1_000_000_000_000);
    replies.push(await call(local, 'PutLogEvents', { ...TARGET, logEvents }));
  }
  assert.deepEqual(
    replies.map(({ status }) => status),
    [200, 200, 400],
  );
  assert.equal(replies[2]?.headers.get('retry-after'), '1');
});

test('one request of any operation can be left without an answer, and the next is answered', async (t) => {
  const local = await endpoint(t, {
    faults: [{ kind: 'hang-before', operation: 'CreateLogStream', times: 1 }],
  });
  const client = sdk(t, local);
  const abort = new AbortController();
  const create = { logGroupName: GROUP, logStreamName: 'two' };
  const rejection = assert.rejects(client.createLogStream(create, { abortSignal: abort.signal }), {
    name: 'AbortError',
  });
  await once(local, 'request');
  abort.abort();
  await rejection;
  await client.createLogStream(create);
});

test('a connection can be accepted and nothing on it ever answered', async (t) => {
  const local = await endpoint(t, { faults: [{ kind: 'hang-before', operation: '*' }] });
  for (const operation of ['PutLogEvents', 'DescribeLogGroups', 'NoSuchOperation']) {
    const abort = new AbortController();
    const pending = fetch(local.endpoint, {
      method: 'POST',
      headers: { 'x-amz-target': `Logs_20140328.${operation}` },
      body: '{}',
      signal: abort.signal,
    });
    const rejection = assert.rejects(pending, { name: 'AbortError' });
    const [seen] = await once(local, 'request');
    assert.equal(seen.outcome, 'hang-before', operation);
    abort.abort();
    await rejection;
  }
});

test('what makes no sense is refused with a word on what would', async (t) => {
  const local = await endpoint(t);
  const refused = (fault: Fault, message: RegExp) =>
    assert.throws(() => local.faults.set([fault]), { name: 'TypeError', message });
  refused({ kind: 'latency', ms: [5, 1] }, /a range of them such as \[100, 500\]; got \[5,1\]/);
  refused({ kind: 'latency', ms: [5] as never }, /a range of them/);
  refused({ kind: 'read-lag' }, /needs ms, the milliseconds until an event can be read/);
  refused({ kind: 'read-lag', ms: 1, operation: 'PutLogEvents' }, /one of FilterLogEvents, GetLogEvents/);
  refused({ kind: 'false-date' }, /needs offsetMs/);
  refused({ kind: 'false-date', offsetMs: Number.NaN }, /offsetMs must be milliseconds/);
  refused({ kind: 'empty-pages', pages: 10 }, /pages must be a whole number from 1 to 9; got 10/);
  refused({ kind: 'throttle', requestsPerSecond: 5 }, /requestsPerSecond has a meaning only for quota/);
  refused({ kind: 'slow-read', bytesPerSecond: 0 }, /bytesPerSecond must be a whole number from 1/);
  refused({ kind: 'slow-read', logGroupName: 'a' }, /cannot choose by logGroupName/);
});
