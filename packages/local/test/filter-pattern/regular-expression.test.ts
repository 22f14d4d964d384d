import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { compileFilterPattern } from '../../src/filter-pattern/compile.ts';

// Restated from https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/regex-expressions.html unless said otherwise.

const finds = (expression: string, text: string): boolean =>
  compileFilterPattern(`%${expression}%`).matches(text);

const CASES: readonly [expression: string, found: readonly string[], missed: readonly string[]][] = [
  [
    'AUTHORIZED',
    ['[ERROR 401] UNAUTHORIZED REQUEST', '[SUCCESS 200] AUTHORIZED REQUEST'],
    ['authorized', ''],
  ],
  ['^[hc]at', ['hat', 'cat on a mat'], ['a hat', 'bat', '\nhat']],
  ['[hc]at$', ['hat', 'a cat'], ['hats', 'cat\n']],
  ['colou?r', ['color', 'colour'], ['colouur', 'colo']],
  ['[abcx-z]', ['a', 'y', '-z'], ['d', 'w', '']],
  ['^a{3,5}$', ['aaa', 'aaaa', 'aaaaa'], ['aa', 'aaaaaa']],
  ['^a{3}$', ['aaa'], ['aa', 'aaaa']],
  ['^a{3,}$', ['aaa', 'aaaaaaaaa'], ['aa']],
  ['^a{,2}$', ['', 'a', 'aa'], ['aaa']],
  ['^a{3, 5}$', ['aaa'], ['aa']],
  ['gra|ey', ['gray', 'grey'], ['groy']],
  [
    '^starting|^initializing|^shutting down',
    ['starting ...', 'initializing ...', 'shutting down'],
    ['skipping initializing ...'],
  ],
  ['abcc|ab[^c]$', ['abcc ...', 'aba'], ['aac ...', 'abc', 'ab']],
  [String.raw`\[.\]`, ['[a]', '[7]', '[@]', '[]]', '[ ]', '[é]', '[🎉]'], ['[]', '[ab]']],
  [String.raw`10\.10\.0\.1`, ['10.10.0.1', 'from 10.10.0.123'], ['10010,051']],
  ['10.10.0.1', ['10010,051', '10.10.0.1'], ['10.10.01']],
  ['ab*c', ['ac', 'abc', 'abbbc'], ['ab', 'adc']],
  ['^ab[0-9]*$', ['ab', 'ab0', 'ab129'], ['abc']],
  ['ab+c', ['abc', 'abbc', 'abbbc'], ['ac']],
  ['.at', ['hat', '4at', '#at', ' at', '\nat'], ['at']],
  [String.raw`^\d\D$`, ['1a', '0-'], ['12', 'a1']],
  [String.raw`^\s\S$`, [' a', '\tb', '\n-'], ['ab', '  ']],
  [String.raw`^\w\W$`, ['a-', '_ ', '9ß'], ['aa', '--']],
  [String.raw`\x3A\x28`, ['a:(b'], ['a:b', '(:']],
  [String.raw`[\d_]-[a-]`, ['7-a', '_--'], ['a-a', '7-b']],
  [String.raw`^[\x21-\x2F]+$`, ['!"#', '/'], ['0', '']],
  ['[.*+?|$]', ['.', '*', '+', '?', '|', '$'], ['a']],
  [String.raw`[^\]]x`, ['ax', 'éx'], [']x', 'x']],
  ['^.$', ['a', 'é', '🎉'], ['ab', '🎉🎉', '']],
  ['a.*?b', ['ab', 'a-b'], ['ba']],
  ['/service/resource/[0-9]+/part/[0-9]+$', ['GET /service/resource/67/part/111'], ['/service/resource/67']],
  // The anchors count where they stand.
  ['a^b|c$d', [], ['ab', 'cd', 'a^b', 'c$d']],
  ['x|^$', ['', 'x'], ['a']],
];

for (const [expression, found, missed] of CASES) {
  test(`%${expression}% finds what the guide says`, () => {
    for (const text of found) assert.equal(finds(expression, text), true, JSON.stringify(text));
    for (const text of missed) assert.equal(finds(expression, text), false, JSON.stringify(text));
  });
}

