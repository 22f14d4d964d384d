import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { countIds, type IdRange, RangeSet } from '../../src/structures/range-set.ts';
import { seededRandom } from '../support/simulation.ts';

const range = fc.tuple(fc.nat(120), fc.nat(12)).map(([from, more]): IdRange => [from, from + more]);
const sortedRanges = fc.array(range, { maxLength: 30 }).map((list) => list.sort((a, b) => a[0] - b[0]));
const step = fc.record({ action: fc.constantFrom('add', 'delete'), ranges: sortedRanges });

test('a range set holds what a plain set of numbers holds', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), sortedRanges, (steps, probe) => {
      const set = new RangeSet();
      const model = new Set<number>();
      for (const { action, ranges } of steps) {
        const before = model.size;
        for (const [from, to] of ranges) {
          for (let id = from; id <= to; id++) {
            if (action === 'add') model.add(id);
            else model.delete(id);
          }
        }
        if (action === 'add') set.addAll(ranges);
        else assert.equal(set.deleteAll(ranges), before - model.size);
        const sorted = [...model].sort((a, b) => a - b);
        assert.equal(set.count, model.size);
        assert.equal(set.isEmpty, model.size === 0);
        assert.equal(set.first, sorted[0]);
        assert.equal(set.last, sorted.at(-1));
        assert.deepEqual(set.ranges().flatMap(expand), sorted);
        assertMinimal(set.ranges());
      }
      for (let id = 0; id < 140; id++) assert.equal(set.has(id), model.has(id));
      const merged = RangeSet.of(probe).ranges();
      const inside = merged.flatMap(expand).filter((id) => model.has(id));
      assert.deepEqual(set.intersection(merged).flatMap(expand), inside);
      assert.equal(set.intersects(probe), inside.length > 0);
      assert.equal(set.includes(merged), inside.length === countIds(merged));
      const copy = set.clone();
      copy.add(500, 501);
      assert.equal(set.has(500), false);
    }),
  );
});

test('the same holds of so many ranges that they lie in several pieces', () => {
  const random = seededRandom(11);
  const below = (limit: number) => Math.floor(random() * limit);
  const set = new RangeSet();
  const model = new Set<number>();
  for (let step = 0; step < 4000; step++) {
    const isAdd = random() < 0.6;
    const from = below(8000);
    const to = from + (random() < 0.01 ? below(3000) : below(3));
    // Few at a time are looked for, many are merged.
    const ranges = Array.from(
      { length: random() < 0.02 ? 300 : 1 },
      (_, n): IdRange => [from + n * 7, to + n * 7],
    );
    for (const [low, high] of ranges)
      for (let id = low; id <= high; id++) isAdd ? model.add(id) : model.delete(id);
    if (isAdd) set.addAll(ranges);
    else set.deleteAll(ranges);
    if (step % 50 !== 0) continue;
    assert.equal(set.count, model.size);
    assert.deepEqual(
      set.ranges().flatMap(expand),
      [...model].sort((a, b) => a - b),
    );
    assertMinimal(set.ranges());
    const probe = Array.from({ length: 50 }, (): IdRange => {
      const at = below(9000);
      return [at, at + below(4)];
    });
    for (const one of probe) {
      const inside = expand(one).filter((id) => model.has(id));
      assert.deepEqual(set.intersection([one]).flatMap(expand), inside);
      assert.equal(set.intersects([one]), inside.length > 0);
      assert.equal(set.includes([one]), inside.length === countIds([one]));
    }
  }
});

test('ranges given in any order come out sorted and merged', () => {
  const set = RangeSet.of([
    [7, 9],
    [1, 2],
    [3, 3],
    [8, 12],
  ]);
  assert.deepEqual(set.ranges(), [
    [1, 3],
    [7, 12],
  ]);
});

function expand([from, to]: IdRange): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

function assertMinimal(ranges: readonly IdRange[]): void {
  for (let index = 1; index < ranges.length; index++) {
    const [, to] = ranges[index - 1] ?? [0, 0];
    const [from] = ranges[index] ?? [0, 0];
    assert.ok(from > to + 1, `[.., ${to}] and [${from}, ..] touch`);
  }
}
