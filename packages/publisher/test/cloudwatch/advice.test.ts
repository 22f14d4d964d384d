import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { codeOf, explainFailure } from '../../src/accounts/advice.ts';
import type { WarningCode } from '../../src/accounts/events.ts';
import { judgeFailure } from '../../src/cloudwatch/outcome.ts';
import { CloudWatchLogsSink } from '../../src/cloudwatch/sdk-sink.ts';
import type { PublisherOptions } from '../../src/options/options.ts';
import { resolveOptions } from '../../src/options/resolve-options.ts';
import { type Answer, json, oddEndpoint, stored } from '../support/odd-endpoint.ts';

// People are told the source of a trouble, not the first thing that it looks like.

const refused = (type: string, message: string, status = 400) => json(status, { __type: type, message });
const page =
  (status: number, body: string, headers = {}): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'text/html', ...headers });
    response.end(body);
  };

interface Case {
  readonly answer?: Answer;
  readonly options?: Partial<PublisherOptions>;
  readonly code: WarningCode;
  readonly says: readonly RegExp[];
  readonly never?: RegExp;
}

const ANSWERS: Readonly<Record<string, Case>> = {
  'a signature of another time': {
    answer: refused(
      'InvalidSignatureException',
      'Signature expired: 20261121T120000Z is now earlier than ...',
    ),
    code: 'clock',
    says: [/^CloudWatch Logs does not take the time of this machine/, /HTTP 400/, /NTP/],
    never: /no valid AWS credentials/,
  },
  'a page of a proxy': {
    answer: page(502, '<html><body>Bad Gateway</body></html>'),
    code: 'service',
    says: [/something between here and CloudWatch Logs answered/, /HTTP 502/],
    never: /SyntaxError|Unexpected token/,
  },
  'a redirect': {
    answer: page(301, '', { location: 'https://user:pw@other.example/secret?x' }),
    code: 'service',
    says: [/HTTP 301, a redirect to other\.example\)/, /check aws\.endpoint/],
    never: /Unknown|secret|pw@/,
  },
  'an empty 503': {
    answer: page(503, ''),
    code: 'service',
    says: [/\(HTTP 503\)/],
    never: /Unknown/,
  },
  'a proxy that wants a password': {
    answer: page(407, ''),
    code: 'proxy',
    says: [/a proxy on the way/, /HTTP 407/],
  },
  'the quota of log groups': {
    answer: (response, came) => {
      const isCreation = came.operation.startsWith('CreateLogG');
      const missing = refused('ResourceNotFoundException', 'The specified log group does not exist.');
      const limit = refused('LimitExceededException', 'Resource limit exceeded.');
      (isCreation ? limit : missing)(response, came);
    },
    code: 'quota',
    says: [
      /a quota of this account is reached, for CreateLogGroup/,
      /HTTP 400 LimitExceeded/,
      /delete log groups/,
    ],
    never: /allow/,
  },
  'a log group that may not be created': {
    options: { createLogGroup: false },
    answer: refused('ResourceNotFoundException', 'The specified log group does not exist.'),
    code: 'permission',
    says: [/^the log group "group" does not exist, and createLogGroup is off/],
    never: /log stream/,
  },
  'a module for the client that is not there': {
    options: { aws: {}, clientModule: './not-there.mjs' },
    code: 'module',
    says: [/no client for/, /not-there\.mjs/, /check the option clientModule/],
    never: /network/,
  },
  'a profile that is not there': {
    options: { aws: { region: 'eu-west-1', profile: 'not-there' } },
    code: 'credentials',
    says: [/the profile/],
    never: /network/,
  },
};

describe('a warning names the source of a failure', { concurrency: 4 }, () => {
  for (const [what, { answer, options, code, says, never }] of Object.entries(ANSWERS)) {
    test(what, async (t) => {
      const endpoint = await oddEndpoint(t);
      if (answer) endpoint.host.answer = answer;
      const { publish, warnings } = endpoint.publisher(options);
      publish('one');
      await endpoint.until(() => warnings.length > 0);
      const [{ code: told, message }] = warnings;
      assert.equal(told, code, message);
      for (const pattern of says) assert.match(message, pattern);
      assert.match(message, /Events are kept/);
      if (never) assert.doesNotMatch(message, never);
    });
  }
});

describe('tags and a KMS key that are refused hold up no logs', { concurrency: 4 }, () => {
  const settings = { logGroupTags: { team: 'a' }, kmsKeyId: 'arn:aws:kms:eu-west-1:1:key/k' };
  const refusals: Readonly<
    Record<string, [Answer, (body: Record<string, unknown>) => boolean, WarningCode[]]>
  > = {
    'tags are denied': [
      refused('AccessDeniedException', 'not authorized to perform: logs:TagResource'),
      (body) => 'tags' in body,
      ['tags'],
    ],
    'the key is refused': [
      refused('InvalidParameterException', 'The specified KMS Key Id could not be found.'),
      (body) => 'kmsKeyId' in body,
      ['kms'],
    ],
    'it is not said which': [
      refused('InvalidParameterException', '1 validation error detected'),
      (body) => 'tags' in body || 'kmsKeyId' in body,
      ['tags', 'kms'],
    ],
  };
  for (const [what, [refusal, isRefused, codes]] of Object.entries(refusals)) {
    test(what, async (t) => {
      const endpoint = await oddEndpoint(t);
      let isMade = false;
      endpoint.host.answer = (response, came) => {
        if (came.operation === 'CreateLogGroup') {
          isMade = !isRefused(JSON.parse(came.body));
          (isMade ? json(200, {}) : refusal)(response, came);
        } else {
          const missing = refused('ResourceNotFoundException', 'The specified log group does not exist.');
          (isMade ? stored : missing)(response, came);
        }
      };
      const { publisher, publish, warnings } = endpoint.publisher(settings);
      publish('one');
      assert.equal((await publisher.flush()).delivered, 1);
      assert.deepEqual(
        warnings.map(({ code }) => code),
        codes,
      );
      assert.match(warnings[0].message, /Logs are delivered all the same/);
    });
  }
});

