import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import winston from 'winston';
import { CloudWatchTransport, type CloudWatchTransportOptions, PublisherError } from '../src/index.ts';
import { endpoint, LONG, transportTo } from './endpoint.ts';

function messageOf(options: unknown): string {
  try {
    new CloudWatchTransport(options as CloudWatchTransportOptions).close();
  } catch (error) {
    assert.ok(error instanceof PublisherError);
    assert.equal(error.code, 'CLOUDWATCH_LOGS_INVALID_OPTION');
    return error.message;
  }
  throw new assert.AssertionError({ message: 'the options were accepted' });
}

describe('options of CloudWatchTransport', () => {
  const bad: [string, unknown, string][] = [
    ['no options', undefined, 'The options must be an object with at least logGroupName; got undefined.'],
    ['no log group', {}, 'Option "logGroupName" must be a log group name'],
    [
      'a slip in the name of an option of the publisher',
      { logGroupName: 'app', flushIntervalMS: 5 },
      'Unknown option "flushIntervalMS". Did you mean "flushIntervalMs"?',
    ],
    [
      "a slip in the name of winston's option",
      { logGroupName: 'app', handleException: true },
      'Unknown option "handleException". Did you mean "handleExceptions"?',
    ],
    [
      'a wrong level',
      { logGroupName: 'app', level: 3 },
      'Option "level" must be the name of a level such as "info"; got 3.',
    ],
    [
      'a wrong silent',
      { logGroupName: 'app', silent: 'no' },
      'Option "silent" must be true or false; got "no".',
    ],
    [
      'a format that is none',
      { logGroupName: 'app', format: 'json' },
      'Option "format" must be a winston format such as winston.format.json(); got "json".',
    ],
    [
      'a wrong line',
      { logGroupName: 'app', line: 'text' },
      'Option "line" must be one of "auto", "format", "json"; got "text".',
    ],
    ['a wrong worker', { logGroupName: 'app', worker: 1 }, 'Option "worker" must be true or false; got 1.'],
    [
      'a bad option with a worker',
      { logGroupName: 'app', worker: true, flushIntervalMs: '1s' },
      'Option "flushIntervalMs" must be a whole number',
    ],
    [
      'a bad region',
      { logGroupName: 'app', aws: { region: 'Europe' } },
      'Option "aws.region" must be an AWS Region',
    ],
    [
      'a bad template',
      { logGroupName: 'app', logStreamName: '{host}' },
      'Option "logStreamName" must be a template',
    ],
  ];
  for (const [name, options, message] of bad) {
    it(`says what to do about ${name}`, () => {
      const got = messageOf(options);
      assert.ok(got.startsWith(message), got);
    });
  }

  it('says what cannot go to a worker, and what to use in its place', () => {
    const notData: [string, object][] = [
      ['Option "logStreamName" must be plain data', { logStreamName: () => 's' }],
      ['Option "client" must be left out with a worker thread', { client: { send: async () => {} } }],
      ['Option "aws.credentials" must be plain data', { aws: { credentials: async () => ({}) } }],
      ['The options must be plain data', { aws: { plugins: [() => {}] } }],
    ];
    for (const [what, options] of notData) {
      const message = messageOf({ logGroupName: 'app', worker: true, ...options });
      assert.ok(message.startsWith(what), message);
      assert.match(message, /"clientModule".*"aws\.profile".*template.*leave "worker" out/);
    }
  });

  it('takes every option of winston, and undefined for what is not set', () => {
    const transport = new CloudWatchTransport({
      logGroupName: 'app',
      level: 'warn',
      silent: false,
      format: winston.format.simple(),
      handleExceptions: false,
      handleRejections: undefined,
      line: 'format',
      worker: false,
    });
    assert.equal(transport.level, 'warn');
    assert.equal(transport.silent, false);
    assert.ok(transport.format);
    assert.equal(transport.name, 'cloudwatch');
    transport.close();
  });
});

describe('the options of a flush and of a shutdown', () => {
  it('are checked as those of the constructor, and a wrong one ends nothing', async (t) => {
    const local = await endpoint(t);
    for (const worker of [false, true]) {
      const transport = transportTo(t, local, { worker });
      transport.log({ level: 'info', message: 'a line' });
      const wrong: [options: unknown, message: RegExp][] = [
        [{ timeoutMs: Number.NaN }, /"timeoutMs" must be a number of milliseconds from 0 on; got NaN/],
        [{ timeoutMs: Number(undefined) }, /"timeoutMs"/],
        [{ timeoutMs: '5000' }, /"timeoutMs" .* got "5000"/],
        [{ timeoutMs: -1 }, /"timeoutMs"/],
        [{ timeout: 5000 }, /Did you mean "timeoutMs"/],
        [5000, /an object/],
      ];
      for (const [options, message] of wrong) {
        await assert.rejects(transport.flush(options as never), message);
        await assert.rejects(transport.shutdown(options as never), message);
      }
      assert.equal((await transport.shutdown(LONG)).delivered, 1);
    }
  });
});
