import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { Batch } from '../../src/batch/batch.ts';
import { judge } from '../../src/cloudwatch/outcome.ts';
import { toPutFailure } from '../../src/cloudwatch/sdk-failure.ts';
import { CloudWatchLogsSink } from '../../src/cloudwatch/sdk-sink.ts';
import type { PutFailure, PutSuccess } from '../../src/cloudwatch/sink.ts';
import type { PublisherOptions } from '../../src/options/options.ts';
import { resolveOptions } from '../../src/options/resolve-options.ts';
import { Publisher } from '../../src/publisher.ts';
import { eventOf } from '../support/event-record.ts';
import { type Answer, listen, type Received } from '../support/listening.ts';
import { json } from '../support/odd-endpoint.ts';

const TARGET = { logGroupName: 'group', logStreamName: 'stream/é' };
const fixture = (name: string) => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));

let close: () => void;
let endpoint: string;
let received: Received[] = [];
let answer: Answer;
const uncaught: unknown[] = [];
const onUncaught = (error: unknown) => uncaught.push(error);

before(async () => {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
  ({ endpoint, close } = await listen((response, one) => {
    received.push(one);
    answer(response, one);
  }));
  process.env.CLIENT_TEST_ENDPOINT = endpoint;
  process.on('uncaughtException', onUncaught);
  process.on('unhandledRejection', onUncaught);
});

beforeEach(() => {
  received = [];
  answer = json(200, { nextSequenceToken: '2' });
});

after(() => {
  process.off('uncaughtException', onUncaught);
  process.off('unhandledRejection', onUncaught);
  close();
  assert.deepEqual(uncaught, []);
});

function sinkWith(options: Partial<PublisherOptions> = {}): CloudWatchLogsSink {
  const aws = {
    region: 'eu-west-1',
    endpoint,
    credentials: { accessKeyId: 'AKIA', secretAccessKey: 'secret' },
  };
  return new CloudWatchLogsSink(
    resolveOptions({ logGroupName: 'group', ...(!options.client && { aws }), ...options }),
  );
}

function batchOf(...messages: string[]): Batch {
  const batch = new Batch({ maxBytes: 1_048_576, maxEvents: 10_000 });
  messages.forEach((message, index) => {
    batch.append(eventOf(message, 1000 + index));
  });
  batch.freeze();
  return batch;
}

async function put(options: Partial<PublisherOptions> = {}, token?: string, batch = batchOf('one')) {
  const sink = sinkWith(options);
  const { requestMs, ...result } = await sink.put(TARGET, batch, token);
  sink.close();
  return result;
}

async function fail(options: Partial<PublisherOptions> = {}): Promise<PutFailure> {
  const result = await put(options);
  assert.ok(!result.ok, 'the put must fail');
  return result;
}

test('a put is one signed request of AWS JSON 1.1 with the right bytes', async () => {
  const messages = ['plain', 'é€😀', '"\\\n\u0000\u2028', '\ufffd'];
  const result = await put({}, 'token-1', batchOf(...messages));
  const { date, ...told } = result as PutSuccess;
  assert.equal(typeof date, 'number');
  assert.deepEqual(told, {
    ok: true,
    nextSequenceToken: '2',
    rejected: undefined,
    rejectedEntity: undefined,
    unansweredBefore: 0,
  });
  assert.equal(received.length, 1);
  const [{ headers, body }] = received;
  assert.equal(headers['x-amz-target'], 'Logs_20140328.PutLogEvents');
  assert.equal(headers['content-type'], 'application/x-amz-json-1.1');
  assert.equal(headers['content-length'], String(body.length));
  assert.equal(headers['x-amz-content-sha256'], createHash('sha256').update(body).digest('hex'));
  assert.match(
    String(headers.authorization),
    /^AWS4-HMAC-SHA256 Credential=AKIA\/\d{8}\/eu-west-1\/logs\/aws4_request/,
  );
  assert.equal(headers['x-amzn-logs-format'], undefined);
  assert.equal(headers['content-encoding'], undefined);
  assert.deepEqual(JSON.parse(body.toString()), {
    ...TARGET,
    sequenceToken: 'token-1',
    logEvents: messages.map((message, index) => ({ timestamp: 1000 + index, message })),
  });
});

test('no token is sent when none is known', async () => {
  await put();
  assert.equal('sequenceToken' in JSON.parse(received[0].body.toString()), false);
});

