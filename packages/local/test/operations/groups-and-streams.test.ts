import assert from 'node:assert/strict';
import test from 'node:test';
import { call, endpoint, eventsOf, GROUP, refusalOf, STREAM, sdk, TARGET } from '../endpoint.ts';

const ARN = `arn:aws:logs:us-east-1:123456789012:log-group:${GROUP}`;

test('a group is created with what was asked for, and described', async (t) => {
  const NOW = Date.UTC(2026, 0, 15);
  const local = await endpoint(t, { now: () => NOW, region: 'eu-west-1', accountId: '000000000042' });
  const client = sdk(t, local, { region: 'eu-west-1' });
  await client.createLogGroup({
    logGroupName: 'svc/a_B-1.#',
    kmsKeyId: 'arn:aws:kms:eu-west-1:000000000042:key/1',
    tags: { team: 'x', empty: '' },
    logGroupClass: 'INFREQUENT_ACCESS',
    deletionProtectionEnabled: true,
  });
  await client.putRetentionPolicy({ logGroupName: 'svc/a_B-1.#', retentionInDays: 30 });
  const { logGroups } = await client.describeLogGroups({ logGroupNamePrefix: 'svc/' });
  assert.deepEqual(logGroups, [
    {
      arn: 'arn:aws:logs:eu-west-1:000000000042:log-group:svc/a_B-1.#:*',
      logGroupArn: 'arn:aws:logs:eu-west-1:000000000042:log-group:svc/a_B-1.#',
      logGroupName: 'svc/a_B-1.#',
      creationTime: NOW,
      deletionProtectionEnabled: true,
      logGroupClass: 'INFREQUENT_ACCESS',
      metricFilterCount: 0,
      storedBytes: 0,
      retentionInDays: 30,
      kmsKeyId: 'arn:aws:kms:eu-west-1:000000000042:key/1',
    },
  ]);
  assert.deepEqual(local.groups().at(-1), {
    logGroupName: 'svc/a_B-1.#',
    arn: 'arn:aws:logs:eu-west-1:000000000042:log-group:svc/a_B-1.#',
    retentionInDays: 30,
    tags: { team: 'x', empty: '' },
    logGroupClass: 'INFREQUENT_ACCESS',
    kmsKeyId: 'arn:aws:kms:eu-west-1:000000000042:key/1',
    deletionProtectionEnabled: true,
    streams: [],
  });
});

test('what exists already is refused without a full stop', async (t) => {
  const local = await endpoint(t);
  assert.deepEqual(refusalOf(await call(local, 'CreateLogGroup', { logGroupName: GROUP })), [
    'ResourceAlreadyExistsException',
    'The specified log group already exists',
  ]);
  assert.deepEqual(refusalOf(await call(local, 'CreateLogStream', TARGET)), [
    'ResourceAlreadyExistsException',
    'The specified log stream already exists',
  ]);
});

test('what does not exist is refused by every operation', async (t) => {
  const local = await endpoint(t);
  const group = { logGroupName: 'none' };
  const noGroup: [string, object][] = [
    ['CreateLogStream', { ...group, logStreamName: 's' }],
    ['DeleteLogGroup', group],
    ['DeleteLogStream', { ...group, logStreamName: 's' }],
    ['DescribeLogStreams', group],
    ['DescribeLogStreams', { logGroupIdentifier: 'arn:aws:logs:us-east-1:123456789012:log-group:none' }],
    ['DescribeLogStreams', { logGroupIdentifier: 'arn:nonsense' }],
    ['FilterLogEvents', group],
    ['GetLogEvents', { ...group, logStreamName: 's' }],
    ['PutRetentionPolicy', { ...group, retentionInDays: 1 }],
    ['DeleteRetentionPolicy', group],
    ['PutLogGroupDeletionProtection', { logGroupIdentifier: 'none', deletionProtectionEnabled: true }],
  ];
  for (const [operation, members] of noGroup) {
    const expected = ['ResourceNotFoundException', 'The specified log group does not exist.'];
    assert.deepEqual(refusalOf(await call(local, operation, members)), expected, operation);
  }
  for (const operation of ['DeleteLogStream', 'GetLogEvents']) {
    const expected = ['ResourceNotFoundException', 'The specified log stream does not exist.'];
    const reply = await call(local, operation, { logGroupName: GROUP, logStreamName: 'none' });
    assert.deepEqual(refusalOf(reply), expected, operation);
  }
  for (const operation of ['TagResource', 'UntagResource', 'ListTagsForResource']) {
    const reply = await call(local, operation, { resourceArn: `${ARN}x`, tags: { a: 'b' }, tagKeys: ['a'] });
    assert.equal(reply.body.__type, 'ResourceNotFoundException', operation);
  }
});

