import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import readline from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Publisher } from 'cloudwatch-logs-publisher';
import { atEnd } from '../fixtures/at-end.js';
import { examine } from '../fixtures/numbered.js';

const BYTES_PER_SECOND = 50_000;
const BATCH_BYTES = 102_400;
const EVENTS = 95;
const PADDING = '.'.repeat(1000);
// Node.js cannot make a receive buffer smaller; Python can, and most machines have it.
const withoutPython = spawnSync('python3', ['--version']).status === 0 ? false : 'needs python3';

/** A receiver with a buffer of a few kilobytes, in a process of its own. */
async function startReceiver(
  onStored: (texts: readonly string[]) => void,
): Promise<{ endpoint: string; end(): void }> {
  const program = fileURLToPath(new URL('slow-receiver.py', import.meta.url));
  const receiver = spawn('python3', [program, String(BYTES_PER_SECOND)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = readline.createInterface(receiver.stdout);
  const [first] = await once(lines, 'line');
  lines.on('line', (line) => onStored(JSON.parse(line).stored));
  const { port } = JSON.parse(first);
  return { endpoint: `http://127.0.0.1:${port}`, end: () => receiver.kill('SIGKILL') };
}

// A full batch takes two seconds, and a request may be silent for 0.7. A small receive buffer lets the sender see
// how far it has come; what its own system holds back meanwhile it does not see.
test('a full batch gets through an uplink of 50 kB/s to a small receive buffer', {
  skip: withoutPython,
}, async (t) => {
  const stored: number[] = [];
  const receiver = await startReceiver((texts) => {
    for (const text of texts) stored.push(Number(text.split(' ')[1]));
  });
  atEnd(t, () => receiver.end());
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
  const publisher = new Publisher({
    logGroupName: 'app',
    logStreamName: 's',
    aws: { region: 'eu-west-1', endpoint: receiver.endpoint, credentials },
    maxBatchBytes: BATCH_BYTES,
    requestTimeoutMs: 700,
  });
  atEnd(t, () => publisher.close({ timeoutMs: 0 }));
  publisher.on('warn', () => {});
  const startedAt = performance.now();
  for (let i = 0; i < EVENTS; i++)
    publisher.publish({ timestamp: Date.now(), message: `number ${i} ${PADDING}` });
  assert.equal((await publisher.flush({ timeoutMs: 100_000 })).delivered, EVENTS);
  const { lost, duplicated } = examine(stored, EVENTS);
  const { possibleDuplicates, requests } = publisher.stats();
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  t.diagnostic(JSON.stringify({ seconds, requests, duplicated, possibleDuplicates }));
  assert.equal(lost, 0);
  assert.ok(duplicated <= possibleDuplicates);
});
