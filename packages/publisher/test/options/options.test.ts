import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Publisher, PublisherError } from '../../src/index.ts';
import { checkOptions, checkOptionsAreData } from '../../src/options/option-checks.ts';
import { text } from '../../src/options/option-rows.ts';
import { OPTIONS, type PublisherOptions, SPOOL_SETTINGS } from '../../src/options/options.ts';
import { resolveOptions } from '../../src/options/resolve-options.ts';

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof PublisherError);
    assert.equal(error.code, 'CLOUDWATCH_LOGS_INVALID_OPTION');
    return error.message;
  }
  return assert.fail('nothing was thrown');
}
const wrong = (options: object) =>
  messageOf(() => resolveOptions({ logGroupName: 'g', ...options } as PublisherOptions));

const KEYS = { accessKeyId: 'a', secretAccessKey: 'b' };

describe('an option that is wrong is named, with what was expected and what came', () => {
  const cases: [object, RegExp][] = [
    [{ logGroupname: 'g' }, /Unknown option "logGroupname". Did you mean "logGroupName"\?/],
    [{ flushInterval: 5 }, /Unknown option "flushInterval". Did you mean "flushIntervalMs"\?/],
    [{ region: 'eu-west-1' }, /Unknown option "region"/],
    [{ xyzzyplugh: 1 }, /Unknown option "xyzzyplugh". The options are: logGroupName, /],
    [{ logGroupName: undefined }, /"logGroupName" must be a log group name.*got undefined/],
    [{ logGroupName: '' }, /"logGroupName".*got ""/],
    [{ logGroupName: 'a b' }, /"logGroupName".*got "a b"/],
    [{ logGroupName: 'x'.repeat(513) }, /"logGroupName".*got a string of 513 characters/],
    [{ logGroupName: 'aws/lambda' }, /does not start with "aws\/"/],
    [{ logStreamName: '' }, /"logStreamName" must be a template/],
    [{ logStreamName: 5 }, /"logStreamName".*got 5/],
    [{ logStreamName: 'a:b' }, /without ":" and "\*"/],
    [{ logStreamName: '{hostnam}' }, /a template of text and \{hostname\}.*got "\{hostnam\}"/],
    [{ logStreamName: '{}' }, /got "\{\}"/],
    [{ logStreamName: '{env:}' }, /got "\{env:\}"/],
    [{ logStreamName: 'a{date' }, /braces are closed/],
    [{ aws: 'eu-west-1' }, /"aws" must be an object/],
    [{ aws: [] }, /"aws" must be an object.*got an array/],
    [{ aws: { region: 'EU WEST' } }, /"aws.region" must be an AWS Region.*got "EU WEST"/],
    [{ aws: { region: '' } }, /"aws.region"/],
    [{ aws: { regoin: 'x' } }, /Unknown option "aws.regoin". Did you mean "aws.region"\?/],
    [{ aws: { endpoint: 'localhost:4590' } }, /"aws.endpoint" must be a URL/],
    [{ aws: { endpoint: 'ftp://h' } }, /"aws.endpoint"/],
    [{ aws: { profile: '' } }, /"aws.profile"/],
    [
      { aws: { credentials: { accessKeyId: 'A' } } },
      /"aws.credentials" must be .* got an object with accessKeyId/,
    ],
    [{ aws: { awsRegion: 'x' } }, /Unknown option "aws.awsRegion". Did you mean "aws: \{ region \}"\?/],
    [{ aws: { accessKeyID: 'A' } }, /"aws.accessKeyID". Did you mean "aws.credentials.accessKeyId"\?/],
    [{ aws: { secret_access_key: 'A' } }, /Did you mean "aws.credentials.secretAccessKey"\?/],
    [{ aws: { secretKey: 'A' } }, /"aws.secretKey". Did you mean "aws: \{ credentials: /],
    [{ aws: { logGroup: 'A' } }, /"aws.logGroup". Did you mean "logGroupName"\?/],
    [{ aws: { useFipsEndpoint: 'no' } }, /"aws.useFipsEndpoint" must be true or false; got "no"/],
    [
      { aws: { credentials: { accessKeyId: '', secretAccessKey: 's' } } },
      /"aws.credentials" must be .* got an object in which accessKeyId is empty/,
    ],
    [
      { aws: { credentials: { ...KEYS, sesionToken: 's' } } },
      /"aws.credentials.sesionToken". Did you mean "aws.credentials.sessionToken"\?/,
    ],
    [{ aws: { credentials: { ...KEYS, sessionToken: 5 } } }, /"aws.credentials.sessionToken" must be a text/],
    [
      { aws: { credentials: { ...KEYS, expiration: 'soon' } } },
      /"aws.credentials.expiration" must be a Date/,
    ],
    [{ entity: 'service' }, /"entity" must be "auto" or an object/],
    [{ entity: { keyAttribute: {} } }, /"entity.keyAttribute". Did you mean "entity.keyAttributes"\?/],
    [{ entity: { attributes: { Host: 5 } } }, /"entity.attributes" must be an object with texts as values/],
    [{ client: {} }, /"client" must be a CloudWatchLogsClient/],
    [{ client: { send() {} }, aws: {} }, /"client" must be given without "aws"/],
    [{ client: { send() {} }, clientModule: './x' }, /"client" must be given without "clientModule"/],
    [{ clientModule: '' }, /"clientModule" must be a module path/],
    [{ createLogGroup: 'yes' }, /"createLogGroup" must be true or false; got "yes"/],
    [{ createLogStream: 1 }, /"createLogStream" must be true or false/],
    [{ retentionInDays: 2 }, /"retentionInDays" must be one of 1, 3, 5.*got 2/],
    [{ logGroupTags: { a: 1 } }, /"logGroupTags"/],
    [
      { logGroupTags: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, ''])) },
      /at most 50 tags/,
    ],
    [{ kmsKeyId: '' }, /"kmsKeyId"/],
    [{ logGroupClass: 'standard' }, /"logGroupClass" must be one of "STANDARD"/],
    [{ deletionProtection: null }, /"deletionProtection" must be true or false; got null/],
    [{ flushIntervalMs: 0 }, /"flushIntervalMs" must be a whole number from 1 .*got 0/],
    [{ flushIntervalMs: '1000' }, /got "1000"/],
    [{ flushIntervalMs: 2 ** 31 }, /"flushIntervalMs"/],
    [{ maxBatchBytes: 1_048_577 }, /"maxBatchBytes" must be a whole number from 1024 to 1048576/],
    [{ maxBatchEvents: 10_001 }, /"maxBatchEvents"/],
    [{ maxEventBytes: 63 }, /"maxEventBytes"/],
    [{ maxEventBytes: Number.NaN }, /"maxEventBytes".*got NaN/],
    [{ oversize: 'cut' }, /"oversize" must be one of "split", "truncate", "drop"; got "cut"/],
    [{ maxBufferBytes: 1.5 }, /"maxBufferBytes"/],
    [{ maxBufferBytes: Number.POSITIVE_INFINITY }, /"maxBufferBytes".*got Infinity/],
    [{ overflow: 'block' }, /"overflow" must be one of "drop-oldest", "drop-newest"/],
    [{ sequenceTokens: true }, /"sequenceTokens" must be one of .*got true/],
    [{ maxInFlight: 0 }, /"maxInFlight"/],
    [{ maxRequests: 257 }, /"maxRequests"/],
    [{ requestTimeoutMs: 0 }, /"requestTimeoutMs"/],
    [{ flushTimeoutMs: -1 }, /"flushTimeoutMs"/],
    [{ closeTimeoutMs: 5n }, /"closeTimeoutMs".*got 5n/],
    [{ gzip: 'on' }, /"gzip" must be "auto" or true or false/],
    [{ entity: 'x' }, /"entity" must be "auto" or an object/],
    [{ emf: 0 }, /"emf" must be true or false/],
  ];
  for (const [options, expected] of cases) {
    const name = JSON.stringify(options, (_, value) =>
      typeof value === 'bigint' ? `${value}n` : value,
    ).slice(0, 70);
    test(name, () => assert.match(wrong(options), expected));
  }
});

