import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import type { LocalCloudWatchLogs, LocalMetric } from '../../src/index.ts';
import { call, endpoint, eventsOf, GROUP, refusalOf, sdk, TARGET } from '../endpoint.ts';

const NOW = Date.UTC(2026, 0, 15, 12);
const METRIC = { metricNamespace: 'app', metricName: 'errors', metricValue: '1' };

/** An endpoint whose group has one metric filter, and puts into it. */
async function filtered(t: TestContext, filterPattern: string, transformation: object = {}) {
  const local = await endpoint(t, { now: () => NOW });
  const client = sdk(t, local);
  await client.putMetricFilter({
    logGroupName: GROUP,
    filterName: 'f',
    filterPattern,
    metricTransformations: [{ ...METRIC, ...transformation }],
  });
  const put = async (messages: readonly string[], timestamp = NOW): Promise<void> => {
    await client.putLogEvents({ ...TARGET, logEvents: eventsOf(messages, timestamp) });
  };
  return { local, client, put };
}

/** `[time in minutes from NOW, sum, samples, minimum, maximum]` of each point of the only metric. */
function points(local: LocalCloudWatchLogs): number[][] {
  const [metric, ...others] = local.metrics();
  assert.deepEqual(others, []);
  return (metric?.points ?? []).map(({ timestamp, sum, sampleCount, minimum, maximum }) => [
    (timestamp - NOW) / 60_000,
    sum,
    sampleCount,
    minimum,
    maximum,
  ]);
}

test('TestMetricFilter tells which messages match and what a space-delimited pattern finds in them', async (t) => {
  const client = sdk(t, await endpoint(t));
  const messages = ['[ERROR] 400 BAD REQUEST', '[INFO] 200 OK', '[ERROR] 500 OH'];
  assert.deepEqual(
    (await client.testMetricFilter({ filterPattern: 'ERROR', logEventMessages: messages })).matches,
    [
      { eventNumber: 1, eventMessage: messages[0], extractedValues: {} },
      { eventNumber: 3, eventMessage: messages[2], extractedValues: {} },
    ],
  );
  const { matches } = await client.testMetricFilter({
    filterPattern: '[level, status = 5*, text]',
    logEventMessages: messages,
  });
  assert.deepEqual(matches, [
    {
      eventNumber: 3,
      eventMessage: messages[2],
      extractedValues: { $level: 'ERROR', $status: '500', $text: 'OH' },
    },
  ]);
});

test('patterns that are not understood are refused in the words for metric filters', async (t) => {
  const local = await endpoint(t);
  for (const [filterPattern, message] of [
    ['"open', 'Invalid metric filter pattern'],
    ['{ $.a EXISTS }', 'Invalid metric filter pattern'],
    ['a:b', "Invalid character(s) in term ':'"],
  ]) {
    for (const [operation, members] of [
      ['TestMetricFilter', { logEventMessages: ['a'] }],
      ['PutMetricFilter', { logGroupName: GROUP, filterName: 'f', metricTransformations: [METRIC] }],
    ] as const) {
      const reply = await call(local, operation, { ...members, filterPattern });
      assert.deepEqual(refusalOf(reply), ['InvalidParameterException', message]);
    }
  }
});

test('a filter counts what is put after it was made', async (t) => {
  const { local, client, put } = await filtered(t, 'ERROR');
  await put(['ERROR 1', 'INFO', 'ERROR 2']);
  await put(['ERROR 3'], NOW + 60_000);
  assert.deepEqual(points(local), [
    [0, 2, 2, 1, 1],
    [1, 1, 1, 1, 1],
  ]);
  await client.deleteMetricFilter({ logGroupName: GROUP, filterName: 'f' });
  await put(['ERROR 4']);
  assert.equal(points(local)[0]?.[1], 2);
});

test('a value is read from JSON or from a field, and what is no number adds nothing', async (t) => {
  const json = await filtered(t, '{ $.ms = * }', { metricValue: '$.ms', unit: 'Milliseconds' });
  await json.put(['{"ms":12.5}', '{"ms":"7"}', '{"ms":"slow"}', '{"other":1}']);
  assert.deepEqual(points(json.local), [[0, 19.5, 2, 7, 12.5]]);
  assert.equal(json.local.metrics()[0]?.unit, 'Milliseconds');
  const fields = await filtered(t, '[..., status = 2*, bytes]', { metricValue: '$bytes' });
  await fields.put(['GET /a 200 1534', 'GET /b 404 100', 'GET /c 204 -']);
  assert.deepEqual(points(fields.local), [[0, 1534, 1, 1534, 1534]]);
});

