import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import type { CloudWatchLogs, GetQueryResultsCommandOutput } from '@aws-sdk/client-cloudwatch-logs';
import { call, endpoint, eventsOf, GROUP, refusalOf, sdk, TARGET } from '../endpoint.ts';

const NOW = Date.UTC(2026, 0, 15, 12);
const SECONDS = NOW / 1_000;
const RANGE = { startTime: SECONDS - 600, endTime: SECONDS + 600 };

async function filled(t: TestContext, messages: readonly string[]) {
  const local = await endpoint(t, { now: () => NOW });
  const client = sdk(t, local);
  if (messages.length > 0) {
    const logEvents = messages.map((message, index) => ({ timestamp: NOW + index * 1_000, message }));
    await client.putLogEvents({ ...TARGET, logEvents });
  }
  return { local, client };
}

async function results(
  client: CloudWatchLogs,
  queryId: string | undefined,
): Promise<GetQueryResultsCommandOutput> {
  for (;;) {
    const answer = await client.getQueryResults({ queryId });
    if (answer.status !== 'Running') return answer;
  }
}

test('a query runs and its results are read', async (t) => {
  const { client } = await filled(t, [
    '{"level":"error","n":1}',
    '{"level":"info"}',
    '{"level":"error","n":2}',
  ]);
  const { queryId } = await client.startQuery({
    logGroupName: GROUP,
    ...RANGE,
    queryString: 'fields @timestamp, n | filter level = "error" | sort @timestamp asc',
  });
  const { $metadata: _, results: rows, ...answer } = await results(client, queryId);
  assert.deepEqual(
    rows?.map((row) => row.slice(0, 2)),
    [
      [
        { field: '@timestamp', value: '2026-01-15 12:00:00.000' },
        { field: 'n', value: '1' },
      ],
      [
        { field: '@timestamp', value: '2026-01-15 12:00:02.000' },
        { field: 'n', value: '2' },
      ],
    ],
  );
  assert.deepEqual(answer, {
    queryLanguage: 'CWLI',
    status: 'Complete',
    statistics: {
      recordsMatched: 2,
      recordsScanned: 3,
      bytesScanned: 23 + 16 + 23 + 3 * 26,
      logGroupsScanned: 1,
      estimatedRecordsSkipped: 0,
      estimatedBytesSkipped: 0,
    },
  });
});

test('the range is in whole seconds, both included', async (t) => {
  const { client } = await filled(t, ['0', '1', '2', '3']);
  const { queryId } = await client.startQuery({
    logGroupName: GROUP,
    startTime: SECONDS + 1,
    endTime: SECONDS + 2,
    queryString: 'display @message',
  });
  const { results: rows } = await results(client, queryId);
  assert.deepEqual(
    rows?.map(([cell]) => cell?.value),
    ['2', '1'],
  );
});

test('several groups are searched together, by name or by ARN', async (t) => {
  const { local, client } = await filled(t, ['a']);
  const other = { logGroupName: 'other', logStreamName: 's' };
  local.createLogGroup('other');
  local.createLogStream('other', 's');
  await client.putLogEvents({ ...other, logEvents: eventsOf(['b'], NOW + 1) });
  const arn = (name: string): string => `arn:aws:logs:us-east-1:123456789012:log-group:${name}`;
  for (const groups of [
    { logGroupNames: [GROUP, 'other'] },
    { logGroupIdentifiers: [arn(GROUP), 'other', arn('other')] },
  ]) {
    const { queryId } = await client.startQuery({
      ...groups,
      ...RANGE,
      queryString: 'display @log, @message',
    });
    const { results: rows, statistics } = await results(client, queryId);
    assert.deepEqual(
      rows?.map((row) => row.slice(0, 2).map(({ value }) => value)),
      [
        ['123456789012:other', 'b'],
        ['123456789012:app', 'a'],
      ],
    );
    assert.equal(statistics?.recordsScanned, 2);
  }
});

