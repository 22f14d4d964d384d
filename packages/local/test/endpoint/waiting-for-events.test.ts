import assert from 'node:assert/strict';
import test from 'node:test';
import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import { startLocal } from '../../src/index.ts';
import { call, endpoint, eventsOf, TARGET } from '../endpoint.ts';

const put = (local: { endpoint: string }, ...messages: string[]) =>
  call(local, 'PutLogEvents', { ...TARGET, logEvents: eventsOf(messages) });
const messagesOf = (events: readonly { message: string }[]) => events.map(({ message }) => message);

test('events that are there already are not waited for', async (t) => {
  const local = await endpoint(t);
  await put(local, 'a', 'b');
  assert.deepEqual(messagesOf(await local.waitForEvents({ logGroupName: 'app', count: 2 })), ['a', 'b']);
});

test('events are waited for by text, expression, function and filter pattern', async (t) => {
  const local = await endpoint(t);
  const by = [
    local.waitForEvents({ ...TARGET, match: 'paid', count: 2 }),
    local.waitForEvents({ ...TARGET, match: /^PAID/gi, count: 2 }),
    local.waitForEvents({ ...TARGET, match: ({ message }) => message.endsWith('!'), count: 2 }),
    local.waitForEvents({ ...TARGET, filterPattern: '-other', count: 2 }),
  ];
  await put(local, 'paid 1!');
  await put(local, 'other');
  await put(local, 'paid 2!', 'other');
  for (const waiting of by) assert.deepEqual(messagesOf(await waiting), ['paid 1!', 'paid 2!']);
});

test('a group and a stream may come later than the wait', async (t) => {
  const local = await startLocal();
  t.after(() => local.close());
  const waiting = local.waitForEvents({ logGroupName: 'later', logStreamName: 's' });
  local.createLogGroup('later');
  for (const logStreamName of ['other', 's']) {
    local.createLogStream('later', logStreamName);
    await call(local, 'PutLogEvents', {
      logGroupName: 'later',
      logStreamName,
      logEvents: eventsOf([logStreamName]),
    });
  }
  assert.deepEqual(messagesOf(await waiting), ['s']);
});

test('the error tells what was seen', async (t) => {
  const local = await endpoint(t, { faults: [{ kind: 'throttle', after: 1 }] });
  await put(local, 'one', 'x'.repeat(1000));
  await put(local, 'two');
  await assert.rejects(
    local.waitForEvents({ logGroupName: 'app', match: 'paid', count: 3, timeoutMs: 1 }),
    ({ message }: Error) => {
      assert.match(message, /0 of 3 events that match "paid" in log group 'app' after 1 ms/);
      assert.match(message, /It holds 2 events; the newest:\n {2}one\n {2}x{200}…\n/);
      assert.match(message, /Errors answered: ThrottlingException 1\.\nFaults: throttle 1\./);
      return true;
    },
  );
  await assert.rejects(local.waitForEvents({ logGroupName: 'ap', timeoutMs: 1 }), /did you mean 'app'\?/);
  local.createLogStream('app', 'empty');
  await assert.rejects(
    local.waitForEvents({ logGroupName: 'app', logStreamName: 'empty', timeoutMs: 1 }),
    /0 of 1 events in log group 'app', stream 'empty' after 1 ms\.\nIt holds no events\./,
  );
});

test('a wait ends with the endpoint, and wrong members are refused at once', async (t) => {
  const local = await endpoint(t);
  const waiting = assert.rejects(local.waitForEvents({ logGroupName: 'app' }), /was closed while waiting/);
  await assert.rejects(local.waitForEvents({ logGroupName: 'app', count: 0 }), TypeError);
  await assert.rejects(local.waitForEvents({ logGroupName: 'app', match: 1 as never }), TypeError);
  await assert.rejects(local.waitForEvents({} as never), TypeError);
  await local.close();
  await waiting;
});

test('messages are parsed where they are JSON', async (t) => {
  const local = await endpoint(t);
  await put(local, '{"level":30,"msg":"hi"}', 'plain {');
  assert.deepEqual(local.messages('app'), [{ level: 30, msg: 'hi' }, 'plain {']);
  assert.deepEqual(local.messages('app', 'one').length, 2);
  assert.deepEqual(local.messages('app', 'two'), []);
});

test('clientConfig() makes a client of the SDK talk to the endpoint, also where signatures are verified', async (t) => {
  const credentials = { accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: 'token' };
  const local = await startLocal({ credentials, region: 'eu-west-1' });
  t.after(() => local.close());
  const client = new CloudWatchLogs(local.clientConfig());
  t.after(() => client.destroy());
  await client.createLogGroup({ logGroupName: 'g' });
  const { logGroups } = await client.describeLogGroups({});
  assert.match(logGroups?.[0]?.arn ?? '', /^arn:aws:logs:eu-west-1:/);
  assert.equal(local.clientConfig().disableHostPrefix, true);
  assert.deepEqual(local.environment(), {
    AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: local.endpoint,
    AWS_REGION: 'eu-west-1',
    AWS_DEFAULT_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'AKID',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_SESSION_TOKEN: 'token',
    AWS_DISABLE_HOST_PREFIX_INJECTION: 'true',
  });
});

test('reset() brings back the start: no groups, no counts, the first faults, the same random numbers', async (t) => {
  const local = await endpoint(t, { seed: 7, faults: [{ kind: 'throttle', probability: 0.5 }] });
  const play = async () => {
    const codes = [];
    for (let round = 0; round < 8; round++) codes.push((await put(local, 'a')).status);
    return codes;
  };
  const first = await play();
  local.faults.set([{ kind: 'internal-error' }]);
  await put(local, 'a');
  local.reset();
  assert.deepEqual(local.groups(), []);
  assert.deepEqual(local.stats(), {
    requests: {},
    errors: {},
    faults: {},
    puts: 0,
    events: 0,
    bytes: 0,
    evicted: 0,
  });
  local.createLogGroup('app');
  local.createLogStream('app', 'one');
  assert.deepEqual(await play(), first);
});

test('await using closes the endpoint', async () => {
  let kept: { listening: boolean } | undefined;
  {
    await using local = await startLocal();
    kept = local;
    assert.equal(kept.listening, true);
  }
  assert.equal(kept.listening, false);
});

test('a filter pattern that is not understood is refused with its place and a hint', async (t) => {
  const local = await endpoint(t);
  await assert.rejects(local.waitForEvents({ logGroupName: 'app', filterPattern: 'a b:c' }), {
    name: 'TypeError',
    message:
      "waitForEvents: Invalid character(s) in term ':', at position 3 of filterPattern 'a b:c'. Put terms with other characters than letters, digits and _ in double quotes.",
  });
});
