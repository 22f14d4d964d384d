import assert from 'node:assert/strict';
import { once } from 'node:events';
import test from 'node:test';
import type { Fault, FaultKind } from '../../src/index.ts';
import { call, endpoint, eventsOf, GROUP, STREAM, sdk, TARGET } from '../endpoint.ts';

const put = (local: { endpoint: string }, message = 'a', members: object = {}) =>
  call(local, 'PutLogEvents', { ...TARGET, logEvents: eventsOf([message]), ...members });

const answers: [FaultKind, number, string][] = [
  ['throttle', 400, 'ThrottlingException'],
  ['internal-error', 500, 'InternalServerException'],
  ['unavailable', 503, 'ServiceUnavailableException'],
  ['access-denied', 400, 'AccessDeniedException'],
  ['expired-token', 400, 'ExpiredTokenException'],
  ['unrecognized-client', 400, 'UnrecognizedClientException'],
  ['limit-exceeded', 400, 'LimitExceededException'],
  ['operation-aborted', 400, 'OperationAbortedException'],
];

for (const [kind, status, code] of answers) {
  test(`${kind} answers ${status} ${code} and stores nothing`, async (t) => {
    const local = await endpoint(t, { faults: [{ kind, times: 1 }] });
    const client = sdk(t, local);
    const logEvents = eventsOf(['a']);
    await assert.rejects(
      client.putLogEvents({ ...TARGET, logEvents }),
      (error: Error & { $metadata?: object }) => {
        assert.equal(error.name, code);
        assert.equal((error.$metadata as { httpStatusCode: number }).httpStatusCode, status);
        return true;
      },
    );
    await client.putLogEvents({ ...TARGET, logEvents });
    await local.waitFor((it) => it.stats().requests.PutLogEvents === 2);
    assert.deepEqual(local.stats().errors, { [code]: 1 });
    assert.deepEqual(local.stats().faults, { [kind]: 1 });
    assert.equal(local.stats().events, 1);
  });
}

test('access-denied names the operation and the resource', async (t) => {
  const local = await endpoint(t, {
    faults: [{ kind: 'access-denied', operation: '*' }],
    region: 'eu-west-1',
    accountId: '000000000001',
  });
  const text = (operation: string, resource: string) =>
    `User: arn:aws:iam::000000000001:user/local is not authorized to perform: logs:${operation} on resource: ` +
    `arn:aws:logs:eu-west-1:000000000001:log-group:${resource} because no identity-based policy allows the logs:${operation} action`;
  assert.equal((await put(local)).body.message, text('PutLogEvents', 'app:log-stream:one'));
  const create = await call(local, 'CreateLogGroup', { logGroupName: 'other' });
  assert.equal(create.body.message, text('CreateLogGroup', 'other:log-stream:'));
});

test('html answers 502 with a page', async (t) => {
  const local = await endpoint(t, { faults: [{ kind: 'html', retryAfterSeconds: 7 }] });
  const response = await fetch(local.endpoint, {
    method: 'POST',
    headers: { 'x-amz-target': 'Logs_20140328.PutLogEvents' },
    body: JSON.stringify({ ...TARGET, logEvents: eventsOf(['a']) }),
  });
  assert.equal(response.status, 502);
  assert.equal(response.headers.get('content-type'), 'text/html');
  assert.equal(response.headers.get('retry-after'), '7');
  assert.match(await response.text(), /^<html>/);
  await assert.rejects(sdk(t, local).putLogEvents({ ...TARGET, logEvents: eventsOf(['a']) }), {
    name: 'SyntaxError',
  });
  assert.equal(local.stats().events, 0);
});

test('retryAfterSeconds becomes a header', async (t) => {
  const local = await endpoint(t, { faults: [{ kind: 'throttle', retryAfterSeconds: 3 }] });
  assert.equal((await put(local)).headers.get('retry-after'), '3');
});

for (const [kind, stored] of [
  ['reset-before', 0],
  ['reset-after', 1],
] as const) {
  test(`${kind} cuts the connection with ${stored} events stored`, async (t) => {
    const local = await endpoint(t, { faults: [{ kind }] });
    await assert.rejects(sdk(t, local).putLogEvents({ ...TARGET, logEvents: eventsOf(['a']) }), {
      code: 'ECONNRESET',
    });
    assert.equal(local.stats().events, stored);
    assert.deepEqual(local.stats().faults, { [kind]: 1 });
  });
}

for (const [kind, stored] of [
  ['hang-before', 0],
  ['hang-after', 1],
] as const) {
  test(`${kind} never answers, with ${stored} events stored`, async (t) => {
    const local = await endpoint(t, { faults: [{ kind }] });
    const client = sdk(t, local);
    const abort = new AbortController();
    const pending = client.putLogEvents(
      { ...TARGET, logEvents: eventsOf(['a']) },
      { abortSignal: abort.signal },
    );
    const rejection = assert.rejects(pending, { name: 'AbortError' });
    const [seen] = await once(local, 'request');
    assert.deepEqual([seen.operation, seen.outcome], ['PutLogEvents', kind]);
    assert.equal(local.stats().events, stored);
    abort.abort();
    await rejection;
  });

  test(`${kind} with ms ends in a reset`, async (t) => {
    const local = await endpoint(t, { faults: [{ kind, ms: 20 }] });
    await assert.rejects(sdk(t, local).putLogEvents({ ...TARGET, logEvents: eventsOf(['a']) }), {
      code: 'ECONNRESET',
    });
    assert.equal(local.stats().events, stored);
  });
}

