import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

interface Manifest {
  readonly version: string;
  readonly bin: Readonly<Record<string, string>>;
}

function run(file: URL, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [fileURLToPath(file), ...args], {
    encoding: 'utf8',
    input: '',
  });
  return { status, stdout, stderr };
}

for (const folder of ['local', 'pino', 'publisher', 'winston']) {
  const at = new URL(`../../packages/${folder}/package.json`, import.meta.url);
  const { version, bin }: Manifest = JSON.parse(readFileSync(at, 'utf8'));
  for (const [program, path] of Object.entries(bin)) {
    describe(program, () => {
      const file = new URL(path, at);

      test('says its version, and that of the package', () => {
        assert.deepEqual(run(file, '--version'), { status: 0, stdout: `${version}\n`, stderr: '' });
      });

      test('says how it is used when it is asked', () => {
        const { status, stdout, stderr } = run(file, '--help');
        assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
        assert.match(stdout, new RegExp(`^(?:Usage: .*)?${program}`));
        assert.match(stdout, /--version/);
      });

      test('says in a line what is wrong with a word that it does not know', () => {
        const { status, stdout, stderr } = run(file, '--versoin');
        assert.ok(status === 1 || status === 2);
        assert.equal(stdout, '');
        assert.match(stderr, /--versoin.*[Dd]id you mean.*--version/);
      });
    });
  }
}

test('the command that reads a pipe says which flag is missing', () => {
  const file = new URL('../../packages/pino/dist/cli.js', import.meta.url);
  const { status, stderr } = run(file);
  assert.equal(status, 1);
  assert.match(stderr, /^pino-cloudwatch-logs: --group is missing/);
});
