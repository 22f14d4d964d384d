import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { freedOfToken, NEVER_PUT } from '../../src/batch/put-history.ts';
import { LanesModel, type Mutation, type Scenario, type Verdict } from '../support/lanes-model.ts';
import { seededRandom } from '../support/simulation.ts';

// Plays the protocol of `lanes.ts` in random schedules. LANES_RUNS sets how many of each kind (400), LANES_SEED where they
// begin.

const RUNS = Number(process.env.LANES_RUNS ?? 400);
const FIRST_SEED = Number(process.env.LANES_SEED ?? 0);

const TROUBLE = { lost: 0.15, late: 0.05, throttled: 0.05 };
/** Enforced with one producer: nothing is stored twice. */
const ENFORCED: Record<string, Scenario> = {
  'used stream': { tokens: 'enforced', stream: 'new', ...TROUBLE },
  'without trouble': { tokens: 'enforced', stream: 'new' },
  'equal texts': { tokens: 'enforced', stream: 'new', equalTexts: true, ...TROUBLE },
  'lost answers': { tokens: 'enforced', stream: 'new', lost: 0.4, late: 0.2 },
  'bad events': { tokens: 'enforced', stream: 'new', poison: 0.05, ...TROUBLE },
  restarted: { tokens: 'enforced', stream: 'new', crashes: 0.02, ...TROUBLE },
  recreated: { tokens: 'enforced', stream: 'new', deleted: 0.02, ...TROUBLE },
  'parsed tokens': { tokens: 'parsed', stream: 'new', ...TROUBLE },
  'parsed tokens and bad events': { tokens: 'parsed', stream: 'new', poison: 0.05, ...TROUBLE },
};
const OTHERS: Record<string, Scenario> = {
  ignored: { tokens: 'ignored', ...TROUBLE },
  'ignored, equal texts': { tokens: 'ignored', equalTexts: true, ...TROUBLE },
  'ignored, restarted': { tokens: 'ignored', crashes: 0.02, ...TROUBLE },
  'ignored, bad events': { tokens: 'ignored', poison: 0.05, ...TROUBLE },
  'ignored, recreated': { tokens: 'ignored', deleted: 0.02, replaced: 0.02, ...TROUBLE },
  'enforced, there before': { tokens: 'enforced', ...TROUBLE },
  'enforced, restarted': { tokens: 'enforced', stream: 'new', crashes: 0.02, ...TROUBLE },
  'enforced, a rival': { tokens: 'enforced', stream: 'new', rival: 0.05, ...TROUBLE },
  'enforced, made anew by somebody': { tokens: 'enforced', replaced: 0.02, ...TROUBLE },
  'lax while fresh': { tokens: 'fresh-lax', stream: 'new', ...TROUBLE },
  'counter tokens': { tokens: 'counter', stream: 'new', ...TROUBLE },
  'then ignored': { tokens: ['enforced', 'ignored'], changes: 'once', stream: 'new', ...TROUBLE },
  'then enforced': { tokens: ['ignored', 'enforced'], changes: 'once', stream: 'new', ...TROUBLE },
  'behind a proxy before two': { tokens: ['enforced', 'ignored'], changes: 'by request', ...TROUBLE },
  'everything at once': {
    tokens: ['enforced', 'ignored'],
    changes: 'by request',
    crashes: 0.02,
    deleted: 0.02,
    replaced: 0.02,
    poison: 0.03,
    rival: 0.02,
    ...TROUBLE,
  },
};

function runs(scenario: Scenario, mutation?: Mutation, count = RUNS): (Verdict & { seed: number })[] {
  return Array.from({ length: count }, (_, index) => {
    const seed = FIRST_SEED + index;
    return { seed, ...new LanesModel(scenario, seededRandom(seed * 7919 + 13), mutation).run() };
  });
}

const violates = ({ lost, duplicated, counted, outOfOrder, isStuck }: Verdict, most = Infinity) =>
  lost > 0 || duplicated > Math.min(most, counted) || outOfOrder > 0 || isStuck;