test('no options at all is said in words', () => {
  for (const options of [undefined, null, 'g', 5, []]) {
    assert.match(
      messageOf(() => new Publisher(options as never)),
      /must be an object/,
    );
  }
});

test('credentials are never printed, whatever is wrong with them', () => {
  const secret = 'AKIASECRETSECRET';
  for (const credentials of [
    secret,
    { accessKeyId: secret },
    { accesKeyId: secret, secretAccessKey: secret },
    { accessKeyId: 5, secretAccessKey: secret },
    [secret],
    null,
  ]) {
    const message = wrong({ aws: { credentials } });
    assert.match(message, /"aws.credentials"/);
    assert.doesNotMatch(message, /SECRET/);
  }
  assert.doesNotMatch(wrong({ aws: { endpoint: `ftp://user:${secret}@host` } }), /SECRET/);
  assert.doesNotMatch(wrong({ aws: secret }), /SECRET/);
  assert.doesNotMatch(wrong({ credentials: secret }), /SECRET/);
});

test('every option has a default that the checks accept', () => {
  const { logStreamName, flushIntervalMs, maxBatchBytes, maxBufferBytes, closeTimeoutMs } = resolveOptions({
    logGroupName: 'g',
  });
  assert.deepEqual(
    { logStreamName, flushIntervalMs, maxBatchBytes, maxBufferBytes, closeTimeoutMs },
    {
      logStreamName: '{date}/{hostname}/{instance}',
      flushIntervalMs: 1000,
      maxBatchBytes: 1_048_576,
      maxBufferBytes: 67_108_864,
      closeTimeoutMs: 8000,
    },
  );
  const resolved = resolveOptions({ logGroupName: 'g', gzip: undefined, retentionInDays: undefined });
  assert.equal('retentionInDays' in resolved, false);
  assert.doesNotThrow(() => resolveOptions(resolved));
});

