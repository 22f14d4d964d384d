import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { startLocal } from 'cloudwatch-logs-local';

const APPLICATIONS: Readonly<Record<string, string>> = {
  'cloudWatchTarget in an ES module': 'collected.mjs',
  'a name, where the package is loaded for something else, in CommonJS': 'collected.cjs',
};

describe('a worker whose logger is collected', () => {
  const cases = Object.entries(APPLICATIONS).flatMap(([name, file]) =>
    [false, true].map((several) => ({
      file,
      several,
      name: `${name}, ${several ? 'two targets' : 'one'}`,
    })),
  );
  for (const latencyMs of [0, 300]) {
    for (const { name, file, several } of cases) {
      it(`has delivered before it ends: ${name}, latency ${latencyMs} ms`, async (t) => {
        const local = await startLocal(
          latencyMs ? { faults: [{ kind: 'latency', ms: latencyMs, operation: '*' }] } : {},
        );
        t.after(() => local.close());
        const args = ['--expose-gc', `apps/${file}`, local.endpoint];
        const child = spawn(process.execPath, several ? [...args, 'several'] : args, {
          cwd: import.meta.dirname,
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        let stdout = '';
        child.stdout.on('data', (chunk) => {
          stdout += chunk;
        });
        const [code] = await once(child, 'close');
        assert.equal(code, 0);
        assert.equal(stdout, 'collected\n', 'it is not held for ever');
        assert.equal(local.events({ logGroupName: 'app' }).length, several ? 2 : 1);
      });
    }
  }
});
