import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Publisher } from '../../src/index.ts';

const CREDENTIALS = 'aws: { credentials: { accessKeyId, secretAccessKey } }';

describe('the hint for an option that does not exist', () => {
  const meant: Record<string, string> = {
    region: 'aws: { region }',
    endpoint: 'aws: { endpoint }',
    profile: 'aws: { profile }',
    credentials: 'aws: { credentials }',
    accessKeyId: CREDENTIALS,
    awsRegion: 'aws: { region }',
    awsAccessKeyId: CREDENTIALS,
    awsSecretKey: CREDENTIALS,
    awsSecretAccessKey: CREDENTIALS,
    awsOptions: 'aws',
    group: 'logGroupName',
    logGroup: 'logGroupName',
    stream: 'logStreamName',
    retention: 'retentionInDays',
    ensureLogGroup: 'createLogGroup',
    uploadRate: 'flushIntervalMs',
    interval: 'flushIntervalMs',
    bufferSize: 'maxBufferBytes',
    log_group_name: 'logGroupName',
    LogGroupName: 'logGroupName',
    retentionInDay: 'retentionInDays',
  };
  for (const [name, one] of Object.entries(meant)) {
    it(`says what ${name} is called here`, () => {
      const message = `Unknown option "${name}". Did you mean "${one}"?`;
      assert.throws(() => new Publisher({ logGroupName: 'app', [name]: 'x' } as never), { message });
      assert.throws(() => new Publisher({ [name]: 'app' } as never), { message }, 'before what is missing');
    });
  }

  for (const name of [
    'cloudWatchLogs',
    'jsonMessage',
    'messageFormatter',
    'errorHandler',
    'proxyServer',
    'maxRetries',
    'roleArn',
    'stdout',
    'name',
    'level',
    'silent',
  ]) {
    it(`says in a sentence what to do instead of ${name}`, () => {
      const check = () => new Publisher({ [name]: 1 } as never);
      assert.throws(check, ({ message }: Error) => {
        assert.doesNotMatch(message, /The options are:/);
        return message.length > `Unknown option "${name}". `.length + 10;
      });
    });
  }

  it('says where the keys of credentials belong', () => {
    const options = { logGroupName: 'app', aws: { region: 'us-east-1', accessKeyId: 'a' } };
    assert.throws(
      () => new Publisher(options),
      /"aws.accessKeyId". Did you mean "aws.credentials.accessKeyId"\?/,
    );
  });

  it('lists the options where nothing is near', () => {
    assert.throws(
      () => new Publisher({ logGroupName: 'app', zzzzzzzzzz: 1 } as never),
      /The options are: logGroupName, enabled, /,
    );
  });
});
