import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import fc from 'fast-check';
import { KeptData } from '../../src/data/kept-data.ts';
import type { LocalCloudWatchLogs, LocalOptions } from '../../src/index.ts';
import { startLocal } from '../../src/index.ts';
import { MetricFilters } from '../../src/metrics/metric-filters.ts';
import { END, readAll, START } from '../../src/store/scan.ts';
import { Store } from '../../src/store/store.ts';
import { SubscriptionFilters } from '../../src/subscriptions/subscription-filters.ts';
import { call, eventsOf, refusalOf, sdk, TARGET } from '../endpoint.ts';
import { bytesIn, directory, logFiles } from './directory.ts';

async function start(t: TestContext, data: string, options: LocalOptions = {}): Promise<LocalCloudWatchLogs> {
  const local = await startLocal({ data, ...options });
  t.after(() => local.close());
  return local;
}

const put = (local: { endpoint: string }, ...messages: string[]) =>
  call(local, 'PutLogEvents', { ...TARGET, logEvents: eventsOf(messages) });

test('everything is there again at the next start', async (t) => {
  const data = directory(t);
  const first = await start(t, data);
  const logs = sdk(t, first);
  const other = sdk(t, first, { credentials: { accessKeyId: '000000000007', secretAccessKey: 'x' } });
  await logs.createLogGroup({ logGroupName: 'app', tags: { team: 'a' }, logGroupClass: 'STANDARD' });
  await logs.createLogStream(TARGET);
  await logs.createLogStream({ logGroupName: 'app', logStreamName: 'empty' });
  await logs.putRetentionPolicy({ logGroupName: 'app', retentionInDays: 7 });
  await logs.associateKmsKey({ logGroupName: 'app', kmsKeyId: 'arn:aws:kms:us-east-1:1:key/k' });
  await logs.putIndexPolicy({ logGroupIdentifier: 'app', policyDocument: '{"Fields":["a"]}' });
  await logs.putDataProtectionPolicy({ logGroupIdentifier: 'app', policyDocument: '{}' });
  await logs.putMetricFilter({
    logGroupName: 'app',
    filterName: 'm',
    filterPattern: '{ $.a = 1 }',
    metricTransformations: [{ metricName: 'n', metricNamespace: 's', metricValue: '1' }],
  });
  await logs.putSubscriptionFilter({
    logGroupName: 'app',
    filterName: 's',
    filterPattern: 'wanted',
    destinationArn: 'arn:aws:lambda:us-east-1:123456789012:function:f',
  });
  await logs.putQueryDefinition({ name: 'q', queryString: 'limit 1' });
  await other.createLogGroup({ logGroupName: 'gone' });
  await other.createLogGroup({ logGroupName: 'theirs', deletionProtectionEnabled: true });
  await other.deleteLogGroup({ logGroupName: 'gone' });
  const now = Date.now();
  for (const messages of [['c', 'ü\n"\u0000'], ['a'], ['😀']]) {
    const timestamp = now - (messages[0] === 'a' ? 5000 : 0);
    await logs.putLogEvents({ ...TARGET, logEvents: eventsOf(messages, timestamp) });
  }
  const describe = async (client: typeof logs) => {
    const groups = (await client.describeLogGroups({})).logGroups ?? [];
    const [group] = groups;
    if (group === undefined) return [];
    const { logGroupName } = group;
    return [
      groups,
      (await client.describeLogStreams({ logGroupName })).logStreams,
      (await client.describeMetricFilters({ logGroupName })).metricFilters,
      (await client.describeSubscriptionFilters({ logGroupName })).subscriptionFilters,
      (await client.listTagsLogGroup({ logGroupName })).tags,
      (await client.describeIndexPolicies({ logGroupIdentifiers: [String(logGroupName)] })).indexPolicies,
      (await client.describeQueryDefinitions({})).queryDefinitions,
      (await client.filterLogEvents({ logGroupName })).events,
    ];
  };
  const before = [await describe(logs), await describe(other), first.groups()];
  await first.close();

  const second = await start(t, data);
  const again = sdk(t, second);
  const otherAgain = sdk(t, second, { credentials: { accessKeyId: '000000000007', secretAccessKey: 'x' } });
  assert.deepEqual([await describe(again), await describe(otherAgain), second.groups()], before);
  assert.deepEqual(second.messages('app'), ['a', 'c', 'ü\n"\u0000', '😀']);
  // Its filters are at work for new events, and not for those that they have seen.
  const delivered = new Promise<unknown>((resolve) => {
    second.on('subscription', ({ envelope }) => resolve(envelope.logEvents.map(({ message }) => message)));
  });
  await put(second, '{"a":1}', 'wanted');
  assert.deepEqual(await delivered, ['wanted']);
  assert.equal(second.metrics()[0]?.points[0]?.sampleCount, 1);
});

