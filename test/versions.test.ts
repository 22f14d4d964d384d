// timeout: 300 s
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

type Installed = { readonly node: string } | { readonly problem: string };
const { installNode, versions }: { installNode(version: string): Installed; versions: string[] } =
  await import(new URL('../scripts/node-versions.mjs', import.meta.url).href);
const runner = fileURLToPath(new URL('../scripts/test.mjs', import.meta.url));

for (const version of versions) {
  test(`the smoke tests pass on Node.js ${version}`, async (t) => {
    const installed = installNode(version);
    if ('problem' in installed) return t.skip(installed.problem);
    const { code, output } = await new Promise<{ code: unknown; output: string }>((resolve) => {
      execFile(installed.node, [runner, 'test/smoke/'], (error, stdout, stderr) => {
        resolve({ code: error?.code ?? error?.signal ?? 0, output: stdout + stderr });
      });
    });
    assert.equal(code, 0, output);
    assert.match(output, /\n[1-9]\d* passed, 0 failed, 0 skipped\n$/);
  });
}