test('a batch fills half of a small buffer at the most', () => {
  const { maxBatchBytes, maxEventBytes } = resolveOptions({ logGroupName: 'g', maxBufferBytes: 4096 });
  assert.deepEqual({ maxBatchBytes, maxEventBytes }, { maxBatchBytes: 2048, maxEventBytes: 2048 });
});

test('a provider of credentials and unknown settings of the SDK pass', () => {
  assert.doesNotThrow(() =>
    resolveOptions({
      logGroupName: 'g',
      aws: {
        credentials: async () => ({ accessKeyId: 'a', secretAccessKey: 'b' }),
        retryMode: 'standard',
        endpointProvider: () => {},
        regionInfoProvider: () => {},
        accountId: '123456789012',
        logger: console,
      },
    }),
  );
});

test('what cannot reach a worker is named with its path, and what to use in its place', () => {
  const not = (options: object) => messageOf(() => checkOptionsAreData(options, 'Use "clientModule".'));
  assert.match(not({ client: {} }), /"client" must be left out.* Use "clientModule"\.$/);
  assert.match(not({ logStreamName: () => 'x' }), /"logStreamName" must be plain data.*got a function/);
  assert.match(not({ aws: { credentials: () => {} } }), /"aws.credentials" must be plain data/);
  assert.match(
    not({ aws: { retry: Promise.resolve() } }),
    /The options must be plain data.*cannot be copied/,
  );
  assert.doesNotThrow(() => checkOptionsAreData({ aws: { region: 'x' }, list: [1] }, ''));
});

test('transports can check their own options along with these', () => {
  const own = { level: text('the name of a level') };
  assert.doesNotThrow(() => checkOptions({ logGroupName: 'g', level: 'info' } as never, own));
  const not = (options: object) => messageOf(() => checkOptions(options as never, own));
  assert.match(not({ logGroupName: 'g', levle: 1 }), /Did you mean "level"\?/);
  assert.match(not({ logGroupName: 'g', level: 1 }), /"level" must be the name of a level; got 1\. /);
});

test('every wrong value is told with what was expected, what came, and what to do', () => {
  const rows = { ...OPTIONS, ...Object.fromEntries(spoolRows()) };
  for (const [name, { expected }] of Object.entries(rows)) {
    const value = Symbol(name);
    const options = name.startsWith('spool.')
      ? { spool: { directory: '/tmp', [name.slice('spool.'.length)]: value } }
      : { [name]: value };
    const message = wrong(options);
    const told = `Option "${name}" must be ${expected}; got a value of type Symbol. `;
    assert.ok(message.startsWith(told), message);
    assert.match(message.slice(told.length), /^[A-Z].*\.$/, name);
  }
});

function spoolRows(): [string, { readonly expected: string }][] {
  return Object.entries(SPOOL_SETTINGS).map(([name, row]) => [`spool.${name}`, row]);
}