test('results come in pages when they are asked for so', async (t) => {
  const { client } = await filled(t, ['0', '1', '2']);
  const { queryId } = await client.startQuery({
    logGroupName: GROUP,
    ...RANGE,
    queryString: 'display @message',
  });
  await results(client, queryId);
  const first = await client.getQueryResults({ queryId, maxItems: 2 });
  assert.equal(first.results?.length, 2);
  const second = await client.getQueryResults({ queryId, maxItems: 2, nextToken: first.nextToken });
  assert.deepEqual([second.results?.[0]?.[0]?.value, second.nextToken], ['0', undefined]);
});

test('queries are described as AWS does', async (t) => {
  // Restated from LocalStack's tests of queries, recorded on AWS in February 2026.
  const { client } = await filled(t, []);
  const { queryId } = await client.startQuery({
    logGroupName: GROUP,
    ...RANGE,
    queryString: 'fields @message',
  });
  await results(client, queryId);
  const described = async (input: object) =>
    (await client.describeQueries({ logGroupName: GROUP, ...input })).queries;
  assert.deepEqual(await described({ status: 'Complete' }), [
    {
      createTime: NOW,
      logGroupName: GROUP,
      queryId,
      queryLanguage: 'CWLI',
      queryString: `SOURCE "${GROUP}" START=${RANGE.startTime}000 END=${RANGE.endTime}999 | fields @message`,
      status: 'Complete',
    },
  ]);
  assert.deepEqual(await described({ status: 'Scheduled' }), []);
  assert.deepEqual(await described({ logGroupName: 'other' }), []);
  assert.deepEqual(await described({ queryLanguage: 'SQL' }), []);
});

test('what cannot be queried is refused', async (t) => {
  const { local } = await filled(t, []);
  const start = (members: object) =>
    call(local, 'StartQuery', { logGroupName: GROUP, ...RANGE, queryString: 'fields @message', ...members });
  // Recorded on AWS.
  const missing = await start({ logGroupName: 'none' });
  assert.equal(missing.body.__type, 'ResourceNotFoundException');
  assert.match(
    missing.body.message,
    /^Log group 'none' does not exist for account ID '123456789012' \(Service: AWSLogs; Status Code: 400; Error Code: ResourceNotFoundException; Request ID: [\da-f-]{36}; Proxy: null\)$/,
  );
  const malformed = await start({ queryString: 'fields @message | pattern @message' });
  assert.equal(malformed.body.__type, 'MalformedQueryException');
  assert.deepEqual(malformed.body.queryCompileError, {
    location: { startCharOffset: 18, endCharOffset: 25 },
    message: 'unexpected symbol found pattern at line 1 and position 18',
  });
  for (const [members, code] of [
    [{ logGroupName: undefined }, 'InvalidParameterException'],
    [{ logGroupNames: [GROUP] }, 'InvalidParameterException'],
    [{ startTime: RANGE.endTime, endTime: RANGE.startTime }, 'InvalidParameterException'],
    [{ queryLanguage: 'SQL' }, 'MalformedQueryException'],
    [{ logGroupName: undefined, logGroupNames: ['none'] }, 'ResourceNotFoundException'],
  ] as const) {
    assert.equal((await start(members)).body?.__type, code, JSON.stringify(members));
  }
  for (const operation of ['GetQueryResults', 'StopQuery']) {
    const reply = await call(local, operation, { queryId: 'none' });
    assert.equal(reply.body.__type, 'ResourceNotFoundException');
  }
});

