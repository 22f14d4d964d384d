import assert from 'node:assert/strict';
import { once } from 'node:events';
import test from 'node:test';
import { gzipSync } from 'node:zlib';
import type { LocalCloudWatchLogs, RequestRecord } from '../../src/index.ts';
import { call, endpoint, eventsOf, sdk, TARGET } from '../endpoint.ts';

const put = (local: { endpoint: string }, logEvents: unknown, sequenceToken?: string) =>
  call(local, 'PutLogEvents', { ...TARGET, logEvents, sequenceToken });

const last = (local: LocalCloudWatchLogs): RequestRecord => {
  const record = local.requests().at(-1);
  assert.ok(record);
  return record;
};

test('a put is told with its sizes, its tokens and its client', async (t) => {
  const local = await endpoint(t, { sequenceTokens: 'enforced' });
  const before = Date.now();
  const told = once(local, 'request');
  const first = await sdk(t, local).putLogEvents({ ...TARGET, logEvents: eventsOf(['a', 'b']) });
  const [record] = (await told) as [RequestRecord];
  const { time, durationMs, requestBytes, answerBytes, client, ...rest } = record;
  assert.deepEqual(rest, {
    number: 1,
    operation: 'PutLogEvents',
    outcome: 'ok',
    logGroupName: 'app',
    logStreamName: 'one',
    faults: [],
    events: 2,
    nextToken: first.nextSequenceToken,
  });
  assert.ok(time >= before && time <= Date.now());
  assert.ok(durationMs > 0 && durationMs < 10_000);
  assert.ok(requestBytes > 50 && (answerBytes ?? 0) > 50);
  assert.match(client ?? '', /aws-sdk-js/);
  await put(local, eventsOf(['c']), first.nextSequenceToken);
  assert.equal(last(local).sentToken, first.nextSequenceToken);
  await put(local, eventsOf(['d']), first.nextSequenceToken);
  const refused = last(local);
  assert.equal(refused.outcome, 'InvalidSequenceTokenException');
  assert.match(refused.message ?? '', /The next expected sequenceToken is/);
  assert.notEqual(refused.nextToken, first.nextSequenceToken);
});

test('a refused put names the event that broke the rule', async (t) => {
  const local = await endpoint(t, { maxEventBytes: 1000 });
  const now = Date.now();
  const at = (timestamp: number, message: string) => ({ timestamp, message });
  for (const [logEvents, index, message] of [
    [[at(now, 'a'), at(now, '')], 1, ''],
    [[at(now, 'a'), { timestamp: now }], 1, ''],
    [[at(now, 'a'), at(-1, 'negative')], 1, 'negative'],
    [[at(now, 'a'), at(now, 'x'.repeat(975)), at(now, 'b')], 1, 'x'.repeat(975)],
    [[at(now, 'a'), at(now, 'b'), at(now - 1, 'before')], 2, 'before'],
    [[at(now - 25 * 3_600_000, 'a'), at(now, 'late')], 1, 'late'],
    [Array.from({ length: 1100 }, (_, number) => at(now, String(number).padEnd(974))), 1048, undefined],
  ] as const) {
    assert.equal((await put(local, logEvents)).status, 400);
    const { offender, message: rule } = last(local);
    assert.equal(offender?.index, index, rule);
    if (message !== undefined) assert.equal(offender?.message, message);
  }
  await put(local, [at(now, 'a'), 7]);
  assert.equal(last(local).outcome, 'SerializationException');
  // A refusal that is about no event names none.
  await call(local, 'PutLogEvents', { ...TARGET, logGroupName: 'none', logEvents: eventsOf(['a']) });
  assert.equal(last(local).offender, undefined);
});

test('events that were not taken are told though the put succeeded', async (t) => {
  const local = await endpoint(t);
  await put(local, eventsOf(['future'], Date.now() + 3 * 3_600_000));
  assert.equal(last(local).outcome, 'ok');
  assert.deepEqual(JSON.parse(last(local).rejected ?? ''), { tooNewLogEventStartIndex: 0 });
});

test('faults, compressed bodies and requests that are none are told', async (t) => {
  const local = await endpoint(t, {
    faults: [
      { kind: 'latency', ms: 30 },
      { kind: 'throttle', times: 1 },
    ],
  });
  await put(local, eventsOf(['a']));
  assert.deepEqual(last(local).faults, ['latency', 'throttle']);
  assert.equal(last(local).outcome, 'ThrottlingException');
  assert.ok(last(local).durationMs >= 29, String(last(local).durationMs));
  local.faults.set([{ kind: 'reset-after', times: 1 }]);
  await assert.rejects(put(local, eventsOf(['a'])));
  assert.deepEqual([last(local).outcome, last(local).answerBytes], ['reset-after', undefined]);
  const body = gzipSync(JSON.stringify({ ...TARGET, logEvents: eventsOf(['z'.repeat(10_000)]) }));
  const headers = { 'x-amz-target': 'Logs_20140328.PutLogEvents', 'content-encoding': 'gzip' };
  await fetch(local.endpoint, { method: 'POST', headers, body });
  assert.deepEqual([last(local).requestBytes, last(local).events], [body.length, 1]);
  await fetch(local.endpoint, { method: 'POST', body: 'x' });
  assert.deepEqual([last(local).operation, last(local).outcome], ['other', 'UnknownOperationException']);
});

test('the last 1,000 are kept, and a reset forgets them without counting anew', async (t) => {
  const local = await endpoint(t);
  for (let round = 0; round < 1005; round++) await call(local, 'DescribeLogGroups', {});
  assert.equal(local.requests().length, 1000);
  assert.deepEqual([local.requests()[0]?.number, last(local).number], [6, 1005]);
  assert.deepEqual(
    local.requests({ since: 1003 }).map(({ number }) => number),
    [1004, 1005],
  );
  local.reset();
  assert.deepEqual(local.requests(), []);
  await call(local, 'DescribeLogGroups', {});
  assert.deepEqual(
    local.requests().map(({ number }) => number),
    [1006],
  );
});
