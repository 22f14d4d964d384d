// timeout: 300 s
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { startLocal } from 'cloudwatch-logs-local';
import { Consumer } from '../consumer.ts';

const consumer = new Consumer(new URL('./project/', import.meta.url));
const skip =
  consumer.install(['jest@30', 'pino@10', 'winston@3', '@aws-sdk/client-cloudwatch-logs@3']) ?? false;

const jest = path.join(consumer.folder, 'node_modules/jest/bin/jest.js');

describe('Jest 30, CommonJS', { skip }, () => {
  test('logs: every transport delivers, without import() in its modules', async () => {
    const { code, output } = await consumer.execute(process.execPath, [jest, '--ci', 'transports.test.js']);
    assert.equal(code, 0, output);
    assert.match(output, /Tests: +3 passed, 3 total/);
  });
});

const SETTINGS = {
  CommonJS: {},
  'fake timers before anything is loaded': { fakeTimers: { enableGlobally: true } },
};
for (const [name, settings] of Object.entries(SETTINGS)) {
  describe(`Jest 30, ${name}`, { skip }, () => {
    test('logs: with fake timers of each kind, and where modules are loaded anew', async (t) => {
      const local = await startLocal();
      t.after(() => local.close());
      const config = JSON.stringify({ testTimeout: 60_000, ...settings });
      const { code, output } = await consumer.execute(
        process.execPath,
        [jest, '--ci', `--config=${config}`, 'hosts.test.js'],
        { ENDPOINT: local.endpoint },
      );
      assert.equal(code, 0, output);
      assert.match(output, /Tests: +4 passed, 4 total/);
      assert.doesNotMatch(output, /MaxListeners/);
    });
  });
}

describe('Jest 30, ES modules', { skip }, () => {
  test('logs: with real timers and with fake ones', async () => {
    // The tests of vitest, as Jest has the same functions.
    const tests = readFileSync(new URL('../vitest/project/transports.test.js', import.meta.url), 'utf8');
    const imported = /^import .* from 'vitest';$/m;
    assert.match(tests, imported);
    writeFileSync(
      path.join(consumer.folder, 'modules.test.mjs'),
      tests
        .replace(imported, "import { jest as vi } from '@jest/globals';")
        .replace(/^const FAKED = .*?;$/ms, "const FAKED = { doNotFake: ['nextTick', 'setImmediate'] };"),
    );
    const config = JSON.stringify({ testMatch: ['**/*.test.mjs'], transform: {}, injectGlobals: true });
    const args = ['--experimental-vm-modules', '--no-warnings', jest, '--ci', `--config=${config}`];
    const { code, output } = await consumer.execute(process.execPath, args);
    assert.equal(code, 0, output);
    assert.match(output, /Tests: +4 passed, 4 total/);
  });
});