test('sequence tokens go on where they were', async (t) => {
  const data = directory(t);
  const first = await start(t, data, { sequenceTokens: 'enforced' });
  first.createLogGroup('app');
  first.createLogStream('app', 'one');
  const { nextSequenceToken } = (await put(first, 'a')).body;
  await first.close();
  const second = await start(t, data, { sequenceTokens: 'enforced' });
  assert.equal((await put(second, 'b')).body.expectedSequenceToken, nextSequenceToken);
  assert.equal(refusalOf(await put(second, 'a'))[0], 'DataAlreadyAcceptedException');
  const logEvents = eventsOf(['b']);
  const accepted = await call(second, 'PutLogEvents', {
    ...TARGET,
    logEvents,
    sequenceToken: nextSequenceToken,
  });
  assert.equal(accepted.status, 200);
  assert.deepEqual(second.messages('app'), ['a', 'b']);
});

test('a reset and a deletion are kept, too', async (t) => {
  const data = directory(t);
  const first = await start(t, data);
  for (const group of ['a', 'b']) {
    first.createLogGroup(group);
    first.createLogStream(group, 's');
    await call(first, 'PutLogEvents', {
      logGroupName: group,
      logStreamName: 's',
      logEvents: eventsOf([group]),
    });
  }
  first.deleteLogGroup('a');
  first.createLogGroup('a');
  first.createLogStream('a', 's');
  await first.close();
  const second = await start(t, data);
  assert.deepEqual([second.messages('a'), second.messages('b')], [[], ['b']]);
  second.reset();
  second.createLogGroup('c');
  assert.equal(logFiles(data).length, 1);
  await second.close();
  const third = await start(t, data);
  assert.deepEqual(
    third.groups().map(({ logGroupName }) => logGroupName),
    ['c'],
  );
});

test('a tail that was not written to its end is cut, wherever that was', async (t) => {
  const data = directory(t);
  const first = await start(t, data);
  first.createLogGroup('app');
  first.createLogStream('app', 'one');
  await put(first, 'whole');
  const [file = ''] = logFiles(data);
  const whole = readFileSync(file);
  await put(first, 'torn');
  const torn = readFileSync(file);
  await first.close();
  for (let length = whole.length; length < torn.length; length += 13) {
    for (const log of logFiles(data)) rmSync(log);
    writeFileSync(file, torn.subarray(0, length));
    const local = await start(t, data);
    assert.deepEqual(local.messages('app'), ['whole'], `cut at ${length}`);
    assert.equal((await put(local, 'more')).status, 200);
    await local.close();
    const next = await start(t, data);
    assert.deepEqual(next.messages('app'), ['whole', 'more']);
    await next.close();
  }
});

test('a line that was damaged is left out, and the others are read', async (t) => {
  const data = directory(t);
  const first = await start(t, data);
  first.createLogGroup('app');
  first.createLogStream('app', 'one');
  for (const message of ['one', 'two', 'three']) await put(first, message);
  await first.close();
  const [file = ''] = logFiles(data);
  const bytes = readFileSync(file);
  bytes.write('2', bytes.indexOf('two'));
  writeFileSync(file, bytes);
  appendFileSync(file, '\n\nno record\n00000000 {}\n');
  const second = await start(t, data);
  assert.deepEqual(second.messages('app'), ['one', 'three']);
});

test('a directory is for one endpoint at a time, and free again after a sudden end', async (t) => {
  const data = directory(t);
  const first = await start(t, data);
  await assert.rejects(startLocal({ data }), /is used by another cloudwatch-logs-local, process \d+/);
  // A port that is taken leaves the directory free.
  const other = directory(t);
  await assert.rejects(startLocal({ data: other, port: first.port }), { code: 'EADDRINUSE' });
  await (await startLocal({ data: other })).close();
  await first.close();
  writeFileSync(path.join(data, 'lock'), '1\n');
  await assert.rejects(startLocal({ data }), /process 1; if there is none, delete .*lock/);
  // No process has this number.
  writeFileSync(path.join(data, 'lock'), `${2 ** 30}\n`);
  await start(t, data);
  await assert.rejects(startLocal({ data: '' }), /data must be the path of a directory/);
});

