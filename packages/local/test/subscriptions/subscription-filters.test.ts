import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import test, { type TestContext } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { SubscriptionDelivery } from '../../src/index.ts';
import { call, endpoint, eventsOf, GROUP, refusalOf, sdk, TARGET } from '../endpoint.ts';

const NOW = Date.UTC(2026, 0, 15, 12);
const LAMBDA = 'arn:aws:lambda:us-east-1:123456789012:function:f';
const KINESIS = 'arn:aws:kinesis:us-east-1:123456789012:stream/s';
const FILTER = { logGroupName: GROUP, filterName: 'test', filterPattern: '', destinationArn: LAMBDA };

/** A server that answers each request with the next of `statuses`, then with 200, and what it was sent. */
async function receiver(t: TestContext, statuses: readonly number[] = []) {
  const received: { readonly headers: IncomingMessage['headers']; readonly body: Buffer }[] = [];
  const left = [...statuses];
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    received.push({ headers: request.headers, body });
    response.writeHead(left.shift() ?? 200).end();
    server.emit('received');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const until = async (count: number): Promise<void> => {
    while (received.length < count) await once(server, 'received');
  };
  return { url: `http://127.0.0.1:${port}/logs`, received, until };
}

const decoded = (body: Buffer) => JSON.parse(gunzipSync(body).toString());

test("what goes to an ARN is told in AWS's envelope", async (t) => {
  const local = await endpoint(t, { now: () => NOW });
  const client = sdk(t, local);
  await client.putSubscriptionFilter({ ...FILTER, filterPattern: '{ $.level = error }' });
  const told: Promise<[SubscriptionDelivery]> = once(local, 'subscription') as never;
  const messages = ['{"level":"error","n":1}', '{"level":"info"}', '{"level":"error","n":2}'];
  await client.putLogEvents({ ...TARGET, logEvents: eventsOf(messages, NOW) });
  const [{ data, envelope, ...about }] = await told;
  assert.deepEqual(about, { logGroupName: GROUP, filterName: 'test', destinationArn: LAMBDA });
  assert.deepEqual(decoded(data), envelope);
  const { events = [] } = await client.filterLogEvents({ logGroupName: GROUP });
  assert.deepEqual(envelope, {
    messageType: 'DATA_MESSAGE',
    owner: '123456789012',
    logGroup: GROUP,
    logStream: TARGET.logStreamName,
    subscriptionFilters: ['test'],
    logEvents: [
      { id: events[0]?.eventId, timestamp: NOW, message: messages[0] },
      { id: events[2]?.eventId, timestamp: NOW, message: messages[2] },
    ],
  });
});

test('fields of a space-delimited pattern come along', async (t) => {
  const local = await endpoint(t);
  const client = sdk(t, local);
  await client.putSubscriptionFilter({ ...FILTER, filterPattern: '[level, status = 5*, text]' });
  const told: Promise<[SubscriptionDelivery]> = once(local, 'subscription') as never;
  await client.putLogEvents({ ...TARGET, logEvents: eventsOf(['ERROR 404 x', 'ERROR 503 no way']) });
  const [{ envelope }] = await told;
  assert.deepEqual(
    envelope.logEvents.map(({ extractedFields }) => extractedFields),
    [{ level: 'ERROR', status: '503', text: 'no way' }],
  );
});

test('a URL on this machine gets the envelopes in their order, also after failures', async (t) => {
  const local = await endpoint(t);
  const client = sdk(t, local);
  const { url, received, until } = await receiver(t, [500, 503]);
  await client.putSubscriptionFilter({ ...FILTER, destinationArn: url });
  for (const message of ['one', 'two']) {
    await client.putLogEvents({ ...TARGET, logEvents: eventsOf([message]) });
  }
  await until(4);
  assert.equal(received[0]?.headers['content-encoding'], 'gzip');
  assert.equal(received[0]?.headers['content-type'], 'application/json');
  const messages = received.map(({ body }) => decoded(body).logEvents[0].message);
  assert.deepEqual(messages, ['one', 'one', 'one', 'two']);
});

test('an endpoint that closes does not wait for a destination', async (t) => {
  const local = await endpoint(t);
  const client = sdk(t, local);
  const { url, until } = await receiver(t, new Array(20).fill(500));
  await client.putSubscriptionFilter({ ...FILTER, destinationArn: url });
  await client.putLogEvents({ ...TARGET, logEvents: eventsOf(['one']) });
  await until(1);
  await local.close();
});

