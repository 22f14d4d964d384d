// timeout: 300 s
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { connect, type Socket } from 'node:net';
import test from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { LocalCloudWatchLogs } from '../../src/index.ts';
import { OPERATION_NAMES } from '../../src/requests/constraints.ts';
import { INPUTS, SHAPES } from '../../src/requests/service-model.ts';
import { call, endpoint, eventsOf, GROUP, STREAM, TARGET } from '../endpoint.ts';

interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
test.after(() => agent.destroy());

/** Sends any bytes with any headers. */
function send(local: LocalCloudWatchLogs, body: Buffer | string, headers: http.OutgoingHttpHeaders = {}) {
  return new Promise<Answer>((resolve, reject) => {
    const request = http.request(
      { host: '127.0.0.1', port: local.port, method: 'POST', path: '/', agent, headers },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

const target = (operation: string) => ({ 'x-amz-target': `Logs_20140328.${operation}` });

/** An answer is a success, or an error in the form of AWS that is not the fault of the endpoint. */
function checkForm({ status, headers, text }: Answer, about: string): void {
  assert.match(String(headers['x-amzn-requestid']), /^[0-9a-f-]{36}$/, about);
  assert.equal(headers['content-type'], 'application/x-amz-json-1.1', about);
  if (status === 200) return;
  const { __type, message } = JSON.parse(text);
  assert.match(__type, /^[A-Za-z]+Exception$/, `${about}: ${text}`);
  assert.equal(typeof message, 'string', about);
  assert.ok(status >= 400 && status < 500, `${about}: ${status} ${text}`);
}

// StartLiveTail answers without end, and a search of Insights goes on after its answer.
const OPERATIONS = OPERATION_NAMES.filter((name) => name !== 'StartLiveTail');

/** Values that members like to be given: of all types, with names that exist, at the limits and beyond them. */
const value = fc.oneof(
  fc.constantFrom(
    GROUP,
    STREAM,
    'none',
    '',
    'arn:aws:logs:us-east-1:123456789012:log-group:app',
    '%(%',
    '{ $.a = }',
  ),
  fc.constantFrom(0, -1, 1, 1.5, 10_001, 2 ** 53, -(2 ** 63), 1e308, Number.MAX_VALUE),
  fc.constantFrom(null, true, false, [], {}, [null], [{}], { '': '' }, '__proto__'),
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ unit: 'binary', maxLength: 600 }),
);

test('whatever the members of any operation are, the answer has the form of AWS', async (t) => {
  const local = await endpoint(t);
  await call(local, 'PutLogEvents', { ...TARGET, logEvents: eventsOf(['a', '{"b":1}']) });
  const request = fc.constantFrom(...OPERATIONS).chain((operation) => {
    const shape = SHAPES[INPUTS[operation]];
    const members = shape?.type === 'structure' ? Object.keys(shape.members) : [];
    return fc.record({
      operation: fc.constant(operation),
      members: fc.record(Object.fromEntries(members.map((name) => [name, value])), { requiredKeys: [] }),
    });
  });
  await fc.assert(
    fc.asyncProperty(request, async ({ operation, members }) => {
      const body = JSON.stringify(members);
      checkForm(await send(local, body, target(operation)), `${operation} ${body}`);
      if (
        local.events(TARGET).length === 0 &&
        !local.groups().some(({ logGroupName }) => logGroupName === GROUP)
      ) {
        local.createLogGroup(GROUP);
        local.createLogStream(GROUP, STREAM);
      }
    }),
    { numRuns: 800 },
  );
});

test('whatever the bytes of a body are, the answer has the form of AWS', async (t) => {
  const local = await endpoint(t);
  const good = Buffer.from(JSON.stringify({ ...TARGET, logEvents: eventsOf(['a', 'é', '😀']) }));
  const zipped = gzipSync(good);
  const cut = (bytes: Buffer) => fc.nat(bytes.length - 1).map((length) => bytes.subarray(0, length));
  const flipped = (bytes: Buffer) =>
    fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)).map(([at, byte]) => {
      const changed = Buffer.from(bytes);
      changed[at] = byte;
      return changed;
    });
  const body = fc.oneof(
    cut(good).map((bytes) => ({ bytes, gzip: false })),
    flipped(good).map((bytes) => ({ bytes, gzip: false })),
    cut(zipped).map((bytes) => ({ bytes, gzip: true })),
    flipped(zipped).map((bytes) => ({ bytes, gzip: true })),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => ({ bytes: Buffer.from(bytes), gzip: false })),
    fc
      .constantFrom(
        '[',
        '[]',
        '1',
        'null',
        '"x"',
        '{"a":1',
        '{"logGroupName":1e999}',
        `${'['.repeat(50_000)}`,
      )
      .map((text) => ({ bytes: Buffer.from(text), gzip: false })),
  );
  await fc.assert(
    fc.asyncProperty(
      body,
      fc.constantFrom('PutLogEvents', 'FilterLogEvents', 'NoSuch'),
      async (given, operation) => {
        const headers = { ...target(operation), ...(given.gzip && { 'content-encoding': 'gzip' }) };
        checkForm(await send(local, given.bytes, headers), given.bytes.toString('base64'));
      },
    ),
    { numRuns: 600 },
  );
});

