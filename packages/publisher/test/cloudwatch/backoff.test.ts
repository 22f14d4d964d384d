import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { backoffMs } from '../../src/cloudwatch/backoff.ts';

test('the slow schedule doubles from 2 s to 60 s', () => {
  const longest = [1, 2, 3, 4, 5, 6, 7, 1000].map((failures) => backoffMs('slow', failures, 0) * 2);
  assert.deepEqual(longest, [2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
});

test('the fast schedule doubles from 200 ms to 60 s', () => {
  const longest = [1, 2, 3, 4, 5].map((failures) => backoffMs('fast', failures, 0) * 2);
  assert.deepEqual(longest, [200, 400, 800, 1600, 3200]);
  assert.equal(backoffMs('fast', 40, 0) * 2, 60_000);
});

test('the wait is drawn from the upper half of each step', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('fast' as const, 'slow' as const),
      fc.integer({ min: 1, max: 5000 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (schedule, failures, random) => {
        const least = backoffMs(schedule, failures, 0);
        const wait = backoffMs(schedule, failures, random);
        assert.ok(wait >= least && wait < 2 * least + 1e-6, `${wait} is not within [${least}, ${2 * least})`);
      },
    ),
  );
});

test('Retry-After is the least wait, up to five minutes', () => {
  assert.equal(backoffMs('fast', 1, 0.5, 30_000), 30_000);
  assert.equal(backoffMs('slow', 6, 0, 1000), 30_000);
  assert.equal(backoffMs('fast', 1, 0, 86_400_000), 300_000);
});
