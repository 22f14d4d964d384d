// timeout: 900 s
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { startLocal } from 'cloudwatch-logs-local';
import { Consumer, environmentFor } from '../consumer.ts';
import { newerNode } from '../newer-node.ts';
import { start, whileRunning } from '../server.ts';

const LINES = 20;
const STREAMS = ['pino-in-process', 'pino-worker', 'winston', 'winston-worker'];
const ENDINGS: readonly (readonly [ending: string, code: number | string])[] = [
  ['flush', 'SIGKILL'],
  ['natural end', 0],
  ['process.exit()', 0],
  ['uncaught error', 1],
  ['SIGTERM', 0],
];
/** In processes that the first one starts, each of which logs as many lines. */
const WORKERS = 2;

const consumer = new Consumer(new URL('./project/', import.meta.url));
const skip = consumer.install(['pino@10', 'winston@3', 'bun@1', 'deno@2']) ?? false;
const bin = (name: string) => path.join(consumer.folder, 'node_modules/.bin', name);

for (const version of ['20.19.0', '22', '24', 'latest']) {
  const { node = '', problem } = await newerNode(version);
  describe(`Node.js ${version}`, { skip: skip || (problem ?? false) }, () => {
    for (const [ending, code] of ENDINGS) {
      test(ending, (t) => delivers(t, [node, 'app.mjs', ending], code));
    }
  });
  if (version === '20.19.0') continue; // has no module.enableCompileCache
  describe(`Node.js ${version} with a compile cache`, { skip: skip || (problem ?? false) }, () => {
    const cache = path.join(consumer.folder, `compile-cache-${version}`);
    for (const [run, ending] of [
      ['first', 'natural end'],
      ['second', 'natural end'],
      ['second', 'process.exit()'],
    ]) {
      test(`${ending}: ${run} run`, async (t) => {
        assert.equal(existsSync(cache), run === 'second');
        await delivers(t, [node, 'app.cjs', ending ?? ''], 0, { NODE_COMPILE_CACHE: cache });
        assert.ok(existsSync(cache));
      });
    }
  });
}

describe('node:cluster', { skip }, () => {
  for (const ending of ['natural end', 'process.exit()', 'SIGTERM']) {
    test(ending, (t) => delivers(t, [process.execPath, 'cluster.mjs', ending], 0, {}, WORKERS));
  }
});

describe('PM2, as it stops a process', { skip }, () => {
  // SIGINT, and SIGKILL after 1.6 s.
  test('SIGINT', async (t) => {
    const local = await startLocal({ sequenceTokens: 'enforced' });
    t.after(() => local.close());
    const running = start(t, process.execPath, ['stopped.mjs'], {
      cwd: consumer.folder,
      env: environmentFor(local),
    });
    const all = { logGroupName: 'app', count: STREAMS.length, match: 'started', timeoutMs: 60_000 };
    await whileRunning(running, local.waitForEvents(all));
    running.kill('SIGINT');
    const { code, output } = await running.ended;
    assert.equal(code, 'SIGINT', output);
    for (const logStreamName of STREAMS) {
      const lines = local.events({ logGroupName: 'app', logStreamName });
      assert.match(lines.at(-1)?.message ?? '', /stopping/, logStreamName);
    }
  });
});

describe('Bun 1', { skip }, () => {
  for (const [ending, code] of ENDINGS)
    test(ending, (t) => delivers(t, [bin('bun'), 'app.mjs', ending], code));
});

describe('Deno 2', { skip }, () => {
  const run = [bin('deno'), 'run', '--allow-all', 'app.mjs'];
  for (const [ending, code] of ENDINGS) test(ending, (t) => delivers(t, [...run, ending], code));
});

async function delivers(
  t: TestContext,
  [program = '', ...args]: readonly string[],
  code: number | string,
  env: NodeJS.ProcessEnv = {},
  processes = 1,
): Promise<void> {
  const local = await startLocal({ sequenceTokens: 'enforced' });
  t.after(() => local.close());
  const ended = await consumer.execute(program, args, { ...environmentFor(local), ...env });
  assert.equal(ended.code, code, ended.output);
  if (code === 'SIGKILL') {
    const settled = { delivered: LINES, dropped: 0, pending: 0 };
    assert.deepEqual(
      JSON.parse(ended.output.split('\n')[0] ?? ''),
      STREAMS.map(() => settled),
    );
  }
  const stored = STREAMS.map((logStreamName) => local.events({ logGroupName: 'app', logStreamName }).length);
  assert.deepEqual(
    stored,
    STREAMS.map(() => LINES * processes),
    ended.output,
  );
}
