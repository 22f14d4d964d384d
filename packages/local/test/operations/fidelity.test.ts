import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import type { LocalCloudWatchLogs, LocalOptions } from '../../src/index.ts';
import { call, endpoint, eventsOf, GROUP, refusalOf, STREAM, sdk, TARGET } from '../endpoint.ts';

// Answers of AWS that an emulator easily gets wrong, each with where it is known from; docs/fidelity.md lists them.

const NOW = Date.UTC(2026, 0, 15, 12);
const DAY_MS = 86_400_000;
const ARN = `arn:aws:logs:us-east-1:123456789012:log-group:${GROUP}`;

const start = (t: TestContext, options: LocalOptions = {}) => endpoint(t, { now: () => NOW, ...options });

async function put(local: LocalCloudWatchLogs, members: object) {
  const reply = await call(local, 'PutLogEvents', { ...TARGET, ...members });
  assert.equal(reply.status, 200, JSON.stringify(reply.body));
  return reply.body;
}

const numbered = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ timestamp: NOW - count + index, message: String(index) }));

/** Reads FilterLogEvents to its end: only the first request says more than the token. */
async function pages(local: LocalCloudWatchLogs, first: object, rest: object): Promise<string> {
  const read: string[] = [];
  let nextToken: string | undefined;
  do {
    const members = nextToken === undefined ? first : { ...rest, nextToken };
    const { body } = await call(local, 'FilterLogEvents', { logGroupName: GROUP, ...members });
    read.push(body.events.map(({ message }: { message: string }) => message).join(' '));
    nextToken = body.nextToken;
  } while (nextToken !== undefined);
  return read.join(' | ');
}

// Source: "On subsequent requests, the nextToken determines the sort direction", AWS SDK for JavaScript.
test('1: the direction of FilterLogEvents belongs to its token', async (t) => {
  const local = await start(t);
  await put(local, { logEvents: numbered(10) });
  const newestFirst = { startFromHead: false, startTime: Date.UTC(2025, 0, 1), limit: 4 };
  assert.equal(await pages(local, newestFirst, { limit: 4 }), '9 8 7 6 | 5 4 3 2 | 1 0');
  // The token's direction is used also when both are given, and startTime need not be said again.
  assert.equal(await pages(local, newestFirst, { limit: 4, startFromHead: true }), '9 8 7 6 | 5 4 3 2 | 1 0');
  assert.equal(await pages(local, { limit: 7 }, { startFromHead: false }), '0 1 2 3 4 5 6 | 7 8 9');
  const get = async (members: object) => {
    const { body } = await call(local, 'GetLogEvents', { ...TARGET, limit: 2, ...members });
    const messages = body.events.map(({ message }: { message: string }) => message).join(' ');
    return [messages, body.nextForwardToken, body.nextBackwardToken];
  };
  const [newest, , back] = await get({});
  assert.equal(newest, '8 9');
  assert.equal((await get({ nextToken: back, startFromHead: true }))[0], '6 7');
});

// Source: moto's tests for logs, verified on AWS.
test('2: an ARN that ends in :* is refused, and its value is not repeated', async (t) => {
  const local = await start(t);
  for (const operation of ['DescribeLogStreams', 'GetLogEvents', 'FilterLogEvents']) {
    const members = {
      logGroupIdentifier: `${ARN}:*`,
      ...(operation === 'GetLogEvents' && { logStreamName: STREAM }),
    };
    assert.deepEqual(refusalOf(await call(local, operation, members)), [
      'InvalidParameterException',
      "1 validation error detected: Value at 'logGroupIdentifier' failed to satisfy constraint: " +
        'Member must satisfy regular expression pattern: [\\w#+=/:,.@-]*',
    ]);
    const named = await call(local, operation, { ...members, logGroupIdentifier: ARN });
    assert.equal(named.status, 200, operation);
  }
});

