import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compileStreamName, sanitizeStreamName, streamNamerOf } from '../../src/options/stream-name.ts';

const ENVIRONMENT = { hostname: 'web-1', pid: 42, instance: 'ab12', env: { STAGE: 'prod', EMPTY: '' } };
const nameOf = (template: string, timestamp = Date.UTC(2026, 10, 21, 13, 30), context?: object) =>
  compileStreamName(template, ENVIRONMENT).nameFor(timestamp, context, 'message');

test('every token stands for what it says', () => {
  assert.equal(nameOf('{date}/{hour}/{hostname}/{pid}/{instance}'), '2026-11-21/13/web-1/42/ab12');
  assert.equal(nameOf('{env:STAGE}-{env:EMPTY}-{env:NONE}'), 'prod-unknown-unknown');
  assert.equal(nameOf('plain'), 'plain');
  assert.equal(nameOf('a}b'), 'a}b');
});

test('level and fields come from the event', () => {
  const context = {
    level: 'warn',
    fields: { a: { b: 'deep', n: 0, t: true, big: 5n, none: null, list: [1] } },
  };
  assert.equal(nameOf('{level}/{field:a.b}', 0, context), 'warn/deep');
  assert.equal(nameOf('{field:a.n}{field:a.t}{field:a.big}', 0, context), '0true5');
  assert.equal(
    nameOf('{field:a.none}/{field:a}/{field:x.y.z}/{field:a.b.c}', 0, context),
    'unknown/unknown/unknown/unknown',
  );
  assert.equal(nameOf('{level}/{field:a}'), 'unknown/unknown');
  assert.equal(nameOf('{field:a}', 0, { fields: () => ({ a: 'lazy' }) }), 'lazy');
});

test('a name is made anew at midnight UTC, forth and back', () => {
  const namer = compileStreamName('{date}', ENVIRONMENT);
  const midnight = Date.UTC(2026, 10, 22);
  const at = (timestamp: number) => namer.nameFor(timestamp, undefined, '');
  assert.equal(at(midnight - 1), '2026-11-21');
  assert.equal(at(midnight), '2026-11-22');
  assert.equal(at(midnight + 86_399_999), '2026-11-22');
  assert.equal(at(midnight + 86_400_000), '2026-11-23');
  assert.equal(at(midnight - 1), '2026-11-21');
});

test('with an hour in the name, the date too is the event\u2019s own', () => {
  for (const template of ['{date}/{hour}', '{hour}/{date}']) {
    const namer = compileStreamName(template, ENVIRONMENT);
    for (const hour of [0, 1, 23, 24, 25, 47, 48, 3]) {
      const timestamp = Date.UTC(2026, 0, 1) + hour * 3_600_000 + 1;
      const [date, time] = new Date(timestamp).toISOString().split('T');
      const expected = template.startsWith('{date}')
        ? `${date}/${time.slice(0, 2)}`
        : `${time.slice(0, 2)}/${date}`;
      assert.equal(namer.nameFor(timestamp, undefined, ''), expected);
    }
  }
});

test('the cached name is the name without a cache, for any times', () => {
  const cached = compileStreamName('{date}/{hour}', ENVIRONMENT);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 253_402_300_799_999 }), (timestamp) => {
      assert.equal(cached.nameFor(timestamp, undefined, ''), nameOf('{date}/{hour}', timestamp));
    }),
  );
});

test('times that no calendar shows still give a name', () => {
  for (const timestamp of [0, 8.64e15, 8.64e15 + 1, Number.MAX_SAFE_INTEGER]) {
    assert.match(nameOf('{date}/{hour}', timestamp), /^\d{4}-\d\d-\d\d\/\d\d$/);
  }
});

test('whatever the parts hold, the name is one that CloudWatch Logs accepts', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (value) => {
      for (const name of [sanitizeStreamName(value), nameOf('{field:v}', 0, { fields: { v: value } })]) {
        assert.match(name, /^[^:*]{1,512}$/s);
        assert.ok(name.isWellFormed());
        assert.doesNotMatch(name, /[\u0000-\u001f\u007f]/);
      }
    }),
  );
  assert.equal(sanitizeStreamName(''), 'unknown');
  assert.equal(sanitizeStreamName(`${'x'.repeat(511)}😀`).length, 512);
});

test('the name depends on the event only where level or field is asked for', () => {
  assert.equal(compileStreamName('{date}/{instance}', ENVIRONMENT).dependsOnEvent, false);
  assert.equal(compileStreamName('{level}', ENVIRONMENT).dependsOnEvent, true);
  assert.equal(compileStreamName('{field:a}', ENVIRONMENT).dependsOnEvent, true);
});

test('a function names streams; what it throws or returns wrongly is said without the text of the event', () => {
  const problems: string[] = [];
  const named = (name: (event: { message: string }) => unknown) =>
    streamNamerOf(name, (problem) => problems.push(problem)).nameFor(1, { level: 'info' }, 'SECRET');
  assert.equal(
    named(() => 'a:b'),
    'a-b',
  );
  assert.equal(
    named(() => ''),
    'unknown',
  );
  assert.deepEqual(problems, []);
  assert.equal(
    named(() => undefined),
    'unknown',
  );
  assert.equal(
    named(() => ({})),
    'unknown',
  );
  assert.equal(
    named(({ message }) => {
      throw new Error(`cannot parse ${message}`);
    }),
    'unknown',
  );
  assert.equal(
    named(() => {
      throw 'SECRET';
    }),
    'unknown',
  );
  assert.equal(problems.length, 4);
  assert.doesNotMatch(problems.join(), /SECRET/);
});
