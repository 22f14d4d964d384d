import assert from 'node:assert/strict';
import test from 'node:test';
import type { FilterLogEventsCommandInput, GetLogEventsCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { call, endpoint, eventsOf, GROUP, refusalOf, STREAM, sdk, TARGET } from '../endpoint.ts';

const NOW = Date.UTC(2026, 0, 15, 12);

/** An endpoint whose stream holds the messages '0' to '<count - 1>', a millisecond apart from NOW on. */
async function filled(t: Parameters<typeof endpoint>[0], count: number) {
  const local = await endpoint(t, { now: () => NOW });
  const logEvents = Array.from({ length: count }, (_, index) => ({
    timestamp: NOW + index,
    message: String(index),
  }));
  await call(local, 'PutLogEvents', { ...TARGET, logEvents });
  const client = sdk(t, local);
  const get = async (input: Partial<GetLogEventsCommandInput> = {}) => {
    const page = await client.getLogEvents({ ...TARGET, ...input });
    return {
      messages: (page.events ?? []).map(({ message }) => message).join(' '),
      forward: page.nextForwardToken,
      backward: page.nextBackwardToken,
    };
  };
  const filter = async (input: Partial<FilterLogEventsCommandInput> = {}) => {
    const page = await client.filterLogEvents({ logGroupName: GROUP, ...input });
    return { messages: (page.events ?? []).map(({ message }) => message).join(' '), next: page.nextToken };
  };
  return { local, client, get, filter };
}

test('GetLogEvents reads from the head until the same token comes back', async (t) => {
  const { get } = await filled(t, 5);
  const first = await get({ limit: 2, startFromHead: true });
  assert.equal(first.messages, '0 1');
  const second = await get({ limit: 2, nextToken: first.forward, startFromHead: true });
  assert.equal(second.messages, '2 3');
  const third = await get({ limit: 2, nextToken: second.forward, startFromHead: true });
  assert.equal(third.messages, '4');
  assert.notEqual(third.forward, second.forward);
  const end = await get({ limit: 2, nextToken: third.forward, startFromHead: true });
  assert.equal(end.messages, '');
  assert.equal(end.forward, third.forward);
  assert.match(String(end.forward), /^f\/\d{56}\/s$/);
});

test('GetLogEvents starts with the newest by default and goes back until the same token comes back', async (t) => {
  const { get } = await filled(t, 5);
  const newest = await get({ limit: 2 });
  assert.equal(newest.messages, '3 4');
  const before = await get({ limit: 2, nextToken: newest.backward });
  assert.equal(before.messages, '1 2');
  const oldest = await get({ limit: 2, nextToken: before.backward });
  assert.equal(oldest.messages, '0');
  const end = await get({ limit: 2, nextToken: oldest.backward });
  assert.equal(end.messages, '');
  assert.equal(end.backward, oldest.backward);
  // From any page one can turn round.
  assert.equal((await get({ limit: 2, nextToken: before.forward })).messages, '3 4');
});

test('a forward token of the end, or of an empty stream, finds what is put later', async (t) => {
  const { get, client, local } = await filled(t, 1);
  const end = await get({ startFromHead: true });
  await client.putLogEvents({ ...TARGET, logEvents: eventsOf(['same time', 'later'], NOW) });
  assert.equal((await get({ nextToken: end.forward })).messages, 'same time later');
  local.createLogStream(GROUP, 'empty');
  const empty = await get({ logStreamName: 'empty' });
  assert.equal(empty.messages, '');
  await client.putLogEvents({ logGroupName: GROUP, logStreamName: 'empty', logEvents: eventsOf(['x'], NOW) });
  assert.equal((await get({ logStreamName: 'empty', nextToken: empty.forward })).messages, 'x');
});

test('GetLogEvents includes startTime and excludes endTime', async (t) => {
  const { get } = await filled(t, 5);
  assert.equal((await get({ startTime: NOW + 1, endTime: NOW + 3 })).messages, '1 2');
  assert.equal((await get({ startTime: NOW + 3, startFromHead: true })).messages, '3 4');
  assert.equal((await get({ endTime: NOW })).messages, '');
});

test('FilterLogEvents includes both startTime and endTime', async (t) => {
  const { filter } = await filled(t, 5);
  assert.equal((await filter({ startTime: NOW + 1, endTime: NOW + 3 })).messages, '1 2 3');
});

test('a page holds at most 1 MiB', async (t) => {
  const local = await endpoint(t, { now: () => NOW });
  const client = sdk(t, local);
  const put = (letter: string) =>
    client.putLogEvents({ ...TARGET, logEvents: eventsOf([letter.repeat(600_000)], NOW) });
  for (const letter of ['a', 'b', 'c']) await put(letter);
  const first = await client.getLogEvents({ ...TARGET, startFromHead: true });
  assert.deepEqual(
    first.events?.map(({ message }) => message?.[0]),
    ['a'],
  );
  const newest = await client.getLogEvents(TARGET);
  assert.deepEqual(
    newest.events?.map(({ message }) => message?.[0]),
    ['c'],
  );
  const filtered = await client.filterLogEvents({ logGroupName: GROUP });
  assert.equal(filtered.events?.length, 1);
  assert.notEqual(filtered.nextToken, undefined);
});

test('FilterLogEvents pages without a token at the end, also when the last page is full', async (t) => {
  const { filter } = await filled(t, 4);
  const first = await filter({ limit: 2 });
  assert.equal(first.messages, '0 1');
  const second = await filter({ limit: 2, nextToken: first.next });
  assert.equal(second.messages, '2 3');
  assert.equal(second.next, undefined);
});

test('FilterLogEvents says that there is more only when more matches', async (t) => {
  const { filter } = await filled(t, 12);
  const page = await filter({ limit: 3, filterPattern: '1' });
  assert.deepEqual(page, { messages: '1 10 11', next: undefined });
});

test('FilterLogEvents takes patterns of every kind, and refuses others in the words of the service', async (t) => {
  const { client, filter, local } = await filled(t, 0);
  const messages = ['{"level":"error","ms":12.5}', '{"level":"info","ms":700}', 'GET /a 404', 'GET /b 200'];
  await client.putLogEvents({ ...TARGET, logEvents: eventsOf(messages, NOW) });
  const found = async (filterPattern: string) => (await filter({ filterPattern })).messages;
  assert.equal(await found('{ $.level = "error" || $.ms > 600 }'), `${messages[0]} ${messages[1]}`);
  assert.equal(await found('[method = GET, ..., status = 4*]'), messages[2]);
  assert.equal(await found('%/[ab] 2[0-9]{2}$%'), messages[3]);
  for (const [filterPattern, message] of [
    ['a:b', "Invalid character(s) in term ':'"],
    ['{ $.level EXISTS }', 'Invalid filter pattern'],
    ['{ $.level = 1', "If a filter pattern starts with '{' it must end with '}'"],
  ]) {
    const reply = await call(local, 'FilterLogEvents', { logGroupName: GROUP, filterPattern });
    assert.deepEqual(refusalOf(reply), ['InvalidParameterException', message]);
  }
});

test('FilterLogEvents reads backwards when asked, from 2024 on only', async (t) => {
  const { filter, local } = await filled(t, 5);
  const first = await filter({ startFromHead: false, startTime: NOW, limit: 3 });
  assert.equal(first.messages, '4 3 2');
  const second = await filter({ startFromHead: false, startTime: NOW, limit: 3, nextToken: first.next });
  assert.deepEqual(second, { messages: '1 0', next: undefined });
  const tooEarly = await call(local, 'FilterLogEvents', { logGroupName: GROUP, startFromHead: false });
  assert.equal(tooEarly.body.__type, 'InvalidParameterException');
});

test('FilterLogEvents merges streams by time and takes some by name or prefix', async (t) => {
  const { filter, client, local } = await filled(t, 2);
  for (const logStreamName of ['two', 'tree']) {
    local.createLogStream(GROUP, logStreamName);
    await client.putLogEvents({
      logGroupName: GROUP,
      logStreamName,
      logEvents: eventsOf([logStreamName], NOW),
    });
  }
  assert.equal((await filter()).messages, '0 two tree 1');
  assert.equal((await filter({ logStreamNames: [STREAM, 'tree', 'tree'] })).messages, '0 tree 1');
  assert.equal((await filter({ logStreamNamePrefix: 'tw' })).messages, 'two');
  assert.equal((await filter({ logStreamNamePrefix: 'none' })).messages, '');
  const { events, searchedLogStreams } = await client.filterLogEvents({ logGroupName: GROUP, limit: 1 });
  assert.deepEqual(searchedLogStreams, []);
  assert.deepEqual(Object.keys(events?.[0] ?? {}).sort(), [
    'eventId',
    'ingestionTime',
    'logStreamName',
    'message',
    'timestamp',
  ]);
  const both = { logGroupName: GROUP, logStreamNames: ['two'], logStreamNamePrefix: 't' };
  assert.equal((await call(local, 'FilterLogEvents', both)).body.__type, 'InvalidParameterException');
  const missing = { logGroupName: GROUP, logStreamNames: ['none'] };
  assert.equal((await call(local, 'FilterLogEvents', missing)).body.__type, 'ResourceNotFoundException');
});

test('tokens and limits that are none are refused in the words of the service', async (t) => {
  const { local } = await filled(t, 1);
  for (const [operation, token] of [
    ['GetLogEvents', 'f/1/s'],
    ['GetLogEvents', 'nonsense'],
    ['FilterLogEvents', 'nonsense'],
  ] as const) {
    const reply = await call(local, operation, { ...TARGET, nextToken: token });
    assert.deepEqual(refusalOf(reply), ['InvalidParameterException', 'The specified nextToken is invalid.']);
  }
  assert.equal(
    refusalOf(await call(local, 'GetLogEvents', { ...TARGET, limit: 10_001 }))[1],
    "1 validation error detected: Value '10001' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 10000",
  );
  assert.match(
    refusalOf(await call(local, 'FilterLogEvents', { ...TARGET, limit: 0 }))[1],
    /greater than or equal to 1$/,
  );
  const notLong = await call(local, 'GetLogEvents', { ...TARGET, startTime: 1e300 });
  assert.equal(notLong.body.__type, 'SerializationException');
});

test('pages are right when events arrive out of order between them', async (t) => {
  const { get, client } = await filled(t, 4);
  const first = await get({ limit: 2, startFromHead: true });
  await client.putLogEvents({
    ...TARGET,
    logEvents: [...eventsOf(['early'], NOW), ...eventsOf(['mid'], NOW + 2)],
  });
  assert.equal((await get({ limit: 5, nextToken: first.forward })).messages, '2 mid 3');
  assert.equal((await get({ startFromHead: true })).messages, '0 early 1 2 mid 3');
});