test('names are held to their pattern and length', async (t) => {
  const local = await endpoint(t);
  const create = async (logGroupName: unknown) =>
    (await call(local, 'CreateLogGroup', { logGroupName })).body;
  assert.equal(
    (await create('a b')).message,
    "1 validation error detected: Value 'a b' at 'logGroupName' failed to satisfy constraint: " +
      'Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+',
  );
  assert.match((await create('')).message, /length greater than or equal to 1$/);
  assert.match(
    (await create('g'.repeat(513))).message,
    /^Invalid LogGroup or LogStream, both must have length less than or equal to 512\.$/,
  );
  assert.match((await create(undefined)).message, /Value null at 'logGroupName' .* must not be null$/);
  assert.equal((await create(7)).__type, 'SerializationException');
  assert.equal(await create('g'.repeat(512)), undefined);
  assert.equal((await create('aws/mine')).message, 'Log groups starting with AWS/ are reserved for AWS.');
  const stream = (logStreamName: string) =>
    call(local, 'CreateLogStream', { logGroupName: GROUP, logStreamName });
  assert.equal((await stream('a:b')).status, 400);
  assert.equal((await stream('a*b')).status, 400);
  assert.equal((await stream('[$LATEST] ü/2026')).status, 200);
});

test('class, tags and key of a new group are checked', async (t) => {
  const local = await endpoint(t);
  const create = async (members: object) =>
    (await call(local, 'CreateLogGroup', { logGroupName: 'n', ...members })).body;
  assert.match(
    (await create({ logGroupClass: 'CHEAP' })).message,
    /Member must satisfy enum value set: \[STANDARD, INFREQUENT_ACCESS, DELIVERY, ESSENTIALS\]$/,
  );
  assert.match((await create({ tags: {} })).message, /Value at 'tags' .* greater than or equal to 1$/);
  const many = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`k${index}`, 'v']));
  assert.match((await create({ tags: many })).message, /less than or equal to 50$/);
  assert.match(
    (await create({ tags: { a: 'v'.repeat(257) } })).message,
    /Map value .* less than or equal to 256,/,
  );
  assert.match((await create({ kmsKeyId: 'k'.repeat(257) })).message, /less than or equal to 256$/);
  assert.equal((await create({ tags: { a: 1 } })).__type, 'SerializationException');
  assert.equal((await create({ deletionProtectionEnabled: 'yes' })).__type, 'SerializationException');
  assert.equal(await create({ logGroupClass: 'ESSENTIALS' }), undefined);
});

