import assert from 'node:assert/strict';
import test from 'node:test';
import { compileFilterPattern } from '../../src/filter-pattern/compile.ts';

// Restated from https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html unless said otherwise.

const EVENTS = [
  '[ERROR 400] BAD REQUEST',
  '[ERROR 401] UNAUTHORIZED REQUEST',
  '[ERROR 419] MISSING ARGUMENTS',
  '[ERROR 420] INVALID ARGUMENTS',
  '[ERROR 500] INTERNAL SERVER ERROR',
  '[INFO] REQUEST FAILED',
  'Exiting with ERRORCODE: -1',
  'not found say "hi"',
];

const matched = (pattern: string): string[] => EVENTS.filter(compileFilterPattern(pattern).matches);
const numbers = (pattern: string): number[] => matched(pattern).map((event) => EVENTS.indexOf(event));

test('an empty pattern and a quoted space match every event', () => {
  for (const pattern of ['', '  ', '" "', ' " " ']) assert.deepEqual(matched(pattern), EVENTS);
});

test('a term is case sensitive and matches anywhere, also within a word', () => {
  assert.deepEqual(numbers('ERROR'), [0, 1, 2, 3, 4, 6]);
  assert.deepEqual(numbers('error'), []);
  assert.deepEqual(numbers('420'), [3]);
});

test('several terms must all be there, in any order', () => {
  assert.deepEqual(numbers('ERROR ARGUMENTS'), [2, 3]);
  assert.deepEqual(numbers('ARGUMENTS  ERROR'), [2, 3]);
});

test('a phrase is matched as it stands', () => {
  assert.deepEqual(numbers('"INTERNAL SERVER ERROR"'), [4]);
  assert.deepEqual(numbers('"ERRORCODE:" Exiting'), [6]);
  assert.deepEqual(numbers(String.raw`"say \"hi\""`), [7]);
  assert.deepEqual(numbers(String.raw`"a \\ b"`), []);
});

test('a minus excludes, with or without a space before the term', () => {
  assert.deepEqual(numbers('ERROR -ARGUMENTS'), [0, 1, 4, 6]);
  assert.deepEqual(numbers('"ERROR" - "Exiting"'), [0, 1, 2, 3, 4]);
  assert.deepEqual(numbers('-ERROR'), [5, 7]);
  assert.deepEqual(numbers('-"not found" -REQUEST -ERROR'), []);
});

test('question marks are alternatives', () => {
  assert.deepEqual(numbers('?INTERNAL ?ARGUMENTS'), [2, 3, 4]);
  assert.deepEqual(numbers('?"not found" ?Exiting'), [6, 7]);
});

test('alternatives beside other terms are ignored, as the service documents', () => {
  assert.deepEqual(numbers('?INTERNAL ?ARGUMENTS REQUEST'), [0, 1, 5]);
  assert.deepEqual(numbers('?INTERNAL -ERROR'), [5, 7]);
});

test('a regular expression is a term like others', () => {
  assert.deepEqual(numbers('%AUTHORIZED%'), [1]);
  assert.deepEqual(numbers(String.raw`%4[12]\d%`), [2, 3]);
  assert.deepEqual(numbers('REQUEST -%4[0-9]{2}%'), [5]);
  assert.deepEqual(numbers('?%^Exit% ?INTERNAL'), [4, 6]);
});

test('letters of other scripts need no quotes, and other characters do', () => {
  assert.equal(compileFilterPattern('größe').matches('die größe'), true);
  assert.equal(compileFilterPattern('"🎉"').matches('done 🎉'), true);
});
