import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { LocalCloudWatchLogs } from 'cloudwatch-logs-local';
import { Application } from '../fixtures/application.js';
import { logGroupName, optionsFor, startEndpoint } from '../fixtures/endpoint.js';
import { SHIPPERS, start } from '../fixtures/shippers.js';

// Round trips before the first line of a process is stored. A stream whose name holds {instance} cannot be there: it is
// made first, where a put would only be told that it is missing.

const OWN_STREAM = { logStreamName: 'app/{instance}' };
const GROUP_IS_THERE = ['CreateLogStream', 'PutLogEvents'];
const GROUP_IS_MISSING = ['CreateLogStream', 'CreateLogGroup', 'CreateLogStream', 'PutLogEvents'];

/** Operations up to the first put that was stored. */
function untilStored(local: LocalCloudWatchLogs): readonly string[] {
  const requests = local.requests();
  const stored = requests.findIndex(
    ({ operation, outcome }) => operation === 'PutLogEvents' && outcome === 'ok',
  );
  assert.ok(stored >= 0, 'nothing was stored');
  return requests.slice(0, stored + 1).map(({ operation }) => operation);
}

for (const [state, expected] of [
  ['is there', GROUP_IS_THERE],
  ['is missing', GROUP_IS_MISSING],
] as const) {
  describe(`the log group ${state}: ${expected.length} round trips`, () => {
    const startWith = async (t: Parameters<typeof startEndpoint>[0]) => {
      const local = await startEndpoint(t, { sequenceTokens: 'enforced' });
      if (expected === GROUP_IS_THERE) local.createLogGroup(logGroupName);
      return local;
    };
    for (const name of Object.keys(SHIPPERS)) {
      test(name, async (t) => {
        const local = await startWith(t);
        const shipper = start(t, name, { ...optionsFor(local), ...OWN_STREAM });
        shipper.log('the first line');
        await shipper.flush();
        assert.deepEqual(untilStored(local), expected);
        const { requests, retries, lastError } = await shipper.stats();
        assert.deepEqual({ requests, retries, lastError }, { requests: 1, retries: 0, lastError: undefined });
        assert.deepEqual(shipper.warnings, []);
      });
    }

    test('process.exit() at once', async (t) => {
      const local = await startWith(t);
      const options = { ...optionsFor(local), ...OWN_STREAM };
      const file = new URL('../exit/application.mjs', import.meta.url);
      const { stderr } = await new Application(file, { logger: 'publisher', lines: 5, options }).ended();
      assert.equal(stderr, '');
      assert.deepEqual(untilStored(local), expected);
      assert.equal(local.stats().events, 5);
    });
  });
}

test('a stream that may be there is put on at once', async (t) => {
  const local = await startEndpoint(t);
  local.createLogGroup(logGroupName);
  local.createLogStream(logGroupName, 'main');
  const shipper = start(t, 'publisher', optionsFor(local));
  shipper.log('the first line');
  await shipper.flush();
  assert.deepEqual(untilStored(local), ['PutLogEvents']);
});

test('with createLogStream: false nothing is made', async (t) => {
  const local = await startEndpoint(t);
  local.createLogGroup(logGroupName);
  const shipper = start(t, 'publisher', { ...optionsFor(local), ...OWN_STREAM, createLogStream: false });
  shipper.log('the first line');
  await local.waitFor(() => local.stats().requests.PutLogEvents > 0);
  await shipper.flush(0);
  assert.equal(local.stats().requests.CreateLogStream, undefined);
});
