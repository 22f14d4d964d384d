import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Fifo } from '../../src/structures/fifo.ts';
import { type Deadline, Deadlines } from '../../src/time/deadlines.ts';
import { VirtualClock } from '../support/simulation.ts';

test('a queue behaves as an array does, whatever is done to it', () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.constant('push' as const) },
    { weight: 4, arbitrary: fc.constant('shift' as const) },
    { weight: 1, arbitrary: fc.constant('unshift' as const) },
    { weight: 1, arbitrary: fc.constant('many' as const) },
    { weight: 1, arbitrary: fc.constant('drain' as const) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const queue = new Fifo<number>();
      const model: number[] = [];
      let next = 0;
      for (const one of steps) {
        if (one === 'push') {
          queue.push(next);
          model.push(next++);
        } else if (one === 'unshift') {
          queue.unshift(next);
          model.unshift(next++);
        } else if (one === 'shift') {
          assert.equal(queue.shift(), model.shift());
        } else {
          // More than the queue keeps before it gives memory back.
          for (let i = 0; i < 1500; i++) {
            if (one === 'many') {
              queue.push(next);
              model.push(next++);
            } else assert.equal(queue.shift(), model.shift());
          }
        }
        assert.equal(queue.length, model.length);
        assert.equal(queue.peek(), model[0]);
      }
      assert.deepEqual([...queue], model);
    }),
    { numRuns: 50 },
  );
});

test('deadlines fire when a naive model says, in the order of time', async () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('after' as const), ms: fc.integer({ min: 0, max: 500 }) }),
    fc.record({ kind: fc.constant('cancel' as const), ms: fc.nat({ max: 50 }) }),
    fc.record({ kind: fc.constant('advance' as const), ms: fc.nat({ max: 100 }) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const clock = new VirtualClock(0);
      const deadlines = new Deadlines(clock);
      const made: { deadline: Deadline; at: number; isCancelled: boolean }[] = [];
      const fired: number[] = [];
      for (const { kind, ms } of steps) {
        if (kind === 'after') {
          const index = made.length;
          const deadline = deadlines.after(ms, () => fired.push(index));
          made.push({ deadline, at: clock.now() + ms, isCancelled: false });
        } else if (kind === 'cancel' && made[ms]) {
          made[ms].isCancelled ||= !fired.includes(ms);
          made[ms].deadline.cancel();
        } else if (kind === 'advance') await clock.advance(ms);
        assert.ok(clock.timers <= 1, 'one timer serves all');
      }
      await clock.advance(0);
      const expected = made
        .map(({ at, isCancelled }, index) => ({ at, isCancelled, index }))
        .filter(({ at, isCancelled }) => !isCancelled && at <= clock.now());
      assert.deepEqual(
        [...fired].sort((a, b) => a - b),
        expected.map(({ index }) => index),
      );
      const times = fired.map((index) => made[index].at);
      for (let i = 1; i < times.length; i++) {
        // A deadline that was set late for an early time cannot overtake what fired before it was set.
        assert.ok(times[i] >= times[i - 1], `${times}`);
      }
      await clock.advance(1000);
      assert.equal(fired.length, made.filter(({ isCancelled }) => !isCancelled).length);
      assert.equal(clock.timers, 0, 'nothing is left to wait for');
    }),
    { numRuns: 60 },
  );
});

test('a deadline can set another while it fires', async () => {
  const clock = new VirtualClock(0);
  const deadlines = new Deadlines(clock);
  const fired: number[] = [];
  deadlines.after(10, () => {
    fired.push(clock.now());
    deadlines.after(0, () => fired.push(clock.now()));
    deadlines.after(5, () => fired.push(clock.now()));
  });
  await clock.advance(100);
  assert.deepEqual(fired, [10, 10, 15]);
});

test('cleared deadlines never fire and hold no timer', async () => {
  const clock = new VirtualClock(0);
  const deadlines = new Deadlines(clock);
  deadlines.after(10, () => assert.fail('it was cleared'));
  deadlines.clear();
  assert.equal(clock.timers, 0);
  await clock.advance(100);
});
