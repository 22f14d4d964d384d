import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import type http from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { after, before, beforeEach, describe, type TestContext, test } from 'node:test';
import * as sdk from '@aws-sdk/client-cloudwatch-logs';
import { Batch } from '../../src/batch/batch.ts';
import { sentTo } from '../../src/cloudwatch/access.ts';
import { judge } from '../../src/cloudwatch/outcome.ts';
import { PutRoute, ROUTE_LASTS_MS } from '../../src/cloudwatch/put-route.ts';
import { RequestHandler } from '../../src/cloudwatch/request-handler.ts';
import { CloudWatchLogsSink } from '../../src/cloudwatch/sdk-sink.ts';
import type { PutProgress, PutResult } from '../../src/cloudwatch/sink.ts';
import type { PublisherOptions } from '../../src/options/options.ts';
import { resolveOptions } from '../../src/options/resolve-options.ts';
import { now } from '../../src/time/clock.ts';
import { eventOf } from '../support/event-record.ts';
import { type Answer, listen, type Received } from '../support/listening.ts';
import { json } from '../support/odd-endpoint.ts';

const TARGET = { logGroupName: 'group', logStreamName: 'stream/é' };
const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const HOUR = 3_600_000;

let close: () => void;
let endpoint: string;
let received: Received[] = [];
let answer: Answer;
/** Commands that were made since the last test: a put around the SDK makes none. */
let commands = 0;

/** The SDK, with an eye on its commands. */
const watchedSdk = {
  ...sdk,
  PutLogEventsCommand: class extends sdk.PutLogEventsCommand {
    constructor(input: sdk.PutLogEventsCommandInput) {
      super(input);
      commands++;
    }
  },
};

before(async () => {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
  ({ endpoint, close } = await listen((response, one) => {
    received.push(one);
    answer(response, one);
  }));
});
beforeEach(() => {
  received = [];
  commands = 0;
  answer = json(200, { nextSequenceToken: '2' });
});
after(() => close());

function sinkWith(t: TestContext, given: Partial<PublisherOptions> = {}): CloudWatchLogsSink {
  const aws = { region: 'eu-west-1', endpoint, credentials: KEYS, ...given.aws };
  const options = { logGroupName: 'group', ...given, ...(!given.client && { aws }) };
  const sink = new CloudWatchLogsSink(resolveOptions(options), async () => watchedSdk);
  t.after(() => sink.close());
  return sink;
}

/** Its next put goes around the SDK, if it may. */
async function taughtSink(
  t: TestContext,
  given: Partial<PublisherOptions> = {},
): Promise<CloudWatchLogsSink> {
  const sink = sinkWith(t, given);
  assert.equal((await sink.put(TARGET, batch(), '1')).ok, true);
  return sink;
}

function clientWith(settings: sdk.CloudWatchLogsClientConfig = {}): sdk.CloudWatchLogsClient {
  return new sdk.CloudWatchLogsClient({
    region: 'eu-west-1',
    endpoint,
    credentials: KEYS,
    maxAttempts: 1,
    ...settings,
  });
}

function batch(...messages: string[]): Batch {
  const made = new Batch({ maxBytes: 1_048_576, maxEvents: 10_000 });
  for (const message of messages.length > 0 ? messages : ['one', 'é "two" \u2028', 'x'.repeat(3000)]) {
    made.append(eventOf(message, 1000));
  }
  made.freeze();
  return made;
}

