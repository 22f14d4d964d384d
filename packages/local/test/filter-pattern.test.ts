import assert from 'node:assert/strict';
import test from 'node:test';
import { ServiceError } from '../src/errors.ts';
import { compileFilterPattern } from '../src/filter-pattern.ts';

const MESSAGES = ['GET /a 200', 'GET /b 404 not found', 'error: disk full', 'ERROR disk', 'found not'];

const matched = (pattern: string) => MESSAGES.filter(compileFilterPattern(pattern));

test('an empty pattern and a quoted space match every event', () => {
  for (const pattern of ['', '  ', '" "']) assert.deepEqual(matched(pattern), MESSAGES);
});

test('terms are case sensitive and must all be there, in any order', () => {
  assert.deepEqual(matched('error'), ['error: disk full']);
  assert.deepEqual(matched('disk ERROR'), ['ERROR disk']);
  assert.deepEqual(matched('found not'), ['GET /b 404 not found', 'found not']);
});

test('a phrase is matched as it stands', () => {
  assert.deepEqual(matched('"not found"'), ['GET /b 404 not found']);
  assert.deepEqual(matched('"error:" full'), ['error: disk full']);
  assert.deepEqual(['say "hi"', 'say hi'].filter(compileFilterPattern(String.raw`"\"hi\""`)), ['say "hi"']);
});

test('a minus excludes', () => {
  assert.deepEqual(matched('disk -full'), ['ERROR disk']);
  assert.deepEqual(matched('GET -"not found"'), ['GET /a 200']);
  assert.deepEqual(matched('-disk'), ['GET /a 200', 'GET /b 404 not found', 'found not']);
});

test('question marks are alternatives, and are ignored beside other terms', () => {
  assert.deepEqual(matched('?200 ?ERROR'), ['GET /a 200', 'ERROR disk']);
  assert.deepEqual(matched('?"not found" ?full'), ['GET /b 404 not found', 'error: disk full']);
  assert.deepEqual(matched('?200 disk'), ['error: disk full', 'ERROR disk']);
});

test('syntaxes that are not emulated are refused and do not match silently', () => {
  for (const [pattern, syntax] of [
    ['{ $.level = "error" }', 'JSON'],
    ['[ip, user, status = 4*]', 'space-delimited'],
    ['%4\\d\\d%', 'regular expression'],
    ['GET -%x%', 'regular expression'],
  ] as const) {
    assert.throws(
      () => compileFilterPattern(pattern),
      (error) => {
        assert.ok(error instanceof ServiceError);
        assert.equal(error.code, 'InvalidParameterException');
        assert.match(error.message, new RegExp(`^The ${syntax} filter pattern syntax is not supported`));
        return true;
      },
    );
  }
});

test('what cannot be read is refused', () => {
  for (const pattern of ['a:b', 'GET /a', '"open', 'a"b"', '-', '?', '"a"b']) {
    assert.throws(() => compileFilterPattern(pattern), { code: 'InvalidParameterException' }, pattern);
  }
});
