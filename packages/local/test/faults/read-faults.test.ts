import assert from 'node:assert/strict';
import test from 'node:test';
import type { LocalCloudWatchLogs } from '../../src/index.ts';
import { call, endpoint, eventsOf, GROUP, STREAM, sdk, TARGET } from '../endpoint.ts';

const START = Date.UTC(2026, 0, 1);

async function put(local: LocalCloudWatchLogs, ...messages: string[]): Promise<void> {
  const reply = await call(local, 'PutLogEvents', { ...TARGET, logEvents: eventsOf(messages, START) });
  assert.equal(reply.status, 200);
}

const filter = async (local: LocalCloudWatchLogs, members: object = {}) =>
  (await call(local, 'FilterLogEvents', { logGroupName: GROUP, ...members })).body;

const get = async (local: LocalCloudWatchLogs, members: object = {}) =>
  (await call(local, 'GetLogEvents', { ...TARGET, startFromHead: true, ...members })).body;

const messagesOf = (page: { events: { message: string }[] }): string[] =>
  page.events.map(({ message }) => message);

test('empty-pages: an empty page with a token comes before each page of FilterLogEvents', async (t) => {
  const local = await endpoint(t, { now: () => START, faults: [{ kind: 'empty-pages' }] });
  await put(local, 'a', 'b', 'c');
  const pages: string[][] = [];
  let nextToken: string | undefined;
  do {
    const page = await filter(local, { limit: 2, nextToken });
    pages.push(messagesOf(page));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  assert.deepEqual(pages, [[], ['a', 'b'], [], ['c']]);
});

test('empty-pages: GetLogEvents says by another token that there is more, and ends with the same one', async (t) => {
  const local = await endpoint(t, { now: () => START, faults: [{ kind: 'empty-pages', pages: 2 }] });
  await put(local, 'a', 'b', 'c');
  const pages: string[][] = [];
  let nextToken: string | undefined;
  for (;;) {
    const page = await get(local, { limit: 2, nextToken });
    pages.push(messagesOf(page));
    if (page.nextForwardToken === nextToken) break;
    nextToken = page.nextForwardToken;
  }
  assert.deepEqual(pages, [[], [], ['a', 'b'], [], [], ['c'], [], [], []]);
  // A reader that polls from the end finds what comes later.
  await put(local, 'd');
  assert.deepEqual(messagesOf(await get(local, { nextToken })), ['d']);
});

test('empty-pages: the paginator of the SDK finds every event', async (t) => {
  const local = await endpoint(t, { now: () => START, faults: [{ kind: 'empty-pages', pages: 9 }] });
  await put(local, 'a', 'b', 'c');
  const client = sdk(t, local);
  const seen: (string | undefined)[] = [];
  for await (const page of client.paginateFilterLogEvents({ logGroupName: GROUP, limit: 1 })) {
    for (const event of page.events ?? []) seen.push(event.message);
  }
  assert.deepEqual(seen, ['a', 'b', 'c']);
});

test('empty-pages: the newest page of GetLogEvents is still the newest after an empty one', async (t) => {
  const local = await endpoint(t, { now: () => START, faults: [{ kind: 'empty-pages' }] });
  await put(local, 'a', 'b', 'c');
  const empty = await get(local, { startFromHead: false, limit: 1 });
  assert.deepEqual(messagesOf(empty), []);
  const page = await get(local, { startFromHead: false, limit: 1, nextToken: empty.nextBackwardToken });
  assert.deepEqual(messagesOf(page), ['c']);
});

test('read-lag hides events from both reads until they are old enough', async (t) => {
  let now = START;
  const local = await endpoint(t, { now: () => now, faults: [{ kind: 'read-lag', ms: 3000 }] });
  await put(local, 'a');
  now += 2999;
  assert.deepEqual(messagesOf(await filter(local)), []);
  assert.deepEqual(messagesOf(await get(local)), []);
  // What is stored is not hidden from the test itself.
  assert.equal(local.events({ logGroupName: GROUP }).length, 1);
  now += 1;
  assert.deepEqual(messagesOf(await filter(local)), ['a']);
  assert.deepEqual(messagesOf(await get(local)), ['a']);
});

test('read-lag as a range makes some later puts readable before earlier ones, and hides none again', async (t) => {
  let now = START;
  const local = await endpoint(t, {
    now: () => now,
    seed: 1,
    faults: [{ kind: 'read-lag', ms: [1000, 4000] }],
  });
  for (let index = 0; index < 20; index++) {
    await put(local, String(index));
    now += 50;
  }
  const orders: string[] = [];
  let before: string[] = [];
  for (; before.length < 20; now += 50) {
    const readable = messagesOf(await filter(local));
    assert.deepEqual(
      before.filter((message) => !readable.includes(message)),
      [],
    );
    for (const message of readable) if (!before.includes(message)) orders.push(message);
    before = readable;
    assert.ok(now < START + 6000, 'every event is readable after the longest lag');
  }
  assert.notDeepEqual(
    orders,
    [...orders].sort((a, b) => Number(a) - Number(b)),
  );
  assert.ok(now >= START + 4000);
});

test('read-lag goes by its operation', async (t) => {
  const local = await endpoint(t, {
    now: () => START,
    faults: [{ kind: 'read-lag', ms: 1, operation: 'GetLogEvents' }],
  });
  await put(local, 'a');
  assert.deepEqual(messagesOf(await get(local)), []);
  assert.deepEqual(messagesOf(await filter(local)), ['a']);
  assert.equal(local.stats().faults['read-lag'], 1);
  assert.equal(local.groups()[0]?.streams[0], STREAM);
});