describe('a put around the SDK is the one that the SDK makes, byte for byte', () => {
  const settings: Record<string, Partial<PublisherOptions>> = {
    'with keys': {},
    'with a session token': { aws: { credentials: { ...KEYS, sessionToken: 'FwoGZXIvYXdzE//token==' } } },
    'with a provider of credentials': { aws: { credentials: async () => ({ ...KEYS, sessionToken: 't' }) } },
    'with an endpoint that has a path': { aws: { endpoint: '/a//b/../c%20d(1)' } },
    'with names of the application in the user agent': {
      aws: { customUserAgent: 'app/1.0', userAgentAppId: 'my-app' },
    },
    'with everything': {
      gzip: true,
      emf: true,
      entity: { keyAttributes: { Type: 'Service', Name: 'app' } },
      aws: { region: 'us-gov-west-1' },
    },
  };
  for (const [name, { aws = {}, ...options }] of Object.entries(settings)) {
    test(name, async (t) => {
      answer = (response, one) => {
        response.sendDate = false; // or the clock would be corrected in between
        json(200, {})(response, one);
      };
      t.mock.timers.enable({ apis: ['Date'], now: Date.UTC(2026, 10, 29, 23, 59, 59, 999) });
      const path = aws.endpoint ?? '';
      const sink = await taughtSink(t, { ...options, aws: { ...aws, endpoint: endpoint + path } });
      t.mock.method(crypto, 'randomUUID', () => received[0].headers['amz-sdk-invocation-id']);
      syncBuiltinESMExports();
      assert.equal((await sink.put(TARGET, batch(), '1')).ok, true);
      t.mock.restoreAll();
      syncBuiltinESMExports();
      assert.equal(commands, 1, 'the second put made no command of the SDK');
      const [theirs, mine] = received.map((one) => ({ ...one, rawHeaders: pairs(one.rawHeaders) }));
      assert.deepEqual(mine, theirs);
      assert.match(String(mine.headers['user-agent']), /^aws-sdk-js\/3/);
    });
  }

  /** With gzip and EMF the SDK has their headers in another place, which has no meaning. */
  const pairs = (raw: string[]) =>
    raw
      .map((name, index) => `${name}: ${raw[index + 1]}`)
      .filter((_, i) => i % 2 === 0)
      .sort();

  test('but for its number, which is its own', async (t) => {
    const sink = await taughtSink(t);
    for (let i = 0; i < 2; i++) await sink.put(TARGET, batch(), '1');
    const ids = received.map(({ headers }) => headers['amz-sdk-invocation-id']);
    assert.equal(new Set(ids).size, 3);
    assert.equal(commands, 1);
  });
});

