import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CreationPace } from '../../src/cloudwatch/creation-pace.ts';

/** How many turns come within `ms`, when as many as possible are taken. */
function turnsIn(pace: CreationPace, from: number, ms: number, after: () => void): number {
  let turns = 0;
  for (let now = from; ; turns++) {
    now += pace.waitMs(now);
    if (now > from + ms) return turns;
    after();
  }
}

test('a thousand new streams are created at half of the quota of the account (it was 690 a second)', () => {
  const pace = new CreationPace(() => 0);
  const turns = turnsIn(pace, 0, 10_000, () => pace.succeeded());
  assert.ok(turns >= 250 && turns <= 280, `${turns} in 10 s`);
});

test('the first ones go at once, also again after a pause', () => {
  const pace = new CreationPace(() => 0.5);
  assert.deepEqual(
    Array.from({ length: 25 }, () => pace.waitMs(1000)),
    Array(25).fill(0),
  );
  assert.ok(pace.waitMs(1000) > 0);
  assert.equal(pace.waitMs(60_000), 0);
});

test('throttling slows it down to one a second, and success brings it back', () => {
  const pace = new CreationPace(() => 0);
  for (let i = 0; i < 10; i++) pace.throttled();
  const slow = turnsIn(pace, 0, 10_000, () => {});
  assert.ok(slow <= 11, `${slow} in 10 s`);
  for (let i = 0; i < 200; i++) pace.succeeded();
  const again = turnsIn(pace, 100_000, 10_000, () => {});
  assert.ok(again >= 250, `${again} in 10 s`);
});
