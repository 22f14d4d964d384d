import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { LineSplitter } from '../src/line-splitter.ts';

function collect(): { lines: string[]; splitter: LineSplitter } {
  const lines: string[] = [];
  return { lines, splitter: new LineSplitter((line) => lines.push(line)) };
}

describe('lines', () => {
  it('are there when write returns', () => {
    const { lines, splitter } = collect();
    splitter.write('a\nb\n');
    assert.deepEqual(lines, ['a', 'b']);
  });

  it('skip what is empty, and drop the carriage return', () => {
    const { lines, splitter } = collect();
    splitter.write('\n\r\na\r\n\n');
    assert.deepEqual(lines, ['a']);
  });

  it('keep the last one that has no end', () => {
    const { lines, splitter } = collect();
    splitter.write('a\nb');
    assert.deepEqual(lines, ['a']);
    splitter.end();
    splitter.end();
    assert.deepEqual(lines, ['a', 'b']);
  });

  it('are cut where a source never ends one', () => {
    const { lines, splitter } = collect();
    const chunk = 'x'.repeat(1024 * 1024);
    for (let i = 0; i < 40; i++) splitter.write(chunk);
    assert.equal(lines.length, 2);
    splitter.end();
    assert.equal(lines.join('').length, 40 * chunk.length);
  });

  it('do not depend on where the chunks begin and end, also within a character', () => {
    const line = fc.string({ unit: fc.constantFrom('a', 'é', '€', '😀', '"', '\u2028'), minLength: 1 });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), fc.integer({ min: 1, max: 7 }), (expected, size) => {
        const { lines, splitter } = collect();
        const bytes = Buffer.from(expected.map((text) => `${text}\n`).join(''));
        for (let at = 0; at < bytes.length; at += size) splitter.write(bytes.subarray(at, at + size));
        splitter.end();
        assert.deepEqual(lines, expected);
      }),
    );
  });
});
