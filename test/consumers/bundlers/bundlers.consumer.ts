// timeout: 600 s
import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { type LocalCloudWatchLogs, startLocal } from 'cloudwatch-logs-local';
import { Consumer, environmentFor } from '../consumer.ts';
import { temporaryFolder } from '../tarballs.ts';

const LINES = 100;
const BUNDLES = [
  'esbuild CommonJS',
  'esbuild ES module with a banner',
  'esbuild minified',
  'esbuild with splitting',
  'rollup ES module',
  'rollup CommonJS',
  'webpack for production',
  'webpack for development',
  'webpack ES module',
  'ncc CommonJS',
  'ncc ES module',
];
type Ending = readonly [ending: string, first: boolean, code: number];
const EXITS: readonly Ending[] = [
  ['process.exit', false, 0],
  ['process.exit', true, 0],
];
const ENDINGS: readonly Ending[] = [
  ...EXITS,
  ['uncaught error', true, 1],
  ['SIGTERM', true, 0],
  ['nothing left to do', false, 0],
];
/** Below the 8 s that an application without a way to send would wait otherwise. */
const AT_ONCE_MS = 5000;

const consumer = new Consumer(new URL('./project/', import.meta.url));
const skip =
  consumer.install([
    'pino@10',
    'winston@3',
    'esbuild@0.28',
    'rollup@4',
    '@rollup/plugin-node-resolve@16',
    '@rollup/plugin-commonjs@29',
    '@rollup/plugin-json@6',
    'webpack@5',
    '@vercel/ncc@0.45',
  ]) ?? false;

for (const bundle of BUNDLES) {
  describe(`a bundle of ${bundle}, away from node_modules`, { skip }, () => {
    // Outside of the project, so that nothing of its node_modules is found.
    const folder = temporaryFolder();
    let file = '';

    test('is made', async () => {
      const [bundler, ...variant] = bundle.split(' ');
      assert.deepEqual(await consumer.run('bundle.mjs', [bundler, variant.join(' '), folder]), {
        code: 0,
        output: '',
      });
      const name = readdirSync(folder).find((one) => /^app\.[cm]js$/.test(one));
      assert.ok(name, `there is ${readdirSync(folder).join(', ')}`);
      file = path.join(folder, name);
    });

    for (const [ending, first, code] of bundle === BUNDLES[0] ? ENDINGS : EXITS) {
      test(`delivers when it ends by: ${ending}, ${first ? 'after' : 'before'} a first request`, async (t) => {
        const local = await start(t);
        const ended = await run(file, { ending, first, lines: LINES }, environmentFor(local));
        assert.equal(ended.code, code, ended.output);
        if (code === 0) assert.equal(ended.output, '');
        for (const logStreamName of ['pino', 'winston']) {
          const stored = local.events({ logGroupName: 'app', logStreamName });
          assert.equal(stored.length, first ? 1 + LINES : LINES, `${logStreamName}: ${ended.output}`);
        }
      });
    }

    test('says at once that the bundle holds the SDK, where that alone could find the credentials', async (t) => {
      const local = await start(t);
      const { AWS_ACCESS_KEY_ID: _, AWS_SECRET_ACCESS_KEY: __, ...environment } = environmentFor(local);
      const credentials = path.join(folder, 'credentials');
      writeFileSync(credentials, '[logs]\naws_access_key_id = a\naws_secret_access_key = b\n');
      const profile = { AWS_PROFILE: 'logs', AWS_SHARED_CREDENTIALS_FILE: credentials };
      const startedAt = performance.now();
      const scenario = { ending: 'process.exit', first: false, lines: LINES };
      const { code, output } = await run(file, scenario, { ...environment, ...profile });
      assert.equal(code, 0, output);
      assert.match(output, /is a bundle, .*keep "@aws-sdk\/client-cloudwatch-logs" out of the bundle/);
      assert.match(output, /100 log event\(s\) for log group "app" were not sent/);
      assert.ok(performance.now() - startedAt < AT_ONCE_MS);
    });
  });
}

async function start(t: TestContext): Promise<LocalCloudWatchLogs> {
  const local = await startLocal({ sequenceTokens: 'enforced' });
  t.after(() => local.close());
  return local;
}

function run(file: string, scenario: object, env: NodeJS.ProcessEnv) {
  const environment = { ...env, SCENARIO: JSON.stringify(scenario) };
  return consumer.execute(process.execPath, [file], environment, { cwd: path.dirname(file) });
}
