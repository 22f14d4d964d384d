// timeout: 240 s
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startLocal } from 'cloudwatch-logs-local';
import type { SpoolSettings } from 'cloudwatch-logs-publisher';
import type { Ended } from '../fixtures/application.js';
import { Application as PinoApplication } from '../pino/application.js';
import { Application as WinstonApplication } from '../winston/application.js';
import { freePort, logGroupName, Producer, spoolDirectory } from './producers.js';

const LINES = 200;
const CLOSE_TIMEOUT_MS = 1500;
// What a process takes besides: a thread that starts and loads the SDK, and the writes to the disk.
const SLACK_MS = 5000;

interface Host {
  readonly name: string;
  run(ending: string, lines: number, options: object): Promise<Pick<Ended, 'stderr' | 'endingMs'>>;
}

const pino: Host = {
  name: 'the pino worker',
  run: (ending, lines, options) =>
    new PinoApplication({ mode: 'worker', ending, lines, options: options as never }).ended(),
};
const winston: Host = {
  name: 'winston',
  run: (ending, lines, options) =>
    new WinstonApplication({ ending, lines, options: options as never }).ended(),
};
const winstonWorker: Host = {
  name: 'winston in a worker',
  run: (ending, lines, options) => winston.run(ending, lines, { ...options, worker: true }),
};

function optionsFor(port: number, spool: SpoolSettings) {
  return {
    logGroupName,
    logStreamName: 'main',
    closeTimeoutMs: CLOSE_TIMEOUT_MS,
    aws: {
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    },
    spool,
  };
}

/** Bytes of events in the files of a spool. */
function bytesIn(directory: string): number {
  return fs
    .readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.segment'))
    .reduce((sum, name) => sum + fs.statSync(path.join(directory, name)).size, 0);
}

async function numbersAt(t: TestContext, port: number, run: () => Promise<unknown>): Promise<number[]> {
  const local = await startLocal({ port, sequenceTokens: 'enforced' });
  t.after(() => local.close());
  await run();
  const found = local.events({ logGroupName }).map(({ message }) => Number(JSON.parse(message).n));
  return found.sort((a, b) => a - b);
}

test('winston: a disk that works is not taken for one that hangs while process.exit() waits for CloudWatch Logs', async (t) => {
  const directory = spoolDirectory(t);
  const options = { ...optionsFor(await freePort(), { directory }), closeTimeoutMs: 6000 };
  const { stderr } = await winston.run('process.exit', LINES, options);
  assert.doesNotMatch(stderr, /hangs|not sent/);
  assert.match(stderr, new RegExp(`${LINES} log event\\(s\\) wait on disk`));
  assert.ok(bytesIn(directory) > LINES * 20, `nothing is on disk: ${stderr}`);
});

for (const host of [pino, winston, winstonWorker]) {
  for (const ending of ['nothing left to do', 'process.exit', 'uncaught exception']) {
    test(`${host.name}: what a dead endpoint did not take at "${ending}" is sent by the next start`, async (t) => {
      const port = await freePort();
      const directory = spoolDirectory(t);
      const options = optionsFor(port, { directory });
      const { stderr, endingMs } = await host.run(ending, LINES, options);
      t.diagnostic(`${Math.round(endingMs)} ms`);
      assert.ok(endingMs < CLOSE_TIMEOUT_MS + SLACK_MS, `${endingMs} ms`);
      assert.ok(bytesIn(directory) > LINES * 20, `nothing is on disk: ${stderr}`);
      assert.match(stderr, new RegExp(`${LINES} log event\\(s\\) wait on disk`));
      const numbers = await numbersAt(t, port, () => host.run('nothing left to do', 1, options));
      const expected = [1, ...Array.from({ length: LINES }, (_, index) => index + 1)];
      assert.deepEqual(
        numbers,
        expected.sort((a, b) => a - b),
      );
      assert.deepEqual(fs.readdirSync(directory), []);
    });
  }

  test(`${host.name}: what was delivered at process.exit() is not sent again`, async (t) => {
    const port = await freePort();
    const directory = spoolDirectory(t);
    const options = optionsFor(port, { directory, mode: 'always' });
    const numbers = await numbersAt(t, port, async () => {
      await host.run('process.exit', LINES, options);
      await host.run('nothing left to do', 1, options);
    });
    assert.equal(numbers.length, LINES + 1);
  });
}

for (const mode of ['overflow', 'always'] as const) {
  test(`mode '${mode}': what was under way when the time for the end was over is stored once`, async (t) => {
    const port = await freePort();
    const options = optionsFor(port, { directory: spoolDirectory(t), mode });
    const local = await startLocal({ port, sequenceTokens: 'enforced' });
    t.after(() => local.close());
    await winston.run('nothing left to do', 1, options);
    // The thread that sends what is left at the end learns the token, and then gets no answer.
    local.faults.set([{ kind: 'hang-after', after: 1 }]);
    const { stderr } = await winston.run('process.exit', LINES, options);
    assert.match(stderr, new RegExp(`${LINES} log event\\(s\\) wait on disk`));
    local.faults.set([]);
    await winston.run('nothing left to do', 1, options);
    assert.equal(local.events({ logGroupName }).length, LINES + 2);
  });
}

test('a publisher leaves to the next start what it could not send until its deadline', async (t) => {
  const port = await freePort();
  const directory = spoolDirectory(t);
  const endpoint = `http://127.0.0.1:${port}`;
  const options = { closeTimeoutMs: 500, flushTimeoutMs: 500 };
  const first = new Producer(t, {
    endpoint,
    directory,
    mode: 'overflow',
    run: 0,
    events: 1000,
    flushMs: 100,
    options,
  });
  const { closed, stats } = await first.ended();
  assert.deepEqual(closed, { delivered: 0, dropped: 0, pending: 1000 });
  assert.equal(stats.spooled, 1000);
  const local = await startLocal({ port });
  t.after(() => local.close());
  const second = new Producer(t, { endpoint, directory, mode: 'overflow', run: 1, events: 10 });
  const end = await second.ended();
  assert.equal(end.stats.recovered, 1000);
  assert.equal(end.stats.delivered, 1010);
  assert.equal(local.events({ logGroupName }).length, 1010);
  assert.deepEqual(fs.readdirSync(directory), []);
});

test('kill -9 while a thread sends what was logged before process.exit() loses nothing', async (t) => {
  const local = await startLocal({ sequenceTokens: 'enforced', faults: [{ kind: 'hang-before', times: 1 }] });
  t.after(() => local.close());
  const { endpoint } = local;
  const directory = spoolDirectory(t);
  const script = fileURLToPath(new URL('exiting.mjs', import.meta.url));
  const task = JSON.stringify({ endpoint, directory, events: LINES });
  const child = spawn(process.execPath, ['--no-warnings', script, task], { stdio: 'inherit' });
  const closed = once(child, 'close');
  t.after(() => child.kill('SIGKILL'));
  await local.waitFor(() => (local.stats().faults['hang-before'] ?? 0) === 1);
  child.kill('SIGKILL');
  await closed;
  const next = new Producer(t, { endpoint, directory, mode: 'always', run: 1, events: 10 });
  const { stats } = await next.ended();
  assert.equal(stats.recovered, LINES);
  const stored = local.events({ logGroupName }).map(({ message }) => message);
  assert.equal(stored.filter((message) => message.startsWith('0 ')).length, LINES);
});
