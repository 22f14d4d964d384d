import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import test, { type TestContext } from 'node:test';
import type { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import { startLocal } from '../../src/index.ts';
import { eventsOf, sdk } from '../endpoint.ts';

// moto is another emulation of CloudWatch Logs. Where it is known to be right, both must answer alike.
const hasMoto = spawnSync('moto_server', ['--help'], { stdio: 'ignore' }).status === 0;

async function startMoto(t: TestContext): Promise<{ endpoint: string }> {
  const child = spawn('moto_server', ['-H', '127.0.0.1', '-p', '0'], { stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => child.kill('SIGKILL'));
  for await (const line of createInterface({ input: child.stderr })) {
    const endpoint = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1];
    if (endpoint !== undefined) {
      child.stderr.resume();
      child.stdout.resume();
      return { endpoint };
    }
  }
  throw new Error('moto_server ended without saying where it listens');
}

/** What an answer says, without what differs by nature: ids, times, tokens. */
async function said(answer: Promise<object>): Promise<unknown> {
  try {
    const { $metadata, ...members } = (await answer) as { $metadata: { httpStatusCode?: number } };
    return { status: $metadata.httpStatusCode, members: Object.keys(members).sort() };
  } catch (error) {
    const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
    return { status: $metadata?.httpStatusCode, name, message };
  }
}

test('answers agree with those of moto where moto is right', {
  skip: hasMoto ? false : 'moto_server is not on this machine',
}, async (t) => {
  const local = await startLocal();
  t.after(() => local.close());
  const moto = await startMoto(t);
  const clients = [sdk(t, local), sdk(t, moto)] as const;
  const now = Date.now();
  const group = { logGroupName: 'g' };
  const stream = { ...group, logStreamName: 's' };
  const calls: [string, (client: CloudWatchLogs) => Promise<object>][] = [
    ['put to a missing group', (c) => c.putLogEvents({ ...stream, logEvents: eventsOf(['a'], now) })],
    ['create a stream in a missing group', (c) => c.createLogStream(stream)],
    ['create a group', (c) => c.createLogGroup({ ...group, tags: { a: 'b' } })],
    ['create it again', (c) => c.createLogGroup(group)],
    ['put to a missing stream', (c) => c.putLogEvents({ ...stream, logEvents: eventsOf(['a'], now) })],
    ['create a stream', (c) => c.createLogStream(stream)],
    ['put', (c) => c.putLogEvents({ ...stream, logEvents: eventsOf(['error one', 'two'], now) })],
    ['put again', (c) => c.putLogEvents({ ...stream, logEvents: eventsOf(['error two'], now) })],
    [
      'put out of order',
      (c) => c.putLogEvents({ ...stream, logEvents: [...eventsOf(['b'], now), ...eventsOf(['a'], now - 1)] }),
    ],
    ['get with a made-up token', (c) => c.getLogEvents({ ...stream, nextToken: 'made-up' })],
    ['get from a missing group', (c) => c.getLogEvents({ ...stream, logGroupName: 'none' })],
    ['filter a missing group', (c) => c.filterLogEvents({ logGroupName: 'none' })],
    ['set a retention', (c) => c.putRetentionPolicy({ ...group, retentionInDays: 7 })],
    [
      'set a retention of a missing group',
      (c) => c.putRetentionPolicy({ logGroupName: 'none', retentionInDays: 7 }),
    ],
    ['remove it', (c) => c.deleteRetentionPolicy(group)],
    ['delete a missing group', (c) => c.deleteLogGroup({ logGroupName: 'none' })],
  ];
  for (const [what, send] of calls) {
    const [ours, theirs] = await Promise.all(clients.map((client) => said(send(client))));
    assert.deepEqual(ours, theirs, what);
  }

  const reads: [string, (client: CloudWatchLogs) => Promise<unknown>][] = [
    ...['error', 'error two', '"error two"'].map(
      (filterPattern): [string, (client: CloudWatchLogs) => Promise<unknown>] => [
        `filter by ${filterPattern}`,
        async (c) =>
          (await c.filterLogEvents({ ...group, filterPattern })).events?.map(({ message }) => message),
      ],
    ),
    [
      'get from the head',
      async (c) =>
        (await c.getLogEvents({ ...stream, startFromHead: true })).events?.map(({ message, timestamp }) => [
          message,
          timestamp,
        ]),
    ],
    [
      'turn the last forward token into itself',
      async (c) => {
        const { nextForwardToken } = await c.getLogEvents({ ...stream, startFromHead: true });
        const end = await c.getLogEvents({ ...stream, startFromHead: true, nextToken: nextForwardToken });
        return [end.events, end.nextForwardToken === nextForwardToken];
      },
    ],
    [
      'list tags',
      async (c) => {
        const resourceArn = 'arn:aws:logs:us-east-1:123456789012:log-group:g';
        await c.tagResource({ resourceArn, tags: { c: 'd' } });
        await c.untagResource({ resourceArn, tagKeys: ['a'] });
        return (await c.listTagsForResource({ resourceArn })).tags;
      },
    ],
    ['describe groups', async (c) => (await c.describeLogGroups({})).logGroups?.map(({ arn }) => arn)],
    [
      'describe streams',
      async (c) =>
        (await c.describeLogStreams(group)).logStreams?.map((it) => [it.arn, it.lastEventTimestamp]),
    ],
  ];
  for (const [what, read] of reads) {
    const [ours, theirs] = await Promise.all(clients.map(read));
    assert.deepEqual(ours, theirs, what);
  }
});