test('a denied CreateLogGroup is tried again without tags, and then said as it was', async (t) => {
  const endpoint = await oddEndpoint(t);
  endpoint.host.answer = (response, came) => {
    const missing = refused('ResourceNotFoundException', 'The specified log group does not exist.');
    const denied = refused('AccessDeniedException', 'not authorized to perform: logs:CreateLogGroup');
    (came.operation === 'CreateLogGroup' ? denied : missing)(response, came);
  };
  const { publish, warnings } = endpoint.publisher({ logGroupTags: { team: 'a' } });
  publish('one');
  await endpoint.until(() => warnings.length > 0);
  assert.match(warnings[0].message, /allow the IAM action logs:CreateLogGroup/);
});

/** The warning about a call that fails. */
async function saidOf(sink: CloudWatchLogsSink) {
  const target = { logGroupName: 'group', logStreamName: 'stream' };
  const failure = await sink.createLogStream(target);
  sink.close();
  assert.ok(!failure.ok);
  const outcome = judgeFailure(failure);
  assert.ok(outcome.kind === 'retry');
  const code = codeOf(outcome.advice, failure, 'logs:CreateLogStream');
  return { code, text: explainFailure(code, failure, target) };
}

describe('where credentials come from is named when it fails', () => {
  const withEnv = (t: TestContext, env: Readonly<Record<string, string>>) => {
    const before = { ...process.env };
    Object.assign(process.env, env);
    t.after(() => {
      for (const name of Object.keys(env)) delete process.env[name];
      Object.assign(process.env, before);
    });
  };
  const said = () => {
    const options = { logGroupName: 'group', aws: { region: 'eu-west-1' }, requestTimeoutMs: 5000 };
    return saidOf(new CloudWatchLogsSink(resolveOptions(options)));
  };
  const directory = mkdtempSync(path.join(os.tmpdir(), 'advice-'));
  test.after(() => rmSync(directory, { recursive: true }));
  const tokenFile = path.join(directory, 'token');
  writeFileSync(tokenFile, 'eyJhbGciOi');

  test('a token file that is not there', async (t) => {
    withEnv(t, { AWS_WEB_IDENTITY_TOKEN_FILE: `${tokenFile}-not`, AWS_ROLE_ARN: 'arn:aws:iam::1:role/r' });
    const { code, text } = await said();
    assert.equal(code, 'credentials');
    assert.match(text, /check AWS_WEB_IDENTITY_TOKEN_FILE/);
  });

  test('STS that cannot be reached', async (t) => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => server.close(resolve));
    withEnv(t, {
      AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile,
      AWS_ROLE_ARN: 'arn:aws:iam::1:role/r',
      AWS_ENDPOINT_URL_STS: `http://127.0.0.1:${port}`,
      AWS_MAX_ATTEMPTS: '1',
    });
    const { code, text } = await said();
    assert.equal(code, 'credentials');
    assert.match(text, /cannot be reached: STS/);
  });

  test('STS that refuses', async (t) => {
    const endpoint = await oddEndpoint(t);
    endpoint.host.answer = page(
      403,
      '<ErrorResponse><Error><Code>AccessDenied</Code><Message>Not authorized to perform sts:AssumeRoleWithWebIdentity</Message></Error></ErrorResponse>',
    );
    withEnv(t, {
      AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile,
      AWS_ROLE_ARN: 'arn:aws:iam::1:role/r',
      AWS_ENDPOINT_URL_STS: endpoint.endpoint,
      AWS_MAX_ATTEMPTS: '1',
    });
    const { code, text } = await said();
    assert.equal(code, 'credentials');
    assert.match(text, /STS or SSO refused/);
  });
});

describe('an SDK that cannot be loaded is not taken for credentials', () => {
  const missing = Object.assign(new Error("Cannot find package '@aws-sdk/client-cloudwatch-logs'"), {
    code: 'ERR_MODULE_NOT_FOUND',
  });
  class Client {
    readonly middlewareStack = {};
    destroy(): void {}
  }
  const LOADS: Readonly<Record<string, [() => Promise<unknown>, RegExp]>> = {
    'is not installed': [() => Promise.reject(missing), /; install @aws-sdk\/client-cloudwatch-logs where/],
    'is broken': [
      () => Promise.reject(new SyntaxError('Unexpected token')),
      /SyntaxError.*; install .* anew/,
    ],
    'is in jsdom': [
      () => Promise.reject(new ReferenceError('TextEncoder is not defined')),
      /TextEncoder is not defined\).*not jsdom/,
    ],
    'was bundled away': [() => Promise.resolve({}), /is not a constructor\).*leave it out of the bundle/],
    'was bundled without its commands': [
      () => Promise.resolve({ CloudWatchLogsClient: Client }),
      /is not a constructor\).*leave it out of the bundle/,
    ],
  };
  for (const [what, [loadSdk, says]] of Object.entries(LOADS)) {
    test(`the SDK that ${what}`, async () => {
      const { code, text } = await saidOf(
        new CloudWatchLogsSink(resolveOptions({ logGroupName: 'group' }), loadSdk),
      );
      assert.equal(code, 'module', text);
      assert.match(text, /^the AWS SDK cannot be loaded, for the log stream "stream"/);
      assert.match(text, says);
      assert.doesNotMatch(text, /credentials/);
    });
  }
});
