import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { Publisher, PublisherError } from '../../src/index.ts';
import { isEnabled } from '../../src/options/enabled.ts';

describe('a publisher that is not enabled', () => {
  it('is one with "enabled: false", or where the environment says so', () => {
    assert.equal(isEnabled({}, {}), true);
    assert.equal(isEnabled({ enabled: false }, {}), false);
    for (const value of ['1', 'true', 'YES']) {
      assert.equal(isEnabled({}, { CLOUDWATCH_LOGS_DISABLED: value }), false);
      assert.equal(isEnabled({ enabled: true }, { CLOUDWATCH_LOGS_DISABLED: value }), false);
    }
    for (const value of ['', '0', 'false'])
      assert.equal(isEnabled({}, { CLOUDWATCH_LOGS_DISABLED: value }), true);
  });

  it('still checks its options', () => {
    const wrong = { logGroupName: 'app', enabled: false, retentionInDays: 2 };
    assert.throws(() => new Publisher(wrong), PublisherError);
    assert.throws(
      () => new Publisher({ logGroupName: 'app', enabled: 'no' as never }),
      /"enabled" must be true or false/,
    );
  });

  it('takes events, counts none, and has nothing to wait for', async () => {
    const directory = path.join(import.meta.dirname, 'never-made');
    const listeners = process.listenerCount('exit');
    const publisher = new Publisher({
      logGroupName: 'app',
      logStreamName: '{level}',
      enabled: false,
      spool: { directory },
    });
    assert.equal(publisher.needsContext, false);
    for (let i = 0; i < 1000; i++) assert.equal(publisher.publish({ timestamp: 1, message: 'a' }), true);
    const { received, buffered, dropped } = publisher.stats();
    assert.deepEqual(
      { received, buffered, overflow: dropped.overflow },
      { received: 0, buffered: 0, overflow: 0 },
    );
    assert.deepEqual(await publisher.flush(), { delivered: 0, dropped: 0, pending: 0 });
    assert.deepEqual(await publisher.close(), { delivered: 0, dropped: 0, pending: 0 });
    assert.equal(publisher.publish({ timestamp: 1, message: 'late' }), true);
    assert.equal(process.listenerCount('exit'), listeners);
    assert.equal(existsSync(directory), false);
  });

  it('says so once in production, and nowhere else', () => {
    const code = `
      const { Publisher } = await import('cloudwatch-logs-publisher');
      for (const logGroupName of ['one', 'two']) new Publisher({ logGroupName }).publish({ timestamp: 1, message: 'a' });`;
    const run = (environment: string) =>
      spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
        cwd: import.meta.dirname,
        env: { ...process.env, NODE_ENV: environment, CLOUDWATCH_LOGS_DISABLED: '1' },
        encoding: 'utf8',
      });
    assert.equal(
      run('production').stderr,
      'cloudwatch-logs: logs for log group "one" are not sent, because CLOUDWATCH_LOGS_DISABLED is set.\n',
    );
    assert.equal(run('development').stderr, '');
  });
});