test('emf, entity and rejected events go through', async () => {
  answer = json(200, {
    nextSequenceToken: '3',
    rejectedLogEventsInfo: { tooOldLogEventEndIndex: 1, tooNewLogEventStartIndex: 2 },
    rejectedEntityInfo: { errorType: 'InvalidAttributes' },
  });
  const result = await put({ emf: true, entity: { keyAttributes: { Type: 'Service', Name: 'n' } } });
  assert.equal(received[0].headers['x-amzn-logs-format'], 'json/emf');
  assert.deepEqual(JSON.parse(received[0].body.toString()).entity, {
    keyAttributes: { Type: 'Service', Name: 'n' },
  });
  assert.ok(result.ok);
  assert.equal(result.rejected?.tooOldLogEventEndIndex, 1);
  assert.equal(result.rejected?.tooNewLogEventStartIndex, 2);
  assert.equal(result.rejectedEntity, 'InvalidAttributes');
});

test('gzip compresses what is larger than 1 KiB and gets smaller, before it is signed', async () => {
  await put({ gzip: true }, undefined, batchOf('x'.repeat(5000)));
  const [{ headers, body }] = received;
  assert.equal(headers['content-encoding'], 'gzip');
  assert.equal(headers['content-length'], String(body.length));
  assert.equal(headers['x-amz-content-sha256'], createHash('sha256').update(body).digest('hex'));
  assert.match(String(headers.authorization), /content-encoding/);
  assert.equal(JSON.parse(gunzipSync(body).toString()).logEvents[0].message.length, 5000);
  await put({ gzip: true }, undefined, batchOf('small'));
  assert.equal(received[1].headers['content-encoding'], undefined);
  await put({ gzip: 'auto' }, undefined, batchOf('x'.repeat(60_000)));
  assert.equal(received[2].headers['content-encoding'], undefined);
  await put({ gzip: 'auto' }, undefined, batchOf('x'.repeat(70_000)));
  assert.equal(received[3].headers['content-encoding'], 'gzip');
});

test('the largest batch goes out whole', async () => {
  const result = await put({}, undefined, batchOf('"'.repeat(1_048_550)));
  assert.ok(result.ok);
  assert.equal(JSON.parse(received[0].body.toString()).logEvents[0].message.length, 1_048_550);
});

test('creating and retention are requests of their own', async () => {
  answer = json(200, '');
  const sink = sinkWith({});
  const settings = {
    logGroupTags: { team: 'a' },
    kmsKeyId: 'arn:k',
    logGroupClass: 'INFREQUENT_ACCESS',
    deletionProtection: true,
  } as const;
  assert.deepEqual(await sink.createLogGroup('group', settings), { ok: true });
  assert.deepEqual(await sink.createLogStream(TARGET), { ok: true });
  assert.deepEqual(await sink.putRetentionPolicy('group', 7), { ok: true });
  sink.close();
  const bodies = received.map(({ headers, body }) => [
    String(headers['x-amz-target']).split('.')[1],
    JSON.parse(body.toString()),
  ]);
  assert.deepEqual(bodies, [
    [
      'CreateLogGroup',
      {
        logGroupName: 'group',
        kmsKeyId: 'arn:k',
        tags: { team: 'a' },
        logGroupClass: 'INFREQUENT_ACCESS',
        deletionProtectionEnabled: true,
      },
    ],
    ['CreateLogStream', TARGET],
    ['PutRetentionPolicy', { logGroupName: 'group', retentionInDays: 7 }],
  ]);
});

test('the token of a stream is asked for by its exact name', async () => {
  answer = json(200, { logStreams: [{ logStreamName: TARGET.logStreamName, uploadSequenceToken: '77' }] });
  const sink = sinkWith();
  assert.equal(await sink.describeSequenceToken(TARGET), '77');
  answer = json(200, { logStreams: [{ logStreamName: TARGET.logStreamName }] });
  assert.equal(await sink.describeSequenceToken(TARGET), null);
  answer = json(200, { logStreams: [{ logStreamName: 'stream/éé' }] });
  assert.equal(await sink.describeSequenceToken(TARGET), undefined);
  answer = json(500, {});
  assert.equal(await sink.describeSequenceToken(TARGET), undefined);
  sink.close();
});

test('the expected token is taken from its field', async () => {
  for (const __type of ['InvalidSequenceTokenException', 'com.amazonaws.logs#DataAlreadyAcceptedException']) {
    answer = json(400, { __type, message: 'no token in the text', expectedSequenceToken: '495' });
    const failure = await fail();
    assert.equal(failure.name, __type.split('#').at(-1));
    assert.equal(failure.expectedSequenceToken, '495');
    assert.equal(failure.status, 400);
  }
});

