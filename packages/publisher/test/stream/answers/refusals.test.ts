import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refusals } from '../../../src/stream/answers/refusals.ts';

const one = { length: 1, passesThen: undefined, hasNeighbour: true, isKnown: false };
const many = { ...one, length: 10 };

test('a batch of several is halved, and that alone shows nothing', () => {
  const refusals = new Refusals();
  for (let i = 0; i < 15; i++) assert.equal(refusals.refused(many), 'halve');
  assert.equal(refusals.phase, 'none');
  assert.equal(refusals.passed(refusals.begin()), 'nothing');
});

test('an event that is refused alone is to blame when another one passes after it', () => {
  const refusals = new Refusals();
  assert.equal(refusals.refused(one), 'suspect');
  assert.equal(refusals.passed(refusals.begin()), 'poison');
  assert.equal(refusals.phase, 'none');
});

test('a put that began before the refusal shows nothing of it', () => {
  const refusals = new Refusals();
  const early = refusals.begin();
  assert.equal(refusals.refused(one), 'suspect');
  assert.equal(refusals.passed(early), 'nothing');
  assert.equal(refusals.phase, 'suspecting');
});

test('when its neighbours are refused too, everything is held until something passes', () => {
  const refusals = new Refusals();
  const verdicts = Array.from({ length: 5 }, () => refusals.refused(one));
  assert.deepEqual(verdicts, ['suspect', 'suspect', 'suspect', 'suspect', 'hold']);
  assert.equal(refusals.refused(many), 'hold');
  assert.equal(refusals.passed(refusals.begin()), 'resume');
  assert.equal(refusals.phase, 'none');
});

test('a longer row of bad events is tolerated each time that something passed after all', () => {
  const refusals = new Refusals();
  const untilHeld = () => {
    let suspects = 0;
    while (refusals.refused(one) === 'suspect') suspects++;
    refusals.passed(refusals.begin());
    return suspects;
  };
  assert.deepEqual([untilHeld(), untilHeld(), untilHeld()], [4, 8, 16]);
});

test('without a neighbour an event is held, and is to blame when it is refused again after another one passed', () => {
  const refusals = new Refusals();
  assert.equal(refusals.refused({ ...one, hasNeighbour: false }), 'hold');
  const passesThen = refusals.passes;
  assert.equal(refusals.refused({ ...one, passesThen }), 'hold', 'nothing passed meanwhile');
  assert.equal(refusals.passed(refusals.begin()), 'resume');
  assert.equal(refusals.refused({ ...one, passesThen }), 'poison');
});

test('what holds other streams of the group holds this one at once', () => {
  for (const batch of [one, many]) assert.equal(new Refusals().refused({ ...batch, isKnown: true }), 'hold');
});
