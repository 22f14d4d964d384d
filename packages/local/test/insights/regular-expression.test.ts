import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { RegularExpression } from '../../src/insights/regular-expression.ts';

/** JavaScript's own, whose matches ours must be. */
const native = (source: string, ignoresCase = false) => new RegExp(source, ignoresCase ? 'isu' : 'su');

function agree(source: string, text: string, ignoresCase = false): void {
  const expected = native(source, ignoresCase).exec(text);
  const expression = new RegularExpression(source, ignoresCase);
  const about = `/${source}/ in ${JSON.stringify(text)}`;
  assert.equal(expression.test(text), expected !== null, about);
  const groups = expression.groupsIn(text);
  if (expected === null) assert.equal(groups, undefined, about);
  else {
    const named = Object.entries(expected.groups ?? {}).filter(([, value]) => value !== undefined);
    assert.deepEqual(Object.fromEntries(groups ?? []), Object.fromEntries(named), about);
  }
}

test('expressions match as those of JavaScript do', () => {
  for (const [source, ...samples] of [
    ['', '', 'a'],
    ['a|b|', 'b', 'c'],
    ['^(?<user>\\w+)@(?<host>[\\w.-]+)$', 'ann@example.com', 'ann@', '@'],
    ['(?<first>a|ab)(?<rest>c|bcd)?', 'abcd', 'ab', 'ac'],
    ['(?<lazy>a+?)(?<greedy>a*)', 'aaaa'],
    ['(?<n>\\d{2,3})(?<rest>\\d*)', '12345', '1'],
    ['(?<a>x{0})(?<b>y{2})', 'yyy'],
    ['(?<one>.)\\n(?<two>.)', 'a\nb', 'ab'],
    ['\\bcat\\b|\\Bdog\\B', 'a cat.', 'concat', 'xdogx', 'dog'],
    ['[\\p{Lu}\\]-]+(?<rest>[^a-c]*)', 'ÄB]-xyzabc', 'abc'],
    ['(?<flag>\\u{1F600}|\\ud83d\\ude01|😂)', 'x😀', '😁', '😂', '😃'],
    ['\\x41\\u0042\\cJ\\t\\.', 'AB\n\t.', 'AB'],
    ['(?:(?<k>\\w)=(?<v>\\d),?)+', 'a=1,b=2,c=3'],
    ['(a*)*(?<tail>b)', 'aaab', 'aaa'],
    ['(?<x>a)|(?<y>b)', 'b'],
    ['$^', '', 'a'],
    ['[^]x', 'yx', 'x'],
    ['[]', '', 'a'],
    ['\\/[\\-]', '/-'],
  ] as [string, ...string[]][]) {
    for (const text of samples) {
      agree(source, text);
      agree(source, text.toUpperCase(), true);
    }
  }
});

/** Expressions at random. `mayBeNothing`: also repetitions of what may be empty. */
function expressions(mayBeNothing: boolean) {
  const canRepeat = (inside: string) =>
    mayBeNothing || !(/[\\^$]/.test(inside) || native(`^(?:${inside})$`).test(''));
  return fc.letrec<{ source: string }>((tie) => ({
    source: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom('a', 'b', 'ab', '.', '[ab]', '[^a]', '\\w', '\\b', '^', '$', 'ü', ''),
      fc.tuple(tie('source'), tie('source')).map(([left, right]) => left + right),
      fc.tuple(tie('source'), tie('source')).map(([left, right]) => `(?:${left}|${right})`),
      fc
        .tuple(
          tie('source'),
          fc.constantFrom('*', '+', '?', '*?', '+?', '??', '{2}', '{1,2}', '{0,2}?', '{2,}'),
        )
        .map(([inside, quantifier]) => (canRepeat(inside) ? `(?:${inside})${quantifier}` : inside)),
      tie('source').map((inside) => `(${inside})`),
    ),
  })).source;
}

const texts = fc.string({ unit: fc.constantFrom('a', 'b', 'ü', ' ', '😀'), maxLength: 8 });

test('expressions that are put together at random match where those of JavaScript do', () => {
  fc.assert(
    fc.property(expressions(true), texts, (source, text) => {
      assert.equal(new RegularExpression(source, false).test(text), native(source).test(text));
    }),
    { numRuns: 2000 },
  );
  // Which of several matches it is differs only where nothing is repeated.
  fc.assert(
    fc.property(expressions(false), texts, (source, text) => {
      const expected = native(`(?<before>.*?)(?<match>${source})`).exec(text)?.groups;
      const groups = new RegularExpression(`(?<before>.*?)(?<match>${source})`, false).groupsIn(text);
      assert.deepEqual(groups && Object.fromEntries(groups), expected && { ...expected });
    }),
    { numRuns: 2000 },
  );
});

test('no expression takes more than time in proportion to the text', () => {
  const text = `${'a'.repeat(20_000)}!`;
  for (const source of [
    '(a+)+$',
    '^(a|a)*$',
    '(?:a*)*b',
    '(?<x>(?:a|aa)+)$',
    '(.*)(.*)(.*)(.*)x',
    '(a?){30}a{30}b',
  ]) {
    const started = performance.now();
    const expression = new RegularExpression(source, false);
    assert.equal(expression.test(text), false, source);
    assert.equal(expression.groupsIn(text), undefined, source);
    // Some tens of milliseconds; backtracking would take years.
    assert.ok(performance.now() - started < 20_000, source);
  }
});

test('what cannot be had in that time is refused, and so is what would be too much', () => {
  const refused = (source: string, message: RegExp) =>
    assert.throws(() => new RegularExpression(source, false), message, source);
  for (const source of ['(?=a)', '(?!a)', '(?<=a)b', '(?<!a)b'])
    refused(source, /lookarounds .* not emulated/);
  for (const source of ['(a)\\1', '(?<x>a)\\k<x>']) refused(source, /back references are not emulated/);
  for (const source of ['(', 'a**', '[b-a]', '\\', '\\q', '{']) refused(source, /Invalid regular expression/);
  refused('a{3000}', /add up to too many/);
  refused('(?:(?:a{50}){50}){50}', /add up to too many/);
  refused('(?:){1000000000}', /add up to too many/);
  refused(`${'('.repeat(300)}${')'.repeat(300)}`, /too many groups in groups/);
  // Groups that are repeated in groups, where each could double the work.
  assert.ok(new RegularExpression(`${'('.repeat(100)}a${')*'.repeat(100)}`, false).test('aaa'));
});
