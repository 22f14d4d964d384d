import assert from 'node:assert/strict';
import test from 'node:test';
import { call, endpoint, GROUP, refusalOf, sdk } from '../endpoint.ts';

const ARN = `arn:aws:logs:us-east-1:123456789012:log-group:${GROUP}`;
const KEY = 'arn:aws:kms:us-east-1:123456789012:key/1';

test('a key is associated with a group by name or by ARN, described, and taken away', async (t) => {
  const local = await endpoint(t);
  const client = sdk(t, local);
  const described = async () => (await client.describeLogGroups()).logGroups?.[0]?.kmsKeyId;
  for (const target of [{ logGroupName: GROUP }, { resourceIdentifier: ARN }]) {
    await client.associateKmsKey({ ...target, kmsKeyId: KEY });
    assert.equal(await described(), KEY);
    await client.disassociateKmsKey(target);
    assert.equal(await described(), undefined);
  }
  await client.associateKmsKey({
    resourceIdentifier: 'arn:aws:logs:us-east-1:123456789012:query-result:*',
    kmsKeyId: KEY,
  });
  for (const target of [{ logGroupName: 'none' }, { resourceIdentifier: `${ARN}x` }]) {
    await assert.rejects(client.disassociateKmsKey(target), { name: 'ResourceNotFoundException' });
  }
  for (const target of [{}, { logGroupName: GROUP, resourceIdentifier: ARN }]) {
    await assert.rejects(client.disassociateKmsKey(target), { name: 'InvalidParameterException' });
  }
});

test('the older tag operations work on the same tags as the newer ones', async (t) => {
  const local = await endpoint(t);
  const client = sdk(t, local);
  await client.tagLogGroup({ logGroupName: GROUP, tags: { a: '1', b: '2' } });
  await client.untagLogGroup({ logGroupName: GROUP, tags: ['a', 'none'] });
  await client.tagResource({ resourceArn: ARN, tags: { c: '3' } });
  assert.deepEqual((await client.listTagsLogGroup({ logGroupName: GROUP })).tags, { b: '2', c: '3' });
  assert.deepEqual((await client.listTagsForResource({ resourceArn: ARN })).tags, { b: '2', c: '3' });
  const many = Object.fromEntries(Array.from({ length: 49 }, (_, index) => [`k${index}`, '']));
  await assert.rejects(client.tagLogGroup({ logGroupName: GROUP, tags: many }), {
    name: 'TooManyTagsException',
  });
  for (const operation of ['TagLogGroup', 'UntagLogGroup', 'ListTagsLogGroup']) {
    const tags = operation === 'TagLogGroup' ? { a: '' } : ['a'];
    const reply = await call(local, operation, { logGroupName: 'none', tags });
    assert.deepEqual(refusalOf(reply), [
      'ResourceNotFoundException',
      'The specified log group does not exist.',
    ]);
  }
});

test('ListLogGroups finds groups by pattern, class and tags, in pages', async (t) => {
  const local = await endpoint(t);
  local.createLogGroup('/aws/lambda/pay', { tags: { team: 'money', tier: 'gold' } });
  local.createLogGroup('/ecs/discovery', { tags: { team: 'search' }, logGroupClass: 'INFREQUENT_ACCESS' });
  const client = sdk(t, local);
  const names = async (input: object) => {
    const seen: (string | undefined)[] = [];
    let nextToken: string | undefined;
    do {
      const page = await client.listLogGroups({ limit: 1, nextToken, ...input });
      for (const group of page.logGroups ?? []) seen.push(group.logGroupName);
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return seen;
  };
  assert.deepEqual(await names({}), ['/aws/lambda/pay', '/ecs/discovery', 'app']);
  assert.deepEqual(await names({ logGroupNamePattern: '^/aws/lambda|discovery' }), [
    '/aws/lambda/pay',
    '/ecs/discovery',
  ]);
  assert.deepEqual(await names({ logGroupNamePattern: '^lambda' }), []);
  assert.deepEqual(await names({ logGroupClass: 'INFREQUENT_ACCESS' }), ['/ecs/discovery']);
  const byTag = (key: string, ...values: string[]) => names({ logGroupTags: [{ key, values }] });
  assert.deepEqual(await byTag('team', 'money', 'other'), ['/aws/lambda/pay']);
  assert.deepEqual(await byTag('team', 'se*'), ['/ecs/discovery']);
  assert.deepEqual(await byTag('team', '!money'), ['/ecs/discovery']);
  assert.deepEqual(await byTag('team'), ['/aws/lambda/pay', '/ecs/discovery']);
  assert.deepEqual(await names({ fieldIndexNames: ['level'] }), []);
  const { logGroups } = await client.listLogGroups({ logGroupNamePattern: 'app' });
  assert.deepEqual(logGroups, [{ logGroupName: GROUP, logGroupArn: ARN, logGroupClass: 'STANDARD' }]);
});
