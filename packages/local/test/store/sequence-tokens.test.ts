import assert from 'node:assert/strict';
import test from 'node:test';
import { DataAlreadyAcceptedException, InvalidSequenceTokenException } from '@aws-sdk/client-cloudwatch-logs';
import { call, endpoint, eventsOf, GROUP, refusalOf, STREAM, sdk, TARGET } from '../endpoint.ts';

const enforced = { sequenceTokens: 'enforced' } as const;
const INVALID_TEXT = 'The given sequenceToken is invalid. The next expected sequenceToken is: ';
const ACCEPTED_TEXT =
  'The given batch of log events has already been accepted. The next batch can be sent with sequenceToken: ';

test('each put needs the token of the one before', async (t) => {
  const local = await endpoint(t, enforced);
  const client = sdk(t, local);
  const put = (message: string, sequenceToken?: string) =>
    client.putLogEvents({ ...TARGET, sequenceToken, logEvents: eventsOf([message]) });
  const first = await put('a');
  assert.match(first.nextSequenceToken ?? '', /^495\d{53}$/);
  const second = await put('b', first.nextSequenceToken);
  assert.notEqual(second.nextSequenceToken, first.nextSequenceToken);
  for (const wrong of [undefined, first.nextSequenceToken, 'anything']) {
    await assert.rejects(put('c', wrong), (error) => {
      assert.ok(error instanceof InvalidSequenceTokenException);
      assert.equal(error.expectedSequenceToken, second.nextSequenceToken);
      assert.equal(error.message, INVALID_TEXT + second.nextSequenceToken);
      assert.equal(error.$metadata.httpStatusCode, 400);
      return true;
    });
  }
  assert.deepEqual(
    local.events(TARGET).map(({ message }) => message),
    ['a', 'b'],
  );
});

test('a fresh stream expects no token, and says null without a field', async (t) => {
  const local = await endpoint(t, enforced);
  const reply = await call(local, 'PutLogEvents', {
    ...TARGET,
    sequenceToken: '495',
    logEvents: eventsOf(['a']),
  });
  assert.deepEqual(reply.body, { __type: 'InvalidSequenceTokenException', message: `${INVALID_TEXT}null` });
});

test('the same messages under the same token are already accepted, whatever their timestamps', async (t) => {
  const local = await endpoint(t, enforced);
  const client = sdk(t, local);
  const time = Date.now();
  const put = (messages: string[], sequenceToken?: string, timestamp = time) =>
    client.putLogEvents({ ...TARGET, sequenceToken, logEvents: eventsOf(messages, timestamp) });
  const first = await put(['a', 'b']);
  await assert.rejects(put(['a', 'b'], undefined, time + 5), (error) => {
    assert.ok(error instanceof DataAlreadyAcceptedException);
    assert.equal(error.expectedSequenceToken, first.nextSequenceToken);
    assert.equal(error.message, ACCEPTED_TEXT + first.nextSequenceToken);
    return true;
  });
  const second = await put(['a', 'b'], first.nextSequenceToken);
  await assert.rejects(put(['a', 'b'], first.nextSequenceToken), { name: 'DataAlreadyAcceptedException' });
  // Only the last put is remembered.
  await assert.rejects(put(['a', 'b']), { name: 'InvalidSequenceTokenException' });
  // The boundaries between messages count.
  await assert.rejects(put(['ab'], first.nextSequenceToken), { name: 'InvalidSequenceTokenException' });
  await assert.rejects(put(['a","b'], first.nextSequenceToken), { name: 'InvalidSequenceTokenException' });
  assert.equal(local.stats().events, 4);
  await put(['c'], second.nextSequenceToken);
});

test('a put whose events were all rejected moves the token on and is remembered', async (t) => {
  const local = await endpoint(t, enforced);
  const put = (sequenceToken?: string) =>
    call(local, 'PutLogEvents', { ...TARGET, sequenceToken, logEvents: eventsOf(['old'], 1) });
  const first = await put();
  assert.equal((await put()).body.__type, 'DataAlreadyAcceptedException');
  assert.equal((await put(first.body.nextSequenceToken)).status, 200);
});

