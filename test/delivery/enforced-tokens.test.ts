// timeout: 300 s
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Fault } from 'cloudwatch-logs-local';
import { logGroupName, optionsFor, startEndpoint } from '../fixtures/endpoint.js';
import { assertLaw } from '../fixtures/law.js';
import { ALL_STORED_ONCE, examine, numbered, storedNumbers } from '../fixtures/numbered.js';
import { SHIPPERS, start } from '../fixtures/shippers.js';

// Endpoints that enforce sequence tokens, as AWS did until January 2023: with one producer each event is stored
// exactly once, whatever happens to tokens and answers. Every figure is read back from the endpoint.

const EVENTS = 900;
const BEFORE_RESTART = 200;

const FAULTS: readonly Fault[] = [
  { kind: 'invalidate-token', probability: 0.2 },
  // The waits after these are seconds; that there is one of each is what matters.
  { kind: 'throttle', after: 5, times: 1 },
  { kind: 'unavailable', after: 12, times: 1 },
  { kind: 'reset-after', probability: 0.45 },
];
/** The share of puts whose answer is lost after storing, or says that the service has no time. */
const LEAST_UNANSWERED = 0.3;

describe('an endpoint that enforces tokens stores each event once', () => {
  for (const [index, name] of Object.keys(SHIPPERS).entries()) {
    test(`${name}, restarted, with stale tokens and lost answers`, async (t) => {
      const local = await startEndpoint(t, { sequenceTokens: 'enforced', seed: 101 + index });
      const options = { ...optionsFor(local), maxBatchEvents: 40, flushTimeoutMs: 90_000 };

      const first = start(t, name, options);
      for (let i = 0; i < BEFORE_RESTART; i++) first.log(numbered(i));
      // The end of a worker blocks this thread, in which the endpoint lives: what is left must be stored before.
      await first.flush();
      await first.close();
      assert.deepEqual(examine(storedNumbers(local), BEFORE_RESTART), ALL_STORED_ONCE);

      const putsBefore = local.stats().requests.PutLogEvents;
      // An endpoint that enforces tokens shows it to the first put that is made beside another.
      const { InvalidSequenceTokenException: conflictsBefore = 0 } = local.stats().errors;
      local.faults.set(FAULTS);
      const second = start(t, name, options);
      for (let i = BEFORE_RESTART; i < EVENTS; i++) second.log(numbered(i));
      const result = await second.flush(90_000);
      local.faults.clear();

      assert.deepEqual(examine(storedNumbers(local), EVENTS), ALL_STORED_ONCE);
      assert.deepEqual(result, { delivered: EVENTS - BEFORE_RESTART, dropped: 0, pending: 0 });
      const stats = await second.stats();
      assertLaw(stats);
      assert.equal(stats.delivered, EVENTS - BEFORE_RESTART);
      const { faults, errors, requests } = local.stats();
      const puts = requests.PutLogEvents - putsBefore;
      const {
        throttle = 0,
        unavailable = 0,
        'reset-after': lost = 0,
        'invalidate-token': invalidated = 0,
      } = faults;
      t.diagnostic(JSON.stringify({ puts, invalidated, lost, throttle, unavailable }));
      assert.ok(throttle > 0 && unavailable > 0 && invalidated > 0, 'the faults did not happen');
      assert.ok((lost + throttle + unavailable) / puts >= LEAST_UNANSWERED, 'too few faults');
      assert.equal(stats.tokenConflicts, errors.InvalidSequenceTokenException - conflictsBefore);
      assert.equal(stats.alreadyAccepted, errors.DataAlreadyAcceptedException);
    });
  }
});

test('tokens that are named in the text of the error only are understood', async (t) => {
  const local = await startEndpoint(t, {
    sequenceTokens: 'enforced',
    tokenErrors: 'message',
    faults: [
      { kind: 'invalidate-token', probability: 0.3 },
      { kind: 'reset-after', probability: 0.2 },
    ],
    seed: 5,
  });
  local.createLogGroup(logGroupName);
  local.createLogStream(logGroupName, 'main');
  const publisher = start(t, 'publisher', { ...optionsFor(local), maxBatchEvents: 50 });
  for (let i = 0; i < 2000; i++) publisher.log(numbered(i));
  await publisher.flush(60_000);
  assert.deepEqual(examine(storedNumbers(local), 2000), ALL_STORED_ONCE);
  assert.ok((await publisher.stats()).tokenConflicts > 0);
});
