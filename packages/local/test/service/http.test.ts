import assert from 'node:assert/strict';
import { request } from 'node:http';
import { connect } from 'node:net';
import test from 'node:test';
import { gzipSync } from 'node:zlib';
import { call, endpoint, eventsOf, GROUP, refusalOf, TARGET } from '../endpoint.ts';

const PUT = 'Logs_20140328.PutLogEvents';

/** POST / by node:http, which lets every header through. */
function post(
  local: { port: number },
  headers: Record<string, string>,
  body: string | Buffer,
  { method = 'POST', path = '/', host = '127.0.0.1' } = {},
): Promise<{ status: number; text: string; headers: NodeJS.Dict<string | string[]> }> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host, port: local.port, method, path, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text, headers: response.headers }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

const putBody = (message = 'a') => JSON.stringify({ ...TARGET, logEvents: eventsOf([message]) });

test('every answer has a date, a request id and the content type of AWS JSON 1.1', async (t) => {
  const local = await endpoint(t);
  const before = Date.now();
  const replies = [
    await call(local, 'PutLogEvents', { ...TARGET, logEvents: eventsOf(['a']) }),
    await call(local, 'PutLogEvents', {}),
  ];
  for (const { headers } of replies) {
    assert.equal(headers.get('content-type'), 'application/x-amz-json-1.1');
    assert.match(headers.get('x-amzn-requestid') ?? '', /^[0-9a-f-]{36}$/);
    // The header counts in whole seconds.
    assert.ok(Date.parse(headers.get('date') ?? '') >= before - 1000);
  }
  assert.notEqual(replies[0]?.headers.get('x-amzn-requestid'), replies[1]?.headers.get('x-amzn-requestid'));
});

test('the date is that of the clock that was given', async (t) => {
  const local = await endpoint(t, { now: () => Date.UTC(2026, 1, 3) });
  const { headers } = await call(local, 'DescribeLogGroups', {});
  assert.equal(headers.get('date'), 'Tue, 03 Feb 2026 00:00:00 GMT');
});

test('operations without a result answer an empty body', async (t) => {
  const local = await endpoint(t);
  const reply = await call(local, 'CreateLogGroup', { logGroupName: 'other' });
  assert.equal(reply.status, 200);
  assert.equal(reply.body, undefined);
});

test('an unknown operation, another prefix and no target are an UnknownOperationException', async (t) => {
  const local = await endpoint(t);
  for (const target of [
    'Logs_20140328.CreateDelivery',
    'Logs_20140328.toString',
    'DynamoDB_20120810.PutItem',
    '',
  ]) {
    const reply = await post(local, { 'x-amz-target': target }, '{}');
    assert.equal(reply.status, 400);
    assert.equal(JSON.parse(reply.text).__type, 'UnknownOperationException');
  }
  assert.deepEqual(local.stats().requests, { other: 4 });
});

test('malformed JSON and JSON that is no object are a SerializationException', async (t) => {
  const local = await endpoint(t);
  for (const body of ['{"logGroupName":', '[]', '"text"', 'null', '5']) {
    const reply = await call(local, 'PutLogEvents', body);
    assert.equal(reply.status, 400);
    assert.equal(reply.body.__type, 'SerializationException', body);
  }
});

test('other methods and paths are not found', async (t) => {
  const local = await endpoint(t);
  assert.equal((await post(local, {}, '', { method: 'GET', path: '/x' })).status, 404);
  assert.equal((await post(local, {}, '', { method: 'PUT' })).status, 405);
  assert.equal((await post(local, { 'x-amz-target': PUT }, putBody(), { path: '/x' })).status, 404);
  assert.equal(local.stats().events, 0);
});

test('a gzip body is inflated once', async (t) => {
  const local = await endpoint(t);
  const headers = { 'x-amz-target': PUT, 'content-encoding': 'gzip' };
  assert.equal((await post(local, headers, gzipSync(putBody('packed')))).status, 200);
  assert.equal(local.events(TARGET)[0]?.message, 'packed');
  const twice = await post(local, headers, gzipSync(gzipSync(putBody())));
  assert.equal(JSON.parse(twice.text).__type, 'SerializationException');
  const broken = await post(local, headers, 'not gzip');
  assert.equal(broken.status, 400);
  assert.equal(JSON.parse(broken.text).__type, 'SerializationException');
  const other = await post(local, { ...headers, 'content-encoding': 'br' }, putBody());
  assert.equal(other.status, 415);
});

