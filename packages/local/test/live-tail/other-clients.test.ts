// needs: boto3 aws
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import test, { type TestContext } from 'node:test';
import type { LocalCloudWatchLogs } from '../../src/index.ts';
import { call, endpoint, eventsOf, GROUP, TARGET } from '../endpoint.ts';

const ARN = `arn:aws:logs:us-east-1:123456789012:log-group:${GROUP}`;

/** Whether a client is here and new enough for live tail; `false` or the reason to skip, as `skip` takes it. */
function missing(command: string, args: readonly string[], what: string): string | false {
  const { status } = spawnSync(command, args, { stdio: 'ignore' });
  return status === 0 ? false : `${what} is not on this machine`;
}

const noBoto3 = missing(
  'python3',
  ['-c', "import boto3; boto3.client('logs', region_name='us-east-1').start_live_tail"],
  'boto3 with start_live_tail (Debian: python3-boto3)',
);
const noCli = missing(
  'aws',
  ['logs', 'start-live-tail', 'help'],
  'the AWS CLI with start-live-tail (Debian: awscli)',
);

function run(
  t: TestContext,
  local: LocalCloudWatchLogs,
  command: string,
  args: readonly string[],
): ChildProcess {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...local.environment(), PYTHONUNBUFFERED: '1' },
  });
  t.after(() => child.kill('SIGKILL'));
  return child;
}

/** Puts events as soon as the session of a client has begun, and answers what the client prints up to the last of them. */
async function printed(t: TestContext, local: LocalCloudWatchLogs, command: string, args: readonly string[]) {
  const begun = new Promise<void>((resolve) => {
    local.on('request', ({ operation, outcome }) => {
      if (operation === 'StartLiveTail' && outcome === 'ok') resolve();
    });
  });
  const { stdout } = run(t, local, command, args);
  assert.ok(stdout !== null);
  await begun;
  const logEvents = eventsOf(['not asked for', 'grüße 1', 'grüße 2 🎉']);
  await call(local, 'PutLogEvents', { ...TARGET, logEvents });
  const lines: string[] = [];
  for await (const line of createInterface({ input: stdout })) {
    lines.push(line);
    if (line.includes('🎉')) break;
  }
  return lines;
}

const PYTHON = `
import boto3, sys
client = boto3.client('logs')
response = client.start_live_tail(logGroupIdentifiers=[sys.argv[1]], logEventFilterPattern='-asked')
for event in response['responseStream']:
    if 'sessionStart' in event:
        print('start', event['sessionStart']['logGroupIdentifiers'][0])
    for shown in event.get('sessionUpdate', {}).get('sessionResults', []):
        print(shown['logStreamName'], shown['message'])
`;

test('boto3 follows a group', { skip: noBoto3 }, async (t) => {
  const local = await endpoint(t);
  const lines = await printed(t, local, 'python3', ['-c', PYTHON, ARN]);
  assert.deepEqual(lines, [`start ${ARN}`, 'one grüße 1', 'one grüße 2 🎉']);
});

test('boto3 raises the exception of a session that timed out', { skip: noBoto3 }, async (t) => {
  const local = await endpoint(t, { liveTailTimeoutMs: 100 });
  const child = run(t, local, 'python3', [
    '-c',
    `${PYTHON.replace('for event', 'try:\n  for event').split('\n    if')[0]}\n    pass\nexcept Exception as error:\n  print(error)`,
    ARN,
  ]);
  assert.ok(child.stdout !== null);
  const [[text]] = (await Promise.all([once(child.stdout, 'data'), once(child, 'close')])) as [
    [Buffer],
    unknown,
  ];
  assert.match(String(text), /SessionTimeoutException/);
});

test('aws logs start-live-tail follows a group', { skip: noCli }, async (t) => {
  const local = await endpoint(t);
  const args = ['logs', 'start-live-tail', '--log-group-identifiers', ARN];
  const lines = await printed(t, local, 'aws', [...args, '--log-event-filter-pattern', '"grüße"']);
  assert.deepEqual(lines, ['grüße 1', 'grüße 2 🎉']);
});
