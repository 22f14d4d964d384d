import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import type { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import { endpoint, GROUP, sdk } from '../endpoint.ts';

// Operations that keep what they are given and return it; docs/fidelity.md lists them.

const NOW = Date.UTC(2026, 0, 15, 12);
const ARN = `arn:aws:logs:us-east-1:123456789012:log-group:${GROUP}`;
const POLICY = '{"Version":"2012-10-17","Statement":[]}';

const start = async (t: TestContext) => sdk(t, await endpoint(t, { now: () => NOW }));

/** The members of an answer, without what the SDK says about it. */
async function answer<Output extends object>(output: Promise<Output>): Promise<Omit<Output, '$metadata'>> {
  const { $metadata: _, ...members } = { $metadata: undefined, ...(await output) };
  return members as Omit<Output, '$metadata'>;
}

const refused = (name: string, message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof Error);
  assert.equal(error.name, name);
  assert.match(error.message, message);
  return true;
};

test('resource policies of an account are put, listed, replaced, limited and deleted', async (t) => {
  const logs = await start(t);
  const put = (policyName: string) => logs.putResourcePolicy({ policyName, policyDocument: POLICY });
  const policy = {
    policyName: 'b',
    policyDocument: POLICY,
    lastUpdatedTime: NOW,
    policyScope: 'ACCOUNT' as const,
  };
  assert.deepEqual(await answer(put('b')), { resourcePolicy: policy });
  await put('a');
  await put('b');
  const first = await logs.describeResourcePolicies({ limit: 1 });
  assert.deepEqual(first.resourcePolicies, [{ ...policy, policyName: 'a' }]);
  const { nextToken, resourcePolicies } = await logs.describeResourcePolicies({ nextToken: first.nextToken });
  assert.deepEqual([resourcePolicies, nextToken], [[policy], undefined]);
  await assert.rejects(
    logs.putResourcePolicy({ policyName: 'c', policyDocument: '{' }),
    refused('InvalidParameterException', /policyDocument must be a JSON object/),
  );
  for (let number = 0; number < 8; number++) await put(`c${number}`);
  await assert.rejects(put('one too many'), refused('LimitExceededException', /^Resource limit exceeded\.$/));
  await logs.deleteResourcePolicy({ policyName: 'a' });
  await assert.rejects(
    logs.deleteResourcePolicy({ policyName: 'a' }),
    refused('ResourceNotFoundException', /^Policy with name \[a\] does not exist\.$/),
  );
});

test('the resource policy of a log group has a revision that whoever changes it must know', async (t) => {
  const logs = await start(t);
  const put = (expectedRevisionId?: string) =>
    logs.putResourcePolicy({ resourceArn: ARN, policyDocument: POLICY, expectedRevisionId });
  const { revisionId } = await put();
  await assert.rejects(put(), refused('OperationAbortedException', /revision/));
  const again = await put(revisionId);
  assert.notEqual(again.revisionId, revisionId);
  assert.deepEqual((await logs.describeResourcePolicies({})).resourcePolicies, []);
  const { resourcePolicies } = await logs.describeResourcePolicies({ resourceArn: ARN });
  assert.deepEqual(
    resourcePolicies?.map((policy) => [policy.policyScope, policy.resourceArn, policy.revisionId]),
    [['RESOURCE', ARN, again.revisionId]],
  );
  await assert.rejects(
    logs.putResourcePolicy({ resourceArn: `${ARN}-none`, policyDocument: POLICY }),
    refused('ResourceNotFoundException', /log group does not exist/),
  );
  await assert.rejects(logs.deleteResourcePolicy({ resourceArn: ARN, expectedRevisionId: revisionId }));
  await logs.deleteResourcePolicy({ resourceArn: ARN, expectedRevisionId: again.revisionId });
});