test('the default value stands for events of minutes in which none matches', async (t) => {
  const { local, put } = await filtered(t, 'ERROR', { defaultValue: 0 });
  await put(['ERROR', 'INFO'], NOW);
  await put(['INFO', 'INFO'], NOW + 60_000);
  assert.deepEqual(points(local), [
    [0, 1, 1, 1, 1],
    [1, 0, 2, 0, 0],
  ]);
});

test('dimensions make a metric for each set of their values', async (t) => {
  const { local, put } = await filtered(t, '{ $.ms = * }', {
    dimensions: { Path: '$.path', Code: '$.code' },
  });
  await put([
    '{"ms":1,"path":"/a","code":200}',
    '{"ms":1,"path":"/a","code":200}',
    '{"ms":1,"path":"/b","code":200}',
    '{"ms":1,"path":"/b"}',
  ]);
  const sums = local.metrics().map(({ dimensions, points }: LocalMetric) => [dimensions, points[0]?.sum]);
  assert.deepEqual(sums, [
    [{ Path: '/a', Code: '200' }, 2],
    [{ Path: '/b', Code: '200' }, 1],
  ]);
});

test('transformations that cannot work are refused', async (t) => {
  const local = await endpoint(t);
  const put = (filterPattern: string, transformation: object) =>
    call(local, 'PutMetricFilter', {
      logGroupName: GROUP,
      filterName: 'f',
      filterPattern,
      metricTransformations: [{ ...METRIC, ...transformation }],
    });
  for (const [filterPattern, transformation] of [
    ['ERROR', { metricValue: '$.ms' }],
    ['ERROR', { metricValue: 'many' }],
    ['[a, b]', { metricValue: '$c' }],
    ['{ $.a = * }', { dimensions: { A: '$.a', B: '$.b', C: '$.c', D: '$.d' } }],
    ['{ $.a = * }', { dimensions: { A: '$.a' }, defaultValue: 0 }],
    ['{ $.a = * }', { dimensions: { A: 'a' } }],
  ] as const) {
    const reply = await put(filterPattern, transformation);
    assert.equal(reply.body?.__type, 'InvalidParameterException', JSON.stringify(transformation));
  }
  // The text is that of https://github.com/hashicorp/terraform-provider-aws/issues/28881
  assert.deepEqual(refusalOf(await put('ERROR', { dimensions: { A: '$.a' } })), [
    'InvalidParameterException',
    'The specified filter pattern does not support dimensions',
  ]);
});

test('filters are described as AWS does', async (t) => {
  // Restated from LocalStack's tests of metric filters, recorded on AWS in February 2026.
  const { client } = await filtered(t, ' ', { defaultValue: 0 });
  const { metricFilters } = await client.describeMetricFilters({
    logGroupName: GROUP,
    filterNamePrefix: 'f',
  });
  assert.deepEqual(metricFilters, [
    {
      applyOnTransformedLogs: false,
      creationTime: NOW,
      filterName: 'f',
      filterPattern: ' ',
      logGroupName: GROUP,
      metricTransformations: [{ ...METRIC, defaultValue: 0 }],
    },
  ]);
});

test('filters are found by group, prefix, and metric, over all groups and in pages', async (t) => {
  const { local, client } = await filtered(t, 'a');
  local.createLogGroup('other');
  const put = (logGroupName: string, filterName: string, metricName: string) =>
    client.putMetricFilter({
      logGroupName,
      filterName,
      filterPattern: 'a',
      metricTransformations: [{ ...METRIC, metricName, metricNamespace: 'A.B-c_d/1#2' }],
    });
  await put('other', 'g', 'm');
  await put('other', 'f', 'n');
  await put(GROUP, 'g', 'm');
  const found = async (input: Parameters<typeof client.describeMetricFilters>[0]) => {
    const { metricFilters = [], nextToken } = await client.describeMetricFilters(input);
    return {
      names: metricFilters.map(({ filterName, logGroupName }) => `${filterName} ${logGroupName}`),
      nextToken,
    };
  };
  assert.deepEqual((await found({})).names, ['f app', 'f other', 'g app', 'g other']);
  assert.deepEqual((await found({ logGroupName: 'other' })).names, ['f other', 'g other']);
  assert.deepEqual((await found({ filterNamePrefix: 'g' })).names, ['g app', 'g other']);
  const byMetric = { metricName: 'n', metricNamespace: 'A.B-c_d/1#2' };
  assert.deepEqual((await found(byMetric)).names, ['f other']);
  const first = await found({ limit: 3 });
  assert.deepEqual(first.names, ['f app', 'f other', 'g app']);
  assert.deepEqual(await found({ limit: 3, nextToken: first.nextToken }), {
    names: ['g other'],
    nextToken: undefined,
  });
  const alone = await call(local, 'DescribeMetricFilters', { metricName: 'n' });
  assert.equal(alone.body.__type, 'InvalidParameterException');
  assert.equal(
    (await client.describeLogGroups({ logGroupNamePrefix: 'other' })).logGroups?.[0]?.metricFilterCount,
    2,
  );
});

