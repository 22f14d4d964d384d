import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { judge, judgeFailure, type Outcome } from '../../src/cloudwatch/outcome.ts';
import type { PutFailure, RejectedInfo } from '../../src/cloudwatch/sink.ts';

const failure = (given: Partial<PutFailure>): PutFailure => ({
  ok: false,
  name: 'Error',
  message: 'm',
  bodySent: true,
  ...given,
});
const slow = (advice: string, ambiguous = false) => ({
  kind: 'retry',
  schedule: 'slow',
  advice,
  ambiguous,
  retryAfterMs: 0,
});
const fast = (advice: string, ambiguous = false) => ({
  kind: 'retry',
  schedule: 'fast',
  advice,
  ambiguous,
  retryAfterMs: 0,
});
const refused = (reason: string, isTooLarge = false) => ({ kind: 'refused', reason, isTooLarge });

const TABLE: [string, Partial<PutFailure>, object][] = [
  [
    'token in the field',
    { name: 'InvalidSequenceTokenException', status: 400, expectedSequenceToken: '7' },
    { kind: 'conflict', expected: '7' },
  ],
  [
    'token in the text',
    { name: 'InvalidSequenceTokenException', status: 400, message: 'The next expected sequenceToken is: 8' },
    { kind: 'conflict', expected: '8' },
  ],
  [
    'no token expected',
    {
      name: 'InvalidSequenceTokenException',
      status: 400,
      message: 'The next expected sequenceToken is: null',
    },
    { kind: 'conflict', expected: null },
  ],
  [
    'no token named',
    { name: 'InvalidSequenceTokenException', status: 400, message: 'wrong' },
    { kind: 'conflict', expected: undefined },
  ],
  [
    'stored before',
    { name: 'DataAlreadyAcceptedException', status: 400, expectedSequenceToken: '9' },
    { kind: 'already-accepted', next: '9' },
  ],
  [
    'stored before, token in the text',
    { name: 'DataAlreadyAcceptedException', status: 400, message: 'can be sent with sequenceToken: 10' },
    { kind: 'already-accepted', next: '10' },
  ],
  [
    'no stream',
    { name: 'ResourceNotFoundException', status: 400, message: 'The specified log stream does not exist.' },
    { kind: 'missing', group: false },
  ],
  [
    'no group',
    { name: 'ResourceNotFoundException', status: 400, message: 'The specified log group does not exist.' },
    { kind: 'missing', group: true },
  ],
  ...[
    'ThrottlingException',
    'LimitExceededException',
    'TooManyRequestsException',
    'RequestLimitExceeded',
  ].map((name): [string, Partial<PutFailure>, object] => [name, { name, status: 400 }, slow('throttled')]),
  ['429', { name: 'Unknown', status: 429 }, slow('throttled')],
  ['500', { name: 'InternalFailure', status: 500 }, slow('service', true)],
  ['503', { name: 'ServiceUnavailableException', status: 503 }, slow('service', true)],
  ['HTML 502', { name: 'SyntaxError', status: 502 }, slow('service', true)],
  ['HTML 200', { name: 'SyntaxError', status: 200 }, fast('service', true)],
  ['HTML 400', { name: 'SyntaxError', status: 400 }, fast('service')],
  ['HTML 404', { name: 'SyntaxError', status: 404 }, fast('service')],
  ['HTML 403', { name: 'SyntaxError', status: 403 }, slow('permission')],
  ['407', { name: 'Unknown', status: 407 }, fast('service')],
  ['OperationAborted', { name: 'OperationAbortedException', status: 400 }, fast('service')],
  ['unknown exception', { name: 'NewException', status: 400 }, fast('service')],
  ...[
    'ExpiredTokenException',
    'ExpiredToken',
    'UnrecognizedClientException',
    'InvalidSignatureException',
    'CredentialsProviderError',
  ].map((name): [string, Partial<PutFailure>, object] => [name, { name, status: 400 }, slow('credentials')]),
  ['no credentials at all', { name: 'CredentialsProviderError', bodySent: false }, slow('credentials')],
  ['denied', { name: 'AccessDeniedException', status: 400 }, slow('permission')],
  ['no region', { name: 'Error', message: 'Region is missing', bodySent: false }, slow('region')],
  ['refused', { name: 'InvalidParameterException', status: 400 }, refused('InvalidParameterException')],
  ['not readable', { name: 'SerializationException', status: 400 }, refused('SerializationException')],
  ['validation', { name: 'ValidationException', status: 400 }, refused('ValidationException')],
  ['413', { name: 'SyntaxError', status: 413 }, refused('HTTP 413', true)],
  [
    'a bad group name',
    { name: 'InvalidParameterException', status: 400, message: "Value at 'logGroupName' failed" },
    slow('service'),
  ],
  [
    'a bad stream name',
    {
      name: 'InvalidParameterException',
      status: 400,
      message: 'Invalid LogGroup or LogStream, both must have',
    },
    slow('service'),
  ],
  [
    'an event whose text, as quoted, speaks of a group (it was tried again for ever)',
    {
      name: 'InvalidParameterException',
      status: 400,
      message:
        "1 validation error detected: Value 'logGroupName is bad' at 'logEvents.1.member.message' failed",
    },
    refused('InvalidParameterException'),
  ],
  [
    'an event whose text, as quoted, speaks of a region (it was tried again for ever)',
    {
      name: 'InvalidParameterException',
      status: 400,
      message: "Value 'Region is missing' at 'logEvents.1.member.message' failed",
    },
    refused('InvalidParameterException'),
  ],
  ['refused connection', { name: 'ECONNREFUSED', bodySent: false }, fast('unreachable')],
  ['reset', { name: 'ECONNRESET' }, fast('unreachable', true)],
  ['timeout', { name: 'TimeoutError' }, fast('unreachable', true)],
];