test('query definitions are put, changed by their id, found by their name and deleted', async (t) => {
  const logs = await start(t);
  const clientToken = 'x'.repeat(36);
  const made = await logs.putQueryDefinition({
    name: 'errors/all',
    queryString: 'fields @message',
    clientToken,
  });
  // The same request, sent again because its answer was lost.
  const again = await logs.putQueryDefinition({
    name: 'errors/all',
    queryString: 'fields @message',
    clientToken,
  });
  assert.equal(again.queryDefinitionId, made.queryDefinitionId);
  await logs.putQueryDefinition({ name: 'slow', queryString: 'limit 1', logGroupNames: [GROUP] });
  await logs.putQueryDefinition({
    queryDefinitionId: made.queryDefinitionId,
    name: 'errors/some',
    queryString: 'limit 2',
    parameters: [{ name: 'p', defaultValue: '1' }],
  });
  const { queryDefinitions } = await logs.describeQueryDefinitions({ queryDefinitionNamePrefix: 'errors/' });
  assert.deepEqual(queryDefinitions, [
    {
      queryDefinitionId: made.queryDefinitionId,
      queryLanguage: 'CWLI',
      name: 'errors/some',
      queryString: 'limit 2',
      logGroupNames: [],
      lastModified: NOW,
      parameters: [{ name: 'p', defaultValue: '1' }],
    },
  ]);
  const names = async (members: Parameters<CloudWatchLogs['describeQueryDefinitions']>[0]) => {
    const { queryDefinitions: found, nextToken } = await logs.describeQueryDefinitions(members);
    return { names: found?.map(({ name }) => name), nextToken };
  };
  const first = await names({ maxResults: 1 });
  assert.deepEqual(first.names, ['errors/some']);
  assert.deepEqual((await names({ nextToken: first.nextToken })).names, ['slow']);
  assert.deepEqual((await names({ queryLanguage: 'SQL' })).names, []);
  const missing = { queryDefinitionId: 'none' };
  await assert.rejects(
    logs.putQueryDefinition({ ...missing, name: 'x', queryString: 'limit 1' }),
    refused('ResourceNotFoundException', /query definition/),
  );
  await assert.rejects(
    logs.deleteQueryDefinition(missing),
    refused('ResourceNotFoundException', /definition/),
  );
  const { queryDefinitionId } = made;
  assert.deepEqual(await answer(logs.deleteQueryDefinition({ queryDefinitionId })), { success: true });
});

test('account policies are kept by type and name, with the limits of their type', async (t) => {
  const logs = await start(t);
  const put = (policyName: string, members: object = {}) =>
    logs.putAccountPolicy({
      policyName,
      policyType: 'SUBSCRIPTION_FILTER_POLICY',
      policyDocument: '{"DestinationArn":"arn"}',
      ...members,
    });
  const { accountPolicy } = await put('all', { selectionCriteria: 'LogGroupName NOT IN ["a"]' });
  assert.deepEqual(accountPolicy, {
    policyName: 'all',
    policyDocument: '{"DestinationArn":"arn"}',
    lastUpdatedTime: NOW,
    policyType: 'SUBSCRIPTION_FILTER_POLICY',
    scope: 'ALL',
    selectionCriteria: 'LogGroupName NOT IN ["a"]',
    accountId: '123456789012',
  });
  await assert.rejects(put('two'), refused('LimitExceededException', /limit/));
  await put('all', { policyType: 'DATA_PROTECTION_POLICY' });
  await assert.rejects(
    put('all', { policyType: 'DATA_PROTECTION_POLICY', selectionCriteria: 'x' }),
    refused('InvalidParameterException', /selectionCriteria cannot be used/),
  );
  await assert.rejects(
    put('r', { policyType: 'RETENTION_POLICY', dryRun: true }),
    refused('InvalidParameterException', /dryRun is not emulated/),
  );
  const policyType = 'DATA_PROTECTION_POLICY' as const;
  const { accountPolicies } = await logs.describeAccountPolicies({ policyType, policyName: 'all' });
  assert.equal(accountPolicies?.length, 1);
  const group = async () => (await logs.describeLogGroups({})).logGroups?.[0];
  assert.deepEqual((await group())?.inheritedProperties, ['ACCOUNT_DATA_PROTECTION']);
  await logs.deleteAccountPolicy({ policyType, policyName: 'all' });
  assert.equal((await group())?.inheritedProperties, undefined);
  await assert.rejects(
    logs.deleteAccountPolicy({ policyType, policyName: 'all' }),
    refused('ResourceNotFoundException', /account policy/),
  );
});

