import assert from 'node:assert/strict';
import type http from 'node:http';
import { after, before, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { Batch } from '../../src/batch/batch.ts';
import { judge } from '../../src/cloudwatch/outcome.ts';
import { CloudWatchLogsSink } from '../../src/cloudwatch/sdk-sink.ts';
import { SignedSink } from '../../src/cloudwatch/signed-sink.ts';
import type { PutResult, Sink } from '../../src/cloudwatch/sink.ts';
import type { PublisherOptions } from '../../src/options/options.ts';
import { resolveOptions } from '../../src/options/resolve-options.ts';
import { eventOf } from '../support/event-record.ts';
import { type Answer, listen, type Received } from '../support/listening.ts';
import { json } from '../support/odd-endpoint.ts';

const TARGET = { logGroupName: 'group', logStreamName: 'stream/é' };
/** Differ from one request to the next, or belong to the client. */
const OWN = /^(?:authorization|x-amz-date|user-agent|x-amz-user-agent|amz-sdk-.*|connection)$/;

let close: () => void;
let port: number;
let answer: Answer;
let received: Received[] = [];

before(async () => {
  ({ port, close } = await listen((response, one) => {
    received.push(one);
    answer(response, one);
  }));
});
after(() => close());

function sinks(given: Partial<PublisherOptions> = {}): { sdk: Sink; signed: Sink } {
  const credentials = { accessKeyId: 'AKIA', secretAccessKey: 'secret', sessionToken: 'token' };
  const aws = { region: 'eu-west-1', endpoint: `http://127.0.0.1:${port}`, credentials };
  const options = resolveOptions({ logGroupName: 'group', aws, ...given });
  const access = {
    protocol: 'http:',
    hostname: '127.0.0.1',
    port,
    path: '/',
    headers: {},
    region: 'eu-west-1',
    service: 'logs',
    credentials,
    expiresAt: undefined,
    clockOffsetMs: 0,
    agent: {},
    proxy: undefined,
  };
  return { sdk: new CloudWatchLogsSink(options), signed: new SignedSink(access, options) };
}

function batch(): Batch {
  const made = new Batch({ maxBytes: 1_048_576, maxEvents: 10_000 });
  for (const message of ['one', 'é "two"', 'x'.repeat(3000)]) {
    made.append(eventOf(message, 1000));
  }
  made.freeze();
  return made;
}

describe('a sink without the SDK sends what the SDK sends', () => {
  const calls: Record<string, [call: (sink: Sink) => Promise<unknown>, options?: Partial<PublisherOptions>]> =
    {
      'a put': [(sink) => sink.put(TARGET, batch(), '12')],
      'a put with everything': [
        (sink) => sink.put(TARGET, batch(), undefined),
        { gzip: true, emf: true, entity: { keyAttributes: { Type: 'Service', Name: 'app' } } },
      ],
      'a new group': [
        (sink) =>
          sink.createLogGroup('group', {
            logGroupTags: { team: 'a' },
            kmsKeyId: 'arn:aws:kms:x',
            logGroupClass: 'STANDARD',
            deletionProtection: true,
          }),
      ],
      'a new stream': [(sink) => sink.createLogStream(TARGET)],
      'a retention': [(sink) => sink.putRetentionPolicy('group', 7)],
      'the question for a token': [(sink) => sink.describeSequenceToken(TARGET)],
    };
  for (const [name, [call, options]] of Object.entries(calls)) {
    test(name, async () => {
      answer = json(200, { nextSequenceToken: '3', logStreams: [{ ...TARGET, uploadSequenceToken: '4' }] });
      received = [];
      const { sdk, signed } = sinks(options);
      assert.deepEqual(withoutTimes(await call(signed)), withoutTimes(await call(sdk)));
      const [mine, theirs] = received.map(({ headers, body }) => ({
        headers: Object.fromEntries(Object.entries(headers).filter(([header]) => !OWN.test(header))),
        body: JSON.parse(String(headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body)),
      }));
      assert.deepEqual(mine, theirs);
      sdk.close();
      signed.close();
    });
  }
});

describe('a sink without the SDK says of each answer what the SDK says', () => {
  const answers: Record<string, Answer> = {
    stored: json(200, { nextSequenceToken: '3' }),
    'stored, with rejections': json(200, {
      rejectedLogEventsInfo: { tooOldLogEventEndIndex: 1, tooNewLogEventStartIndex: 2 },
      rejectedEntityInfo: { errorType: 'InvalidEntity' },
    }),
    'another token': json(400, {
      __type: 'InvalidSequenceTokenException',
      expectedSequenceToken: '7',
      message: 'The given sequenceToken is invalid. The next expected sequenceToken is: 7',
    }),
    'a namespace before the name': json(400, {
      __type: 'com.amazonaws.logs.v20140328#ResourceNotFoundException',
      message: 'The specified log stream does not exist.',
    }),
    'the name in a header': json(
      400,
      { message: 'Rate exceeded' },
      {
        'x-amzn-errortype': 'ThrottlingException:http://internal/',
      },
    ),
    'a capital message': json(400, { __type: 'AccessDeniedException', Message: 'no' }),
    'an expired token': json(400, { __type: 'ExpiredTokenException', message: 'expired' }),
    'a refusal of the size': json(413, '', { 'content-type': 'text/plain' }),
    'come again later': json(503, { __type: 'ServiceUnavailableException' }, { 'retry-after': '7' }),
    'a page of a gateway': json(502, '<html>', { 'content-type': 'text/html' }),
    'a page of a proxy with a 200': json(200, '<html>', { 'content-type': 'text/html' }),
    'a connection that is cut': (response) => response.destroy(),
    'no answer': () => {},
  };
  for (const [name, given] of Object.entries(answers)) {
    test(name, async () => {
      answer = given;
      const { sdk, signed } = sinks({ requestTimeoutMs: name === 'no answer' ? 300 : 15_000 });
      const [mine, theirs] = await Promise.all([
        signed.put(TARGET, batch(), '12'),
        sdk.put(TARGET, batch(), '12'),
      ]);
      assert.deepEqual(judge(mine, 3), judge(theirs, 3));
      assert.deepEqual(told(mine), told(theirs));
      sdk.close();
      signed.close();
    });
  }
});

test('a sink without the SDK takes a put whose answer is cut for one that may be stored', async () => {
  answer = (response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('{');
    setImmediate(() => response.destroy());
  };
  const { signed } = sinks();
  const { kind, ...outcome } = judge(await signed.put(TARGET, batch(), '12'), 3);
  assert.deepEqual(
    { kind, ambiguous: 'ambiguous' in outcome && outcome.ambiguous },
    { kind: 'retry', ambiguous: true },
  );
  signed.close();
});

test('a sink without the SDK corrects its clock, as the SDK does', async () => {
  const ahead = new Date(Date.now() + 3_600_000);
  const amzDate = (headers: http.IncomingHttpHeaders) => String(headers['x-amz-date']).slice(0, 11);
  answer = (response, { headers }) => {
    const isRight = amzDate(headers) === ahead.toISOString().replace(/[-:]/g, '').slice(0, 11);
    const refusal = { __type: 'InvalidSignatureException', message: 'Signature expired' };
    json(isRight ? 200 : 400, isRight ? {} : refusal, { date: ahead.toUTCString() })(response, {
      headers,
      body: Buffer.alloc(0),
    });
  };
  received = [];
  const { signed } = sinks();
  assert.equal((await signed.put(TARGET, batch(), '1')).ok, true);
  assert.equal(received.length, 2);
  assert.equal((await signed.put(TARGET, batch(), '1')).ok, true);
  assert.equal(received.length, 3, 'the second put knows the time');
  signed.close();
});

/** No two calls take the same time, and one answer may come in the second after the other. */
function withoutTimes(result: unknown): unknown {
  if (typeof result !== 'object' || result === null) return result;
  return { ...result, requestMs: undefined, ...('date' in result && { date: typeof result.date }) };
}

/** What matters of a result; texts of what is no answer are each client's own. */
function told(result: PutResult) {
  if (result.ok) return withoutTimes(result);
  const { status, retryAfterMs, expectedSequenceToken, bodySent, date } = result;
  return { status, retryAfterMs, expectedSequenceToken, bodySent, date: typeof date };
}
