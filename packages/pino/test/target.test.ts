import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, it } from 'node:test';
import { PublisherError } from 'cloudwatch-logs-publisher';
import { cloudWatchTarget } from '../src/target.ts';
import type { CloudWatchTransportOptions } from '../src/transport-options.ts';

const bundler = globalThis as { __bundlerPathsOverrides?: Record<string, string> };

/** What plain JavaScript may pass, against the types. */
function refused(options: unknown): PublisherError {
  try {
    cloudWatchTarget(options as CloudWatchTransportOptions);
  } catch (error) {
    assert.ok(error instanceof PublisherError);
    return error;
  }
  return assert.fail('the options were accepted');
}

describe('cloudWatchTarget', () => {
  afterEach(() => {
    delete bundler.__bundlerPathsOverrides;
  });

  it('names a file that a worker can load, whatever the caller', () => {
    const options = { logGroupName: 'g', levels: { audit: 35 } };
    const { target, ...rest } = cloudWatchTarget(options);
    assert.ok(path.isAbsolute(target));
    assert.ok(existsSync(target));
    assert.deepEqual(rest, { options });
  });

  it('passes a level on to an entry of targets', () => {
    assert.equal(cloudWatchTarget({ logGroupName: 'g' }, { level: 'error' }).level, 'error');
  });

  it('says what is wrong with what stands beside the options', () => {
    for (const [beside, message] of [
      [{ levle: 'warn' }, /Unknown option "levle". Did you mean "level"\?/],
      ['warn', /The options must be an object; got "warn"/],
      [{ level: 40 }, /"level" must be the name of a level; got 40/],
    ] as const) {
      assert.throws(() => cloudWatchTarget({ logGroupName: 'g' }, beside as never), { message });
    }
  });

  it('names the file that a bundler plugin put in its place', () => {
    bundler.__bundlerPathsOverrides = { 'pino-cloudwatch-logs': '/app/dist/pino-cloudwatch-logs.js' };
    assert.equal(cloudWatchTarget({ logGroupName: 'g' }).target, '/app/dist/pino-cloudwatch-logs.js');
  });

  it('says at once what cannot go to a worker, and what to use in its place', () => {
    const cases = {
      logStreamName: { logGroupName: 'g', logStreamName: () => 's' },
      client: { logGroupName: 'g', client: { send: async () => {} } },
      'aws.credentials': { logGroupName: 'g', aws: { credentials: async () => ({}) } },
      'aws.requestHandler.handle': { logGroupName: 'g', aws: { requestHandler: { handle: () => {} } } },
    };
    for (const [option, options] of Object.entries(cases)) {
      const { message } = refused(options);
      assert.match(message, new RegExp(`^Option "${option}" must be `));
      assert.match(message, /"clientModule".*"aws\.profile".*pino\(options, cloudWatchTransport\(/);
    }
  });

  it("checks options with the publisher's messages", () => {
    assert.match(
      refused({ logGroup: 'g' }).message,
      /Unknown option "logGroup"\. Did you mean "logGroupName"\?/,
    );
    assert.match(refused({}).message, /"logGroupName" must be a log group name/);
    assert.match(
      refused({ logGroupName: 'g', flushIntervalMs: '1s' }).message,
      /"flushIntervalMs".*got "1s"/,
    );
    assert.match(
      refused({ logGroupName: 'g', aws: { region: 'moon base' } }).message,
      /"aws\.region" must be an AWS Region/,
    );
    assert.match(
      refused({ logGroupName: 'g', logStreamName: '{houer}' }).message,
      /"logStreamName".*\{houer\}/,
    );
    assert.match(
      refused({ logGroupName: 'g', levels: ['audit'] }).message,
      /"levels" must be an object of level names/,
    );
    assert.match(refused(undefined).message, /must be an object with at least logGroupName; got undefined/);
    assert.match(refused(null).message, /got null/);
  });
});

describe('the level of a target', () => {
  it("is one of pino's names, or of its own levels", () => {
    const options = { logGroupName: 'app' };
    assert.throws(
      () => cloudWatchTarget(options, { level: 'warning' }),
      /got "warning"\. Did you mean "warn"\?$/,
    );
    assert.throws(() => cloudWatchTarget(options, { level: 'INFO' }), /Did you mean "info"\?/);
    assert.throws(
      () => cloudWatchTarget(options, { level: 'xyzzy' }),
      /got "xyzzy"\. Correct it, or leave it out\.$/,
    );
    for (const level of ['trace', 'fatal', 'silent'])
      assert.equal(cloudWatchTarget(options, { level }).level, level);
    assert.equal(cloudWatchTarget({ ...options, levels: { audit: 35 } }, { level: 'audit' }).level, 'audit');
  });
});
