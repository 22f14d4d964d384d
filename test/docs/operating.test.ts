import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { LocalCloudWatchLogs } from 'cloudwatch-logs-local';
import { atEnd } from '../fixtures/at-end.js';
import { startEndpoint } from '../fixtures/endpoint.js';

const page = readFileSync(new URL('../../docs/operating.md', import.meta.url), 'utf8');
const blocks = page.matchAll(/^<!-- run: (\S+) -->\s+```js\n(.*?)^```$/gms);
const programs = new Map(Array.from(blocks, ([, name = '', code = '']) => [name, code]));
const here = fileURLToPath(new URL('.', import.meta.url));
const tracing = new URL('tracing.mjs', import.meta.url).href;

/** Starts a program in a folder from which the packages are found, and an endpoint that it logs to. */
async function start(t: TestContext, name: string, env: Record<string, string> = {}) {
  const local = await startEndpoint(t);
  const directory = mkdtempSync(path.join(here, 'operating-'));
  atEnd(t, () => rmSync(directory, { recursive: true, force: true }));
  writeFileSync(path.join(directory, 'main.mjs'), programs.get(name) ?? '');
  const child = spawn(process.execPath, ['--import', tracing, 'main.mjs'], {
    cwd: directory,
    env: {
      ...process.env,
      AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: local.endpoint,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      PORT: '0',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  atEnd(t, () => child.kill('SIGKILL'));
  return { local, child };
}

/** Runs a program to its end. */
async function run(t: TestContext, name: string, env?: Record<string, string>) {
  const { local, child } = await start(t, name, env);
  const stdout = outputOf(child);
  const [code] = await once(child, 'close');
  assert.equal(code, 0);
  return { local, stdout: await stdout };
}

async function outputOf({ stdout }: ChildProcess): Promise<string> {
  let text = '';
  for await (const chunk of stdout ?? []) text += chunk;
  return text;
}

function lines(local: LocalCloudWatchLogs): Record<string, unknown>[] {
  return local.events({ logGroupName: 'shop' }).map(({ message }) => JSON.parse(message));
}

test('every program of the page is run here', () => {
  const names = ['prometheus', 'metrics', 'trace-pino', 'trace-winston', 'trace-xray', 'datasource'];
  assert.deepEqual([...programs.keys()], names);
});

test('the counters are scraped by Prometheus', async (t) => {
  const { child } = await start(t, 'prometheus');
  const [chunk] = await once(child.stdout as NonNullable<typeof child.stdout>, 'data');
  const url = `http://127.0.0.1:${/listening (\d+)/.exec(String(chunk))?.[1]}/metrics`;
  let text = '';
  do text = await (await fetch(url)).text();
  while (!/^cloudwatch_logs_events_total\{fate="delivered"\} [1-9]/m.test(text));
  for (const fate of ['overflow', 'shutdown', 'tooOld'])
    assert.ok(text.includes(`cloudwatch_logs_events_total{fate="${fate}"} 0\n`), text);
  assert.match(text, /^# TYPE cloudwatch_logs_events_total counter$/m);
  assert.match(text, /^cloudwatch_logs_waiting_events\{place="memory"\} \d+$/m);
  assert.match(text, /^cloudwatch_logs_oldest_event_age_seconds \d/m);
});

test('the counters are exported by OpenTelemetry', async (t) => {
  const { local, stdout } = await run(t, 'metrics');
  assert.equal(lines(local).length, 1);
  const table =
    page.match(/^\| `.*` \| .* \| .* \|$/gm)?.flatMap((row) => row.match(/`[a-z_]+\.[a-z_.]+`/g) ?? []) ?? [];
  const names = table
    .map((name) => name.slice(1, -1))
    .filter((name) => /^(otel|cloudwatch_logs)\./.test(name));
  for (const name of names.filter((one) => !one.startsWith('cloudwatch_logs.spool.usage')))
    assert.ok(stdout.includes(`name: '${name}'`), `${name} is exported`);
  assert.match(stdout, /'service\.name': 'shop'/);
});

const hex = (digits: number) => new RegExp(`^[0-9a-f]{${digits}}$`);

for (const name of ['trace-pino', 'trace-winston']) {
  test(`a line has the ids of its span: ${name}`, async (t) => {
    const { local } = await run(t, name);
    const [inSpan, outside] = lines(local);
    assert.equal(inSpan.order, 42);
    assert.match(String(inSpan.trace_id), hex(32));
    assert.match(String(inSpan.span_id), hex(16));
    assert.equal(inSpan.trace_flags, '01');
    assert.equal('trace_id' in outside, false);
  });
}

test("a line has the id of its trace in X-Ray's form", async (t) => {
  const root = '1-67891233-abcdef012345678912345678';
  const { local } = await run(t, 'trace-xray', {
    _X_AMZN_TRACE_ID: `Root=${root};Parent=53995c3f42cd8ad8;Sampled=1`,
  });
  const [inSpan, outside] = lines(local);
  assert.match(String(inSpan.xray_trace_id), /^1-[0-9a-f]{8}-[0-9a-f]{24}$/);
  assert.match(String(inSpan.xray_segment_id), hex(16));
  assert.equal(outside.xray_trace_id, root);
});

test('the group of a data source is created with its tags', async (t) => {
  const { local } = await run(t, 'datasource');
  const [group] = local.groups();
  assert.deepEqual(group.tags, { 'cw:datasource:name': 'shop', 'cw:datasource:type': 'application' });
});
