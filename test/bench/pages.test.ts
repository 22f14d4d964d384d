import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { comparisonPage } from '../../bench/comparison/page.js';
import { largeVerdict, orderVerdict, verdict } from '../../bench/comparison/verdict.js';
import { footprintTable } from '../../bench/report/footprint-table.js';

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

test('every cell of the comparison is one that a run wrote', () => {
  const [comparison, memory] = ['comparison', 'memory-outage'].map((name) =>
    JSON.parse(read(`bench/results/${name}.json`)),
  );
  assert.equal(read('docs/comparison.md'), comparisonPage(comparison, memory));
});

test('every size in the README is one that was measured', () => {
  assert.ok(read('README.md').includes(footprintTable(JSON.parse(read('bench/results/footprint.json')))));
});

test('a verdict tells lines that are lost, twice, late, swapped, and a process that crashed', () => {
  const alive = (stored: number[], logged = stored.length) => ({ logged, storedAlive: stored, stored });
  assert.equal(verdict(alive([0, 1, 2])), 'all 3');
  assert.equal(verdict(alive([0, 2], 3)), '**1 of 3 lost**');
  assert.equal(verdict(alive([], 3)), '**all 3 lost**');
  assert.equal(verdict(alive([0, 0, 1, 1], 2)), 'all 2, 2 copies too many');
  assert.equal(
    verdict({ logged: 2, storedAlive: [0], stored: [0, 1] }),
    'all 2, 1 only at the end of the process',
  );
  assert.equal(
    verdict({ ...alive([0], 2), crash: 'Error' }),
    '**the process crashed** (Error), **1 of 2 lost**',
  );
  assert.equal(orderVerdict(alive([0, 1, 2])), 'all 3, in order');
  assert.equal(orderVerdict(alive([2, 1, 0])), 'all 3, **2 of 2 neighbours swapped**');
  assert.equal(largeVerdict(3, ['a', '###']), 'it is whole');
  assert.equal(largeVerdict(3, ['##', 'a#']), 'it is whole, in 2 events');
  assert.equal(largeVerdict(3, ['##']), 'it is cut');
  assert.equal(largeVerdict(3, ['a']), 'it is **lost**');
});
