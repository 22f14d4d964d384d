import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { compileFilterPattern } from '../../src/filter-pattern/compile.ts';
import { FilterPatternError } from '../../src/filter-pattern/pattern-error.ts';

// Texts that users report from the service; it names the character alone and shows other than ASCII as a question mark.
const REFUSED: readonly [pattern: string, message: string, position: number][] = [
  ['?Status: timeout', "Invalid character(s) in term ':'", 7],
  ['GET /a', "Invalid character(s) in term '/'", 4],
  ['failed(x)', "Invalid character(s) in term '('", 6],
  ['`ERROR`', "Invalid character(s) in term '`'", 0],
  [String.raw`level\":\"error`, String.raw`Invalid character(s) in term '\'`, 5],
  ['a 🎉', "Invalid character(s) in term '?'", 2],
  ['a"b"', `Invalid character(s) in term '"'`, 1],
  ['"a"b', "Invalid character(s) in term 'b'", 3],
  ['"open', 'Invalid filter pattern', 0],
  ['a -', 'Invalid filter pattern', 3],
  ['?', 'Invalid filter pattern', 1],
  ['--a', "Invalid character(s) in term '-'", 1],
  ['-?a', "Invalid character(s) in term '?'", 1],
  ['a && b', "Invalid character(s) in term '&'", 2],
  ['$.a = 1', "Invalid character(s) in term '$'", 0],
];

for (const [pattern, message, position] of REFUSED) {
  test(`${pattern} is refused in the words of the service, with the place and a hint beside them`, () => {
    assert.throws(
      () => compileFilterPattern(pattern),
      (error) => {
        assert.ok(error instanceof FilterPatternError);
        assert.deepEqual([error.message, error.position], [message, position]);
        assert.match(error.hint, /^[A-Z].*\.$/);
        return true;
      },
    );
  });
}

test('metric filters have words of their own for a pattern of which no character is named', () => {
  const refusal = (pattern: string): FilterPatternError => {
    try {
      compileFilterPattern(pattern);
    } catch (error) {
      if (error instanceof FilterPatternError) return error;
    }
    throw new Error(`${pattern} was not refused`);
  };
  assert.equal(refusal('"open').messageForMetricFilters, 'Invalid metric filter pattern');
  assert.equal(refusal('a:b').messageForMetricFilters, "Invalid character(s) in term ':'");
});

test('a pattern is as long as the service allows', () => {
  assert.doesNotThrow(() => compileFilterPattern('a'.repeat(1_024)));
  assert.throws(() => compileFilterPattern('a'.repeat(1_025)), { position: 1_024 });
});

test('any text is compiled or refused at a place within it, and what is compiled answers', () => {
  const piece = fc.constantFrom(
    ...[
      '{',
      '}',
      '[',
      ']',
      '(',
      ')',
      '$',
      '.',
      '*',
      '%',
      '"',
      '\\',
      '=',
      '!=',
      '<',
      '>=',
      '&&',
      '||',
      ',',
      '...',
    ],
    ...['a', 'b1', '5', '-', '+', '?', ' ', 'IS NULL', 'NOT EXISTS', "['x']", '|', '^', '\\d', '{2}', 'é'],
  );
  const text = fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join(''));
  const wrapped = fc.oneof(
    text,
    text.map((inner) => `{ $.a${inner}}`),
    text.map((inner) => `[a${inner}]`),
  );
  fc.assert(
    fc.property(wrapped, (pattern) => {
      try {
        const { matches, extract } = compileFilterPattern(pattern);
        for (const message of ['a b1 5', '{"a":5,"b":[1]}', '', '[a] "b']) {
          matches(message);
          extract(message);
        }
      } catch (error) {
        assert.ok(error instanceof FilterPatternError, String(error));
        assert.ok(error.position >= 0 && error.position <= pattern.length, `${pattern} at ${error.position}`);
      }
    }),
    { numRuns: 2_000 },
  );
});