describe('of each answer a put around the SDK says what the SDK says', () => {
  const expected = '49039859533790039851380816675861673084717305346360483984';
  const answers: Record<string, Answer> = {
    stored: json(200, { nextSequenceToken: '3' }),
    'stored, without a body': json(200, ''),
    'stored, with a token that is no text': json(200, { nextSequenceToken: 7 }),
    'stored, with rejections': json(200, {
      rejectedLogEventsInfo: { tooOldLogEventEndIndex: 1, tooNewLogEventStartIndex: 2 },
      rejectedEntityInfo: { errorType: 'InvalidEntity' },
    }),
    'another token': json(400, {
      __type: 'InvalidSequenceTokenException',
      expectedSequenceToken: expected,
      message: `The given sequenceToken is invalid. The next expected sequenceToken is: ${expected}`,
    }),
    'stored before': json(400, {
      __type: 'com.amazonaws.logs#DataAlreadyAcceptedException',
      expectedSequenceToken: expected,
      message: 'The given batch of log events has already been accepted.',
    }),
    'no stream': json(400, {
      __type: 'com.amazonaws.logs.v20140328#ResourceNotFoundException',
      message: 'The specified log stream does not exist.',
    }),
    'a name with an address behind it': json(400, {
      __type: 'InvalidParameterException:http://internal/coral/',
      message: "1 validation error detected: Value '...' at 'logEvents' failed",
    }),
    'the name in a header': json(
      400,
      { message: 'Rate exceeded' },
      { 'x-amzn-ErrorType': 'ThrottlingException:http://internal/' },
    ),
    'one name in a header and another in the body': json(
      400,
      { __type: 'ThrottlingException', message: 'Rate exceeded' },
      { 'x-amzn-errortype': 'SomethingElse' },
    ),
    'the name in a code': json(400, { code: 'LimitExceededException', message: 'too much' }),
    'an error that no model knows': json(400, { __type: 'a.b#NewException', message: 'new' }),
    'an error without a name': json(400, { message: 'odd' }),
    'an error without a text': json(400, { __type: 'ThrottlingException' }),
    'an error without a body': json(500, ''),
    'a capital message': json(400, { __type: 'AccessDeniedException', Message: 'no' }),
    'an expired token': json(400, { __type: 'ExpiredTokenException', message: 'expired' }),
    'a signature that is refused': json(403, { __type: 'InvalidSignatureException', message: 'expired' }),
    'a client that is not known': json(400, { __type: 'UnrecognizedClientException', message: 'who' }),
    'a refusal of the size': json(413, '', { 'content-type': 'text/plain' }),
    'come again later': json(503, { __type: 'ServiceUnavailableException' }, { 'retry-after': '7' }),
    'come again later, without a name': json(429, { message: 'slow down' }, { 'retry-after': '7' }),
    'go elsewhere': json(307, '', { location: 'https://elsewhere.example/' }),
    'a page of a gateway': json(502, '<html>', { 'content-type': 'text/html' }),
    'a page of a proxy with a 200': json(200, '<html>', { 'content-type': 'text/html' }),
    'an answer without an end': (response) => {
      response.writeHead(200);
      response.write('x'.repeat(2_000_000));
    },
    'a connection that is cut': (response) => response.destroy(),
    'half an answer': (response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{');
      setImmediate(() => response.destroy());
    },
    'no answer': () => {},
  };
  for (const [name, given] of Object.entries(answers)) {
    test(name, async (t) => {
      const options = { requestTimeoutMs: name === 'no answer' ? 500 : 15_000 };
      const throughSdk = sinkWith(t, options);
      const around = await taughtSink(t, options);
      const progress = [{}, {}] as PutProgress[];
      answer = given;
      commands = 0;
      const mine = await around.put(TARGET, batch(), '1', { progress: progress[0] });
      assert.equal(commands, 0);
      const theirs = await throughSdk.put(TARGET, batch(), '1', { progress: progress[1] });
      assert.equal(commands, 1);
      assert.deepEqual(told(mine), told(theirs));
      assert.deepEqual(judge(mine, 3), judge(theirs, 3));
      assert.deepEqual(progress[0], progress[1]);
    });
  }

  /** No two puts take the same time; texts about what is no JSON are each reader's own. */
  function told(result: PutResult): unknown {
    const { requestMs, date, ...same } = result;
    const isText = !result.ok && result.name === 'SyntaxError';
    return {
      ...same,
      timed: requestMs !== undefined,
      dated: date !== undefined,
      ...(isText && { message: '' }),
    };
  }
});

describe('a put goes through the SDK', () => {
  const noSigner = { sign: async <T>(request: T) => request };
  const cases: Record<
    string,
    (t: TestContext) => Promise<Partial<PublisherOptions>> | Partial<PublisherOptions>
  > = {
    'of a client with middleware of the application': () => {
      const client = clientWith();
      client.middlewareStack.add((next) => (args) => next(args), { step: 'build' });
      return { client };
    },
    'of a client without some of the middleware of the SDK': () => {
      const client = clientWith();
      client.middlewareStack.remove('loggerMiddleware');
      return { client };
    },
    'of a client whose middleware has been replaced under its name': () => {
      const client = clientWith();
      client.middlewareStack.add((next) => (args) => next(args), {
        name: 'loggerMiddleware',
        step: 'initialize',
        override: true,
      });
      return { client };
    },
    'of a client whose send is wrapped': () => {
      const client = clientWith();
      const send = client.send.bind(client);
      return {
        client: Object.assign(client, { send: (...given: Parameters<typeof send>) => send(...given) }),
      };
    },
    'of a class that is derived from the client': () => {
      class Traced extends sdk.CloudWatchLogsClient {
        override send(...given: [never, never]) {
          return super.send(...given);
        }
      }
      return { client: new Traced({ region: 'eu-west-1', endpoint, credentials: KEYS, maxAttempts: 1 }) };
    },
    'of a client that retries': () => ({ client: clientWith({ maxAttempts: 3 }) }),
    'of a client that holds back by itself': () => ({ client: clientWith({ retryMode: 'adaptive' }) }),
    'of a client with a logger': () => {
      const silent = () => {};
      return { client: clientWith({ logger: { debug: silent, info: silent, warn: silent, error: silent } }) };
    },
    'of a client with a signer of its own': () => ({ client: clientWith({ signer: noSigner as never }) }),
    'of a client whose scheme has a signer of its own': () => {
      const client = clientWith();
      const [scheme] = client.config.httpAuthSchemes;
      const signer = { sign: scheme.signer.sign.bind(scheme.signer) };
      Object.assign(client.config, { httpAuthSchemes: [{ ...scheme, signer }] });
      return { client };
    },
    'with adaptive retries in the environment': (t) => {
      withEnv(t, 'AWS_RETRY_MODE', 'adaptive');
      return {};
    },
    'in a Lambda function': (t) => {
      withEnv(t, 'AWS_LAMBDA_FUNCTION_NAME', 'function');
      return {};
    },
  };
  for (const [name, make] of Object.entries(cases)) {
    test(name, async (t) => {
      const sink = sinkWith(t, await make(t));
      for (let i = 0; i < 3; i++) assert.equal((await sink.put(TARGET, batch(), '1')).ok, true);
      assert.equal(commands, 3);
      assert.equal(received.length, 3);
    });
  }

  test('when the application changes its client later', async (t) => {
    for (const change of [
      (client: sdk.CloudWatchLogsClient) =>
        client.middlewareStack.add((next) => (args) => next(args), { step: 'build' }),
      (client: sdk.CloudWatchLogsClient) => {
        const send = client.send.bind(client);
        client.send = ((...given: Parameters<typeof send>) => send(...given)) as typeof client.send;
      },
    ]) {
      commands = 0;
      const client = clientWith();
      const sink = await taughtSink(t, { client });
      await sink.put(TARGET, batch(), '1');
      assert.equal(commands, 1);
      change(client);
      for (let i = 0; i < 2; i++) assert.equal((await sink.put(TARGET, batch(), '1')).ok, true);
      assert.equal(commands, 3);
    }
  });

  test('after one that failed, and around it again after that', async (t) => {
    const sink = await taughtSink(t);
    answer = json(500, {});
    assert.equal((await sink.put(TARGET, batch(), '1')).ok, false);
    assert.equal(commands, 1);
    answer = json(200, {});
    for (let i = 0; i < 2; i++) assert.equal((await sink.put(TARGET, batch(), '1')).ok, true);
    assert.equal(commands, 2);
  });

  test('once a minute', async () => {
    let route: PutRoute | undefined;
    const client = clientWith();
    const command = new sdk.PutLogEventsCommand({ ...TARGET, logEvents: [{ timestamp: 1, message: 'one' }] });
    command.middlewareStack.add(
      (next, context) => async (args) => {
        const request = args.request as { readonly body: string };
        const place = sentTo(request, context);
        assert.ok(place);
        const put = { body: Buffer.from(request.body), headers: {}, extras: [] };
        route = await PutRoute.learn(client, place, request, put);
        return next(args);
      },
      { step: 'finalizeRequest', priority: 'low' },
    );
    await client.send(command);
    assert.equal(route?.leadsFrom(client), true);
    assert.equal(route?.leadsFrom(client, now() + ROUTE_LASTS_MS + 1), false);
    assert.equal(route?.leadsFrom(clientWith()), false);
  });

  function withEnv(t: TestContext, name: string, value: string): void {
    const before = process.env[name];
    process.env[name] = value;
    t.after(() => {
      if (before === undefined) delete process.env[name];
      else process.env[name] = before;
    });
  }
});

describe('around the SDK stays the client what it is', () => {
  test('its credentials are asked for when they are about to expire, and the thread at the end has the new ones', async (t) => {
    let generation = 1;
    let lastsMs = 60_000; // less than the five minutes before their end in which the SDK asks for new ones
    const credentials = async () => {
      const expiration = new Date(Date.now() + lastsMs);
      return { ...KEYS, accessKeyId: `key-${generation}`, sessionToken: `token-${generation}`, expiration };
    };
    const sink = await taughtSink(t, { aws: { credentials } });
    const put = async () => {
      assert.equal((await sink.put(TARGET, batch(), '1')).ok, true);
      const { headers } = received.at(-1) as Received;
      assert.equal(commands, 1);
      const key = /Credential=([^/]+)/.exec(String(headers.authorization))?.[1];
      assert.equal(sink.access()?.credentials.accessKeyId, key);
      return [key, headers['x-amz-security-token']];
    };
    assert.deepEqual(await put(), ['key-1', 'token-1']);
    generation = 2;
    assert.deepEqual(await put(), ['key-2', 'token-2']);
    generation = 3;
    lastsMs = HOUR;
    assert.deepEqual(await put(), ['key-3', 'token-3']);
    generation = 4;
    assert.deepEqual(await put(), ['key-3', 'token-3'], 'they are kept while they last');
  });

  test('its credentials are asked for anew when the service says that they have expired', async (t) => {
    let asked = 0;
    const credentials = async () => ({ ...KEYS, accessKeyId: `key-${++asked}` });
    const sink = await taughtSink(t, { aws: { credentials } });
    answer = json(400, { __type: 'ExpiredTokenException', message: 'expired' });
    assert.equal((await sink.put(TARGET, batch(), '1')).ok, false);
    assert.equal(commands, 1);
    answer = json(200, {});
    for (let i = 0; i < 2; i++) assert.equal((await sink.put(TARGET, batch(), '1')).ok, true);
    assert.equal(commands, 2);
    const keys = received.map(({ headers }) => /Credential=([^/]+)/.exec(String(headers.authorization))?.[1]);
    assert.deepEqual(keys, ['key-1', 'key-1', 'key-2', 'key-2']);
  });

  test('a provider that fails is told as the SDK tells it, and nothing is sent', async (t) => {
    let isDown = false;
    const credentials = async () => {
      if (isDown) throw Object.assign(new Error('no role'), { name: 'CredentialsProviderError' });
      return { ...KEYS, expiration: new Date(Date.now() + 60_000) };
    };
    const around = await taughtSink(t, { aws: { credentials } });
    isDown = true;
    const mine = await around.put(TARGET, batch(), '1');
    const theirs = await sinkWith(t, { aws: { credentials } }).put(TARGET, batch(), '1');
    assert.deepEqual(mine, theirs);
    assert.equal(received.length, 1);
  });

  test('a provider that hangs is given up in time, as without credentials', async (t) => {
    let isDown = false;
    const credentials = async () => {
      if (isDown) await new Promise(() => {});
      return { ...KEYS, expiration: new Date(Date.now() + 60_000) };
    };
    const sink = await taughtSink(t, { aws: { credentials }, requestTimeoutMs: 500 });
    isDown = true;
    const failure = await sink.put(TARGET, batch(), '1');
    assert.ok(!failure.ok);
    assert.equal(failure.name, 'CredentialsTimeoutError');
    assert.equal(failure.bodySent, false);
  });

  test('its clock follows the Date of each answer, by the rule of the SDK', async (t) => {
    const client = clientWith();
    const config = client.config as unknown as { systemClockOffset: number };
    const dated = (aheadMs: number, headers: http.OutgoingHttpHeaders = {}) => {
      const date = new Date(Date.now() + aheadMs).toUTCString();
      const sent = { date, ...headers };
      return aheadMs < 0 ? json(400, { __type: 'ThrottlingException' }, sent) : json(200, {}, sent);
    };
    const signedAt = () => {
      const [, day, hour] = /^(\d+)T(\d\d)/.exec(String(received.at(-1)?.headers['x-amz-date'])) ?? [];
      return `${day}T${hour}`;
    };
    const hourOf = (time: number) => new Date(time).toISOString().slice(0, 13).replaceAll('-', '');
    const near = (aheadMs: number) => {
      assert.ok(Math.abs(config.systemClockOffset - aheadMs) < HOUR / 4, `${config.systemClockOffset}`);
    };
    answer = dated(24 * HOUR);
    const sink = await taughtSink(t, { client });
    near(24 * HOUR);
    answer = dated(48 * HOUR);
    const before = Date.now() + config.systemClockOffset;
    await sink.put(TARGET, batch(), '1');
    assert.ok([hourOf(before), hourOf(before + HOUR / 4)].includes(signedAt()), signedAt());
    near(48 * HOUR);
    answer = dated(72 * HOUR, { age: '3' });
    await sink.put(TARGET, batch(), '1');
    near(48 * HOUR);
    assert.equal(commands, 1);
    answer = dated(-24 * HOUR);
    await sink.put(TARGET, batch(), '1');
    near(-24 * HOUR);
    assert.equal(commands, 1);
  });

  test('its clock is left alone where its settings say so', async (t) => {
    const client = clientWith({ disableClockSkewCorrection: true } as sdk.CloudWatchLogsClientConfig);
    answer = json(200, {}, { date: new Date(Date.now() + 24 * HOUR).toUTCString() });
    const sink = await taughtSink(t, { client });
    await sink.put(TARGET, batch(), '1');
    assert.equal(commands, 1);
    assert.equal((client.config as unknown as { systemClockOffset: number }).systemClockOffset, 0);
  });

  test('its handler of requests makes them, and is given what the SDK gives', async (t) => {
    const own = new RequestHandler();
    t.after(() => own.destroy());
    const handled: { readonly names: string[]; readonly isRequest: boolean; readonly signal: unknown }[] = [];
    const requestHandler = {
      handle(request: Parameters<typeof own.handle>[0], options: Parameters<typeof own.handle>[1]) {
        const isRequest = typeof (request as { clone?: unknown }).clone === 'function';
        const names = Object.keys(request).sort();
        handled.push({ names, isRequest, signal: options?.abortSignal instanceof AbortSignal });
        return own.handle(request, options);
      },
      updateHttpClientConfig() {},
      httpHandlerConfigs: () => ({}),
    };
    const sink = await taughtSink(t, { aws: { requestHandler } });
    assert.equal((await sink.put(TARGET, batch(), '1')).ok, true);
    assert.equal(commands, 1);
    assert.deepEqual(handled[1], handled[0]);
    assert.deepEqual([handled[0].isRequest, handled[0].signal], [true, true]);
  });

  test('a handler whose answers are bytes, not streams, is read', async (t) => {
    const requestHandler = {
      handle: async () => {
        const body = Buffer.from('{"nextSequenceToken":"5"}');
        return { response: { statusCode: 200, headers: {}, body } };
      },
      updateHttpClientConfig() {},
      httpHandlerConfigs: () => ({}),
    };
    const sink = await taughtSink(t, { aws: { requestHandler } });
    const result = await sink.put(TARGET, batch(), '1');
    assert.equal(commands, 1);
    assert.equal(result.ok && result.nextSequenceToken, '5');
  });

  test('a put that is given up goes no further', async (t) => {
    const sink = await taughtSink(t);
    const arrived = new Promise<void>((resolve) => {
      answer = () => resolve();
    });
    const underWay = sink.put(TARGET, batch(), '1');
    await arrived;
    assert.equal(commands, 1);
    sink.close();
    const failure = await underWay;
    assert.ok(!failure.ok && failure.bodySent);
    assert.match(failure.message, /closed/);
  });
});