test('close ends a hang', async (t) => {
  const local = await endpoint(t, { faults: [{ kind: 'hang-before' }] });
  const rejection = assert.rejects(sdk(t, local).putLogEvents({ ...TARGET, logEvents: eventsOf(['a']) }));
  await once(local, 'request');
  await local.close();
  await rejection;
});

test('what a lost answer would have said is lost, too', async (t) => {
  const local = await endpoint(t, { faults: [{ kind: 'reset-after' }] });
  local.deleteLogGroup(GROUP);
  await assert.rejects(put(local));
  await local.waitFor((it) => it.stats().faults['reset-after'] === 1);
  assert.deepEqual(local.stats().errors, {});
});

test('latency waits before the request is carried out, and goes on to it', async (t) => {
  const local = await endpoint(t, { faults: [{ kind: 'latency', ms: 60 }] });
  const started = performance.now();
  const pending = put(local);
  await pending;
  // A timer of 60 ms may fire a fraction early.
  assert.ok(performance.now() - started > 55);
  assert.equal(local.stats().events, 1);
});

test('latency and an answer happen together', async (t) => {
  const local = await endpoint(t, { faults: [{ kind: 'latency', ms: 5 }, { kind: 'throttle' }] });
  assert.equal((await put(local)).body.__type, 'ThrottlingException');
  assert.deepEqual(local.stats().faults, { latency: 1, throttle: 1 });
});

test('a client that leaves during latency does not undo its request', async (t) => {
  const local = await endpoint(t, { faults: [{ kind: 'latency', ms: 200 }] });
  const abort = new AbortController();
  const pending = sdk(t, local).putLogEvents(
    { ...TARGET, logEvents: eventsOf(['a']) },
    { abortSignal: abort.signal },
  );
  const rejection = assert.rejects(pending, { name: 'AbortError' });
  await local.waitFor((it) => it.stats().faults.latency === 1);
  abort.abort();
  await rejection;
  await local.waitFor((it) => it.stats().events === 1);
});

test('many requests can be held at a time without a warning', async (t) => {
  const local = await endpoint(t, { faults: [{ kind: 'latency', ms: 20 }] });
  const warnings: string[] = [];
  const listen = (warning: Error): unknown => warnings.push(warning.message);
  process.on('warning', listen);
  t.after(() => process.off('warning', listen));
  await Promise.all(Array.from({ length: 30 }, (_, index) => put(local, String(index))));
  assert.equal(local.stats().events, 30);
  assert.deepEqual(warnings, []);
});

test('an outage drops what latency holds', async (t) => {
  const local = await endpoint(t, { faults: [{ kind: 'latency', ms: 2_000_000_000 }] });
  const rejection = assert.rejects(put(local));
  await local.waitFor((it) => it.stats().faults.latency === 1);
  await local.stop();
  await rejection;
  assert.equal(local.stats().events, 0);
});

test('delete-group and delete-stream delete before the request is carried out', async (t) => {
  const local = await endpoint(t, { faults: [{ kind: 'delete-stream', times: 1 }] });
  assert.equal((await put(local)).body.message, 'The specified log stream does not exist.');
  local.createLogStream(GROUP, STREAM);
  local.faults.set([{ kind: 'delete-group', times: 1 }]);
  assert.equal((await put(local)).body.message, 'The specified log group does not exist.');
  assert.deepEqual(local.groups(), []);
});

test('a fault that needs a stream waits until there is one', async (t) => {
  const local = await endpoint(t, {
    sequenceTokens: 'enforced',
    faults: [
      { kind: 'rival', times: 1 },
      { kind: 'invalidate-token', times: 1 },
    ],
  });
  local.deleteLogStream(GROUP, STREAM);
  assert.equal((await put(local)).body.__type, 'ResourceNotFoundException');
  assert.deepEqual(local.stats().faults, {});
  local.createLogStream(GROUP, STREAM);
  assert.equal((await put(local)).body.__type, 'InvalidSequenceTokenException');
  assert.deepEqual(local.stats().faults, { 'invalidate-token': 1, rival: 1 });
});

test('a rival takes the token with an event of its own', async (t) => {
  const local = await endpoint(t, { sequenceTokens: 'enforced' });
  const first = await put(local);
  local.faults.set([{ kind: 'rival', times: 1 }]);
  const refused = await put(local, 'b', { sequenceToken: first.body.nextSequenceToken });
  assert.equal(refused.body.__type, 'InvalidSequenceTokenException');
  const second = await put(local, 'b', { sequenceToken: refused.body.expectedSequenceToken });
  assert.equal(second.status, 200);
  assert.deepEqual(
    local
      .events(TARGET)
      .map(({ message }) => message)
      .sort(),
    ['a', 'b', '{"rival":true}'].sort(),
  );
  assert.equal(local.stats().puts, 2);
});

