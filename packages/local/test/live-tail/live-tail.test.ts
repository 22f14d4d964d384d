import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import test, { type TestContext } from 'node:test';
import {
  CloudWatchLogs,
  type LiveTailSessionLogEvent,
  type StartLiveTailCommandInput,
  type StartLiveTailResponseStream,
} from '@aws-sdk/client-cloudwatch-logs';
import type { LocalCloudWatchLogs } from '../../src/index.ts';
import { call, endpoint, eventsOf, GROUP, refusalOf, TARGET } from '../endpoint.ts';

const ARN = `arn:aws:logs:us-east-1:123456789012:log-group:${GROUP}`;

function client(t: TestContext, local: LocalCloudWatchLogs): CloudWatchLogs {
  const made = new CloudWatchLogs({ ...local.clientConfig(), maxAttempts: 1 });
  t.after(() => made.destroy());
  return made;
}

/** A session of the JavaScript SDK, of which the start was seen already. */
async function session(
  t: TestContext,
  local: LocalCloudWatchLogs,
  input: Partial<StartLiveTailCommandInput> = {},
) {
  const { responseStream } = await client(t, local).startLiveTail({ logGroupIdentifiers: [ARN], ...input });
  assert.ok(responseStream !== undefined);
  const stream = responseStream[Symbol.asyncIterator]();
  const next = async (): Promise<StartLiveTailResponseStream> => {
    const { value, done } = await stream.next();
    assert.ok(!done, 'the session has ended');
    return value;
  };
  const start = (await next()).sessionStart;
  /** Reads updates until `count` events were shown. */
  const shown = async (count: number): Promise<LiveTailSessionLogEvent[]> => {
    const events: LiveTailSessionLogEvent[] = [];
    while (events.length < count) events.push(...((await next()).sessionUpdate?.sessionResults ?? []));
    return events;
  };
  return { start, next, shown };
}

test('the JavaScript SDK follows a group by its endpoint configuration', async (t) => {
  const local = await endpoint(t);
  const { start, next, shown } = await session(t, local, { logEventFilterPattern: 'a' });
  assert.deepEqual(start?.logGroupIdentifiers, [ARN]);
  assert.equal(start?.logEventFilterPattern, 'a');
  assert.ok(start?.sessionId);
  const { sessionUpdate } = await next();
  assert.deepEqual(sessionUpdate, { sessionMetadata: { sampled: false }, sessionResults: [] });
  const timestamp = Date.now();
  await call(local, 'PutLogEvents', { ...TARGET, logEvents: eventsOf(['a', 'b', 'ä a 🎉'], timestamp) });
  const events = await shown(2);
  assert.deepEqual(
    events.map(({ message }) => message),
    ['a', 'ä a 🎉'],
  );
  assert.equal(events[0]?.timestamp, timestamp);
  assert.equal(events[0]?.logStreamName, TARGET.logStreamName);
  assert.equal(events[0]?.logGroupIdentifier, `123456789012:${GROUP}`);
});

test('a session that lasts too long ends with SessionTimeoutException', async (t) => {
  const local = await endpoint(t, { liveTailTimeoutMs: 50 });
  const { next } = await session(t, local);
  await assert.rejects(
    async () => {
      for (;;) await next();
    },
    { name: 'SessionTimeoutException' },
  );
});

test('sessions are limited to 15 at a time, and one that ended makes room', async (t) => {
  const local = await endpoint(t, { liveTailTimeoutMs: 60_000 });
  const begin = (): Promise<import('node:http').ClientRequest> =>
    new Promise((resolve, reject) => {
      const started = request(local.endpoint, {
        method: 'POST',
        headers: { 'x-amz-target': 'Logs_20140328.StartLiveTail' },
      });
      started.once('error', reject);
      started.once('response', (response) => {
        assert.equal(response.statusCode, 200);
        assert.equal(response.headers['content-type'], 'application/vnd.amazon.eventstream');
        response.on('error', () => undefined).resume();
        resolve(started);
      });
      started.end(JSON.stringify({ logGroupIdentifiers: [ARN] }));
    });
  const sessions = await Promise.all(Array.from({ length: 15 }, begin));
  t.after(() => {
    for (const started of sessions) started.destroy();
  });
  const refused = await call(local, 'StartLiveTail', { logGroupIdentifiers: [ARN] });
  assert.deepEqual(refusalOf(refused), ['LimitExceededException', 'Resource limit exceeded.']);
  const [first] = sessions;
  assert.ok(first !== undefined);
  const closed = once(first, 'close');
  first.destroy();
  await closed;
  // The server learns a moment later that the client has left.
  for (;;) {
    try {
      sessions.push(await begin());
      break;
    } catch (error) {
      if (!(error instanceof assert.AssertionError)) throw error;
    }
  }
});

test('requests that cannot be followed are refused', async (t) => {
  const local = await endpoint(t);
  local.createLogGroup('rare', { logGroupClass: 'INFREQUENT_ACCESS' });
  local.createLogGroup('other');
  const arn = (name: string): string => `arn:aws:logs:us-east-1:123456789012:log-group:${name}`;
  for (const [members, code] of [
    [{}, 'InvalidParameterException'],
    [{ logGroupIdentifiers: [] }, 'InvalidParameterException'],
    [{ logGroupIdentifiers: Array.from({ length: 11 }, () => ARN) }, 'InvalidParameterException'],
    [{ logGroupIdentifiers: [GROUP] }, 'InvalidParameterException'],
    [{ logGroupIdentifiers: [`${ARN}:*`] }, 'InvalidParameterException'],
    [{ logGroupIdentifiers: [ARN], logEventFilterPattern: 'a:b' }, 'InvalidParameterException'],
    [
      { logGroupIdentifiers: [ARN], logStreamNames: ['a'], logStreamNamePrefixes: ['b'] },
      'InvalidParameterException',
    ],
    [{ logGroupIdentifiers: [ARN, arn('other')], logStreamNames: ['a'] }, 'InvalidParameterException'],
    [{ logGroupIdentifiers: [arn('none')] }, 'ResourceNotFoundException'],
    [{ logGroupIdentifiers: [ARN.replace('us-east-1', 'eu-west-1')] }, 'ResourceNotFoundException'],
    [{ logGroupIdentifiers: [arn('rare')] }, 'InvalidOperationException'],
  ] as const) {
    const reply = await call(local, 'StartLiveTail', members);
    assert.deepEqual([reply.status, reply.body.__type], [400, code], JSON.stringify(members));
  }
});

test('the host that SDKs make by their prefix is taken', async (t) => {
  const local = await endpoint(t);
  for (const [host, status] of [
    [`stream-127.0.0.1:${local.port}`, 200],
    [`streaming-localhost:${local.port}`, 200],
    ['stream-logs.example.com', 403],
    ['stream-stream-127.0.0.1', 403],
  ] as const) {
    const started = request(local.endpoint, {
      method: 'POST',
      headers: { host, 'x-amz-target': 'Logs_20140328.StartLiveTail' },
    });
    started.end(JSON.stringify({ logGroupIdentifiers: [ARN] }));
    const [response] = await once(started, 'response');
    assert.equal(response.statusCode, status, host);
    response.destroy();
  }
});

test('the endpoint closes with sessions open', async (t) => {
  const local = await endpoint(t);
  const { next } = await session(t, local);
  await local.close();
  await assert.rejects(async () => {
    for (;;) await next();
  });
});