// Source: recorded on AWS in LocalStack's tests.
test('3: JSON, regular expressions and space-delimited patterns are patterns', async (t) => {
  const local = await start(t);
  await put(local, { logEvents: eventsOf(['{"message":"hello"}', 'a x b', 'one two'], NOW) });
  for (const [filterPattern, expected] of [
    ['{$.message = "hello"}', '{"message":"hello"}'],
    ['%x%', 'a x b'],
    ['[a,b=two]', 'one two'],
  ]) {
    assert.equal(await pages(local, { filterPattern }, {}), expected, filterPattern);
  }
});

// Row 4, a namespace for each Region and account: store/accounts.test.ts.

// Source: recorded on AWS for two operations, and taken to hold for all.
test('5: a name of more than 512 characters has a sentence of its own', async (t) => {
  const local = await start(t);
  const long = 'g'.repeat(513);
  for (const [operation, members] of Object.entries({
    CreateLogGroup: { logGroupName: long },
    DeleteLogGroup: { logGroupName: long },
    CreateLogStream: { logGroupName: GROUP, logStreamName: long },
    DescribeLogStreams: { logGroupName: long },
    GetLogEvents: { logGroupName: long, logStreamName: STREAM },
    PutRetentionPolicy: { logGroupName: long, retentionInDays: 1 },
    PutLogEvents: { ...TARGET, logStreamName: long, logEvents: eventsOf(['a'], NOW) },
  })) {
    assert.deepEqual(
      refusalOf(await call(local, operation, members)),
      [
        'InvalidParameterException',
        'Invalid LogGroup or LogStream, both must have length less than or equal to 512.',
      ],
      operation,
    );
  }
});

// Source: errors quoted in public threads.
test('6: a bad name is refused with the pattern as the model writes it', async (t) => {
  const local = await start(t);
  assert.equal(
    refusalOf(await call(local, 'CreateLogGroup', { logGroupName: 'a b' }))[1],
    "1 validation error detected: Value 'a b' at 'logGroupName' failed to satisfy constraint: " +
      'Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+',
  );
});

// Row 7, reads of large groups: store/log-stream.test.ts and the benchmarks.

// Source: recorded on AWS in LocalStack's tests.
test('8: DescribeLogGroups with a name pattern says less, and ends with a token', async (t) => {
  const local = await start(t);
  const { body } = await call(local, 'DescribeLogGroups', { logGroupNamePattern: 'pp' });
  assert.deepEqual(Object.keys(body.logGroups[0]).sort(), [
    'arn',
    'creationTime',
    'logGroupArn',
    'logGroupClass',
    'logGroupName',
    'metricFilterCount',
  ]);
  const behind = await call(local, 'DescribeLogGroups', {
    logGroupNamePattern: 'pp',
    nextToken: body.nextToken,
  });
  assert.deepEqual(behind.body, { logGroups: [] });
  const byPrefix = await call(local, 'DescribeLogGroups', { logGroupNamePrefix: 'app' });
  assert.equal(byPrefix.body.nextToken, undefined);
  assert.equal(byPrefix.body.logGroups[0].deletionProtectionEnabled, false);
});

// Source: "the results include log groups in both the Infrequent Access and Essentials log classes", AWS SDK.
test('9: either of the two cheaper classes stands for both', async (t) => {
  const local = await start(t);
  local.createLogGroup('essentials', { logGroupClass: 'ESSENTIALS' });
  local.createLogGroup('infrequent', { logGroupClass: 'INFREQUENT_ACCESS' });
  const named = async (logGroupClass: string) =>
    (await call(local, 'DescribeLogGroups', { logGroupClass })).body.logGroups.map(
      (group: { logGroupName: string }) => group.logGroupName,
    );
  assert.deepEqual(await named('INFREQUENT_ACCESS'), ['essentials', 'infrequent']);
  assert.deepEqual(await named('ESSENTIALS'), ['essentials', 'infrequent']);
  assert.deepEqual(await named('STANDARD'), [GROUP]);
});