test('limits are on the inflated content', async (t) => {
  const local = await endpoint(t);
  const headers = { 'x-amz-target': PUT, 'content-encoding': 'gzip' };
  const reply = await post(local, headers, gzipSync(putBody('x'.repeat(1_048_551))));
  assert.match(JSON.parse(reply.text).message, /^Log event too large: 1048577 bytes/);
});

test('a body that inflates beyond 16 MiB is answered with 413', async (t) => {
  const local = await endpoint(t);
  const bomb = gzipSync(Buffer.alloc(17 * 1024 * 1024, 0x20));
  const reply = await post(local, { 'x-amz-target': PUT, 'content-encoding': 'gzip' }, bomb);
  assert.equal(reply.status, 413);
});

test('a body of more than 16 MiB is answered with 413', async (t) => {
  const local = await endpoint(t);
  const reply = await post(local, { 'x-amz-target': PUT }, Buffer.alloc(16 * 1024 * 1024 + 1, 0x20));
  assert.equal(reply.status, 413);
  assert.equal(JSON.parse(reply.text).__type, 'RequestEntityTooLargeException');
  assert.deepEqual(local.stats().errors, { RequestEntityTooLargeException: 1 });
});

test('a client that never stops sending is cut off', async (t) => {
  const local = await endpoint(t);
  const socket = connect(local.port, '127.0.0.1');
  socket.write(
    `POST / HTTP/1.1\r\nhost: localhost\r\nx-amz-target: ${PUT}\r\ntransfer-encoding: chunked\r\n\r\n`,
  );
  const chunk = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(0x100000), Buffer.from('\r\n')]);
  const send = (): void => {
    while (!socket.destroyed && socket.write(chunk));
  };
  socket.on('drain', send);
  await new Promise<void>((resolve) => {
    socket.on('error', () => undefined).on('close', () => resolve());
    socket.resume();
    send();
  });
  assert.equal((await call(local, 'DescribeLogGroups', {})).status, 200);
});

test('a Host header that is no loopback name is refused', async (t) => {
  const local = await endpoint(t);
  const headers = { 'x-amz-target': PUT };
  for (const host of [
    'evil.example',
    'evil.example:80',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    '10.0.0.1',
  ]) {
    const reply = await post(local, { ...headers, host }, putBody());
    assert.equal(reply.status, 403, host);
  }
  for (const host of [
    'localhost',
    'LOCALHOST:4590',
    '127.0.0.1:1',
    '127.8.8.8',
    '[::1]:4590',
    'logs.localhost',
  ]) {
    const reply = await post(local, { ...headers, host }, putBody());
    assert.equal(reply.status, 200, host);
  }
  assert.equal(local.stats().events, 6);
});

test('an endpoint that listens on every address takes any Host', async (t) => {
  const local = await endpoint(t, { host: '0.0.0.0' });
  assert.equal(local.endpoint, `http://127.0.0.1:${local.port}`);
  assert.equal((await post(local, { 'x-amz-target': PUT, host: 'logs.internal' }, putBody())).status, 200);
});

test('a request may come in pieces, and several on one connection', async (t) => {
  const local = await endpoint(t);
  const body = putBody('piece by piece €');
  const bytes = Buffer.from(body);
  const head = `POST / HTTP/1.1\r\nhost: localhost\r\nx-amz-target: ${PUT}\r\ncontent-length: ${bytes.length}\r\n\r\n`;
  const socket = connect(local.port, '127.0.0.1').setEncoding('utf8').setNoDelay(true);
  t.after(() => socket.destroy());
  const answers = new Promise<string>((resolve) => {
    let text = '';
    socket.on('data', (data: string) => {
      text += data;
      if (text.split('nextSequenceToken').length === 3) resolve(text);
    });
  });
  socket.write(head);
  // In the middle of the euro sign.
  const cut = bytes.indexOf(0xe2) + 1;
  await new Promise((resolve) => socket.write(bytes.subarray(0, cut), resolve));
  socket.write(Buffer.concat([bytes.subarray(cut), Buffer.from(head), bytes]));
  assert.match(await answers, /^HTTP\/1\.1 200 OK/);
  assert.deepEqual(
    local.events({ logGroupName: GROUP }).map(({ message }) => message),
    ['piece by piece €', 'piece by piece €'],
  );
});

test('members named like those of every object are no members', async (t) => {
  const local = await endpoint(t);
  const reply = await call(
    local,
    'PutLogEvents',
    '{"__proto__":{"logGroupName":"app"},"logStreamName":"one"}',
  );
  assert.match(refusalOf(reply)[1], /Value null at 'logGroupName'/);
});
