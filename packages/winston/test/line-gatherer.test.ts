import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { LogEvent } from 'cloudwatch-logs-publisher';
import { LineGatherer } from '../src/line-gatherer.ts';

function event(number: number): LogEvent {
  return { timestamp: number, message: `line ${number}` };
}

function numbers(events: readonly LogEvent[]): number[] {
  return events.map(({ timestamp }) => timestamp);
}

test('lines are handed on in the next turn of the event loop, in order', async () => {
  const taken: LogEvent[] = [];
  const lines = new LineGatherer((one) => taken.push(one));
  for (let i = 0; i < 3; i++) lines.add(event(i), undefined);
  assert.equal(taken.length, 0);
  await setImmediate();
  assert.deepEqual(numbers(taken), [0, 1, 2]);
  lines.add(event(3), undefined);
  await setImmediate();
  assert.deepEqual(numbers(taken), [0, 1, 2, 3]);
});

test('a burst of a thousand lines is handed on after it', async () => {
  const taken: LogEvent[] = [];
  const lines = new LineGatherer((one) => taken.push(one));
  for (let i = 0; i < 1000; i++) lines.add(event(i), undefined);
  assert.equal(taken.length, 0);
  await setImmediate();
  assert.equal(taken.length, 1000);
});

test('a loop that never ends a turn keeps two thousand lines at most', () => {
  const taken: LogEvent[] = [];
  const lines = new LineGatherer((one) => taken.push(one));
  for (let i = 0; i < 10_000; i++) {
    lines.add(event(i), undefined);
    assert.ok(i - taken.length < 2048);
  }
  lines.handOver();
  assert.deepEqual(
    numbers(taken),
    Array.from({ length: 10_000 }, (_, i) => i),
  );
});

test('a loop that never ends a turn keeps a few lines at most where they are long', () => {
  const taken: LogEvent[] = [];
  const lines = new LineGatherer((one) => taken.push(one));
  const message = 'x'.repeat(300_000);
  for (let i = 0; i < 100; i++) {
    lines.add({ timestamp: i, message }, undefined);
    assert.ok(i - taken.length < 4);
  }
  lines.handOver();
  assert.equal(taken.length, 100);
});

test('a line whose stream depends on its record goes at once, behind those before it', () => {
  const taken: LogEvent[] = [];
  const lines = new LineGatherer((one) => taken.push(one));
  lines.add(event(0), undefined);
  lines.add(event(1), { level: 'info' });
  assert.deepEqual(numbers(taken), [0, 1]);
});

test('whoever logs and asks while lines are handed on gets all of them, in order', async () => {
  const taken: LogEvent[] = [];
  let next = 10;
  const lines = new LineGatherer((one) => {
    taken.push(one);
    if (one.timestamp !== 2) return;
    lines.add(event(next++), undefined);
    lines.handOver();
    assert.deepEqual(numbers(taken), [0, 1, 2, 3, 4, 10]);
    lines.add(event(next++), undefined);
  });
  for (let i = 0; i < 5; i++) lines.add(event(i), undefined);
  await setImmediate();
  await setImmediate();
  assert.deepEqual(numbers(taken), [0, 1, 2, 3, 4, 10, 11]);
});

test('whoever logs for each line that is handed on gets a turn of the event loop in between', async () => {
  let count = 0;
  const lines = new LineGatherer(() => {
    if (++count < 50) lines.add(event(count), undefined);
  });
  lines.add(event(0), undefined);
  lines.handOver();
  assert.equal(count, 1);
  while (count < 50) await setImmediate();
});
