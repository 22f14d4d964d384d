import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Batch } from '../../src/batch/batch.ts';
import { PackedEvents } from '../../src/batch/packed-events.ts';
import { giveMemory, takeMemory } from '../../src/batch/spare-memory.ts';
import { eventOf } from '../support/event-record.ts';
import { simulated } from '../support/publisher-fixture.ts';

/** Takes all that is kept of one size. */
function kept(bytes: number, given: readonly Buffer[]): number {
  let count = 0;
  while (given.includes(takeMemory(bytes))) count++;
  return count;
}

test('memory that is given goes to the next who asks for as much', () => {
  const memory = Buffer.allocUnsafeSlow(4096);
  giveMemory(memory);
  assert.notEqual(takeMemory(1024), memory);
  assert.equal(takeMemory(4096), memory);
  assert.notEqual(takeMemory(4096), memory);
});

test('of each size a few are kept, of the largest one', () => {
  const most = { 1024: 16, 65536: 8, 524288: 1, 1048576: 1, 2097152: 0 };
  for (const [size, count] of Object.entries(most)) {
    const given = Array.from({ length: 20 }, () => Buffer.allocUnsafeSlow(Number(size)));
    for (const memory of given) giveMemory(memory);
    assert.equal(kept(Number(size), given), count, size);
  }
});

test('neither a part of other memory is kept, nor what one long message takes', () => {
  const part = Buffer.allocUnsafeSlow(8192).subarray(0, 4096);
  const odd = Buffer.allocUnsafeSlow(5000);
  giveMemory(part);
  giveMemory(odd);
  assert.equal(kept(4096, [part]) + kept(5000, [odd]), 0);
});

test('a batch has its messages until it is stored, however often it is put', async () => {
  const { clock, sink, publisher, publish } = simulated();
  const { put } = sink;
  let puts = 0;
  let last: Batch | undefined;
  const seen: string[] = [];
  sink.put = async (target, batch, token) => {
    last = batch;
    seen.push(batch.messageAt(0));
    if (++puts < 3)
      return { ok: false, name: 'ServiceUnavailable', message: '', status: 503, bodySent: true };
    return put.call(sink, target, batch, token);
  };
  publish('a line');
  const flushed = publisher.flush({ timeoutMs: 60_000 });
  await clock.advance(30_000);
  assert.deepEqual(await flushed, { delivered: 1, dropped: 0, pending: 0 });
  assert.deepEqual(seen, ['a line', 'a line', 'a line']);
  assert.equal(last?.eventData.messages.length, 0);
});

test('events keep their messages while others grow, are let go, and take the same memory', () => {
  // The same every time: what is logged where, and what is let go, as a small generator tells.
  let state = 1;
  const below = (limit: number) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % limit;
  };
  const all = Array.from({ length: 20 }, () => ({
    events: new PackedEvents(1024 * 1024),
    messages: [] as string[],
  }));
  for (let n = 0; n < 20_000; n++) {
    const one = all[below(all.length)];
    if (below(500) === 0) {
      assert.deepEqual(
        one.messages,
        one.messages.map((_, index) => one.events.messageAt(index)),
      );
      one.events.letGo();
      one.events = new PackedEvents(1024 * 1024);
      one.messages = [];
    }
    const message = `${n}:${'x'.repeat(below(400))}`;
    one.events.push(eventOf(message, n));
    one.messages.push(message);
  }
  for (const { events, messages } of all) {
    assert.deepEqual(
      messages,
      messages.map((_, index) => events.messageAt(index)),
    );
  }
});
