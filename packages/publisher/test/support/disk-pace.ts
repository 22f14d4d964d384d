import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import type { VirtualClock } from './simulation.ts';

// Virtual time and a real disk: time must not run away from a disk that is slow for a moment.

/** Lets virtual time pass no faster than the disk, which is a real one. */
export async function pass(clock: VirtualClock, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 500) {
    await clock.advance(Math.min(500, left));
    await wait(1);
  }
}

/** Lets virtual time pass, no faster than the disk, until the promise is settled. */
export async function settledBy<T>(
  clock: VirtualClock,
  promise: Promise<T>,
  state: () => string = () => '',
): Promise<T> {
  let isSettled = false;
  const mark = () => {
    isSettled = true;
  };
  promise.then(mark, mark);
  for (const end = Date.now() + 60_000; !isSettled; ) {
    assert.ok(Date.now() < end, `nothing was settled within a minute: ${state()}`);
    await pass(clock, 50);
  }
  return promise;
}