test('the data protection policy of a log group is kept, and DescribeLogGroups tells of it', async (t) => {
  const logs = await start(t);
  const status = async () => (await logs.describeLogGroups({})).logGroups?.[0]?.dataProtectionStatus;
  assert.equal(await status(), undefined);
  const policy = { logGroupIdentifier: ARN, policyDocument: POLICY, lastUpdatedTime: NOW };
  const put = logs.putDataProtectionPolicy({ logGroupIdentifier: ARN, policyDocument: POLICY });
  assert.deepEqual(await answer(put), policy);
  const get = (logGroupIdentifier: string) => answer(logs.getDataProtectionPolicy({ logGroupIdentifier }));
  assert.deepEqual(await get(GROUP), { ...policy, logGroupIdentifier: GROUP });
  assert.equal(await status(), 'ACTIVATED');
  await logs.deleteDataProtectionPolicy({ logGroupIdentifier: GROUP });
  assert.deepEqual(await get(GROUP), { logGroupIdentifier: GROUP });
  assert.equal(await status(), 'DELETED');
  await assert.rejects(get('none'), refused('ResourceNotFoundException', /log group does not exist/));
});

test('destinations are put, given a policy, listed by prefix, tagged and deleted', async (t) => {
  const logs = await start(t);
  const role = {
    targetArn: 'arn:aws:kinesis:us-east-1:123456789012:stream/s',
    roleArn: 'arn:aws:iam::1:role/r',
  };
  const arn = 'arn:aws:logs:us-east-1:123456789012:destination:central';
  const made = await logs.putDestination({ destinationName: 'central', ...role, tags: { team: 'a' } });
  const shown = { destinationName: 'central', ...role, arn, creationTime: NOW };
  assert.deepEqual(made.destination, shown);
  await logs.putDestination({ destinationName: 'other', ...role });
  await logs.putDestinationPolicy({ destinationName: 'central', accessPolicy: POLICY });
  // Putting it again leaves its policy and its tags.
  await logs.putDestination({ destinationName: 'central', ...role, targetArn: 'arn:aws:kinesis:x' });
  const { destinations } = await logs.describeDestinations({ DestinationNamePrefix: 'cen' });
  assert.deepEqual(destinations, [{ ...shown, targetArn: 'arn:aws:kinesis:x', accessPolicy: POLICY }]);
  await logs.tagResource({ resourceArn: arn, tags: { stage: 'dev' } });
  await logs.untagResource({ resourceArn: arn, tagKeys: ['team'] });
  assert.deepEqual((await logs.listTagsForResource({ resourceArn: arn })).tags, { stage: 'dev' });
  await logs.deleteDestination({ destinationName: 'central' });
  await assert.rejects(
    logs.deleteDestination({ destinationName: 'central' }),
    refused('ResourceNotFoundException', /destination does not exist/),
  );
  await assert.rejects(logs.listTagsForResource({ resourceArn: arn }));
});

