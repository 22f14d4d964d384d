// Random faults for minutes, against each way to log, with an independent checker.
//   npm run soak                          five minutes, from a seed that it prints
//   npm run soak -- --minutes 30 --seed 7

import assert from 'node:assert/strict';
import test from 'node:test';
import { parseArgs } from 'node:util';
import { violations } from './checker.js';
import { violationsOfKills } from './kills.js';
import { observe } from './run.js';
import { scenarioOf } from './scenario.js';

const { values } = parseArgs({ options: { minutes: { type: 'string' }, seed: { type: 'string' } } });
const minutes = Number(values.minutes ?? 5);
const first = Number(values.seed ?? Date.now() % 100_000);
const KILLS_EVERY = 6;
const OUTAGE_EVERY = 8;

const until = performance.now() + minutes * 60_000;
for (let seed = first; performance.now() < until; seed++) {
  const isOfKills = seed % KILLS_EVERY === KILLS_EVERY - 1;
  const scenario = scenarioOf(seed);
  await test(isOfKills ? `kills, seed ${seed}` : JSON.stringify(scenario), async (t) => {
    const outageMs = seed % OUTAGE_EVERY === 0 ? 18_000 : 0;
    const found = isOfKills
      ? await violationsOfKills(t, seed, 8)
      : violations(await observe(scenario, { faultyMs: 8000, outageMs }));
    assert.deepEqual(found, []);
  });
}