test('a filter of the same name is replaced, and one that is not there cannot be deleted', async (t) => {
  const { client, local } = await filtered(t, 'a');
  await client.putMetricFilter({
    logGroupName: GROUP,
    filterName: 'f',
    filterPattern: 'b',
    metricTransformations: [METRIC],
  });
  const { metricFilters } = await client.describeMetricFilters({ logGroupName: GROUP });
  assert.deepEqual(
    metricFilters?.map(({ filterPattern }) => filterPattern),
    ['b'],
  );
  const missing = await call(local, 'DeleteMetricFilter', { logGroupName: GROUP, filterName: 'g' });
  assert.deepEqual(refusalOf(missing), [
    'ResourceNotFoundException',
    'The specified metric filter does not exist.',
  ]);
  const noGroup = await call(local, 'DeleteMetricFilter', { logGroupName: 'none', filterName: 'f' });
  assert.equal(noGroup.body.__type, 'ResourceNotFoundException');
});

test('a group has at most 100 metric filters, and five filters with regular expressions', async (t) => {
  const { local } = await filtered(t, 'a');
  const put = (filterName: string, filterPattern: string) =>
    call(local, 'PutMetricFilter', {
      logGroupName: GROUP,
      filterName,
      filterPattern,
      metricTransformations: [METRIC],
    });
  for (let index = 0; index < 5; index++) assert.equal((await put(`regex-${index}`, '%a%')).status, 200);
  const exceeded = ['LimitExceededException', 'Resource limit exceeded.'];
  assert.deepEqual(refusalOf(await put('regex-5', '{ $.a = %a% }')), exceeded);
  assert.equal((await put('regex-4', '%b%')).status, 200);
  for (let index = 6; index < 100; index++) assert.equal((await put(`more-${index}`, 'a')).status, 200);
  assert.deepEqual(refusalOf(await put('one-more', 'a')), exceeded);
  assert.equal((await put('f', 'b')).status, 200);
});

test('filters go with their group, and what they counted with a reset', async (t) => {
  const { local, client, put } = await filtered(t, 'a');
  await put(['a']);
  await client.deleteLogGroup({ logGroupName: GROUP });
  local.createLogGroup(GROUP);
  local.createLogStream(GROUP, TARGET.logStreamName);
  assert.deepEqual((await client.describeMetricFilters({ logGroupName: GROUP })).metricFilters, []);
  await put(['a']);
  assert.equal(points(local)[0]?.[1], 1);
  local.reset();
  assert.deepEqual(local.metrics(), []);
});

test('what is not emulated is refused, and so are groups of the class for infrequent access', async (t) => {
  const local = await endpoint(t);
  local.createLogGroup('rare', { logGroupClass: 'INFREQUENT_ACCESS' });
  const members = { filterName: 'f', filterPattern: 'a', metricTransformations: [METRIC] };
  for (const [more, code] of [
    [{ logGroupName: GROUP, applyOnTransformedLogs: true }, 'InvalidParameterException'],
    [{ logGroupName: GROUP, fieldSelectionCriteria: 'a = 1' }, 'InvalidParameterException'],
    [{ logGroupName: GROUP, emitSystemFieldDimensions: ['@aws.account'] }, 'InvalidParameterException'],
    [{ logGroupName: 'rare' }, 'InvalidOperationException'],
    [{ logGroupName: 'none' }, 'ResourceNotFoundException'],
  ] as const) {
    const reply = await call(local, 'PutMetricFilter', { ...members, ...more });
    assert.equal(reply.body?.__type, code, JSON.stringify(more));
  }
});
