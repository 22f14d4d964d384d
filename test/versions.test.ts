// timeout: 300 s
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

type Installed = { readonly node: string } | { readonly problem: string };
const { installNode }: { installNode(version: string): Installed } = await import(
  new URL('../scripts/node-versions.mjs', import.meta.url).href
);
const { nodeVersions }: { nodeVersions: string[] } = await import(
  new URL('../scripts/supported-versions.mjs', import.meta.url).href
);
const folder = fileURLToPath(new URL('./smoke', import.meta.url));
const files = readdirSync(folder).filter((file) => file.endsWith('.test.ts'));
// Set by `node --test`; with it the tests below would report to a runner that is not there.
const { NODE_TEST_CONTEXT: _, ...env } = process.env;

for (const version of nodeVersions) {
  test(`the smoke tests pass on Node.js ${version}`, async (t) => {
    const installed = installNode(version);
    if ('problem' in installed) return t.skip(installed.problem);
    const args = ['--import', 'tsx', '--test', '--test-reporter', 'tap', ...files];
    const { code, output } = await new Promise<{ code: unknown; output: string }>((resolve) => {
      execFile(installed.node, args, { cwd: folder, env }, (error, stdout, stderr) => {
        resolve({ code: error?.code ?? error?.signal ?? 0, output: stdout + stderr });
      });
    });
    assert.equal(code, 0, output);
    assert.match(output, /^# pass [1-9]\d*\n# fail 0\n# cancelled 0\n# skipped 0\n/m);
  });
}
