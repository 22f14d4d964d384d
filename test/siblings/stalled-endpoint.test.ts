import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { describe, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { LocalCloudWatchLogs } from 'cloudwatch-logs-local';
import { atEnd } from '../fixtures/at-end.js';
import { logGroupName, optionsFor, startEndpoint } from '../fixtures/endpoint.js';
import { ALL_STORED_ONCE, assertStoredOnce, examine, numbersIn } from '../fixtures/numbered.js';

// The other destinations of a logger get everything while CloudWatch Logs answers nothing. That a sibling in the same
// thread is not delayed by a turn is tested in the package of winston.

const LINES = 100_000;

describe('while the endpoint hangs', () => {
  test('the console of winston gets all of 100,000 lines', async (t) => {
    const local = await hangingEndpoint(t);
    const application = startApplication(t, { logger: 'winston', options: optionsFor(local), lines: LINES });
    const read: string[] = [];
    assert.ok(application.stdout);
    for await (const line of createInterface({ input: application.stdout })) {
      read.push(line);
      if (read.length === LINES) break;
    }
    assert.deepEqual(examine(numbersIn(read), LINES), ALL_STORED_ONCE);
    await deliversAfterwards(local, application);
  });

  test('the file of another target of pino gets all of 100,000 lines', async (t) => {
    const local = await hangingEndpoint(t);
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'siblings-'));
    atEnd(t, () => fs.rmSync(directory, { recursive: true, force: true, maxRetries: 3 }));
    const file = path.join(directory, 'app.log');
    fs.writeFileSync(file, '');
    const task = { logger: 'pino', options: optionsFor(local), lines: LINES, file };
    const complete = hasLines(file, LINES);
    const application = startApplication(t, task);
    await complete;
    assert.deepEqual(examine(numbersIn(fs.readFileSync(file, 'utf8').split('\n')), LINES), ALL_STORED_ONCE);
    await deliversAfterwards(local, application);
  });
});

function hangingEndpoint(t: TestContext): Promise<LocalCloudWatchLogs> {
  return startEndpoint(t, { faults: [{ kind: 'hang-before', operation: '*' }] });
}

/** Nothing got through, nothing was lost: it is stored as soon as the endpoint answers. */
async function deliversAfterwards(local: LocalCloudWatchLogs, application: ChildProcess): Promise<void> {
  await local.waitFor(() => local.stats().faults['hang-before'] > 0);
  assert.equal(local.events({ logGroupName }).length, 0);
  await local.stop(); // a request that hangs would do so until its own time is over
  local.faults.clear();
  await local.start();
  application.send('flush');
  const [result] = await once(application, 'message');
  assert.deepEqual(result, { delivered: LINES, dropped: 0, pending: 0 });
  assertStoredOnce(local, LINES);
}

function startApplication(t: TestContext, task: object): ChildProcess {
  const script = fileURLToPath(new URL('application.mjs', import.meta.url));
  const application = spawn(process.execPath, ['--no-warnings', script, JSON.stringify(task)], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  atEnd(t, () => application.kill('SIGKILL'));
  return application;
}

/** Resolves when a file has so many lines. */
async function hasLines(file: string, lines: number): Promise<void> {
  const changes = fs.promises.watch(file);
  let read = 0;
  let found = 0;
  const descriptor = fs.openSync(file, 'r');
  const chunk = Buffer.alloc(1024 * 1024);
  for await (const _ of changes) {
    for (let got = fs.readSync(descriptor, chunk, 0, chunk.length, read); got > 0; ) {
      for (let i = 0; i < got; i++) if (chunk[i] === 10) found++;
      read += got;
      got = fs.readSync(descriptor, chunk, 0, chunk.length, read);
    }
    if (found >= lines) break;
  }
  fs.closeSync(descriptor);
}
