// timeout: 300 s
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Fault } from 'cloudwatch-logs-local';
import { Publisher } from 'cloudwatch-logs-publisher';
import { Application } from '../fixtures/application.js';
import { atEnd } from '../fixtures/at-end.js';
import { optionsFor, startEndpoint } from '../fixtures/endpoint.js';
import { assertStoredOnce } from '../fixtures/numbered.js';
import { SHIPPERS } from '../fixtures/shippers.js';

// The endpoint is healthy, but one request is never answered, when an application comes to its end.

const APPLICATION = new URL('application.mjs', import.meta.url);
const LINES = 2000;
/** Well before `requestTimeoutMs`, 15 s, also on a busy machine. */
const NOT_WAITED_MS = 12_000;
const ENDS = ['close', 'natural', 'sigterm', 'exit'];
const HUNG: Record<string, Fault> = {
  'a put that was not carried out': { kind: 'hang-before', times: 1 },
  'a put that was carried out': { kind: 'hang-after', times: 1, after: 1 },
  'the first CreateLogStream': { kind: 'hang-after', operation: 'CreateLogStream', times: 1 },
};

describe('everything is delivered although one request hangs', { concurrency: 2 }, () => {
  for (const [what, fault] of Object.entries(HUNG)) {
    for (const logger of Object.keys(SHIPPERS)) {
      for (const end of ENDS) {
        test(`${what}: ${end}, ${logger}`, async (t) => {
          const local = await startEndpoint(t, { sequenceTokens: 'enforced', faults: [fault] });
          const scenario = { logger, options: optionsFor(local), lines: LINES, end };
          const application = new Application(APPLICATION, scenario);
          const { stderr, endingMs } = await application.ended();
          assert.doesNotMatch(stderr, /not sent/);
          assertStoredOnce(local, LINES);
          assert.ok(endingMs < NOT_WAITED_MS, `${endingMs} ms`);
        });
      }
    }
  }
});

describe('everything is delivered although the first lookup of a name hangs', { concurrency: 2 }, () => {
  const env = { NODE_OPTIONS: `--import ${new URL('hung-lookup.mjs', import.meta.url)}` };
  for (const logger of ['publisher', 'pino in a worker']) {
    for (const end of ['close', 'natural']) {
      test(`${end}, ${logger}`, async (t) => {
        const local = await startEndpoint(t);
        const options = optionsFor({ endpoint: local.endpoint.replace('127.0.0.1', 'localhost') });
        const application = new Application(APPLICATION, { logger, options, lines: LINES, end }, env);
        const { stderr } = await application.ended();
        assert.doesNotMatch(stderr, /not sent/);
        assertStoredOnce(local, LINES);
      });
    }
  }
});

for (const logger of Object.keys(SHIPPERS)) {
  test(`process.exit() takes no longer than it takes to deliver: ${logger}`, async (t) => {
    const local = await startEndpoint(t);
    const scenario = { logger, options: optionsFor(local), lines: LINES, end: 'exit' };
    const { stderr, endingMs } = await new Application(APPLICATION, scenario).ended();
    assert.doesNotMatch(stderr, /not sent/);
    assertStoredOnce(local, LINES);
    assert.ok(endingMs < 5000, `${endingMs} ms`);
  });
}

test('where tokens are ignored the put that was given up is counted among those that may be stored twice', async (t) => {
  const local = await startEndpoint(t, { faults: [{ kind: 'hang-after', times: 1, after: 1 }] });
  const publisher = new Publisher(optionsFor(local));
  for (let i = 0; i < 10; i++) publisher.publish({ timestamp: Date.now(), message: `number ${i}` });
  const { delivered } = await publisher.close();
  assert.equal(delivered, 10);
  assert.equal(publisher.stats().possibleDuplicates, 10);
});

test('flushes that are too short for another try give nothing up', async (t) => {
  const local = await startEndpoint(t, { faults: [{ kind: 'latency', ms: 120, operation: '*' }] });
  const publisher = new Publisher(optionsFor(local));
  atEnd(t, () => publisher.close());
  for (let timeoutMs = 100; timeoutMs <= 1000; timeoutMs += 100) {
    for (let i = 0; i < 50; i++) publisher.publish({ timestamp: Date.now(), message: `${timeoutMs} ${i}` });
    await publisher.flush({ timeoutMs });
  }
  await publisher.flush();
  const { delivered, possibleDuplicates, retries } = publisher.stats();
  assert.deepEqual(
    { delivered, possibleDuplicates, retries },
    { delivered: 500, possibleDuplicates: 0, retries: 0 },
  );
});

test('a request that makes progress is not given up, however slow it is', async (t) => {
  const slow: Fault = { kind: 'slow-read', bytesPerSecond: 300_000, operation: 'PutLogEvents' };
  const local = await startEndpoint(t, { faults: [slow] });
  const publisher = new Publisher(optionsFor(local));
  for (let i = 0; i < 10; i++)
    publisher.publish({ timestamp: Date.now(), message: `${i} ${'.'.repeat(90_000)}` });
  await publisher.close({ timeoutMs: 15_000 });
  const { delivered, possibleDuplicates } = publisher.stats();
  assert.deepEqual({ delivered, possibleDuplicates }, { delivered: 10, possibleDuplicates: 0 });
});