test('a long query leaves others their turn, and can be stopped', async (t) => {
  const { local, client } = await filled(t, []);
  const messages = Array.from({ length: 10_000 }, (_, index) => `{"n":${index}}`);
  for (let put = 0; put < 5; put++) {
    await client.putLogEvents({ ...TARGET, logEvents: eventsOf(messages, NOW) });
  }
  const query = { logGroupName: GROUP, ...RANGE, queryString: 'filter n % 7 = 3 | stats count(*) as n' };
  const [first, second] = await Promise.all([client.startQuery(query), client.startQuery(query)]);
  assert.equal((await client.getQueryResults({ queryId: second.queryId })).status, 'Running');
  assert.equal((await client.stopQuery({ queryId: second.queryId })).success, true);
  assert.equal((await client.getQueryResults({ queryId: second.queryId })).status, 'Cancelled');
  const again = await call(local, 'StopQuery', { queryId: second.queryId });
  assert.deepEqual(refusalOf(again), ['InvalidParameterException', 'The specified query is not running.']);
  const { results: rows } = await results(client, first.queryId);
  assert.deepEqual(rows, [[{ field: 'n', value: String(1_429 * 5) }]]);
});

test('a record is found by the pointer of a result', async (t) => {
  const { local, client } = await filled(t, ['{"a":{"b":[1,"x"]},"c":true}', 'text']);
  const { queryId } = await client.startQuery({
    logGroupName: GROUP,
    ...RANGE,
    queryString: 'sort @timestamp',
  });
  const { results: rows } = await results(client, queryId);
  const logRecordPointer = rows?.[0]?.find(({ field }) => field === '@ptr')?.value;
  assert.deepEqual((await client.getLogRecord({ logRecordPointer })).logRecord, {
    '@timestamp': String(NOW),
    '@ingestionTime': String(NOW),
    '@message': '{"a":{"b":[1,"x"]},"c":true}',
    '@logStream': TARGET.logStreamName,
    '@log': `123456789012:${GROUP}`,
    '@ptr': logRecordPointer,
    'a.b.0': '1',
    'a.b.1': 'x',
    c: '1',
  });
  const nonsense = await call(local, 'GetLogRecord', { logRecordPointer: 'nonsense' });
  assert.equal(nonsense.body.__type, 'InvalidParameterException');
  local.deleteLogStream(GROUP, TARGET.logStreamName);
  const gone = await call(local, 'GetLogRecord', { logRecordPointer });
  assert.equal(gone.body.__type, 'ResourceNotFoundException');
});

test('the fields of a group come with the share of the events that have them', async (t) => {
  const { client } = await filled(t, []);
  const put = (messages: readonly string[], timestamp: number) =>
    client.putLogEvents({ ...TARGET, logEvents: eventsOf(messages, timestamp) });
  await put(['{"old":1}'], NOW - 20 * 60_000);
  await put(['{"a":1,"b":{"c":2}}', '{"a":1}', 'text'], NOW - 60_000);
  const fields = async (input: object) =>
    (await client.getLogGroupFields({ logGroupName: GROUP, ...input })).logGroupFields?.map(
      ({ name, percent }) => `${name} ${percent}`,
    );
  assert.deepEqual((await fields({}))?.slice(5), ['a 67', 'b.c 33']);
  assert.deepEqual((await fields({}))?.[0], '@ingestionTime 100');
  assert.deepEqual((await fields({ time: SECONDS - 20 * 60 }))?.slice(5), ['old 100']);
  assert.deepEqual(await fields({ time: 1 }), []);
});

test('a query does not see what the fault read-lag hides', async (t) => {
  const { local, client } = await filled(t, ['a']);
  local.faults.set([{ kind: 'read-lag', operation: 'StartQuery', ms: 3_600_000 }]);
  const query = { logGroupName: GROUP, ...RANGE, queryString: 'fields @message' };
  const hidden = await results(client, (await client.startQuery(query)).queryId);
  assert.deepEqual(hidden.results, []);
  local.faults.clear();
  const seen = await results(client, (await client.startQuery(query)).queryId);
  assert.equal(seen.results?.length, 1);
});

test('queries are forgotten with a reset', async (t) => {
  const { local, client } = await filled(t, ['a']);
  const { queryId } = await client.startQuery({
    logGroupName: GROUP,
    ...RANGE,
    queryString: 'fields @message',
  });
  local.reset();
  const reply = await call(local, 'GetQueryResults', { queryId });
  assert.equal(reply.body.__type, 'ResourceNotFoundException');
});
