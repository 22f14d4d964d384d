import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DropTally } from '../../src/accounts/drop-tally.ts';
import type { Drop } from '../../src/accounts/events.ts';
import { VirtualClock } from '../support/simulation.ts';

const drop = { reason: 'overflow', events: 1, bytes: 100, logGroupName: 'g', logStreamName: 's' } as const;

function setUp() {
  const clock = new VirtualClock();
  const told: Drop[] = [];
  const tally = new DropTally(clock, (one) => told.push(one));
  return { clock, told, tally };
}

test('the first drop is told at once, and what follows with the same reason and stream once a second', async () => {
  const { clock, told, tally } = setUp();
  for (let i = 0; i < 3; i++) tally.add(drop);
  tally.add({ ...drop, logStreamName: 'other' });
  assert.deepEqual(told.splice(0), [drop, { ...drop, logStreamName: 'other' }]);
  await clock.advance(999);
  assert.deepEqual(told, []);
  await clock.advance(1);
  assert.deepEqual(told.splice(0), [{ ...drop, events: 2, bytes: 200 }]);
  tally.add(drop);
  assert.deepEqual(told, [], 'the second since it was told goes on');
  await clock.advance(1000);
  assert.deepEqual(told.splice(0), [drop]);
  await clock.advance(1000);
  assert.equal(clock.timers, 0, 'no timer is left when nothing more is dropped');
  tally.add(drop);
  assert.deepEqual(told, [drop]);
});

test('who asks is told at once, and nothing is told twice', async () => {
  const { clock, told, tally } = setUp();
  for (let i = 0; i < 3; i++) tally.add(drop);
  tally.report();
  tally.report();
  await clock.advance(5000);
  assert.deepEqual(told, [drop, { ...drop, events: 2, bytes: 200 }]);
});

test('whoever drops for each drop that is told, now or later, is told of it once a second', async () => {
  for (const later of [(again: () => void) => again(), queueMicrotask, setImmediate]) {
    const clock = new VirtualClock();
    let told = 0;
    let dropped = 0;
    const tally: DropTally = new DropTally(clock, ({ events }) => {
      told += events;
      later(() => {
        dropped++;
        tally.add(drop);
      });
    });
    tally.add(drop);
    await clock.advance(10_000);
    assert.equal(dropped, 11, 'the first at once, and one a second');
    tally.report();
    assert.ok(told >= dropped, `${told} were told of ${dropped}`);
  }
});

test('drops in as many streams as clients can name are told by the log group, and nothing is remembered for long', async () => {
  const { clock, told, tally } = setUp();
  for (let i = 0; i < 300_000; i++) tally.add({ ...drop, logStreamName: `client-${i}` });
  await clock.advance(1000);
  assert.ok(told.length <= 1002, `${told.length} were told`);
  assert.equal(
    told.reduce((sum, { events }) => sum + events, 0),
    300_000,
  );
  const [last] = told.slice(-1);
  assert.deepEqual(last, {
    reason: 'overflow',
    events: last.events,
    bytes: last.events * 100,
    logGroupName: 'g',
  });
  await clock.advance(2000);
  assert.equal(clock.timers, 0);
});
