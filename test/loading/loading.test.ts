import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startEndpoint } from '../fixtures/endpoint.js';

// The AWS SDK is most of what there is to load, so it is loaded when the first line is there to be put.

interface Loaded {
  /** Of the AWS SDK, when they should not be loaded yet. */
  readonly files: readonly string[];
  /** How many are found when they are loaded. */
  readonly control: number;
}

async function run(app: string, task: object): Promise<Loaded> {
  const file = fileURLToPath(new URL(`apps/${app}`, import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--no-warnings',
    file,
    JSON.stringify(task),
  ]);
  return JSON.parse(stdout);
}

function assertNoneYet({ files, control }: Loaded): void {
  assert.ok(control > 10, `files of the SDK are not found when they are loaded: ${control}`);
  assert.deepEqual(files, []);
}

for (const way of ['import', 'require'] as const) {
  test(`${way} of winston-cloudwatch-logs, with a transport made, loads no file of the AWS SDK`, async () => {
    assertNoneYet(
      await run('load.mjs', { module: 'winston-cloudwatch-logs', way, make: 'CloudWatchTransport' }),
    );
  });

  test(`${way} of pino-cloudwatch-logs loads no file of the AWS SDK`, async () => {
    assertNoneYet(await run('load.mjs', { module: 'pino-cloudwatch-logs', way }));
  });

  test(`the pino worker, found by ${way}, loads no file of the AWS SDK before its first line`, async (t) => {
    const { endpoint } = await startEndpoint(t);
    assertNoneYet(await run('pino-worker.mjs', { endpoint, way }));
  });
}
