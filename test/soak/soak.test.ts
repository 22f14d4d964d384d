// timeout: 300 s
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { violations } from './checker.js';
import { violationsOfKills } from './kills.js';
import { MUTANTS, startMutant } from './mutants.js';
import { observe } from './run.js';
import { type Scenario, scenarioOf } from './scenario.js';

// A few seconds of what `npm run soak` does for minutes.

describe('random faults', { concurrency: 2 }, () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const scenario = scenarioOf(seed);
    test(`nothing is lost, nor stored more often than counted: ${JSON.stringify(scenario)}`, async () => {
      assert.deepEqual(violations(await observe(scenario, { faultyMs: 2500 })), []);
    });
  }

  test('nor where processes are killed', async (t) => {
    assert.deepEqual(await violationsOfKills(t, 1, 3), []);
  });
});

describe('the checker is checked: a publisher that', { concurrency: 2 }, () => {
  const scenario: Scenario = {
    ...scenarioOf(7),
    sequenceTokens: 'ignored',
    spool: undefined,
    maxInFlight: 1,
    smallBuffer: false,
    streams: 1,
  };
  const found: Readonly<Record<string, RegExp | undefined>> = {
    'drops one event': /lost/,
    'resends one batch': /stored twice/,
  };
  for (const [what, mutate] of Object.entries(MUTANTS)) {
    test(what, async () => {
      // Without faults, as a copy that is counted for another reason would hide it.
      const observed = await observe(scenario, { faultyMs: 1500, isWell: true }, (options) =>
        startMutant(options, mutate),
      );
      const text = violations(observed).join('\n');
      const expected = found[what];
      if (expected) assert.match(text, expected);
      else assert.equal(text, '');
    });
  }
});