test('whatever the headers are, the answer has the form of AWS', async (t) => {
  const credentials = { accessKeyId: 'AKID', secretAccessKey: 'secret' };
  const local = await endpoint(t, { credentials });
  const text = fc.string({ maxLength: 60 }).map((value) => value.replace(/[^\x20-\x7e]/g, '?'));
  const headers = fc.record(
    {
      'x-amz-target': fc.oneof(text, fc.constantFrom('Logs_20140328.', 'Logs_20140328.PutLogEvents')),
      authorization: fc.oneof(
        text,
        text.map((value) => `AWS4-HMAC-SHA256 ${value}`),
      ),
      'x-amz-date': fc.oneof(text, fc.constant('20260101T000000Z')),
      'content-encoding': fc.constantFrom('gzip', 'br', 'identity', 'gzip, gzip'),
      'x-amz-content-sha256': text,
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(headers, async (given) =>
      checkForm(await send(local, '{}', given), JSON.stringify(given)),
    ),
    { numRuns: 600 },
  );
});

test('a body that inflates beyond the bound is refused, and none of it is kept', async (t) => {
  const local = await endpoint(t);
  const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024));
  const before = process.memoryUsage().rss;
  const answer = await send(local, bomb, { ...target('PutLogEvents'), 'content-encoding': 'gzip' });
  assert.equal(answer.status, 413);
  assert.ok(process.memoryUsage().rss - before < 150 * 1024 * 1024);
});

async function connected(local: LocalCloudWatchLogs, count: number): Promise<Socket[]> {
  const sockets = Array.from({ length: count }, () => connect(local.port, '127.0.0.1'));
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  return sockets;
}

test('thousands of idle connections and slow bodies hold nobody up, and leave nothing behind', async (t) => {
  const local = await endpoint(t);
  const idle: Socket[] = [];
  t.after(() => {
    for (const socket of idle) socket.destroy();
  });
  // Both ends of a connection are files of this process, which may have few of them.
  const count = Math.min(10_000, Math.floor((maxFiles() - 500) / 2));
  while (idle.length < count) idle.push(...(await connected(local, Math.min(200, count - idle.length))));
  for (const [index, socket] of idle.slice(0, 100).entries()) {
    socket.write(`POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\n${' '.repeat(index)}`);
  }
  const started = performance.now();
  const reply = await call(local, 'PutLogEvents', { ...TARGET, logEvents: eventsOf(['a']) });
  assert.equal(reply.status, 200);
  assert.ok(performance.now() - started < 5000);
  t.diagnostic(`${count} connections`);
  await local.stop();
  await Promise.all(idle.map((socket) => (socket.closed ? undefined : once(socket, 'close'))));
  await local.start();
  assert.equal((await call(local, 'FilterLogEvents', { logGroupName: GROUP })).body.events.length, 1);
});

function maxFiles(): number {
  const report = process.report?.getReport() as unknown as
    | { userLimits?: { open_files?: { soft: number | string } } }
    | undefined;
  const soft = report?.userLimits?.open_files?.soft;
  return soft === 'unlimited' ? 100_000 : Number(soft ?? 1024);
}

test('on all addresses a foreign Host is answered, on loopback it is refused in the form of AWS', async (t) => {
  const open = await endpoint(t, { host: '0.0.0.0' });
  const closed = await endpoint(t);
  const headers = { ...target('DescribeLogGroups'), host: 'logs.example.com' };
  assert.equal((await send(open, '{}', headers)).status, 200);
  const refused = await send(closed, '{}', headers);
  assert.equal(refused.status, 403);
  checkForm(refused, 'a foreign Host');
});
