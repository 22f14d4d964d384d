import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toPutFailure } from '../../src/cloudwatch/sdk-failure.ts';

test('an exception of the service keeps name, text, status and token', () => {
  const thrown = Object.assign(new Error('The next expected sequenceToken is: 5'), {
    name: 'InvalidSequenceTokenException',
    expectedSequenceToken: '5',
    $metadata: { httpStatusCode: 400, attempts: 1 },
    $response: { statusCode: 400, headers: { 'retry-after': '3' } },
  });
  assert.deepEqual(toPutFailure(thrown), {
    ok: false,
    name: 'InvalidSequenceTokenException',
    message: 'The next expected sequenceToken is: 5',
    status: 400,
    retryAfterMs: 3000,
    expectedSequenceToken: '5',
    bodySent: true,
    unansweredBefore: 0,
  });
});

test('an HTML answer is known by its status', () => {
  const thrown = Object.assign(new SyntaxError('Unexpected token <'), {
    $metadata: { httpStatusCode: 502 },
    code: 'EOTHER',
  });
  const { name, status, bodySent } = toPutFailure(thrown);
  assert.deepEqual({ name, status, bodySent }, { name: 'SyntaxError', status: 502, bodySent: true });
});

test('a refused connection to a name with two addresses was never sent', () => {
  const one = Object.assign(new Error('connect ECONNREFUSED ::1:1'), { code: 'ECONNREFUSED' });
  const two = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' });
  const { name, message, bodySent } = toPutFailure(new AggregateError([one, two]));
  assert.deepEqual(
    { name, message, bodySent },
    { name: 'ECONNREFUSED', message: 'connect ECONNREFUSED ::1:1', bodySent: false },
  );
});

test('errors before the request are not ambiguous, errors after it are', () => {
  for (const code of [
    'ECONNREFUSED',
    'ENOTFOUND',
    'EAI_AGAIN',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'CERT_HAS_EXPIRED',
  ]) {
    assert.equal(toPutFailure(Object.assign(new Error(code), { code })).bodySent, false, code);
  }
  for (const code of ['ECONNRESET', 'EPIPE', 'ETIMEDOUT']) {
    assert.equal(
      toPutFailure(Object.assign(new Error(code), { name: 'TimeoutError', code })).bodySent,
      true,
      code,
    );
  }
  assert.equal(toPutFailure(new Error('Region is missing')).bodySent, false);
  assert.equal(
    toPutFailure(Object.assign(new Error('none'), { name: 'CredentialsProviderError' })).bodySent,
    false,
  );
});

test('anything that is thrown becomes a failure', () => {
  for (const thrown of [undefined, null, 'text', 42, {}, [], Symbol('s'), new Error(), { message: '' }]) {
    const failure = toPutFailure(thrown);
    assert.equal(failure.ok, false);
    assert.equal(typeof failure.name, 'string');
    assert.equal(typeof failure.message, 'string');
    assert.equal(failure.bodySent, true);
  }
});

test('the name of an error is safe to show: doctor --json wrote it as it came', () => {
  const name = 'Access\u001b[31m\u009b2JDenied\u202e\u2028\u0007';
  const failure = toPutFailure(Object.assign(new Error('no'), { name, $metadata: { httpStatusCode: 400 } }));
  assert.equal(failure.name, 'Access [31m 2JDenied');
});

test('Retry-After is read in seconds and as a date, and nonsense is left out', () => {
  const after = (value: string) =>
    toPutFailure({ $response: { headers: { 'retry-after': value } } }).retryAfterMs;
  assert.equal(after('120'), 120_000);
  const date = after(new Date(Date.now() + 60_000).toUTCString());
  assert.ok(date !== undefined && date > 55_000 && date <= 60_000);
  for (const value of ['0', '-1', 'soon', '', new Date(0).toUTCString()])
    assert.equal(after(value), undefined, value);
});
