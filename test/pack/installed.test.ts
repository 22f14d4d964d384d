// timeout: 600 s
import assert from 'node:assert/strict';
import { accessSync, constants, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type LocalCloudWatchLogs, startLocal } from 'cloudwatch-logs-local';
import { Consumer, environmentFor } from '../consumers/consumer.ts';
import { bundle } from './bundle.ts';
import { markedSnippets } from './readme-snippets.ts';

const { dependencies } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const consumer = new Consumer(new URL('./apps/', import.meta.url));
const skip =
  consumer.install([
    `pino@${dependencies.pino}`,
    `winston@${dependencies.winston}`,
    'typescript@5',
    '@types/node@20',
  ]) ?? false;

describe('the packed packages, installed by npm', { skip }, () => {
  let local: LocalCloudWatchLogs;
  before(async () => {
    local = await startLocal({ sequenceTokens: 'enforced' });
  });
  after(() => local.close());

  /** Runs an app that logs to the group of its name; answers the messages that arrived there. */
  async function delivered(app: string): Promise<string[]> {
    const logGroupName = app.replaceAll(/\W/g, '-');
    const env = { ...environmentFor(local), LOG_GROUP: logGroupName };
    assert.deepEqual(await consumer.run(app, [], env), { code: 0, output: '' });
    return local.events({ logGroupName }).map(({ message }) => message);
  }

  for (const format of ['esm', 'cjs']) {
    const word = format === 'esm' ? 'import' : 'require';

    test(`have the same names for ${word}`, async () => {
      assert.deepEqual(await consumer.run(`${format}/shapes.js`), { code: 0, output: '' });
    });

    for (const app of ['pino-worker', 'pino-in-process', 'winston', 'winston-worker', 'publisher']) {
      test(`deliver from the smallest ${app} app with ${word}`, async () => {
        const messages = await delivered(`${format}/${app}.js`);
        assert.equal(messages.length, 1);
        assert.match(messages[0] ?? '', /paid/);
      });
    }
  }

  for (const format of ['esm', 'cjs'] as const) {
    test(`deliver from a worker of a winston app that was bundled as ${format}`, async () => {
      const file = `bundled/winston-worker.${format === 'esm' ? 'mjs' : 'cjs'}`;
      bundle(path.join(consumer.folder, 'esm/winston-worker.js'), path.join(consumer.folder, file), format);
      assert.equal((await delivered(file)).length, 1);
    });
  }

  for (const format of ['esm', 'cjs'] as const) {
    test(`deliver at process.exit() from a winston app that was bundled as ${format}`, async () => {
      const file = `bundled/winston-exits.${format === 'esm' ? 'mjs' : 'cjs'}`;
      bundle(path.join(consumer.folder, 'esm/winston-exits.js'), path.join(consumer.folder, file), format);
      assert.equal((await delivered(file)).length, 1);
    });
  }

  const compilers = {
    'TypeScript 5': path.join(consumer.folder, 'node_modules/typescript/bin/tsc'),
    'TypeScript 7': fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url)),
  };
  const modules = [
    { type: 'module', module: 'node16', moduleResolution: 'node16' },
    { type: 'commonjs', module: 'node16', moduleResolution: 'node16' },
    { type: 'module', module: 'nodenext', moduleResolution: 'nodenext' },
    { type: 'module', module: 'esnext', moduleResolution: 'bundler' },
  ];
  for (const [name, compiler] of Object.entries(compilers)) {
    for (const { type, module, moduleResolution } of modules) {
      test(`have types for ${name}, ${type} under ${moduleResolution}`, async () => {
        const app = path.join(consumer.folder, 'ts');
        const options = { target: 'es2022', module, moduleResolution, types: ['node'] };
        const compilerOptions = {
          ...options,
          strict: true,
          exactOptionalPropertyTypes: true,
          skipLibCheck: false,
          esModuleInterop: true,
          rootDir: '.',
          outDir: `${type}-${moduleResolution}`,
        };
        writeFileSync(path.join(app, 'package.json'), JSON.stringify({ private: true, type }));
        writeFileSync(
          path.join(app, 'tsconfig.json'),
          JSON.stringify({ compilerOptions, files: ['pino.ts', 'winston.ts', 'publisher.ts'] }),
        );
        assert.deepEqual(await consumer.execute(process.execPath, [compiler, '-p', app]), {
          code: 0,
          output: '',
        });
        writeFileSync(
          path.join(app, compilerOptions.outDir, 'package.json'),
          JSON.stringify({ private: true, type }),
        );
      });
    }
  }

  for (const [name, compiler] of Object.entries(compilers)) {
    test(`have types for ${name} that can be required, and take undefined for what may be left out`, async () => {
      const app = path.join(consumer.folder, 'ts');
      const compilerOptions = {
        ...{ target: 'es2022', module: 'nodenext', moduleResolution: 'nodenext', types: ['node'] },
        ...{
          strict: true,
          exactOptionalPropertyTypes: true,
          skipLibCheck: false,
          noEmit: true,
          allowJs: true,
        },
      };
      const files = ['undefined.ts', 'required.cts', 'checked.cjs'];
      writeFileSync(path.join(app, 'package.json'), '{ "private": true, "type": "module" }');
      writeFileSync(path.join(app, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
      const ended = await consumer.execute(process.execPath, [compiler, '-p', app]);
      assert.deepEqual(ended, { code: 0, output: '' });
    });
  }

  for (const folder of ['module-node16', 'commonjs-node16']) {
    test(`deliver from TypeScript apps compiled as ${folder}`, async () => {
      assert.equal((await delivered(`ts/${folder}/pino.js`)).length, 2);
      assert.equal((await delivered(`ts/${folder}/winston.js`)).length, 2);
      assert.deepEqual(await delivered(`ts/${folder}/publisher.js`), [], 'it starts an endpoint of its own');
    });
  }

  for (const bin of ['cloudwatch-logs-local', 'cloudwatch-logs-spool', 'pino-cloudwatch-logs']) {
    test(`have the command ${bin}, which explains itself`, async () => {
      const file = path.join(consumer.folder, 'node_modules', '.bin', bin);
      accessSync(file, constants.X_OK);
      const { code, output } = await consumer.execute(file, ['--help']);
      assert.equal(code, 0, output);
      assert.match(output, new RegExp(`Usage:\\s.*${bin}`, 'is'));
    });
  }

  const readmes = ['pino', 'winston', 'publisher', 'local'].map((name) => `packages/${name}/README.md`);
  for (const readme of ['README.md', ...readmes]) {
    const snippets = markedSnippets(readme);
    test(`have a snippet to run in ${readme}`, () => assert.ok(snippets.length > 0));
    for (const [index, snippet] of snippets.entries()) {
      test(`deliver from snippet ${index + 1} of ${readme}, as it is`, async () => {
        const file = `snippet-${readme.replaceAll(/\W/g, '-')}-${index}.${snippet.extension}`;
        writeFileSync(path.join(consumer.folder, file), snippet.code);
        const endpoint = await startLocal();
        try {
          const { code, output } = await consumer.run(file, [], environmentFor(endpoint));
          assert.equal(code, 0, output);
          const stored = endpoint.groups().flatMap((group) => endpoint.events(group));
          assert.ok(stored.length > 0 || snippet.code.includes('startLocal'), 'nothing was delivered');
        } finally {
          await endpoint.close();
        }
      });
    }
  }
});