test('export tasks wait until they are cancelled: nothing is exported', async (t) => {
  const logs = await start(t);
  const create = (members: object = {}) =>
    logs.createExportTask({ logGroupName: GROUP, from: 1, to: 2, destination: 'bucket', ...members });
  const { taskId } = await create({ taskName: 'nightly' });
  const task = {
    taskId,
    taskName: 'nightly',
    logGroupName: GROUP,
    from: 1,
    to: 2,
    destination: 'bucket',
    destinationPrefix: 'exportedlogs',
    executionInfo: { creationTime: NOW },
  };
  const message = 'cloudwatch-logs-local keeps export tasks and exports nothing';
  assert.deepEqual((await logs.describeExportTasks({ taskId })).exportTasks, [
    { ...task, status: { code: 'PENDING', message } },
  ]);
  await logs.cancelExportTask({ taskId });
  assert.deepEqual((await logs.describeExportTasks({ statusCode: 'CANCELLED' })).exportTasks, [
    {
      ...task,
      status: { code: 'CANCELLED', message: 'Cancelled by user' },
      executionInfo: { creationTime: NOW, completionTime: NOW },
    },
  ]);
  assert.deepEqual((await logs.describeExportTasks({ statusCode: 'PENDING' })).exportTasks, []);
  await assert.rejects(logs.cancelExportTask({ taskId }), refused('InvalidOperationException', /finished/));
  await assert.rejects(
    logs.cancelExportTask({ taskId: 'none' }),
    refused('ResourceNotFoundException', /export task does not exist/),
  );
  await assert.rejects(create({ logGroupName: 'none' }), refused('ResourceNotFoundException', /log group/));
  await assert.rejects(create({ from: 2 }), refused('InvalidParameterException', /from must be before to/));
});

test('an index policy names fields, of which DescribeFieldIndexes and ListLogGroups know', async (t) => {
  const logs = await start(t);
  const policyDocument = '{"Fields":["user"],"FieldsV2":{"status":{"type":"FACET"}}}';
  const { indexPolicy } = await logs.putIndexPolicy({ logGroupIdentifier: GROUP, policyDocument });
  assert.deepEqual(indexPolicy, {
    logGroupIdentifier: ARN,
    lastUpdateTime: NOW,
    policyDocument,
    source: 'LOG_GROUP',
  });
  const describe = async () =>
    (await logs.describeIndexPolicies({ logGroupIdentifiers: [ARN] })).indexPolicies;
  assert.deepEqual(await describe(), [indexPolicy]);
  const { fieldIndexes } = await logs.describeFieldIndexes({ logGroupIdentifiers: [GROUP] });
  assert.deepEqual(
    fieldIndexes?.map(({ fieldIndexName, type }) => [fieldIndexName, type]),
    [
      ['status', 'FACET'],
      ['user', 'FIELD_INDEX'],
    ],
  );
  const indexed = async (name: string) =>
    (await logs.listLogGroups({ fieldIndexNames: [name] })).logGroups?.map((group) => group.logGroupName);
  assert.deepEqual(await indexed('user'), [GROUP]);
  assert.deepEqual(await indexed('none'), []);
  await assert.rejects(
    logs.putIndexPolicy({ logGroupIdentifier: GROUP, policyDocument: '{"Fields":[]}' }),
    refused('InvalidParameterException', /1 to 20 fields/),
  );
  await logs.deleteIndexPolicy({ logGroupIdentifier: GROUP });
  assert.deepEqual(await describe(), []);
  // Without a policy of its own, that of the account holds.
  await logs.putAccountPolicy({ policyName: 'p', policyType: 'FIELD_INDEX_POLICY', policyDocument });
  assert.deepEqual(
    (await describe())?.map(({ policyName, source }) => [policyName, source]),
    [['p', 'ACCOUNT']],
  );
});

test('an account without log groups keeps its resources, apart from others, until a reset', async (t) => {
  const local = await endpoint(t);
  const other = sdk(t, local, { credentials: { accessKeyId: '000000000007', secretAccessKey: 'x' } });
  await other.putResourcePolicy({ policyName: 'p', policyDocument: POLICY });
  const count = async (logs: CloudWatchLogs) =>
    (await logs.describeResourcePolicies({})).resourcePolicies?.length;
  assert.equal(await count(other), 1);
  assert.equal(await count(sdk(t, local)), 0);
  local.reset();
  assert.equal(await count(other), 0);
});
