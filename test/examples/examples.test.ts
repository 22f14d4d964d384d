import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const examples = fileURLToPath(new URL('../../examples/', import.meta.url));

async function run(script: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [script], {
    cwd: examples,
    timeout: 120_000,
    maxBuffer: 16 * 1024 * 1024,
  });
  return stdout;
}

test('the example with a pino worker stores what it logs', async () => {
  const output = await run('pino-worker/main.mjs');
  assert.match(output, /delivered: 2, dropped: 0, pending: 0/);
  assert.match(output, /stored: .*"order":42.*"msg":"paid"/);
  assert.match(output, /stored: .*card declined/);
});

test('the example with winston stores each level in its own stream, errors with their stack', async () => {
  const output = await run('winston-service/main.mjs');
  assert.match(output, /stored: info\/.*"message":"paid"/);
  assert.match(output, /stored: error\/.*"stack":"Error: card declined/);
});

test('the example of a Lambda handler stores the logs of an invocation before it returns', async () => {
  const output = await run('lambda/main.mjs');
  assert.match(output, /invocation 1 : 1\n.*invocation 2 : 2\n.*invocation 3 : 3/);
});

test('the demo ends with nothing lost and nothing duplicated, as the endpoint says', async (t) => {
  const start = performance.now();
  const output = await run('demo/main.mjs');
  const seconds = (performance.now() - start) / 1000;
  t.diagnostic(`${seconds.toFixed(1)} s`);
  // Less than 30 s when the machine has nothing else to do.
  assert.ok(seconds < 60, `it took ${seconds} s`);
  assert.match(output, /lost 0, duplicated 0, in \d+ s/);
  // A row of the table: the endpoint's figure, then the transports' own.
  const row = (name: string) => Number(new RegExp(`^${name} +(\\d+) +\\d+$`, 'm').exec(output)?.[1]);
  assert.ok(row('token conflicts met') > 0, 'the rival takes the token at least once');
  assert.ok(row('already accepted') > 0, 'at least one answer is lost');
});