/** The parts that are kept, on their own: files small enough to see many of them. */
function parts(data: string, maxBytes: number, fileBytes: number) {
  const store = new Store({ maxBytes, now: () => 1000, onFirstEviction: () => {} });
  const metricFilters = new MetricFilters(store);
  const subscriptionFilters = new SubscriptionFilters(
    store,
    () => '',
    () => {},
  );
  const kept = new KeptData(data, { store, metricFilters, subscriptionFilters }, fileBytes);
  // Asked for each time: the account is another one when there was nothing in it.
  const groups = () => store.account('us-east-1', '123456789012').groups;
  const add = (group: string, stream: string, ...events: { timestamp: number; message: string }[]) => {
    const target =
      groups().get(group) ?? store.createGroup(store.account('us-east-1', '123456789012'), group);
    const into = target.streams.get(stream) ?? store.createStream(target, stream);
    const sizes = Uint32Array.from(events, ({ message }) => Buffer.byteLength(message) + 26);
    store.put(target, into, events, sizes, 0, events.length);
  };
  /** Everything that is stored, events with their numbers. */
  const contents = () =>
    [...store.accounts()].flatMap(({ groups }) =>
      [...groups.values()]
        .map(({ name, streams }) => ({
          name,
          streams: [...streams.values()]
            .map((stream) => ({
              name: stream.name,
              last: stream.lastEventTimestamp,
              events: readAll([stream], { from: START, to: END, forward: true }).map(
                ({ arrival, message, timestamp }) => [timestamp, arrival, message],
              ),
            }))
            .sort((a, b) => (a.name < b.name ? -1 : 1)),
        }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    );
  return { store, kept, groups, add, contents };
}

test('whatever happened, the next start finds what was there, in files that stay small', () =>
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          {
            weight: 8,
            arbitrary: fc.record({
              do: fc.constant('put' as const),
              group: fc.constantFrom('a', 'b'),
              stream: fc.constantFrom('x', 'y'),
              times: fc.array(fc.nat(50), { minLength: 1, maxLength: 4 }),
            }),
          },
          fc.record({ do: fc.constant('delete stream' as const), group: fc.constantFrom('a', 'b') }),
          fc.record({ do: fc.constant('delete group' as const), group: fc.constantFrom('a', 'b') }),
          fc.record({ do: fc.constant('restart' as const) }),
          fc.record({ do: fc.constant('clear' as const) }),
        ),
        { maxLength: 60 },
      ),
      (steps) => {
        const removals: (() => void)[] = [];
        const data = directory({ after: (remove) => removals.push(remove) });
        let number = 0;
        let now = parts(data, 1500, 700);
        try {
          for (const step of [...steps, { do: 'restart' as const }]) {
            switch (step.do) {
              case 'put':
                now.add(
                  step.group,
                  step.stream,
                  ...step.times
                    .sort((a, b) => a - b)
                    .map((timestamp) => ({ timestamp, message: `event ${number++}` })),
                );
                break;
              case 'delete stream': {
                const group = now.groups().get(step.group);
                const [stream] = group?.streams.values() ?? [];
                if (group !== undefined && stream !== undefined) now.store.deleteStream(group, stream);
                break;
              }
              case 'delete group': {
                const group = now.groups().get(step.group);
                if (group !== undefined) now.store.deleteGroup(group);
                break;
              }
              case 'clear':
                now.store.clear();
                break;
              case 'restart': {
                const before = now.contents();
                now.kept.close();
                now = parts(data, 1500, 700);
                assert.deepEqual(now.contents(), before);
              }
            }
          }
          // Records cost more than the events in them, the more the smaller these are.
          assert.ok(bytesIn(data) < 40_000, `${bytesIn(data)} bytes`);
        } finally {
          now.kept.close();
          for (const remove of removals) remove();
        }
      },
    ),
    { numRuns: 150 },
  ));

test('the files take no more than about twice the events, however many were put', (t) => {
  const data = directory(t);
  const { add, kept, store } = parts(data, 1_000_000, 200_000);
  const message = 'x'.repeat(1000);
  let most = 0;
  for (let number = 0; number < 20_000; number++) {
    add('app', `s${number % 3}`, { timestamp: number, message });
    // One stream gets little, and keeps files from becoming empty.
    if (number % 500 === 0) add('app', 'rare', { timestamp: number, message: 'rare' });
    if (number % 100 === 0) most = Math.max(most, bytesIn(data));
  }
  assert.ok(store.bytes <= 1_000_000);
  assert.ok(most < 2_600_000, `${most} bytes`);
  kept.close();
});

test('a disk that fails is told once, and the endpoint goes on', async (t) => {
  const data = directory(t);
  const { add, contents, kept } = parts(data, 1_000_000, 500);
  const warned = new Promise<Error>((resolve) => {
    process.on('warning', (warning: NodeJS.ErrnoException) => {
      if (warning.code === 'CLOUDWATCH_LOGS_LOCAL_DATA') resolve(warning);
    });
  });
  add('app', 'one', { timestamp: 1, message: 'before' });
  rmSync(data, { recursive: true });
  for (let number = 0; number < 50; number++) add('app', 'one', { timestamp: 2, message: `after ${number}` });
  assert.match(String(await warned), /cannot write to .* any more, and keeps logs in memory only.*ENOENT/);
  assert.equal(contents()[0]?.streams[0]?.events.length, 51);
  kept.close();
});

test('an empty file, as a sudden end can leave it, is no hindrance', async (t) => {
  const data = directory(t);
  const first = await start(t, data);
  first.createLogGroup('app');
  await first.close();
  writeFileSync(path.join(data, 'log-00000099'), '');
  const second = await start(t, data);
  assert.equal(second.groups().length, 1);
  await second.close();
  const [file = ''] = logFiles(data);
  truncateSync(file, 0);
  await start(t, data);
});
