// timeout: 300 s
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { Fault, LocalCloudWatchLogs, LocalOptions } from 'cloudwatch-logs-local';
import type { PublisherOptions } from 'cloudwatch-logs-publisher';
import { logGroupName, optionsFor, startEndpoint } from '../fixtures/endpoint.js';
import { assertLaw } from '../fixtures/law.js';
import { examine, numbered, storedNumbers } from '../fixtures/numbered.js';
import { start } from '../fixtures/shippers.js';
import { startAnswerThief } from './answer-thief.js';

// AWS ignores sequence tokens today: a put whose answer was lost may be stored twice. Nothing is lost, and stats()
// says how many copies there may be.

const EVENTS = 2000;
const MAX_BATCH_EVENTS = 50;
const NAMES = ['pino in a worker', 'winston'];

const FAULTS: Readonly<Record<string, { faults: readonly Fault[]; requestTimeoutMs?: number }>> = {
  'connections that are reset after storing': {
    faults: [{ kind: 'reset-after', probability: 0.3, times: 10 }],
  },
  'answers that do not come in time': {
    faults: [{ kind: 'hang-after', after: 3, times: 3 }],
    requestTimeoutMs: 700,
  },
  'connections that are reset before and after storing': {
    faults: [
      { kind: 'reset-after', probability: 0.2, times: 4 },
      { kind: 'reset-before', probability: 0.2, times: 4 },
    ],
  },
};

describe('an endpoint that ignores tokens: lost answers lose no event, and duplicates are counted', () => {
  for (const [seed, [what, { faults, requestTimeoutMs }]] of Object.entries(FAULTS).entries()) {
    test(what, async (t) => {
      const runs = NAMES.map(async (name) => {
        const local = await startWithStream(t, { faults, seed });
        await logAndExamine(t, name, local, { ...optionsFor(local), requestTimeoutMs });
      });
      await Promise.all(runs);
    });
  }

  // A page with status 200 is no success either. After one with 502 a put waits for seconds, so there are few.
  for (const thefts of [
    { status: 200, every: 4, times: 8 },
    { status: 502, every: 10, times: 1 },
  ]) {
    test(`pages with status ${thefts.status} in the place of answers`, async (t) => {
      const runs = NAMES.map(async (name) => {
        const local = await startWithStream(t);
        const thief = await startAnswerThief(t, local, thefts);
        await logAndExamine(t, name, local, optionsFor(thief));
        assert.equal(thief.taken, thefts.times);
      });
      await Promise.all(runs);
    });
  }
});

async function startWithStream(t: TestContext, options?: LocalOptions): Promise<LocalCloudWatchLogs> {
  const local = await startEndpoint(t, options);
  local.createLogGroup(logGroupName);
  local.createLogStream(logGroupName, 'main');
  return local;
}

async function logAndExamine(
  t: TestContext,
  name: string,
  local: LocalCloudWatchLogs,
  options: PublisherOptions & { readonly logStreamName: string },
): Promise<void> {
  const shipper = start(t, name, { ...options, maxBatchEvents: MAX_BATCH_EVENTS });
  for (let i = 0; i < EVENTS; i++) shipper.log(numbered(i));
  assert.deepEqual(await shipper.flush(90_000), { delivered: EVENTS, dropped: 0, pending: 0 });

  const numbers = storedNumbers(local);
  const { lost, duplicated } = examine(numbers, EVENTS);
  const stats = await shipper.stats();
  t.diagnostic(`${name}: ${JSON.stringify({ duplicated, possibleDuplicates: stats.possibleDuplicates })}`);
  assert.equal(lost, 0);
  assert.ok(duplicated > 0, 'no answer was lost after storing');
  assert.ok(
    duplicated <= stats.possibleDuplicates,
    `${duplicated} duplicates are stored, ${stats.possibleDuplicates} are counted as possible`,
  );
  // A batch that was stored twice stands there twice, but before the next one.
  assert.equal(examine([...new Set(numbers)], EVENTS).disordered, 0);
  assertLaw(stats);
  assert.equal(stats.delivered, EVENTS);
}