test('retention takes the values that the service knows, and can be removed', async (t) => {
  const local = await endpoint(t);
  const put = (retentionInDays: unknown) =>
    call(local, 'PutRetentionPolicy', { logGroupName: GROUP, retentionInDays });
  for (const days of [1, 14, 3653]) {
    assert.equal((await put(days)).status, 200);
    assert.equal(local.groups()[0]?.retentionInDays, days);
  }
  for (const days of [0, 2, 10, 4000]) {
    const [code, message] = refusalOf(await put(days));
    assert.equal(code, 'InvalidParameterException');
    assert.match(
      message,
      /^1 validation error detected: Value '\d+' at 'retentionInDays' .* \[1, 3, 5, 7, 14, /,
    );
  }
  assert.match(refusalOf(await put(undefined))[1], /Value null at 'retentionInDays'/);
  assert.equal((await put('7')).body.__type, 'SerializationException');
  await call(local, 'DeleteRetentionPolicy', { logGroupName: GROUP });
  assert.equal('retentionInDays' in (local.groups()[0] ?? {}), false);
});

test('deletion protection blocks the group and its streams until it is lifted', async (t) => {
  const local = await endpoint(t);
  const client = sdk(t, local);
  await client.putLogGroupDeletionProtection({ logGroupIdentifier: GROUP, deletionProtectionEnabled: true });
  await assert.rejects(client.deleteLogGroup({ logGroupName: GROUP }), { name: 'ValidationException' });
  await assert.rejects(client.deleteLogStream(TARGET), { name: 'ValidationException' });
  await client.putLogGroupDeletionProtection({ logGroupIdentifier: ARN, deletionProtectionEnabled: false });
  await client.deleteLogStream(TARGET);
  await client.deleteLogGroup({ logGroupName: GROUP });
  assert.deepEqual(local.groups(), []);
});

test('tags are added, replaced, listed and removed by ARN', async (t) => {
  const local = await endpoint(t);
  const client = sdk(t, local);
  await client.tagResource({ resourceArn: ARN, tags: { a: '1', b: '2' } });
  await client.tagResource({ resourceArn: ARN, tags: { b: '3', c: '4' } });
  await client.untagResource({ resourceArn: ARN, tagKeys: ['a', 'none'] });
  assert.deepEqual((await client.listTagsForResource({ resourceArn: ARN })).tags, { b: '3', c: '4' });
  const many = Object.fromEntries(Array.from({ length: 49 }, (_, index) => [`k${index}`, 'v']));
  await assert.rejects(client.tagResource({ resourceArn: ARN, tags: many }), {
    name: 'TooManyTagsException',
  });
  assert.deepEqual(local.groups()[0]?.tags, { b: '3', c: '4' });
});

test('groups are described in pages sorted by name, by prefix, pattern, class or identifier', async (t) => {
  const local = await endpoint(t);
  const client = sdk(t, local);
  for (const name of ['b', 'a/2', 'a/1', 'B']) local.createLogGroup(name);
  local.createLogGroup('c', { logGroupClass: 'DELIVERY' });
  const names = async (input: Parameters<typeof client.describeLogGroups>[0]) =>
    (await client.describeLogGroups(input)).logGroups?.map((group) => group.logGroupName);
  assert.deepEqual(await names({}), ['B', 'a/1', 'a/2', 'app', 'b', 'c']);
  assert.deepEqual(await names({ logGroupNamePrefix: 'a/' }), ['a/1', 'a/2']);
  assert.deepEqual(await names({ logGroupNamePattern: '/' }), ['a/1', 'a/2']);
  assert.deepEqual(await names({ logGroupClass: 'DELIVERY' }), ['c']);
  assert.deepEqual(await names({ logGroupIdentifiers: ['b', ARN] }), ['app', 'b']);
  const withPattern = await client.describeLogGroups({ logGroupNamePattern: 'app' });
  assert.equal('storedBytes' in (withPattern.logGroups?.[0] ?? {}), false);

  const pages: (string | undefined)[][] = [];
  let nextToken: string | undefined;
  do {
    const page = await client.describeLogGroups({ limit: 2, nextToken });
    pages.push(page.logGroups?.map((group) => group.logGroupName) ?? []);
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  assert.deepEqual(pages, [
    ['B', 'a/1'],
    ['a/2', 'app'],
    ['b', 'c'],
  ]);

  assert.deepEqual(
    refusalOf(await call(local, 'DescribeLogGroups', { logGroupNamePrefix: 'a', logGroupNamePattern: 'a' })),
    [
      'InvalidParameterException',
      'LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.',
    ],
  );
  assert.match(
    refusalOf(await call(local, 'DescribeLogGroups', { limit: 51 }))[1],
    /less than or equal to 50$/,
  );
  assert.equal(
    refusalOf(await call(local, 'DescribeLogGroups', { nextToken: 'made up' }))[1],
    'The specified nextToken is invalid.',
  );
});

test('a fresh stream has no event times, no token and no bytes', async (t) => {
  const NOW = Date.UTC(2026, 0, 15);
  const local = await endpoint(t, { now: () => NOW });
  const { logStreams } = await sdk(t, local).describeLogStreams({ logGroupIdentifier: ARN });
  assert.deepEqual(logStreams, [
    { arn: `${ARN}:log-stream:${STREAM}`, creationTime: NOW, logStreamName: STREAM, storedBytes: 0 },
  ]);
});

test('streams are described by name or by the time of their last event, in pages, either way round', async (t) => {
  const local = await endpoint(t);
  const client = sdk(t, local);
  const now = Date.now();
  const order = ['three', STREAM, 'two'];
  for (const logStreamName of ['two', 'three']) local.createLogStream(GROUP, logStreamName);
  for (const [index, logStreamName] of order.entries()) {
    const logEvents = [...eventsOf(['first'], now - 100), ...eventsOf(['last'], now + index)];
    await client.putLogEvents({ logGroupName: GROUP, logStreamName, logEvents });
  }
  const names = async (input: object) => {
    const seen: (string | undefined)[] = [];
    let nextToken: string | undefined;
    do {
      const page = await client.describeLogStreams({ logGroupName: GROUP, limit: 2, nextToken, ...input });
      seen.push(...(page.logStreams?.map((stream) => stream.logStreamName) ?? []));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return seen;
  };
  assert.deepEqual(await names({}), ['one', 'three', 'two']);
  assert.deepEqual(await names({ descending: true }), ['two', 'three', 'one']);
  assert.deepEqual(await names({ orderBy: 'LastEventTime' }), order);
  assert.deepEqual(await names({ orderBy: 'LastEventTime', descending: true }), order.toReversed());
  assert.deepEqual(await names({ logStreamNamePrefix: 't' }), ['three', 'two']);
  const described = await client.describeLogStreams({ logGroupName: GROUP, logStreamNamePrefix: 'two' });
  const { firstEventTimestamp, lastEventTimestamp } = described.logStreams?.[0] ?? {};
  assert.deepEqual([firstEventTimestamp, lastEventTimestamp], [now - 100, now + 2]);
  const both = { logGroupName: GROUP, orderBy: 'LastEventTime', logStreamNamePrefix: 't' };
  assert.equal(
    refusalOf(await call(local, 'DescribeLogStreams', both))[1],
    'Cannot order by LastEventTime with a logStreamNamePrefix.',
  );
});

test('a group is named by name or by ARN, and not by both or neither', async (t) => {
  const local = await endpoint(t);
  assert.deepEqual(
    refusalOf(await call(local, 'DescribeLogStreams', { logGroupName: GROUP, logGroupIdentifier: ARN })),
    ['ValidationException', 'LogGroup name and LogGroup ARN are mutually exclusive parameters.'],
  );
  assert.equal((await call(local, 'DescribeLogStreams', {})).body.__type, 'InvalidParameterException');
  assert.equal((await call(local, 'DescribeLogStreams', { logGroupIdentifier: GROUP })).status, 200);
});

test('direct control throws what the service would answer, and does not heed protection', async (t) => {
  const local = await endpoint(t);
  assert.throws(() => local.createLogGroup(GROUP), { code: 'ResourceAlreadyExistsException' });
  assert.throws(() => local.createLogStream('none', 's'), { code: 'ResourceNotFoundException' });
  assert.throws(() => local.deleteLogGroup('none'), { code: 'ResourceNotFoundException' });
  assert.throws(() => local.deleteLogStream(GROUP, 'none'), { code: 'ResourceNotFoundException' });
  assert.throws(() => local.rotateToken(GROUP, 'none'), { code: 'ResourceNotFoundException' });
  local.createLogGroup('protected', { deletionProtectionEnabled: true, tags: { a: 'b' } });
  assert.deepEqual(local.groups()[1]?.tags, { a: 'b' });
  local.deleteLogGroup('protected');
  assert.equal(local.groups().length, 1);
});