describe('what an answer means', () => {
  for (const [what, given, expected] of TABLE) {
    test(what, () => assert.deepEqual(judge(failure(given), 5), expected));
  }
});

test('Retry-After is handed on with every retry', () => {
  for (const status of [429, 503, 400]) {
    assert.equal(
      (judgeFailure(failure({ status, retryAfterMs: 7000 })) as { retryAfterMs: number }).retryAfterMs,
      7000,
    );
  }
});

function rejected(info: RejectedInfo | undefined, count = 10): string {
  const outcome = judge({ ok: true, nextSequenceToken: 't', rejected: info }, count) as Extract<
    Outcome,
    { kind: 'delivered' }
  >;
  assert.equal(outcome.next, 't');
  return outcome.rejected.map(({ from, to, reason }) => `${reason} ${from}-${to}`).join(', ');
}

test('rejected indexes: ends are exclusive, the start is inclusive', () => {
  assert.equal(rejected(undefined), '');
  assert.equal(rejected({}), '');
  assert.equal(rejected({ tooOldLogEventEndIndex: 1 }), 'tooOld 0-1');
  assert.equal(rejected({ tooNewLogEventStartIndex: 9 }), 'tooNew 9-10');
  assert.equal(rejected({ expiredLogEventEndIndex: 2 }), 'expired 0-2');
  assert.equal(
    rejected({ tooOldLogEventEndIndex: 2, expiredLogEventEndIndex: 4, tooNewLogEventStartIndex: 7 }),
    'tooOld 0-2, expired 2-4, tooNew 7-10',
  );
  assert.equal(rejected({ tooOldLogEventEndIndex: 4, expiredLogEventEndIndex: 2 }), 'tooOld 0-4');
  assert.equal(rejected({ tooOldLogEventEndIndex: 10 }), 'tooOld 0-10');
  assert.equal(rejected({ tooNewLogEventStartIndex: 0 }), 'tooNew 0-10');
});

test('rejected indexes that cannot be never reject more than the batch, nor an event twice', () => {
  assert.equal(rejected({ tooOldLogEventEndIndex: 99 }), 'tooOld 0-10');
  assert.equal(rejected({ tooOldLogEventEndIndex: -1 }), '');
  assert.equal(rejected({ tooNewLogEventStartIndex: 99 }), '');
  assert.equal(rejected({ tooNewLogEventStartIndex: -5 }), 'tooNew 0-10');
  assert.equal(
    rejected({ tooOldLogEventEndIndex: 6, tooNewLogEventStartIndex: 3 }),
    'tooOld 0-6, tooNew 6-10',
  );
  assert.equal(
    rejected({ tooOldLogEventEndIndex: 0, expiredLogEventEndIndex: 0, tooNewLogEventStartIndex: 10 }),
    '',
  );
});

test('rejected indexes that are no whole numbers reject whole events only (with 1.5 the counters did not add up)', () => {
  const odd = (info: object) => rejected(info as RejectedInfo);
  assert.equal(
    odd({ tooOldLogEventEndIndex: 1.5, tooNewLogEventStartIndex: 8.5 }),
    'tooOld 0-1, tooNew 8-10',
  );
  assert.equal(
    odd({ tooOldLogEventEndIndex: '2', tooNewLogEventStartIndex: '9' }),
    'tooOld 0-2, tooNew 9-10',
  );
  assert.equal(odd({ tooOldLogEventEndIndex: null, tooNewLogEventStartIndex: {} }), '');
  assert.equal(odd({ expiredLogEventEndIndex: 'soon', tooNewLogEventStartIndex: Number.NaN }), '');
});

test('a field that says "null" is no token, nor is a text that no put has room for', () => {
  const conflict = (expectedSequenceToken: string) =>
    judge(failure({ name: 'InvalidSequenceTokenException', message: 'no', expectedSequenceToken }), 1);
  assert.deepEqual(conflict('null'), { kind: 'conflict', expected: null });
  assert.deepEqual(conflict('t'.repeat(100_000)), { kind: 'conflict', expected: undefined });
  for (const nextSequenceToken of ['null', 't'.repeat(100_000)])
    assert.equal((judge({ ok: true, nextSequenceToken }, 1) as { next: unknown }).next, undefined);
});