test('every failure of the service is one request: the publisher alone retries', async () => {
  for (const [status, __type] of [
    [400, 'ThrottlingException'],
    [500, 'InternalServerException'],
    [503, 'ServiceUnavailableException'],
  ] as const) {
    received = [];
    answer = json(status, { __type, message: 'said' });
    const failure = await fail();
    assert.deepEqual([failure.name, failure.status, received.length], [__type, status, 1]);
  }
});

test('Retry-After is read from the answer', async () => {
  answer = json(503, { __type: 'ServiceUnavailableException' }, { 'retry-after': '17' });
  assert.equal((await fail()).retryAfterMs, 17_000);
});

test('an answer that is no JSON is judged by its status', async () => {
  const html = '<html><body>proxy</body></html>';
  for (const [status, expected] of [
    [200, { kind: 'retry', schedule: 'fast', ambiguous: true }],
    [502, { kind: 'retry', schedule: 'slow', ambiguous: true }],
    [403, { kind: 'retry', schedule: 'slow', ambiguous: false }],
    [413, { kind: 'refused' }],
    [400, { kind: 'retry', schedule: 'fast', ambiguous: false }],
  ] as const) {
    for (const body of [html, '{"__type":"x', '[]']) {
      if (status === 200 && body === '[]') continue; // JSON, and so a success without a token
      answer = json(status, body, { 'content-type': 'text/html' });
      const failure = await fail();
      assert.equal(failure.status, status);
      const outcome = judge(failure, 1) as unknown as Record<string, unknown>;
      for (const [name, value] of Object.entries(expected))
        assert.equal(outcome[name], value, `${status} ${body}`);
    }
  }
});

test('an empty answer with status 200 is a success', async () => {
  answer = json(200, '');
  const { date: _, ...told } = (await put()) as PutSuccess;
  assert.deepEqual(told, {
    ok: true,
    nextSequenceToken: undefined,
    rejected: undefined,
    rejectedEntity: undefined,
    unansweredBefore: 0,
  });
});

const cut: [string, Answer][] = [
  ['reset before an answer', (response) => response.socket?.resetAndDestroy()],
  ['closed before an answer', (response) => response.socket?.end()],
  [
    'reset within the answer',
    (response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"nextSequence', () => response.socket?.resetAndDestroy());
    },
  ],
];
for (const [what, how] of cut) {
  test(`a connection that is ${what} leaves it open whether the batch is stored`, async () => {
    answer = how;
    const failure = await fail();
    assert.equal(failure.bodySent, true);
    assert.equal((judge(failure, 1) as { ambiguous: boolean }).ambiguous, true);
  });
}

