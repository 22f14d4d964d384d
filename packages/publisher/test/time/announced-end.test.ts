import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AnnouncedEnd, LIVES_ON_MS } from '../../src/time/announced-end.ts';

function setUp() {
  let now = 1e6;
  const end = new AnnouncedEnd(() => now);
  const pass = (ms: number): void => {
    now += ms;
  };
  return { end, pass };
}

test('an end that was not announced has all its time', () => {
  assert.equal(setUp().end.leftMs(8000), 8000);
});

test('the time of an end runs from when it was announced first', () => {
  const { end, pass } = setUp();
  end.announce(5000);
  pass(2000);
  end.announce(8000);
  assert.equal(end.leftMs(8000), 3000);
  pass(3000 + LIVES_ON_MS - 1);
  assert.equal(end.leftMs(8000), 0, 'it comes late');
});

test('an end that did not come, or was called off, takes no time from the next', () => {
  const { end, pass } = setUp();
  end.announce(5000);
  pass(5000 + LIVES_ON_MS);
  assert.equal(end.leftMs(8000), 8000);
  end.announce(6000);
  pass(1000);
  assert.equal(end.leftMs(8000), 5000);
  end.callOff();
  assert.equal(end.leftMs(8000), 8000);
});

test('an end that may take for ever has the time of one that was not announced', () => {
  const { end } = setUp();
  end.announce(Number.POSITIVE_INFINITY);
  assert.equal(end.leftMs(8000), 8000);
});
