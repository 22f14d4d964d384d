import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { splitMessage, truncateMessage } from '../../src/intake/split-message.ts';

const text = fc.string({
  unit: fc.constantFrom('a', 'é', '€', '😀', '\u0000', '\n', '\ud7ff', '\uffff'),
  maxLength: 200,
});

test('pieces are the message again, each within the limit and well-formed', () => {
  fc.assert(
    fc.property(text, fc.integer({ min: 4, max: 60 }), (message, maxBytes) => {
      const pieces = splitMessage(message, maxBytes);
      assert.equal(pieces.join(''), message);
      for (const [index, piece] of pieces.entries()) {
        const bytes = Buffer.byteLength(piece);
        assert.ok(bytes > 0 && bytes <= maxBytes);
        assert.ok(piece.isWellFormed());
        if (index < pieces.length - 1) assert.ok(bytes > maxBytes - 4, 'pieces are as long as they can be');
      }
      const sum = pieces.reduce((bytes, piece) => bytes + Buffer.byteLength(piece), 0);
      assert.equal(sum, Buffer.byteLength(message));
    }),
  );
});

test('a message that fits exactly is one piece', () => {
  assert.deepEqual(splitMessage('aé', 4), ['aé']);
  assert.deepEqual(splitMessage('😀', 4), ['😀']);
  assert.deepEqual(splitMessage('', 4), []);
});

test('a character on the border goes to the next piece as a whole', () => {
  assert.deepEqual(splitMessage('abc😀def', 4), ['abc', '😀', 'def']);
  assert.deepEqual(splitMessage('€€', 5), ['€', '€']);
});

test('a lone surrogate becomes U+FFFD and cannot break the cut', () => {
  const pieces = splitMessage('\ud800'.repeat(10), 4);
  assert.equal(pieces.join(''), '\ufffd'.repeat(10));
  assert.equal(truncateMessage(`\udc00${'x'.repeat(100)}`, 50).isWellFormed(), true);
});

test('a truncated message stays within the limit and says how many bytes are missing', () => {
  fc.assert(
    fc.property(text, fc.integer({ min: 38, max: 200 }), (start, maxBytes) => {
      const message = start + 'é€😀'.repeat(30);
      const cut = truncateMessage(message, maxBytes);
      assert.ok(Buffer.byteLength(cut) <= maxBytes);
      assert.ok(cut.isWellFormed());
      const [, kept, missing] = /^([\s\S]*)\[truncated (\d+) bytes\]$/.exec(cut) ?? [];
      assert.ok(message.startsWith(kept));
      assert.equal(Buffer.byteLength(kept) + Number(missing), Buffer.byteLength(message));
    }),
  );
});

test('100 MB are split in one go', () => {
  const message = '😀'.repeat(25 * 1024 * 1024);
  const pieces = splitMessage(message, 1_048_550);
  assert.equal(pieces.length, 101);
  assert.equal(Buffer.byteLength(pieces[0]), 1_048_548);
});
