import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { RecordQueue } from '../../src/worker/record-queue.ts';

const EQUALS = '='.charCodeAt(0);

describe('the queue of records', () => {
  it('gives the bytes of all records in order, whatever is taken when', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.integer({ min: 0, max: 3_000_000 }).map((length) => 'é'.repeat(length)),
    );
    const step = fc.oneof(text, fc.integer({ min: 1, max: 5_000_000 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const queue = new RecordQueue();
        const taken: Buffer[] = [];
        let expected = '';
        for (const one of steps) {
          if (typeof one === 'number') taken.push(Buffer.from(queue.take(one)));
          else {
            queue.push(EQUALS, one);
            expected += `=${one}\n`;
          }
          const left = Buffer.byteLength(expected) - taken.reduce((sum, { length }) => sum + length, 0);
          assert.equal(queue.length, left);
        }
        while (queue.length > 0) taken.push(Buffer.from(queue.take(1_000_000)));
        assert.ok(Buffer.concat(taken).equals(Buffer.from(expected)));
      }),
      { numRuns: 40 },
    );
  });
});