describe('several puts at a time lose nothing, keep the order that readers see, and hide no copy', () => {
  for (const [name, scenario] of Object.entries({ ...ENFORCED, ...OTHERS })) {
    test(name, () => {
      const all = runs(scenario);
      const bad = all.find((verdict) => violates(verdict, name in ENFORCED ? 0 : Infinity));
      assert.equal(bad, undefined);
      assert.ok(
        all.some(({ mostTogether }) => mostTogether > 1),
        'no two puts were ever together',
      );
    });
  }
});

const MUTANTS: Record<string, readonly [Scenario, Mutation, boundToNone?: boolean]> = {
  'an answer in a lane changes the token': [
    { ...ENFORCED['equal texts'], lost: 0.3, late: 0.2 },
    {
      conclude: (_, { isLane }, said, done, token) => {
        if (isLane && said.kind === 'delivered') token.accepted(said.next);
        if (isLane && said.kind === 'conflict')
          token.restore({ value: said.expected ?? null, isOwnStream: false });
        return done;
      },
    },
    true,
  ],
  'a put without an answer does not keep the token': [
    ENFORCED['lost answers'],
    {
      conclude: (batch, _, __, done) => {
        batch.history = freedOfToken(batch.history);
        return done;
      },
    },
    true,
  ],
  'DataAlreadyAccepted is believed of each batch that may be stored': [
    { ...ENFORCED['equal texts'], lost: 0.3 },
    {
      conclude: (batch, _, said, done) =>
        said.kind === 'already-accepted' && batch.history.unanswered > 0 ? { ...done, outcome: said } : done,
      start: (batch, carried, token) => {
        batch.history = freedOfToken(batch.history);
        return carried.isLane ? carried : token.forPut;
      },
    },
    true,
  ],
  'a refusal in a lane is believed': [
    ENFORCED['parsed tokens'],
    { conclude: (_, __, said, done) => (said.kind === 'refused' ? { ...done, outcome: said } : done) },
    true,
  ],
  'a lane opens before anything is stored': [
    { ...OTHERS['lax while fresh'], lost: 0.3 },
    {
      lanes: (lanes, token) => {
        const first = { history: NEVER_PUT, place: 0, events: [], earliest: 0, latest: 0 };
        lanes.start(first);
        lanes.concluded(first, { kind: 'delivered', next: undefined, rejected: [] });
        token.forget();
      },
    },
    true,
  ],
  'batches with equal timestamps are put together': [OTHERS.ignored, { mayOverlap: true }],
  'lanes carry no token': [
    { ...ENFORCED.recreated, lost: 0.3, deleted: 0.05 },
    { start: (_, carried) => (carried.isLane ? { ...carried, value: null } : carried) },
    true,
  ],
  'lanes carry the token of the baton': [
    { ...ENFORCED['lost answers'], equalTexts: true },
    { start: (_, carried, token) => (carried.isLane ? { ...carried, value: token.forPut.value } : carried) },
    true,
  ],
  'what an earlier process was about to put is put in any order': [
    { ...ENFORCED.restarted, crashes: 0.1 },
    { notesInAnyOrder: true },
    true,
  ],
  'a lost put in a lane is not counted': [
    OTHERS.ignored,
    { conclude: (_, { isLane }, __, done) => (isLane ? { ...done, possibleCopies: 0 } : done) },
  ],
};

describe('each rule is needed: a mutant without it is caught', () => {
  for (const [name, [scenario, mutation, isOnce]] of Object.entries(MUTANTS)) {
    test(name, () => {
      const most = isOnce ? 0 : Number.POSITIVE_INFINITY;
      const isBad = (seed: number, wrong?: Mutation) =>
        violates(new LanesModel(scenario, seededRandom(seed), wrong).run(), most);
      const caught = Array.from({ length: 6000 }, (_, seed) => seed).find((seed) => isBad(seed, mutation));
      assert.notEqual(caught, undefined, 'it went unnoticed');
      const alsoBad = Array.from({ length: (caught ?? 0) + 200 }, (_, seed) => seed).find((seed) =>
        isBad(seed),
      );
      assert.equal(alsoBad, undefined, 'so does the protocol itself');
    });
  }
});
