import assert from 'node:assert/strict';
import test from 'node:test';
import type { LocalCloudWatchLogs } from '../../src/index.ts';
import { type FedPut, Feed } from '../../src/store/feed.ts';
import { call, endpoint, eventsOf, TARGET } from '../endpoint.ts';

const put = async (local: LocalCloudWatchLogs, ...messages: string[]): Promise<void> => {
  const reply = await call(local, 'PutLogEvents', { ...TARGET, logEvents: eventsOf(messages) });
  assert.equal(reply.status, 200);
};

const messagesOf = ({ puts }: { puts: readonly FedPut[] }): string[] =>
  puts.flatMap(({ events }) => events.map(({ message }) => message));

test('every accepted put reaches every subscriber, in order and with its place', async (t) => {
  const local = await endpoint(t);
  const [one, two] = [local.subscribe(), local.subscribe({ wants: ({ events }) => events.length > 1 })];
  await put(local, 'a');
  await put(local, 'b', 'c');
  const taken = one.take();
  assert.deepEqual(messagesOf(taken), ['a', 'b', 'c']);
  assert.deepEqual(
    taken.puts.map(({ firstArrival, logGroupName, logStreamName, region, accountId }) => [
      firstArrival,
      logGroupName,
      logStreamName,
      region,
      accountId,
    ]),
    [
      [0, 'app', 'one', 'us-east-1', '123456789012'],
      [1, 'app', 'one', 'us-east-1', '123456789012'],
    ],
  );
  assert.equal(taken.lost, 0);
  assert.deepEqual(messagesOf(two.take()), ['b', 'c']);
  assert.deepEqual(one.take(), { puts: [], lost: 0 });
  one.close();
  await put(local, 'd');
  assert.equal(one.waiting, 0);
  assert.equal(two.waiting, 0);
});

test('events that were rejected do not reach subscribers', async (t) => {
  const local = await endpoint(t);
  const subscription = local.subscribe();
  const now = Date.now();
  const old = { timestamp: now - 15 * 86_400_000, message: 'too old' };
  const early = { timestamp: now + 3 * 3_600_000, message: 'too new' };
  const logEvents = [old, { timestamp: now, message: 'fine' }, early];
  await call(local, 'PutLogEvents', { ...TARGET, logEvents });
  await call(local, 'PutLogEvents', { ...TARGET, logEvents: [old] });
  const { puts } = subscription.take();
  assert.deepEqual(messagesOf({ puts }), ['fine']);
  assert.deepEqual([...(puts[0]?.sizes ?? [])], [30]);
});

test('a subscriber that takes too slowly loses its oldest events, is told how many, and holds no put', async (t) => {
  const local = await endpoint(t);
  const slow = local.subscribe({ maxEvents: 3 });
  const never = local.subscribe({ maxBytes: 100 });
  for (const message of ['a', 'b', 'c', 'd', 'e']) await put(local, message);
  assert.equal(slow.waiting, 3);
  const taken = slow.take();
  assert.deepEqual(messagesOf(taken), ['c', 'd', 'e']);
  assert.equal(taken.lost, 2);
  assert.equal(slow.take().lost, 0);
  // 27 bytes an event.
  assert.equal(never.waiting, 3);
  await put(local, 'f'.repeat(1000));
  assert.equal(never.waiting, 1);
});

test('a put of more events than a subscriber holds leaves the newest of them', async (t) => {
  const local = await endpoint(t);
  const subscription = local.subscribe({ maxEvents: 2 });
  await put(local, 'a', 'b', 'c', 'd', 'e');
  const taken = subscription.take(1);
  assert.deepEqual([messagesOf(taken), taken.lost, taken.puts[0]?.firstArrival], [['d'], 3, 3]);
  assert.deepEqual(messagesOf(subscription.take()), ['e']);
});

test('onEvents comes after the put, once until events were taken, and again while some are left', async (t) => {
  const local = await endpoint(t);
  const seen: string[] = [];
  const done = new Promise<void>((resolve) => {
    const subscription = local.subscribe({
      onEvents: () => {
        seen.push(...messagesOf(subscription.take(2)));
        if (seen.length === 5) resolve();
      },
    });
  });
  await put(local, 'a', 'b', 'c', 'd', 'e');
  await done;
  assert.deepEqual(seen, ['a', 'b', 'c', 'd', 'e']);
});

test('a long queue is taken in order though its start is cut now and then', () => {
  const feed = new Feed();
  const subscription = feed.subscribe({ maxEvents: 5000 });
  const rest = { region: 'r', accountId: 'a', logGroupName: 'g', logStreamName: 's', ingestionTime: 0 };
  for (let index = 0; index < 6000; index++) {
    feed.publish({
      ...rest,
      firstArrival: index,
      events: [{ timestamp: 0, message: String(index) }],
      sizes: Uint32Array.of(27),
    });
  }
  const first = subscription.take(700);
  const second = subscription.take();
  assert.equal(first.lost, 1000);
  assert.deepEqual(
    [...messagesOf(first), ...messagesOf(second)],
    Array.from({ length: 5000 }, (_, index) => String(index + 1000)),
  );
});
