import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Batch } from '../../src/batch/batch.ts';
import { encodePut } from '../../src/cloudwatch/put-body.ts';
import { eventOf } from '../support/event-record.ts';

const LIMITS = { maxBytes: 1_048_576, maxEvents: 10_000 };
const TARGET = { logGroupName: 'g"\\', logStreamName: 's/é\n' };
const anyText = fc.string({
  unit: fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 2 }),
    fc.constantFrom('\u0000', '"', '\\', '\u2028', '\ud800', '\udc00', '😀'),
  ),
  minLength: 1,
  maxLength: 20,
});

test('the body is what JSON.stringify makes of the request, for any text', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ timestamp: fc.maxSafeNat(), message: anyText }), { minLength: 1, maxLength: 30 }),
      fc.option(anyText, { nil: undefined }),
      fc.option(fc.constant({ keyAttributes: { Name: 'n' } }), { nil: undefined }),
      (events, sequenceToken, entity) => {
        const batch = new Batch(LIMITS);
        const clean = events.map(({ timestamp, message }) => ({
          timestamp,
          message: message.toWellFormed(),
        }));
        for (const { timestamp, message } of clean) batch.append(eventOf(message, timestamp));
        batch.freeze();
        const sorted = [...clean].sort((a, b) => a.timestamp - b.timestamp);
        const expected = JSON.stringify({ ...TARGET, sequenceToken, entity, logEvents: sorted });
        assert.equal(encodePut(TARGET, batch, sequenceToken, entity).toString(), expected);
      },
    ),
  );
});

test('events of a large batch join without a gap', () => {
  for (const count of [1, 255, 256, 257, 512, 513, 10_000]) {
    const batch = new Batch(LIMITS);
    for (let i = 0; i < count; i++) batch.append(eventOf(`${i}`, i));
    batch.freeze();
    const body = JSON.parse(encodePut(TARGET, batch, undefined, undefined).toString());
    assert.equal(body.logEvents.length, count);
    assert.deepEqual(body.logEvents.at(-1), { timestamp: count - 1, message: `${count - 1}` });
    assert.equal('sequenceToken' in body, false);
  }
});

test('text that JSON makes six times longer is whole', () => {
  for (const [events, message] of [
    [1, '\u0000'.repeat(1_048_550)],
    [1000, '\u0001'.repeat(1000)],
    [700, '"\\\u001f'.repeat(400)],
    [300, '\uffff😀'.repeat(300)],
    [3, 'x'.repeat(300_000)],
  ] as const) {
    const batch = new Batch(LIMITS);
    for (let i = 0; i < events; i++) batch.append(eventOf(message, i));
    batch.freeze();
    const logEvents = Array.from({ length: events }, (_, timestamp) => ({ timestamp, message }));
    const expected = JSON.stringify({ ...TARGET, sequenceToken: 't', logEvents });
    assert.equal(encodePut(TARGET, batch, 't', undefined).toString() === expected, true, `${events} events`);
  }
});

test('a body ends whole, wherever its buffer ends', () => {
  for (const unit of ['"', '\u0001', 'x"', 'x'] as const) {
    for (let length = 1; length <= 1500; length++) {
      const message = unit.repeat(length);
      const batch = new Batch(LIMITS);
      batch.append(eventOf(message, 1));
      batch.freeze();
      const expected = JSON.stringify({ ...TARGET, logEvents: [{ timestamp: 1, message }] });
      assert.equal(encodePut(TARGET, batch, undefined, undefined).toString() === expected, true, `${length}`);
    }
  }
});
