// timeout: 300 s
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { Consumer } from '../consumer.ts';

const consumer = new Consumer(new URL('./project/', import.meta.url));
// The newest of Vitest that runs on Node.js 20.
const skip = consumer.install(['vitest@4', 'jest@30', '@aws-sdk/client-cloudwatch-logs@3']) ?? false;

const quiet = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', NO_COLOR: '1', FORCE_COLOR: '0' };
const vitest = path.join(consumer.folder, 'node_modules/vitest/vitest.mjs');
const jest = path.join(consumer.folder, 'node_modules/jest/bin/jest.js');

for (const [name, args] of Object.entries({
  'processes side by side': ['--pool=forks'],
  threads: ['--pool=threads'],
  'one process without isolation': ['--pool=forks', '--no-isolate', '--maxWorkers=1'],
})) {
  test(`in Vitest each file has an endpoint to itself: ${name}`, { skip }, async () => {
    // A profile of the developer has no say.
    const env = { ...quiet, AWS_PROFILE: 'production' };
    const { code, output } = await consumer.execute(process.execPath, [vitest, 'run', ...args], env);
    assert.equal(code, 0, output);
    assert.match(output, /Test Files +3 passed/);
    assert.match(output, /Tests +9 passed/);
  });
}

for (const [name, args] of Object.entries({
  'processes side by side': ['--maxWorkers=2'],
  'one process': ['--runInBand'],
})) {
  test(`in Jest each file has an endpoint to itself: ${name}`, { skip }, async () => {
    const env = { ...quiet, AWS_PROFILE: 'production' };
    const { code, output } = await consumer.execute(process.execPath, [jest, '--ci', ...args], env);
    assert.equal(code, 0, output);
    assert.match(output, /Test Suites: 3 passed, 3 total/);
    assert.match(output, /Tests: +9 passed, 9 total/);
    assert.doesNotMatch(output, /did not exit|forcefully/);
  });
}

test('the endpoint takes options from a setup file of the project', { skip }, async () => {
  // The application sends no sequence token, so its second put is refused.
  const args = ['--ci', '--globalSetup=./enforcing.cjs', '--testMatch=**/jest/1.test.js'];
  const { code, output } = await consumer.execute(process.execPath, [jest, ...args], quiet);
  assert.equal(code, 1, output);
  assert.match(output, /InvalidSequenceTokenException|DataAlreadyAcceptedException/);
});

test('without the global setup a test file says what is missing', { skip }, async () => {
  const args = ['--ci', '--globalSetup=', '--testMatch=**/jest/1.test.js'];
  const config = JSON.stringify({ setupFiles: ['cloudwatch-logs-local/each-file'] });
  const { code, output } = await consumer.execute(
    process.execPath,
    [jest, `--config=${config}`, ...args.filter((arg) => !arg.startsWith('--globalSetup'))],
    quiet,
  );
  assert.equal(code, 1, output);
  assert.match(output, /add globalSetup: 'cloudwatch-logs-local\/global-setup'/);
});
