import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';
import type { LocalCloudWatchLogs } from 'cloudwatch-logs-local';
import { atEnd } from '../fixtures/at-end.js';
import { logGroupName, optionsFor, startEndpoint } from '../fixtures/endpoint.js';
import { assertLaw } from '../fixtures/law.js';
import { numbered, storedNumbers } from '../fixtures/numbered.js';
import { SHIPPERS, start } from '../fixtures/shippers.js';

// An outage in which far more is logged than the buffer holds, and hardly any of it matters.

const LINES = 8000;
const isError = (number: number) => number % 500 === 250;
const ERRORS = Array.from({ length: LINES }, (_, number) => number).filter(isError);
const PADDING = '.'.repeat(150);
const MAX_BUFFER_BYTES = 256 * 1024;
const OUTAGE = [{ kind: 'reset-before', operation: '*' }] as const;

/** Counts by level that the markers in the stream tell. */
function markedLevels(local: LocalCloudWatchLogs): Set<string> {
  const markers = local
    .events({ logGroupName })
    .filter(({ message }) => message.startsWith('{"droppedEvents"'))
    .map(({ message }) => JSON.parse(message).levels as Record<string, number>);
  return new Set(markers.flatMap((levels) => Object.keys(levels)));
}

for (const name of Object.keys(SHIPPERS)) {
  test(`the errors of an outage are stored, though the buffer is full of other lines: ${name}`, async (t) => {
    const local = await startEndpoint(t, { faults: OUTAGE });
    const shipper = start(t, name, {
      ...optionsFor(local),
      maxBufferBytes: MAX_BUFFER_BYTES,
      overflow: 'drop-lowest',
      requestTimeoutMs: 2000,
    });
    for (let i = 0; i < LINES; i++) {
      shipper.log(numbered(i), isError(i) ? 'error' : 'info', { fields: { padding: PADDING } });
      if (i % 1000 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    while ((await shipper.stats()).received < LINES) await new Promise((resolve) => setImmediate(resolve));
    local.faults.set([]);
    const { pending } = await shipper.flush(60_000);
    assert.equal(pending, 0);
    const stats = await shipper.stats();
    assertLaw(stats);
    assert.ok(stats.dropped.overflow > LINES / 20, `${stats.dropped.overflow} lines had no room`);
    assert.deepEqual(storedNumbers(local).filter(isError), ERRORS);
    if (name !== 'winston in a worker') assert.deepEqual([...markedLevels(local)], ['info']);
    const told = shipper.drops.flatMap(({ levels = {} }) => Object.keys(levels));
    assert.deepEqual([...new Set(told)], ['info'], 'what is told of drops names levels');
  });
}

test('the errors of an outage are stored, though the buffer is full of other lines: the command', async (t) => {
  const local = await startEndpoint(t, { faults: OUTAGE });
  const manifest = createRequire(import.meta.url).resolve('pino-cloudwatch-logs/package.json');
  const cli = path.join(path.dirname(manifest), 'dist', 'cli.js');
  const flags = ['--group', logGroupName, '--stream', 'main', '--endpoint', local.endpoint, '--echo'];
  const child = spawn(
    process.execPath,
    [cli, ...flags, '--overflow', 'drop-lowest', '--max-buffer-bytes', String(MAX_BUFFER_BYTES)],
    {
      env: {
        ...process.env,
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        AWS_REGION: 'us-east-1',
      },
      stdio: ['pipe', 'pipe', 'ignore'],
    },
  );
  atEnd(t, () => child.kill('SIGKILL'));
  const closed = once(child, 'close');
  for (let i = 0; i < LINES; i++) {
    // As pino writes it, and as others do.
    const level =
      i % 1000 === 250 ? '"level":50,"time":1' : `"time":1,"level":"${isError(i) ? 'ERROR' : 'info'}"`;
    child.stdin.write(`{${level},"msg":"${numbered(i)}","padding":"${PADDING}"}\n`);
  }
  let echoed = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    echoed = (echoed + chunk).slice(-1000);
    if (!echoed.includes(`"${numbered(LINES - 1)}"`)) return;
    local.faults.set([]); // everything was read
    child.stdin.end();
  });
  await closed;
  assert.deepEqual(storedNumbers(local).filter(isError), ERRORS);
  assert.deepEqual([...markedLevels(local)], ['info']);
});
