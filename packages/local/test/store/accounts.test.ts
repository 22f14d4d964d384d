import assert from 'node:assert/strict';
import { once } from 'node:events';
import test from 'node:test';
import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import { startLocal } from '../../src/index.ts';
import { endpoint, eventsOf, sdk, TARGET } from '../endpoint.ts';

test('the same names in another Region or account are other groups', async (t) => {
  const local = await startLocal();
  t.after(() => local.close());
  const client = (region: string, accessKeyId = 'local') => {
    const made = new CloudWatchLogs({
      ...local.clientConfig(),
      region,
      credentials: { accessKeyId, secretAccessKey: 'local' },
      maxAttempts: 1,
    });
    t.after(() => made.destroy());
    return made;
  };
  const places = [
    [client('us-east-1'), 'arn:aws:logs:us-east-1:123456789012:log-group:app'],
    [client('eu-west-1'), 'arn:aws:logs:eu-west-1:123456789012:log-group:app'],
    [client('us-east-1', '000000000042'), 'arn:aws:logs:us-east-1:000000000042:log-group:app'],
  ] as const;
  for (const [index, [sdk, arn]] of places.entries()) {
    assert.deepEqual((await sdk.describeLogGroups()).logGroups, []);
    await sdk.createLogGroup({ logGroupName: 'app' });
    await sdk.createLogStream(TARGET);
    await sdk.putLogEvents({ ...TARGET, logEvents: eventsOf([String(index)]) });
    assert.equal((await sdk.describeLogGroups()).logGroups?.[0]?.logGroupArn, arn);
    const found = await sdk.filterLogEvents({ logGroupIdentifier: arn });
    assert.deepEqual(
      found.events?.map(({ message }) => message),
      [String(index)],
    );
  }
  // An ARN of another Region or account names nothing here.
  for (const [, foreign] of places.slice(1)) {
    for (const request of [
      places[0][0].filterLogEvents({ logGroupIdentifier: foreign }),
      places[0][0].listTagsForResource({ resourceArn: foreign }),
    ]) {
      await assert.rejects(request, { name: 'ResourceNotFoundException' });
    }
  }
  assert.deepEqual(
    local.groups().map(({ arn }) => arn),
    places.map(([, arn]) => arn),
  );
});

test('what only another Region has is found by the library, too', async (t) => {
  const local = await startLocal({ region: 'eu-central-1' });
  t.after(() => local.close());
  const signed = {
    authorization:
      'AWS4-HMAC-SHA256 Credential=AKID/20260101/ap-south-1/logs/aws4_request, SignedHeaders=host, Signature=00',
  };
  const send = (operation: string, members: object) =>
    fetch(local.endpoint, {
      method: 'POST',
      headers: { 'x-amz-target': `Logs_20140328.${operation}`, ...signed },
      body: JSON.stringify(members),
    });
  await send('CreateLogGroup', TARGET);
  await send('CreateLogStream', TARGET);
  const fed = once(local, 'put');
  await send('PutLogEvents', { ...TARGET, logEvents: eventsOf(['a']) });
  await fed;
  assert.equal(local.events(TARGET).length, 1);
  assert.equal(local.groups()[0]?.arn, 'arn:aws:logs:ap-south-1:123456789012:log-group:app');
  local.deleteLogGroup('app');
  assert.deepEqual(local.groups(), []);
});

test('events, a reset and faults of one account leave those of others alone', async (t) => {
  const local = await endpoint(t);
  const [mine, theirs] = ['000000000001', '000000000002'].map((accessKeyId) => ({
    accessKeyId,
    logs: sdk(t, local, { credentials: { accessKeyId, secretAccessKey: 'x' } }),
  }));
  assert.ok(mine && theirs);
  for (const { accessKeyId, logs } of [mine, theirs]) {
    await logs.createLogGroup({ logGroupName: 'same' });
    await logs.createLogStream({ logGroupName: 'same', logStreamName: 's' });
    await logs.putLogEvents({
      logGroupName: 'same',
      logStreamName: 's',
      logEvents: eventsOf([`of ${accessKeyId}`]),
    });
  }
  // biome-ignore lint/suspicious/noExplicitAny: an answer is whatever JSON came, and the assertions say what it must be
  const ask = async (method: string, path: string, body?: unknown): Promise<any> => {
    const headers = { 'content-type': 'application/json' };
    const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
    const response = await fetch(`${local.endpoint}/_local/${path}`, init);
    return response.json();
  };
  const messages = async (accountId: string) => {
    const { events } = await ask('GET', `events?logGroupName=same&accountId=${accountId}`);
    return events.map(({ message }: { message: string }) => message);
  };
  assert.deepEqual(await messages('000000000001'), ['of 000000000001']);
  assert.deepEqual(await messages('000000000002'), ['of 000000000002']);

  local.faults.set([{ kind: 'latency', ms: 0 }]);
  await ask('PUT', 'faults?accountId=000000000001', [{ kind: 'access-denied', operation: '*' }]);
  await ask('PUT', 'faults?accountId=000000000002', [{ kind: 'throttle', times: 0 }]);
  const set = await ask('PUT', 'faults?accountId=000000000001', [{ kind: 'unavailable', operation: '*' }]);
  assert.deepEqual(set.faults, [{ kind: 'unavailable', operation: '*', accountId: '000000000001' }]);
  assert.deepEqual(
    local.faults.list().map(({ fault }) => fault.kind),
    ['latency', 'throttle', 'unavailable'],
  );
  await assert.rejects(mine.logs.describeLogGroups({}), { name: 'ServiceUnavailableException' });
  assert.equal((await theirs.logs.describeLogGroups({})).logGroups?.length, 1);

  await mine.logs.describeLogGroups({}).catch(() => {});
  await ask('POST', 'reset?accountId=000000000001', {});
  assert.deepEqual(await messages('000000000001'), []);
  assert.deepEqual(await messages('000000000002'), ['of 000000000002']);
  assert.deepEqual(
    local.faults.list().map(({ fault }) => fault.kind),
    ['latency', 'throttle'],
  );
  assert.deepEqual((await mine.logs.describeLogGroups({})).logGroups, []);
  assert.match((await ask('POST', 'reset?accountId=1', {})).message, /accountId must be 12 digits, got '1'/);
  assert.throws(() => local.faults.add({ kind: 'throttle', accountId: 'x' }), /accountId must be 12 digits/);
});