const hanging: [string, Answer][] = [
  ['nothing', () => {}],
  ['headers and nothing more', (response) => response.writeHead(200).flushHeaders()],
  [
    'half of a body',
    (response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{');
    },
  ],
];
for (const [what, how] of hanging) {
  test(`a server that answers ${what} is given up in time, and the batch may be stored`, async () => {
    answer = how;
    const failure = await fail({ requestTimeoutMs: 150 });
    assert.equal(failure.name, 'TimeoutError');
    assert.match(failure.message, /no answer within 150 ms/);
    assert.equal(failure.bodySent, true);
  });
}

test('close gives up what is under way', async () => {
  const arrived = new Promise<void>((resolve) => {
    answer = () => resolve();
  });
  const sink = sinkWith();
  const result = sink.put(TARGET, batchOf('one'), undefined);
  await arrived;
  sink.close();
  const failure = await result;
  assert.ok(!failure.ok);
  assert.match(failure.message, /closed/);
  const late = await sink.put(TARGET, batchOf('two'), undefined);
  assert.equal(late.ok, false);
});

test('many puts at once print nothing (MaxListenersExceededWarning came with the eleventh)', async () => {
  const warnings: Error[] = [];
  const hear = (warning: Error) => warnings.push(warning);
  process.on('warning', hear);
  const sink = sinkWith();
  const puts = Array.from({ length: 30 }, () =>
    sink.put({ logGroupName: 'g', logStreamName: 's' }, batchOf('one'), undefined),
  );
  await Promise.all(puts);
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', hear);
  sink.close();
  assert.deepEqual(
    warnings.filter(({ name }) => name === 'MaxListenersExceededWarning'),
    [],
  );
});

test('a port where nobody listens was never reached', async () => {
  const closed = http.createServer().listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const { port } = closed.address() as AddressInfo;
  await new Promise((resolve) => closed.close(resolve));
  const aws = {
    region: 'eu-west-1',
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  };
  const failure = await fail({ aws });
  assert.deepEqual([failure.name, failure.bodySent, failure.status], ['ECONNREFUSED', false, undefined]);
});

test('a Region that is missing is said as such', async () => {
  const saved = { ...process.env };
  for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_PROFILE']) delete process.env[name];
  process.env.AWS_CONFIG_FILE = '/nonexistent/config';
  process.env.AWS_SHARED_CREDENTIALS_FILE = '/nonexistent/credentials';
  try {
    const failure = await fail({
      aws: { endpoint, credentials: { accessKeyId: 'a', secretAccessKey: 'b' } },
    });
    assert.match(failure.message, /Region is missing/);
    assert.equal(failure.bodySent, false);
    assert.equal((judge(failure, 1) as { advice: string }).advice, 'region');
  } finally {
    for (const name of Object.keys(process.env)) if (!(name in saved)) delete process.env[name];
    Object.assign(process.env, saved);
  }
});

test('a provider of credentials that fails was never sent, and is asked again', async () => {
  let asked = 0;
  const credentials = async () => {
    if (asked++ === 0) throw Object.assign(new Error('no role'), { name: 'CredentialsProviderError' });
    return { accessKeyId: 'AKIA', secretAccessKey: 'secret' };
  };
  const sink = sinkWith({ aws: { region: 'eu-west-1', endpoint, credentials } });
  const first = await sink.put(TARGET, batchOf('one'), undefined);
  assert.ok(!first.ok && !first.bodySent);
  assert.equal((judge(first, 1) as { advice: string }).advice, 'credentials');
  assert.equal((await sink.put(TARGET, batchOf('one'), undefined)).ok, true);
  sink.close();
});

test('a client module may be ESM, CommonJS, compiled, a function, a path, or a URL', async () => {
  const relative = path.relative(process.cwd(), fixture('client.mjs'));
  for (const [clientModule, key] of [
    [fixture('client.mjs'), 'esm'],
    [pathToFileURL(fixture('client.mjs')).href, 'esm'],
    [relative.startsWith('.') ? relative : `./${relative}`, 'esm'],
    [fixture('client-function.mjs'), 'function'],
    [fixture('client.cjs'), 'cjs'],
    [fixture('client-compiled.cjs'), 'cjs'],
  ]) {
    received = [];
    const result = await put({ aws: undefined, clientModule });
    assert.equal(result.ok, true, clientModule);
    assert.match(String(received[0].headers.authorization), new RegExp(`Credential=${key}/`), clientModule);
  }
});

test('a client module that makes no client is named, nothing is sent, and it is tried again later', async () => {
  for (const clientModule of [
    fixture('not-a-client.mjs'),
    fixture('missing.mjs'),
    'no-such-package-at-all',
  ]) {
    const failure = await fail({ aws: undefined, clientModule });
    assert.equal(failure.name, 'ClientModuleError');
    assert.match(
      failure.message,
      /"clientModule" must name a module whose default export is a CloudWatchLogsClient/,
    );
    assert.ok(failure.message.includes(clientModule));
    assert.equal(failure.bodySent, false);
    assert.equal((judge(failure, 1) as { schedule: string }).schedule, 'slow');
  }
});

test('a ready client is used as it is and not destroyed', async () => {
  const client = new CloudWatchLogsClient({
    region: 'us-east-1',
    endpoint,
    credentials: { accessKeyId: 'ready', secretAccessKey: 'secret' },
  });
  for (let i = 0; i < 2; i++) assert.equal((await put({ client })).ok, true);
  assert.match(String(received[1].headers.authorization), /Credential=ready\//);
  client.destroy();
});

test('a ready client that retries by itself sends the same body, and copies it may have stored are counted', async () => {
  const client = new CloudWatchLogsClient({
    region: 'us-east-1',
    endpoint,
    credentials: { accessKeyId: 'ready', secretAccessKey: 'secret' },
    maxAttempts: 3,
  });
  let requests = 0;
  answer = (response, one) => {
    if (++requests === 1)
      response.socket?.resetAndDestroy(); // stored, say, and the answer lost
    else json(200, {})(response, one);
  };
  const publisher = new Publisher(
    { logGroupName: 'group', logStreamName: 'stream', client, flushIntervalMs: 1 },
    { guardExit: false },
  );
  publisher.on('warn', () => {});
  publisher.publish({ timestamp: Date.now(), message: 'perhaps twice' });
  await publisher.close();
  client.destroy();
  assert.equal(publisher.stats().delivered, 1);
  assert.equal(received.length, 2);
  assert.deepEqual(received[1].body, received[0].body);
  assert.equal(publisher.stats().possibleDuplicates, 1);
});

test('errors of the SDK keep their shape as the publisher reads them', () => {
  assert.equal(
    toPutFailure(Object.assign(new Error('x'), { name: 'TimeoutError', code: 'ECONNRESET' })).name,
    'ECONNRESET',
  );
});

test('a publisher delivers over a real socket from the first missing stream to the end', async () => {
  let exists = false;
  answer = (response, one) => {
    const operation = String(one.headers['x-amz-target']).split('.')[1];
    if (operation === 'CreateLogStream') exists = true;
    if (operation === 'PutLogEvents' && !exists) {
      json(400, { __type: 'ResourceNotFoundException', message: 'The specified log stream does not exist.' })(
        response,
        one,
      );
    } else json(200, operation === 'PutLogEvents' ? { nextSequenceToken: '1' } : '')(response, one);
  };
  const aws = {
    region: 'eu-west-1',
    endpoint,
    credentials: { accessKeyId: 'AKIA', secretAccessKey: 'secret' },
  };
  const publisher = new Publisher(
    { logGroupName: 'group', logStreamName: 'stream', aws, retentionInDays: 7 },
    { guardExit: false },
  );
  for (let i = 0; i < 100; i++) publisher.publish({ timestamp: Date.now(), message: `${i}` });
  assert.deepEqual(await publisher.close(), { delivered: 100, dropped: 0, pending: 0 });
  const operations = received.map(({ headers }) => String(headers['x-amz-target']).split('.')[1]);
  assert.deepEqual(operations, ['PutLogEvents', 'CreateLogStream', 'PutLogEvents', 'PutRetentionPolicy']);
});

test('an answer whose fields are of other types than they should be is a failure like any other', async () => {
  for (const message of [['no'], { text: 'no' }, 5, true, null]) {
    answer = json(400, { __type: 'SomethingException', message });
    const failure = await fail();
    assert.equal(failure.name, 'SomethingException');
    assert.equal(typeof failure.message, 'string');
  }
  answer = json(400, { __type: 'InvalidSequenceTokenException', message: 'no', expectedSequenceToken: 7 });
  assert.equal((await fail()).expectedSequenceToken, '7');
  answer = json(200, { nextSequenceToken: { a: 1 }, rejectedLogEventsInfo: { tooOldLogEventEndIndex: 'x' } });
  assert.equal((await put()).ok, true);
});

test('a publisher goes on after an answer whose message is no text (it took the process with it)', async () => {
  const answers = [json(403, { message: { denied: true } }), json(502, { message: ['bad', 'gateway'] })];
  answer = (response, one) => (answers.shift() ?? json(200, { nextSequenceToken: '1' }))(response, one);
  const aws = { region: 'eu-west-1', endpoint, credentials: { accessKeyId: 'AKIA', secretAccessKey: 's' } };
  const publisher = new Publisher(
    { logGroupName: 'group', logStreamName: 'stream', aws },
    { guardExit: false, silent: true },
  );
  publisher.publish({ timestamp: Date.now(), message: 'one' });
  assert.deepEqual(await publisher.close(), { delivered: 1, dropped: 0, pending: 0 });
  assert.equal(publisher.stats().retries, 2);
});

test('a provider of credentials that never answers is given up in time, and asked again', async () => {
  let asked = 0;
  const credentials = () => {
    if (asked++ === 0) return new Promise<never>(() => {});
    return Promise.resolve({ accessKeyId: 'AKIA', secretAccessKey: 'secret' });
  };
  const sink = sinkWith({ aws: { region: 'eu-west-1', endpoint, credentials }, requestTimeoutMs: 100 });
  const first = await sink.put(TARGET, batchOf('one'), undefined);
  assert.ok(!first.ok);
  assert.deepEqual([first.name, first.bodySent], ['CredentialsTimeoutError', false]);
  assert.match(first.message, /no credentials within 100 ms/);
  assert.deepEqual(received, []);
  sink.close();
});

test('a client module that never gives its client is given up in time', async () => {
  const failure = await fail({ clientModule: fixture('client-never.mjs'), requestTimeoutMs: 100 });
  assert.deepEqual([failure.name, failure.bodySent], ['ClientModuleError', false]);
});
