import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forPeople, printableJson } from '../../src/text/for-people.ts';
import { withoutSent } from '../../src/text/sent-text.ts';

const UNSAFE = /[\p{Cc}\u202a-\u202e\u2066-\u2069\u200e\u200f\u2028\u2029]/u;

test('nothing that steers a terminal or turns text around is left', () => {
  for (const bad of [
    '\u001b[2J',
    '\u0007',
    '\u001b]0;title\u0007',
    '\u009b31m',
    '\u202e',
    '\u2066',
    '\u200f',
    '\u2028',
    '\r\n',
    '\u007f',
  ]) {
    assert.doesNotMatch(forPeople(`a${bad}b`), UNSAFE, JSON.stringify(bad));
    const json = printableJson(JSON.stringify({ message: `a${bad}b` }));
    assert.doesNotMatch(json, UNSAFE, JSON.stringify(bad));
    assert.deepEqual(JSON.parse(json), { message: `a${bad}b` });
  }
});

test('text in other scripts stays as it is', () => {
  assert.equal(forPeople('größe 日本語 😀 é'), 'größe 日本語 😀 é');
});

test('what was sent is found in pieces, and the rest of the answer stays', () => {
  const sent = Buffer.from('{"user":"bob","card":"4111 1111 1111 1111"}');
  assert.equal(
    withoutSent('cannot take {"user":"bob","card":"4111 1111 1111 1111"} today', [sent]).includes('4111'),
    false,
  );
  assert.equal(
    withoutSent('The specified log group does not exist.', [sent]),
    'The specified log group does not exist.',
  );
  assert.equal(withoutSent('no pin1234 here, pin12345', [], ['pin1234']), 'no [...] here, pin12345');
});