test("tokenErrors 'message' names the expected token in the text only", async (t) => {
  const local = await endpoint(t, { ...enforced, tokenErrors: 'message' });
  const put = (message: string) => call(local, 'PutLogEvents', { ...TARGET, logEvents: eventsOf([message]) });
  const { nextSequenceToken } = (await put('a')).body;
  assert.deepEqual((await put('b')).body, {
    __type: 'InvalidSequenceTokenException',
    message: INVALID_TEXT + nextSequenceToken,
  });
  assert.deepEqual((await put('a')).body, {
    __type: 'DataAlreadyAcceptedException',
    message: ACCEPTED_TEXT + nextSequenceToken,
  });
});

test('ignored tokens may be anything, and a next one still comes back', async (t) => {
  const local = await endpoint(t);
  const tokens = new Set<string>();
  for (const sequenceToken of [undefined, 'nonsense', undefined]) {
    const reply = await call(local, 'PutLogEvents', {
      ...TARGET,
      sequenceToken,
      logEvents: eventsOf(['same']),
    });
    assert.equal(reply.status, 200);
    tokens.add(reply.body.nextSequenceToken);
  }
  assert.equal(tokens.size, 3);
  assert.equal(local.stats().events, 3);
});

test('a refusal by a limit leaves the token alone', async (t) => {
  const local = await endpoint(t, enforced);
  const refused = await call(local, 'PutLogEvents', { ...TARGET, logEvents: eventsOf(['']) });
  assert.equal(refused.body.__type, 'InvalidParameterException');
  assert.equal((await call(local, 'PutLogEvents', { ...TARGET, logEvents: eventsOf(['a']) })).status, 200);
});

test('rotateToken changes what is expected and not what was accepted', async (t) => {
  const local = await endpoint(t, enforced);
  const put = (message: string, sequenceToken?: string) =>
    call(local, 'PutLogEvents', { ...TARGET, sequenceToken, logEvents: eventsOf([message]) });
  const first = await put('a');
  const rotated = local.rotateToken(GROUP, STREAM);
  assert.deepEqual(refusalOf(await put('b', first.body.nextSequenceToken)), [
    'InvalidSequenceTokenException',
    INVALID_TEXT + rotated,
  ]);
  const again = await put('a');
  assert.equal(again.body.__type, 'DataAlreadyAcceptedException');
  assert.equal(again.body.expectedSequenceToken, rotated);
  assert.equal((await put('b', rotated)).status, 200);
});

test('a deleted stream or group forgets its token', async (t) => {
  const local = await endpoint(t, enforced);
  const put = () => call(local, 'PutLogEvents', { ...TARGET, logEvents: eventsOf(['a']) });
  await put();
  local.deleteLogStream(GROUP, STREAM);
  local.createLogStream(GROUP, STREAM);
  assert.equal((await put()).status, 200);
  local.deleteLogGroup(GROUP);
  local.createLogGroup(GROUP);
  local.createLogStream(GROUP, STREAM);
  assert.equal((await put()).status, 200);
  assert.equal(local.stats().events, 1);
});

test('uploadSequenceToken is described only where tokens are enforced and after a put', async (t) => {
  const strict = await endpoint(t, enforced);
  const lax = await endpoint(t);
  const described = async (local: typeof strict) =>
    (await sdk(t, local).describeLogStreams({ logGroupName: GROUP })).logStreams?.[0]?.uploadSequenceToken;
  assert.equal(await described(strict), undefined);
  const { body } = await call(strict, 'PutLogEvents', { ...TARGET, logEvents: eventsOf(['a']) });
  assert.equal(await described(strict), body.nextSequenceToken);
  await call(lax, 'PutLogEvents', { ...TARGET, logEvents: eventsOf(['a']) });
  assert.equal(await described(lax), undefined);
});