test('filters are described, replaced, limited and deleted as AWS does', async (t) => {
  // Restated from LocalStack's tests of subscription filters, recorded on AWS in February 2026.
  const local = await endpoint(t, { now: () => NOW });
  const client = sdk(t, local);
  const described = async () =>
    (await client.describeSubscriptionFilters({ logGroupName: GROUP })).subscriptionFilters;
  assert.deepEqual(await described(), []);
  await client.putSubscriptionFilter(FILTER);
  const filter = {
    applyOnTransformedLogs: false,
    creationTime: NOW,
    destinationArn: LAMBDA,
    distribution: 'ByLogStream',
    filterName: 'test',
    filterPattern: '',
    logGroupName: GROUP,
  };
  assert.deepEqual(await described(), [filter]);
  await client.putSubscriptionFilter({ ...FILTER, filterPattern: '[]' });
  assert.deepEqual(await described(), [{ ...filter, filterPattern: '[]' }]);
  await client.putSubscriptionFilter({
    ...FILTER,
    filterName: 'test-2',
    distribution: 'Random',
    roleArn: 'arn:aws:iam::1:role/r',
  });
  const third = await call(local, 'PutSubscriptionFilter', { ...FILTER, filterName: 'test-3' });
  assert.deepEqual(refusalOf(third), ['LimitExceededException', 'Resource limit exceeded.']);
  const byPrefix = await client.describeSubscriptionFilters({
    logGroupName: GROUP,
    filterNamePrefix: 'test-',
  });
  assert.deepEqual(
    byPrefix.subscriptionFilters?.map(({ filterName, distribution, roleArn }) => [
      filterName,
      distribution,
      roleArn,
    ]),
    [['test-2', 'Random', 'arn:aws:iam::1:role/r']],
  );
  await client.deleteSubscriptionFilter({ logGroupName: GROUP, filterName: 'test' });
  for (const [members, message] of [
    [{ logGroupName: GROUP, filterName: 'test' }, 'The specified subscription filter does not exist.'],
    [{ logGroupName: 'none', filterName: 'test' }, 'The specified log group does not exist.'],
  ] as const) {
    const reply = await call(local, 'DeleteSubscriptionFilter', members);
    assert.deepEqual(refusalOf(reply), ['ResourceNotFoundException', message]);
  }
  const missing = await call(local, 'DescribeSubscriptionFilters', { logGroupName: 'none' });
  assert.deepEqual(refusalOf(missing), [
    'ResourceNotFoundException',
    'The specified log group does not exist.',
  ]);
});

test('destinations that AWS would refuse are refused, and so is every other machine', async (t) => {
  const local = await endpoint(t);
  const crossAccount =
    'Cross-account lambda invocation passing is not allowed. You must use DestinationPolicies to create cross account lambda triggers.';
  const foreign = LAMBDA.replace('123456789012', '210987654321');
  for (const [members, code, message] of [
    // Recorded on AWS; the destination is looked at before the group.
    [{ destinationArn: foreign }, 'AccessDeniedException', crossAccount],
    [{ destinationArn: foreign, logGroupName: 'none' }, 'AccessDeniedException', crossAccount],
    [
      { destinationArn: KINESIS },
      'InvalidParameterException',
      'destinationArn for vendor kinesis cannot be used without roleArn',
    ],
    [{ destinationArn: 'http://example.com/' }, 'InvalidParameterException', undefined],
    [{ destinationArn: 'http://127.0.0.1.example.com/' }, 'InvalidParameterException', undefined],
    [{ destinationArn: 'http://' }, 'InvalidParameterException', undefined],
    [{ destinationArn: 'nonsense' }, 'InvalidParameterException', undefined],
    [{ filterPattern: 'a:b' }, 'InvalidParameterException', "Invalid character(s) in term ':'"],
    [{ logGroupName: 'none' }, 'ResourceNotFoundException', 'The specified log group does not exist.'],
  ] as const) {
    const reply = await call(local, 'PutSubscriptionFilter', { ...FILTER, ...members });
    assert.equal(reply.body?.__type, code, JSON.stringify(members));
    if (message !== undefined) assert.equal(reply.body.message, message);
  }
});

test('nothing is sent when nothing matches, nor by a filter that was deleted', async (t) => {
  const local = await endpoint(t);
  const client = sdk(t, local);
  const told: SubscriptionDelivery[] = [];
  local.on('subscription', (delivery) => told.push(delivery));
  await client.putSubscriptionFilter({ ...FILTER, filterPattern: 'error' });
  await client.putSubscriptionFilter({ ...FILTER, filterName: 'all' });
  await client.putLogEvents({ ...TARGET, logEvents: eventsOf(['info']) });
  await client.deleteSubscriptionFilter({ logGroupName: GROUP, filterName: 'all' });
  await client.putLogEvents({ ...TARGET, logEvents: eventsOf(['error']) });
  // A request that comes after is answered after.
  await client.describeLogGroups({});
  assert.deepEqual(
    told.map(({ filterName, envelope }) => [filterName, envelope.logEvents[0]?.message]),
    [
      ['all', 'info'],
      ['test', 'error'],
    ],
  );
});