// Source: "the only other filter that you can choose to specify is includeLinkedAccounts", AWS SDK.
test('10: logGroupIdentifiers stand alone', async (t) => {
  const local = await start(t);
  const logGroupIdentifiers = [GROUP];
  for (const other of [
    { logGroupNamePrefix: 'a' },
    { logGroupNamePattern: 'a' },
    { logGroupClass: 'STANDARD' },
  ]) {
    const reply = await call(local, 'DescribeLogGroups', { logGroupIdentifiers, ...other });
    assert.equal(reply.body.__type, 'InvalidParameterException');
  }
  const alone = await call(local, 'DescribeLogGroups', { logGroupIdentifiers, includeLinkedAccounts: false });
  assert.equal(alone.body.logGroups.length, 1);
});

// Source: the service model. requests/constraints.test.ts walks all members of all operations.
test('11: constraints of the model hold for tags, ARNs, account identifiers and JSON types', async (t) => {
  const local = await start(t);
  const cases: [string, object, string][] = [
    ['CreateLogGroup', { logGroupName: 'n', tags: { 'a*': 'b' } }, 'InvalidParameterException'],
    ['TagResource', { resourceArn: ARN, tags: { a: 'b\u0000' } }, 'InvalidParameterException'],
    ['TagResource', { resourceArn: 'no arn', tags: { a: 'b' } }, 'InvalidParameterException'],
    ['DescribeLogGroups', { accountIdentifiers: ['12'] }, 'InvalidParameterException'],
    ['DescribeLogGroups', { includeLinkedAccounts: 'yes' }, 'SerializationException'],
    ['FilterLogEvents', { logGroupName: GROUP, interleaved: 1 }, 'SerializationException'],
    ['GetLogEvents', { ...TARGET, unmask: 'no' }, 'SerializationException'],
    ['PutLogEvents', { ...TARGET, logEvents: eventsOf(['a'], NOW), entity: 'x' }, 'SerializationException'],
  ];
  for (const [operation, members, code] of cases) {
    assert.equal(refusalOf(await call(local, operation, members))[0], code, JSON.stringify(members));
  }
});

// Source: "ValidationException: Invalid resourceArn" in gruntwork-io/cloud-nuke#1150 and
// open-telemetry/opentelemetry-collector-contrib#49419, both from AWS; the model's pattern excludes it too.
test('12: tags want an ARN without :* at its end', async (t) => {
  const local = await start(t);
  for (const operation of ['TagResource', 'UntagResource', 'ListTagsForResource']) {
    const members = { resourceArn: `${ARN}:*`, tags: { a: 'b' }, tagKeys: ['a'] };
    assert.deepEqual(refusalOf(await call(local, operation, members)), [
      'ValidationException',
      'Invalid resourceArn',
    ]);
    assert.equal((await call(local, operation, { ...members, resourceArn: ARN })).status, 200);
  }
});

// Source: the service model.
test('13: PutLogGroupDeletionProtection wants logGroupIdentifier', async (t) => {
  const local = await start(t);
  const members = { logGroupName: GROUP, deletionProtectionEnabled: true };
  assert.deepEqual(refusalOf(await call(local, 'PutLogGroupDeletionProtection', members)), [
    'InvalidParameterException',
    "1 validation error detected: Value null at 'logGroupIdentifier' failed to satisfy constraint: Member must not be null",
  ]);
  const named = { logGroupIdentifier: GROUP, deletionProtectionEnabled: true };
  assert.equal((await call(local, 'PutLogGroupDeletionProtection', named)).status, 200);
});

// Source: an error quoted in a public thread.
test('14: an empty prefix breaks its pattern first and then its length', async (t) => {
  const local = await start(t);
  const subject = "Value '' at 'logGroupNamePrefix' failed to satisfy constraint:";
  assert.equal(
    refusalOf(await call(local, 'DescribeLogGroups', { logGroupNamePrefix: '' }))[1],
    `2 validation errors detected: ${subject} Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+; ` +
      `${subject} Member must have length greater than or equal to 1`,
  );
});