test('a rival between a put and its resend hides that it was accepted', async (t) => {
  const local = await endpoint(t, { sequenceTokens: 'enforced' });
  await put(local);
  local.faults.set([{ kind: 'rival' }]);
  assert.equal((await put(local)).body.__type, 'InvalidSequenceTokenException');
});

test('invalidate-token stores nothing and does not hide that a put was accepted', async (t) => {
  const local = await endpoint(t, { sequenceTokens: 'enforced' });
  const first = await put(local);
  local.faults.set([{ kind: 'invalidate-token' }]);
  const again = await put(local);
  assert.equal(again.body.__type, 'DataAlreadyAcceptedException');
  assert.notEqual(again.body.expectedSequenceToken, first.body.nextSequenceToken);
  local.faults.clear();
  assert.equal((await put(local, 'b', { sequenceToken: again.body.expectedSequenceToken })).status, 200);
  assert.equal(local.stats().events, 2);
});

test('a fault keeps to its operation, group, stream, after and times', async (t) => {
  const local = await endpoint(t);
  local.createLogStream(GROUP, 'two');
  const statuses = async (fault: Fault, ...streams: string[]): Promise<number[]> => {
    local.faults.set([fault]);
    const seen: number[] = [];
    for (const logStreamName of streams) seen.push((await put(local, 'a', { logStreamName })).status);
    return seen;
  };
  assert.deepEqual(await statuses({ kind: 'throttle', logStreamName: 'two' }, STREAM, 'two'), [200, 400]);
  assert.deepEqual(await statuses({ kind: 'throttle', logGroupName: 'other' }, STREAM), [200]);
  assert.deepEqual(await statuses({ kind: 'throttle', operation: 'CreateLogStream' }, STREAM), [200]);
  assert.deepEqual(
    await statuses({ kind: 'throttle', after: 1, times: 2 }, STREAM, STREAM, STREAM, STREAM),
    [200, 400, 400, 200],
  );
  // Requests that do not match are not counted.
  assert.deepEqual(
    await statuses({ kind: 'throttle', after: 1, logStreamName: 'two' }, STREAM, STREAM, 'two', 'two'),
    [200, 200, 200, 400],
  );
  local.faults.set([{ kind: 'throttle', operation: 'CreateLogStream' }]);
  assert.equal((await call(local, 'CreateLogStream', { ...TARGET, logStreamName: 'x' })).status, 400);
});

test('a fault by ARN finds the group', async (t) => {
  const local = await endpoint(t, { faults: [{ kind: 'throttle', operation: '*', logGroupName: GROUP }] });
  const resourceArn = `arn:aws:logs:us-east-1:123456789012:log-group:${GROUP}`;
  assert.equal((await call(local, 'TagResource', { resourceArn, tags: { a: 'b' } })).status, 400);
});

test('the same seed gives the same faults', async (t) => {
  const run = async (seed: number): Promise<string> => {
    const local = await endpoint(t, { seed, faults: [{ kind: 'throttle', probability: 0.5 }] });
    assert.equal(local.seed, seed);
    let outcome = '';
    for (let index = 0; index < 40; index++) outcome += (await put(local)).status === 200 ? '.' : 'x';
    return outcome;
  };
  const first = await run(7);
  assert.match(first, /x/);
  assert.match(first, /\./);
  assert.equal(await run(7), first);
  assert.notEqual(await run(8), first);
});

test('what is not a fault is refused with a word on what would be', async (t) => {
  const local = await endpoint(t);
  const refused = (fault: unknown, message: RegExp) =>
    assert.throws(() => local.faults.set([fault as Fault]), { name: 'TypeError', message });
  refused({ kind: 'throtle' }, /kind 'throtle' is unknown, did you mean 'throttle'\?/);
  refused({ kind: 'zzzzzzzzzzzz' }, /it is one of throttle, quota, internal-error/);
  refused({ kind: 'throttle', probabilty: 1 }, /unknown option 'probabilty', did you mean 'probability'\?/);
  refused({ kind: 'throttle', probability: 2 }, /probability must be a number from 0 to 1; got 2/);
  refused({ kind: 'throttle', times: -1 }, /times must be a whole number from 0, or Infinity; got -1/);
  refused({ kind: 'throttle', operation: 'PutLogEvent' }, /did you mean 'PutLogEvents'\?/);
  refused(
    { kind: 'throttle', ms: 5 },
    /ms has a meaning only for latency, read-lag, hang-before, hang-after, endless-body/,
  );
  refused({ kind: 'rival', retryAfterSeconds: 5 }, /retryAfterSeconds has a meaning only for throttle/);
  refused({ kind: 'latency' }, /needs ms/);
  refused(null, /must be an object/);
  assert.throws(() => local.faults.set('throttle' as never), { message: /must be an array of faults/ });
  assert.throws(() => local.faults.add({ kind: 'no' as never }), { name: 'TypeError' });
  assert.equal((await put(local)).status, 200);
});
