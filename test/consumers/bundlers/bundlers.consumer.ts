// timeout: 1500 s
import assert from 'node:assert/strict';
import { readdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, describe, type TestContext, test } from 'node:test';
import { type LocalCloudWatchLogs, startLocal } from 'cloudwatch-logs-local';
import { Consumer, environmentFor } from '../consumer.ts';
import { temporaryFolder } from '../tarballs.ts';

const LINES = 100;
const LOGGERS = ['pino-cloudwatch-logs', 'winston-cloudwatch-logs'];
const ENDINGS: readonly (readonly [ending: string, code: number])[] = [
  ['natural end', 0],
  ['process.exit()', 0],
  ['uncaught error', 1],
  ['SIGTERM', 0],
];
/** Below the 8 s that an application without a way to send would wait otherwise. */
const AT_ONCE_MS = 5000;

const project = new URL('./project/', import.meta.url);
const consumer = new Consumer(project);
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
    'rolldown@1',
    'vite@8',
    '@rspack/core@2',
  ]) ?? false;

for (const bundle of [
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
  'rolldown ES module',
  'rolldown CommonJS',
  'Vite for a server',
  'Rspack for production',
]) {
  describe(named(bundle), { skip }, () => {
    const run = bundled(consumer, bundle);
    delivers(run, ['pino', 'winston']);

    test('says at once that the bundle holds the SDK, where that alone could find the credentials', async (t) => {
      const local = await start(t);
      const { AWS_ACCESS_KEY_ID: _, AWS_SECRET_ACCESS_KEY: __, ...environment } = environmentFor(local);
      const credentials = path.join(temporaryFolder(), 'credentials');
      writeFileSync(credentials, '[logs]\naws_access_key_id = a\naws_secret_access_key = b\n');
      const profile = { AWS_PROFILE: 'logs', AWS_SHARED_CREDENTIALS_FILE: credentials };
      const startedAt = performance.now();
      const scenario = JSON.stringify({ ending: 'process.exit()', first: false, lines: LINES });
      const { code, output } = await run(scenario, { ...environment, ...profile });
      assert.equal(code, 0, output);
      assert.match(output, /is a bundle, .*keep "@aws-sdk\/client-cloudwatch-logs" out of the bundle/);
      assert.match(output, /100 log event\(s\) for log group "app" were not sent/);
      assert.ok(performance.now() - startedAt < AT_ONCE_MS);
    });

    test('says at once that a thread needs the files that the bundle has not', async () => {
      const { code, output } = await run('threads', {});
      assert.equal(code, 0, output);
      const lines = output.trimEnd().split('\n');
      assert.equal(lines.length, LOGGERS.length, output);
      for (const [index, name] of LOGGERS.entries())
        assert.match(lines[index] ?? '', new RegExp(`^"${name}" was bundled .*Keep it out of the bundle`));
    });
  });
}

/** It takes no newer esbuild. */
const withPlugin = new Consumer(project);
const skipPlugin =
  withPlugin.install(['pino@10', 'winston@3', 'esbuild@0.25.8', 'esbuild-plugin-pino@2']) ?? false;

const PLUGIN = 'esbuild with the plugin for pino';
describe(named(PLUGIN), { skip: skipPlugin }, () => {
  delivers(bundled(withPlugin, PLUGIN), ['by name', 'by cloudWatchTarget', 'behind targets']);
});

type Run = (scenario: string, env: NodeJS.ProcessEnv) => ReturnType<Consumer['execute']>;

/**
 * @returns runs the bundle as on another machine: outside of the project, whose packages are not found either by a path that
 * the bundle may hold
 */
function bundled(project: Consumer, bundle: string): Run {
  const folder = temporaryFolder();
  let file = '';
  const packages = path.join(project.folder, 'node_modules');
  const hidden = `${packages}-elsewhere`;
  after(() => {
    if (file) renameSync(hidden, packages);
  });
  test('is made', async () => {
    const [bundler = '', ...variant] = bundle.split(' ');
    assert.deepEqual(await project.run('bundle.mjs', [bundler, variant.join(' '), folder]), {
      code: 0,
      output: '',
    });
    const name = readdirSync(folder).find((one) => /^app\.(?:[cm]?js)$/.test(one));
    assert.ok(name, `there is ${readdirSync(folder).join(', ')}`);
    renameSync(packages, hidden);
    file = path.join(folder, name);
  });
  return (SCENARIO, env) => {
    assert.ok(file, 'it was not made');
    return project.execute(process.execPath, [file], { ...env, SCENARIO }, { cwd: folder });
  };
}

/** Tests of each ending. */
function delivers(run: Run, streams: readonly string[]): void {
  for (const [ending, code] of ENDINGS) {
    for (const first of [false, true]) {
      test(`${ending}: delivers, ${first ? 'after' : 'before'} a first request`, async (t) => {
        const local = await start(t);
        const ended = await run(JSON.stringify({ ending, first, lines: LINES }), environmentFor(local));
        assert.equal(ended.code, code, ended.output);
        if (code === 0) assert.equal(ended.output, '');
        for (const logStreamName of streams) {
          const stored = local.events({ logGroupName: 'app', logStreamName });
          assert.equal(stored.length, first ? 1 + LINES : LINES, `${logStreamName}: ${ended.output}`);
        }
      });
    }
  }
}

/** As a row of the table. */
function named(bundle: string): string {
  const [bundler, ...variant] = bundle.split(' ');
  return `Bundle of ${bundler}, ${variant.join(' ')}`;
}

async function start(t: TestContext): Promise<LocalCloudWatchLogs> {
  const local = await startLocal({ sequenceTokens: 'enforced' });
  t.after(() => local.close());
  return local;
}
