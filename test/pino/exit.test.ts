// timeout: 240 s
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { type LocalCloudWatchLogs, startLocal } from 'cloudwatch-logs-local';
import type { Ended } from '../fixtures/application.js';
import { Application, optionsFor, type Scenario } from './application.ts';

const LINES = 300;
const MODES = ['worker', 'in-process'] as const;
const CODES: Readonly<Record<string, number>> = {
  'nothing left to do': 0,
  'process.exit': 0,
  'uncaught exception': 1,
  'unhandled rejection': 1,
  SIGTERM: 143,
  'end()': 0,
};

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
    for (const [ending, code] of Object.entries(CODES)) {
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

describe('an application that ends with the endpoint dead', { concurrency: 8 }, () => {
  let hanging: Server;
  const endpoints = { 'refuses connections': '', 'never answers': '' };
  before(async () => {
    // A port that was free a moment ago, and one where connections are taken and nothing is ever said.
    const refused = await listen(createServer());
    endpoints['refuses connections'] = addressOf(refused);
    refused.close();
    hanging = await listen(createServer((socket) => socket.on('error', () => {})));
    endpoints['never answers'] = addressOf(hanging);
  });
  after(() => hanging.close());

  for (const mode of MODES) {
    for (const [ending, code] of Object.entries(CODES)) {
      for (const how of ['refuses connections', 'never answers'] as const) {
        it(`ends in time and says once how many were not sent: ${mode}, ${ending}, endpoint ${how}`, async (t) => {
          const options = optionsFor(endpoints[how], 'dead');
          const ended = await end({ mode, ending, lines: LINES, options });
          t.diagnostic(`${Math.round(ended.endingMs)} ms`);
          assert.equal(ended.code, code, ended.stderr);
          assert.ok(ended.endingMs < 15_000, `${ended.endingMs} ms`);
          const said = ended.stderr.split('\n').filter((line) => line.includes('not sent'));
          assert.equal(said.length, 1, ended.stderr);
          assert.match(
            said[0],
            new RegExp(`^cloudwatch-logs: ${LINES} log event\\(s\\) for log group "dead" were not sent`),
          );
        });
      }
    }
  }
});

async function listen(server: Server): Promise<Server> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function addressOf(server: Server): string {
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return `http://127.0.0.1:${address.port}`;
}
