// timeout: 240 s
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type LocalCloudWatchLogs, startLocal } from 'cloudwatch-logs-local';
import type { Ended } from '../fixtures/application.js';
import { Application, optionsFor, type Scenario } from './application.ts';
import { ENDINGS, MODES } from './endings.ts';

const LINES = 300;

async function end(scenario: Scenario): Promise<Ended> {
  const application = new Application(scenario);
  if (scenario.ending === 'SIGTERM') {
    await application.told('logged');
    application.kill('SIGTERM');
  }
  return application.ended();
}

function allLines(): number[] {
  return Array.from({ length: LINES }, (_, index) => index + 1);
}

describe('an application that ends', { concurrency: 4 }, () => {
  let local: LocalCloudWatchLogs;
  let groups = 0;
  before(async () => {
    local = await startLocal();
  });
  after(() => local.close());

  function stored(logGroupName: string): number[] {
    return local.events({ logGroupName }).map(({ message }) => JSON.parse(message).n);
  }

  for (const mode of MODES) {
    for (const [ending, code] of Object.entries(ENDINGS)) {
      for (const latencyMs of [0, 700]) {
        const speed = latencyMs === 0 ? 'is up' : `takes ${latencyMs} ms`;
        it(`loses nothing while the endpoint ${speed}: ${mode}, ${ending}`, async () => {
          const logGroupName = `exit-${++groups}`;
          if (latencyMs > 0) {
            local.faults.add({ kind: 'latency', ms: latencyMs, operation: '*', logGroupName });
          }
          const options = optionsFor(local.endpoint, logGroupName);
          const ended = await end({ mode, ending, lines: LINES, options });
          assert.equal(ended.code, code, ended.stderr);
          assert.deepEqual(stored(logGroupName), allLines(), ended.stderr);
          assert.doesNotMatch(ended.stderr, /not sent/);
        });
      }
    }
  }

  it('loses nothing when the worker has been at work for a while', async () => {
    const logGroupName = `exit-${++groups}`;
    const options = optionsFor(local.endpoint, logGroupName);
    const ended = await end({ mode: 'worker', ending: 'process.exit', lines: LINES, options, warmUp: true });
    assert.equal(ended.code, 0);
    assert.deepEqual(stored(logGroupName), allLines());
  });

  it('loses nothing behind targets', async () => {
    const logGroupName = `exit-${++groups}`;
    const options = optionsFor(local.endpoint, logGroupName);
    const ended = await end({ mode: 'targets', ending: 'process.exit', lines: LINES, options });
    assert.equal(ended.code, 0);
    for (const logStreamName of ['first', 'second']) {
      assert.equal(local.events({ logGroupName, logStreamName }).length, LINES);
    }
  });
});
