// timeout: 900 s
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { startLocal } from 'cloudwatch-logs-local';
import { Consumer, environmentFor } from '../consumer.ts';
import { tarballs } from '../tarballs.ts';

const STREAMS = ['pino-worker', 'pino-targets', 'pino-in-process', 'winston', 'winston-worker'];
const dependencies = { ...files(), pino: '10', winston: '3' };
const { packageManager } = JSON.parse(
  readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
);

const INSTALLERS = [
  {
    host: 'pnpm 12, strict',
    tool: packageManager,
    manifest: { dependencies },
    files: {
      // The packages need one another by their versions, which no registry has.
      'pnpm-workspace.yaml': `hoist: false\noverrides:\n${Object.entries(files())
        .map(([name, file]) => `  ${name}: ${file}\n`)
        .join('')}`,
    },
    install: ['node_modules/pnpm/bin/pnpm.mjs', 'install', '--prefer-offline'],
    starts: { node: [] as string[] },
  },
  {
    host: "Yarn 4, Plug'n'Play",
    tool: '@yarnpkg/cli-dist@4',
    manifest: { dependencies, resolutions: files() },
    files: {
      '.yarnrc.yml':
        'nodeLinker: pnp\nenableTelemetry: false\nenableGlobalCache: true\nenableScripts: false\n',
      'yarn.lock': '',
    },
    install: ['node_modules/@yarnpkg/cli-dist/bin/yarn.js', 'install'],
    // `yarn node`, as `yarn start` does, is by NODE_OPTIONS, which reach threads by themselves.
    starts: { 'yarn node': ['node_modules/@yarnpkg/cli-dist/bin/yarn.js', 'node'], 'node -r .pnp.cjs': [] },
  },
];

for (const { host, tool, manifest, files, install, starts } of INSTALLERS) {
  const tools = new Consumer();
  const skip = tools.installOnly([tool]) ?? false;
  describe(host, { skip }, () => {
    const project = new Consumer(new URL('./project/', import.meta.url));
    const inTools = ([script, ...args]: string[]) =>
      script === undefined ? [] : [path.join(tools.folder, script), ...args];
    before(async () => {
      writeFileSync(
        path.join(project.folder, 'package.json'),
        JSON.stringify({ private: true, ...manifest }),
      );
      for (const [name, text] of Object.entries(files)) writeFileSync(path.join(project.folder, name), text);
      const env = { CI: 'true', YARN_ENABLE_IMMUTABLE_INSTALLS: 'false' };
      const installing = project.execute(process.execPath, inTools(install), env, { timeoutMs: 480_000 });
      const { code, output } = await installing;
      assert.equal(code, 0, output);
    });

    const cases = Object.entries(starts).flatMap(([name, start]) =>
      ['natural end', 'process.exit()'].map((ending) => ({ name, start, ending })),
    );
    for (const { name, start, ending } of cases) {
      test(`${ending}: ${name}`, async (t) => {
        const local = await startLocal({ sequenceTokens: 'enforced' });
        t.after(() => local.close());
        const flags = name === 'node -r .pnp.cjs' ? ['-r', './.pnp.cjs'] : [];
        const args = [...inTools(start), ...flags, 'app.cjs', ending];
        const { code, output } = await project.execute(process.execPath, args, environmentFor(local));
        assert.deepEqual({ code, output }, { code: 0, output: '' });
        for (const logStreamName of STREAMS) {
          assert.equal(local.events({ logGroupName: 'app', logStreamName }).length, 1, logStreamName);
        }
      });
    }
  });
}

function files(): Record<string, string> {
  return Object.fromEntries(Array.from(tarballs(), ([name, file]) => [name, `file:${file}`]));
}
