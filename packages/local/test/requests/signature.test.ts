import assert from 'node:assert/strict';
import test from 'node:test';
import { gzipSync } from 'node:zlib';
import { CREDENTIALS, call, endpoint, eventsOf, sdk, TARGET } from '../endpoint.ts';

const signed = { credentials: CREDENTIALS };

test('what the SDK signs with the right credentials is accepted', async (t) => {
  const local = await endpoint(t, signed);
  const client = sdk(t, local);
  await client.putLogEvents({ ...TARGET, logEvents: eventsOf(['a', 'ü']) });
  await client.describeLogStreams({ logGroupName: TARGET.logGroupName });
  assert.equal(local.stats().events, 2);
});

test('any region is accepted in the scope', async (t) => {
  const local = await endpoint(t, signed);
  await sdk(t, local, { region: 'eu-central-1' }).describeLogGroups({});
});

test('a gzip body is signed as it was sent', async (t) => {
  const local = await endpoint(t, signed);
  const client = sdk(t, local);
  client.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { body: string | Buffer; headers: Record<string, string> };
      request.body = gzipSync(request.body);
      request.headers['content-encoding'] = 'gzip';
      request.headers['content-length'] = String(request.body.length);
      return next(args);
    },
    { step: 'build', priority: 'low' },
  );
  await client.putLogEvents({ ...TARGET, logEvents: eventsOf(['packed']) });
  assert.equal(local.events(TARGET)[0]?.message, 'packed');
});

test('a wrong secret is an InvalidSignatureException', async (t) => {
  const local = await endpoint(t, signed);
  const client = sdk(t, local, { credentials: { ...CREDENTIALS, secretAccessKey: 'another' } });
  await assert.rejects(client.describeLogGroups({}), {
    name: 'InvalidSignatureException',
    message: /^The request signature we calculated does not match the signature you provided\./,
  });
});

test('another access key is an UnrecognizedClientException', async (t) => {
  const local = await endpoint(t, signed);
  const client = sdk(t, local, { credentials: { ...CREDENTIALS, accessKeyId: 'OTHER' } });
  await assert.rejects(client.describeLogGroups({}), { name: 'UnrecognizedClientException' });
});

test('the session token must be the one that was given', async (t) => {
  const credentials = { ...CREDENTIALS, sessionToken: 'session' };
  const local = await endpoint(t, { credentials });
  await sdk(t, local, { credentials }).describeLogGroups({});
  for (const sessionToken of [undefined, 'other']) {
    const client = sdk(t, local, { credentials: { ...CREDENTIALS, sessionToken } });
    await assert.rejects(client.describeLogGroups({}), { name: 'UnrecognizedClientException' });
  }
});

test('credentials past their expiration are an ExpiredTokenException', async (t) => {
  let now = Date.now();
  const expiration = new Date(now + 60_000);
  const local = await endpoint(t, { credentials: { ...CREDENTIALS, expiration }, now: () => now });
  const client = sdk(t, local);
  await client.describeLogGroups({});
  now = expiration.getTime();
  await assert.rejects(client.describeLogGroups({}), {
    name: 'ExpiredTokenException',
    message: 'The security token included in the request is expired',
  });
});

test('a request without a signature is a MissingAuthenticationTokenException', async (t) => {
  const local = await endpoint(t, signed);
  const reply = await call(local, 'DescribeLogGroups', {});
  assert.equal(reply.status, 400);
  assert.equal(reply.body.__type, 'MissingAuthenticationTokenException');
});

test('a clock that is off by more than five minutes is refused', async (t) => {
  for (const [offset, text] of [
    [-6 * 60_000, /^Signature not yet current: /],
    [6 * 60_000, /^Signature expired: \d{8}T\d{6}Z is now earlier than /],
  ] as const) {
    const local = await endpoint(t, { ...signed, now: () => Date.now() + offset });
    await assert.rejects(sdk(t, local).describeLogGroups({}), {
      name: 'InvalidSignatureException',
      message: text,
    });
  }
  const near = await endpoint(t, { ...signed, now: () => Date.now() + 4.5 * 60_000 });
  await sdk(t, near).describeLogGroups({});
});

/** Sends what the SDK signed, after a change. */
async function tampered(
  t: Parameters<typeof endpoint>[0],
  change: (headers: Record<string, string>, body: string) => string,
): Promise<string> {
  const local = await endpoint(t, signed);
  const client = sdk(t, local);
  client.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { body: string | Uint8Array; headers: Record<string, string> };
      const body = typeof request.body === 'string' ? request.body : new TextDecoder().decode(request.body);
      request.body = change(request.headers, body);
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'low' },
  );
  try {
    await client.putLogEvents({ ...TARGET, logEvents: eventsOf(['a']) });
    return 'accepted';
  } catch (error) {
    return (error as Error).name;
  } finally {
    assert.equal(local.stats().requests.PutLogEvents, 1);
  }
}

test('a body that was changed after signing is refused', async (t) => {
  assert.equal(await tampered(t, (_, body) => body), 'accepted');
  const changed = (_: object, body: string) => body.replace('"a"', '"b"');
  assert.equal(await tampered(t, changed), 'InvalidSignatureException');
});

test('headers that were changed after signing are refused', async (t) => {
  const result = (name: string, from: RegExp, to: string) =>
    tampered(t, (headers, body) => {
      headers[name] = (headers[name] ?? '').replace(from, to);
      return body;
    });
  assert.equal(await result('authorization', /\/logs\//, '/s3/'), 'InvalidSignatureException');
  assert.equal(await result('authorization', /\/us-east-1\//, '/us-east-2/'), 'InvalidSignatureException');
  assert.equal(await result('authorization', /Signature=.*/, 'Signature=00'), 'InvalidSignatureException');
  assert.equal(await result('authorization', /Signature=.*/, ''), 'IncompleteSignatureException');
  assert.equal(await result('authorization', /AWS4-HMAC-SHA256/, 'Basic'), 'IncompleteSignatureException');
  assert.equal(await result('authorization', /host;/, ''), 'IncompleteSignatureException');
  assert.equal(await result('x-amz-date', /.*/, 'today'), 'IncompleteSignatureException');
  assert.equal(await result('x-amz-content-sha256', /^./, 'x'), 'InvalidSignatureException');
});

test('without credentials no signature is looked at', async (t) => {
  const local = await endpoint(t);
  await sdk(t, local, { credentials: { accessKeyId: 'any', secretAccessKey: 'thing' } }).describeLogGroups(
    {},
  );
});
