// timeout: 240 s
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type LocalCloudWatchLogs, startLocal } from 'cloudwatch-logs-local';
import type { PublisherStats } from 'cloudwatch-logs-publisher';
import { checkLaw, freePort, spoolDirectory } from './producers.js';

// Several transports share one directory of a spool. Each takes over what was to go where it sends to, and nothing else.

const cli = fileURLToPath(new URL('../../packages/publisher/dist/spool.js', import.meta.url));
const application = fileURLToPath(new URL('two-groups.mjs', import.meta.url));
const APP = { logGroupName: 'app', retentionInDays: 7 };
const AUDIT = { logGroupName: 'audit', retentionInDays: 3653 };
const LINES = 50;

interface Scenario {
  readonly endpoint: string;
  readonly directory: string;
  readonly lines: number;
  readonly groups: readonly object[];
  readonly region?: string;
  readonly padding?: number;
}

async function node(script: string, ...args: string[]) {
  const child = spawn(process.execPath, ['--no-warnings', script, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: child.exitCode, stdout, stderr };
}

/** Runs the application to its end. */
async function run(scenario: Scenario) {
  const { stdout, stderr } = await node(application, JSON.stringify(scenario));
  const said = stdout.split('\n');
  const counted = said.find((line) => line.startsWith('stats '));
  assert.ok(counted, stderr);
  const stats = JSON.parse(counted.slice('stats '.length)) as Record<string, PublisherStats>;
  for (const one of Object.values(stats)) checkLaw(one);
  return { stats, warnings: said.filter((line) => line.startsWith('warn ')) };
}

function stored(local: LocalCloudWatchLogs, logGroupName: string): number {
  const exists = local.groups().some((group) => group.logGroupName === logGroupName);
  return exists ? local.events({ logGroupName }).length : 0;
}

function retentions(local: LocalCloudWatchLogs): Record<string, number | undefined> {
  return Object.fromEntries(local.groups().map((group) => [group.logGroupName, group.retentionInDays]));
}

/** What is left by two transports that never reached their endpoint. */
async function outage(t: Parameters<typeof spoolDirectory>[0], more: Partial<Scenario> = {}) {
  const port = await freePort();
  const scenario = {
    endpoint: `http://127.0.0.1:${port}`,
    directory: spoolDirectory(t),
    lines: LINES,
    groups: [APP, AUDIT],
    ...more,
  };
  await run(scenario);
  const startEndpoint = async () => {
    const local = await startLocal({ port });
    t.after(() => local.close());
    return local;
  };
  return { scenario, startEndpoint };
}

describe('after an outage and a restart each group has its own events and its own retention', () => {
  for (const groups of [
    [APP, AUDIT],
    [AUDIT, APP],
  ]) {
    test(groups.map(({ logGroupName }) => logGroupName).join(' before '), async (t) => {
      const { scenario, startEndpoint } = await outage(t);
      const local = await startEndpoint();
      const { stats, warnings } = await run({ ...scenario, lines: 1, groups });
      assert.deepEqual(retentions(local), { app: 7, audit: 3653 });
      for (const group of ['app', 'audit']) {
        assert.equal(stored(local, group), LINES + 1, group);
        assert.equal(stats[group].recovered, LINES, group);
      }
      assert.deepEqual(warnings, []);
      assert.deepEqual(fs.readdirSync(scenario.directory), []);
    });
  }
});

test('what goes elsewhere is named once at the start, stays, and is sent by the command without the settings of others', async (t) => {
  const { scenario, startEndpoint } = await outage(t);
  const local = await startEndpoint();
  const { stats, warnings } = await run({ ...scenario, lines: 1, groups: [APP] });
  assert.equal(stats.app.recovered, LINES);
  assert.equal(stored(local, 'app'), LINES + 1);
  assert.equal(stored(local, 'audit'), 0);
  assert.equal(warnings.length, 1, warnings.join('\n'));
  assert.match(warnings[0], new RegExp(`\\b${LINES} events, the oldest of \\d{4}-`));
  for (const named of [
    'audit',
    'us-east-1',
    scenario.endpoint,
    `cloudwatch-logs-spool replay ${scenario.directory}`,
  ])
    assert.ok(warnings[0].includes(named), `${named} in ${warnings[0]}`);

  const replay = await node(cli, 'replay', scenario.directory);
  assert.equal(replay.code, 0, replay.stderr);
  assert.equal(stored(local, 'audit'), LINES);
  assert.deepEqual(retentions(local), { app: 7, audit: undefined });
  assert.deepEqual(fs.readdirSync(scenario.directory), []);
});

test('what was logged for one Region is not sent to another', async (t) => {
  const { scenario, startEndpoint } = await outage(t, { groups: [APP], region: 'eu-west-1' });
  const local = await startEndpoint();
  const { stats, warnings } = await run({ ...scenario, lines: 1, region: 'us-east-1' });
  assert.equal(stats.app.recovered, 0);
  assert.equal(stored(local, 'app'), 1);
  assert.match(warnings.join('\n'), /50 events/);
  const last = await run({ ...scenario, lines: 1, region: 'eu-west-1' });
  assert.equal(last.stats.app.recovered, LINES);
});

test('nothing is taken over that does not fit, and nothing is dropped for it', async (t) => {
  const lines = 3000;
  const { scenario, startEndpoint } = await outage(t, { groups: [APP], lines, padding: 2000 });
  const local = await startEndpoint();
  const small = await run({ ...scenario, lines: 1, groups: [{ ...APP, maxBytes: 1024 * 1024 }] });
  assert.equal(small.stats.app.recovered, 0);
  assert.equal(small.stats.app.dropped.overflow, 0);
  assert.equal(stored(local, 'app'), 1);
  assert.equal(small.warnings.length, 1, small.warnings.join('\n'));
  assert.match(small.warnings[0], /maxBytes is 1048576\..*cloudwatch-logs-spool replay/);
  const large = await run({ ...scenario, lines: 1 });
  assert.equal(large.stats.app.recovered, lines);
  assert.equal(stored(local, 'app'), lines + 2);
});
