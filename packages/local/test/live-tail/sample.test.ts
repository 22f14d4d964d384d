import assert from 'node:assert/strict';
import test from 'node:test';
import { seededRandom } from '../../src/faults/random.ts';
import { Sample } from '../../src/live-tail/sample.ts';

test('what fits is all there, and the next sample begins empty', () => {
  const sample = new Sample<number>(3, 100, () => 0);
  for (const item of [1, 2, 3]) sample.add(item, 1);
  assert.deepEqual(sample.take(), { items: [1, 2, 3], sampled: false });
  assert.deepEqual(sample.take(), { items: [], sampled: false });
});

test('every item has the same chance', () => {
  const random = seededRandom(1);
  const chosen = new Array(20).fill(0);
  const sample = new Sample<number>(5, 100, random);
  for (let round = 0; round < 4_000; round++) {
    for (let item = 0; item < 20; item++) sample.add(item, 1);
    const { items, sampled } = sample.take();
    assert.equal(sampled, true);
    assert.deepEqual(
      items,
      [...items].sort((a, b) => a - b),
    );
    for (const item of items) chosen[item] += 1;
  }
  // A quarter of 4,000, within six standard deviations.
  for (const count of chosen) assert.ok(Math.abs(count - 1_000) < 165, chosen.join());
});

test('a sample holds so many bytes, and at least one item', () => {
  const sample = new Sample<string>(10, 100, () => 0);
  for (const [item, bytes] of [
    ['a', 60],
    ['b', 50],
    ['c', 40],
  ] as const) {
    sample.add(item, bytes);
  }
  assert.deepEqual(sample.take(), { items: ['a', 'c'], sampled: true });
  sample.add('huge', 1_000);
  assert.deepEqual(sample.take(), { items: ['huge'], sampled: false });
});