const REFUSED: readonly [expression: string, message: string | undefined, position: number][] = [
  // Seen with the service: https://github.com/ministryofjustice/modernisation-platform-environments/pull/5137
  ['a(b)', "Invalid character(s) in term '('", 2],
  [String.raw`a\(b`, "Invalid character(s) in term '('", 3],
  ['something!', "Invalid character(s) in term '!'", 10],
  ['grün', "Invalid character(s) in term '?'", 3],
  ['a"b', `Invalid character(s) in term '"'`, 2],
  ['[a!]', "Invalid character(s) in term '!'", 3],
  ['', undefined, 1],
  ['a|', undefined, 3],
  ['|a', undefined, 1],
  ['*a', undefined, 1],
  ['^*', undefined, 2],
  ['a**', undefined, 3],
  ['a+?', undefined, 3],
  ['a{2}{3}', undefined, 5],
  ['a{', undefined, 2],
  ['a{,}', undefined, 2],
  ['a{x}', undefined, 2],
  ['a{5,3}', undefined, 2],
  ['a}', undefined, 2],
  [']', undefined, 1],
  ['[', undefined, 1],
  ['[]', undefined, 1],
  ['[^]', undefined, 1],
  ['[z-a]', undefined, 2],
  [String.raw`[\d-z]`, undefined, 2],
  ['[[:alpha:]]', undefined, 2],
  [String.raw`\b`, undefined, 2],
  [String.raw`\1`, undefined, 2],
  [String.raw`\xZZ`, undefined, 2],
  [String.raw`\xFF`, undefined, 2],
  ['a\\', undefined, 3],
  ['a{501}', undefined, 1],
  ['.{250}.{251}', undefined, 1],
];

for (const [expression, message, position] of REFUSED) {
  test(`%${expression}% is refused`, () => {
    assert.throws(() => compileFilterPattern(`%${expression}%`), {
      name: 'FilterPatternError',
      message: message ?? 'Invalid filter pattern',
      position,
    });
  });
}

test('a regular expression must be closed, and a pattern holds two at most', () => {
  assert.throws(() => compileFilterPattern('a %b'), {
    message: "Invalid character(s) in term '%'",
    position: 2,
  });
  assert.doesNotThrow(() => compileFilterPattern('%a% -%b%'));
  assert.throws(() => compileFilterPattern('%a% %b% %c%'), {
    message: 'Invalid filter pattern',
    position: 8,
  });
  assert.throws(() => compileFilterPattern('{ $.a = %a% && $.b = %b% && $.c = %c% }'), { position: 34 });
});

test('every expression of the alphabet finds the same texts as an engine that backtracks', () => {
  const element = fc.oneof(
    fc.constantFrom(
      'a',
      'b',
      'c',
      '.',
      '[ab]',
      '[^a]',
      '[b-c]',
      String.raw`\w`,
      String.raw`\W`,
      String.raw`\.`,
    ),
  );
  const repetition = fc.constantFrom('', '', '?', '*', '+', '{2}', '{1,2}', '{2,}', '{0,1}');
  const sequence = fc.array(
    fc.tuple(element, repetition).map((parts) => parts.join('')),
    {
      minLength: 1,
      maxLength: 5,
    },
  );
  const anchored = fc
    .tuple(fc.constantFrom('', '^'), sequence, fc.constantFrom('', '$'))
    .map(([start, parts, end]) => start + parts.join('') + end);
  const expression = fc.array(anchored, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('|'));
  const text = fc.array(fc.constantFrom('a', 'b', 'c', '.', '-', 'é', '🎉', '\n'), { maxLength: 12 });
  fc.assert(
    fc.property(expression, fc.array(text, { minLength: 1, maxLength: 8 }), (source, texts) => {
      const oracle = new RegExp(source.replaceAll('{,', '{0,'), 'su');
      for (const characters of texts) {
        const written = characters.join('');
        assert.equal(finds(source, written), oracle.test(written), `${source} in ${JSON.stringify(written)}`);
      }
    }),
    { numRuns: 500 },
  );
});

test('an expression that makes a backtracking engine hang takes time in proportion to the message', () => {
  // 40 stars in a row cost a backtracking engine more steps than there are atoms, on a message that does not match.
  const { matches } = compileFilterPattern(`%${'a*'.repeat(40)}b%`);
  const message = 'a'.repeat(100_000);
  const started = process.cpuUsage();
  assert.equal(matches(message), false);
  assert.equal(matches(`${message}b`), true);
  const { user } = process.cpuUsage(started);
  assert.ok(user < 5_000_000, `${user} µs`);
});

test('more sets of states than are remembered cost time, not answers', () => {
  const { matches } = compileFilterPattern('%a.{14}b%');
  let text = '';
  let seed = 1;
  for (let index = 0; index < 20_000; index++) {
    seed = (seed * 48_271) % 2_147_483_647;
    text += seed % 2 === 0 ? 'a' : 'c';
  }
  assert.equal(matches(text), false);
  assert.equal(matches(`${text}a12345678901234b`), true);
});