// Source: "When the entity is rejected, the events may still be accepted", AWS SDK; the error types of the model.
test('15: an entity is kept, or rejected beside events that are stored', async (t) => {
  const local = await start(t);
  const kept: unknown[] = [];
  local.on('put', ({ entity }) => kept.push(entity));
  const service = { Type: 'Service', Name: 'checkout', Environment: 'test' };
  const cases: [object, string | undefined][] = [
    [{ keyAttributes: service, attributes: { PlatformType: 'AWS::EKS' } }, undefined],
    [
      { keyAttributes: { Type: 'AWS::Resource', ResourceType: 'AWS::S3::Bucket', Identifier: 'b' } },
      undefined,
    ],
    [{ keyAttributes: { Nope: 'x' } }, 'InvalidKeyAttributes'],
    [{ keyAttributes: { ...service, Name: 'n'.repeat(513) } }, 'InvalidKeyAttributes'],
    [{ keyAttributes: { ...service, Type: 'Elephant' } }, 'InvalidTypeValue'],
    [{ keyAttributes: { Name: 'checkout', Environment: 'test' } }, 'MissingRequiredFields'],
    [{ keyAttributes: { Type: 'Service', Name: 'checkout' } }, 'MissingRequiredFields'],
    [{ attributes: { a: 'b' } }, 'MissingRequiredFields'],
    [{ keyAttributes: service, attributes: { a: 'v'.repeat(513) } }, 'InvalidAttributes'],
    [{}, 'InvalidEntity'],
  ];
  for (const [index, [entity, errorType]] of cases.entries()) {
    const answer = await put(local, { logEvents: eventsOf(['a'], NOW), entity });
    assert.deepEqual(answer.rejectedEntityInfo, errorType && { errorType }, JSON.stringify(entity));
    assert.equal(local.stats().events, index + 1);
  }
  assert.deepEqual(kept.slice(0, 3), [
    { keyAttributes: service, attributes: { PlatformType: 'AWS::EKS' } },
    { ...cases[1]?.[0], attributes: {} },
    undefined,
  ]);
});

// Source: the documentation of PutRetentionPolicy and of log classes.
test('16: events past their retention are gone', async (t) => {
  let now = NOW;
  const local = await start(t, { now: () => now });
  local.createLogGroup('delivered', { logGroupClass: 'DELIVERY' });
  local.createLogStream('delivered', STREAM);
  await put(local, { logEvents: numbered(2) });
  await put(local, { logGroupName: 'delivered', logEvents: numbered(2) });
  await call(local, 'PutRetentionPolicy', { logGroupName: GROUP, retentionInDays: 1 });
  assert.equal(await pages(local, {}, {}), '0 1');
  now += 5 * DAY_MS;
  assert.equal(await pages(local, {}, {}), '');
  assert.deepEqual((await call(local, 'GetLogEvents', TARGET)).body.events, []);
  assert.deepEqual(local.events({ logGroupName: 'delivered' }), []);
  assert.deepEqual([local.stats().events, local.stats().bytes], [0, 0]);
});

test('16: an old event that arrived behind a younger one is gone for readers, too', async (t) => {
  let now = NOW;
  const local = await start(t, { now: () => now });
  await put(local, { logEvents: eventsOf(['young'], NOW) });
  await put(local, { logEvents: eventsOf(['old'], NOW - DAY_MS) });
  await call(local, 'PutRetentionPolicy', { logGroupName: GROUP, retentionInDays: 1 });
  now += 1;
  assert.equal(await pages(local, {}, {}), 'young');
});

// Source: the answer of AWS quoted in aws/karpenter-provider-aws#9567.
test('an INFREQUENT_ACCESS group takes puts and refuses reads', async (t) => {
  const local = await start(t);
  const target = { logGroupName: 'cheap', logStreamName: STREAM };
  local.createLogGroup('cheap', { logGroupClass: 'INFREQUENT_ACCESS' });
  local.createLogStream('cheap', STREAM);
  await put(local, { ...target, logEvents: eventsOf(['a'], NOW) });
  const client = sdk(t, local);
  for (const [name, read] of Object.entries({
    FilterLogEvents: client.filterLogEvents({ logGroupName: 'cheap' }),
    GetLogEvents: client.getLogEvents(target),
  })) {
    await assert.rejects(read, {
      name: 'InvalidOperationException',
      message: `The log group cheap is of log-group-class INFREQUENT_ACCESS. ${name} is not supported for this log class.`,
    });
  }
  assert.equal(local.events(target).length, 1);
});
