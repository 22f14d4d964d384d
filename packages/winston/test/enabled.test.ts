import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import winston from 'winston';
import { CloudWatchTransport } from '../src/index.ts';

describe('a transport that is not enabled', () => {
  for (const worker of [false, true]) {
    it(`takes lines, starts nothing and has nothing to wait for, worker: ${worker}`, async () => {
      const transport = new CloudWatchTransport({ logGroupName: 'app', enabled: false, worker });
      const others = new winston.transports.Stream({ stream: process.stderr, silent: true });
      const logger = winston.createLogger({ transports: [transport, others] });
      for (let i = 0; i < 1000; i++) logger.info('line');
      assert.equal(transport.stats().received, 0);
      assert.deepEqual(await transport.flush(), { delivered: 0, dropped: 0, pending: 0 });
      assert.ok(!process.getActiveResourcesInfo().includes('MessagePort'));
      const finished = new Promise((resolve) => logger.once('finish', resolve));
      logger.end();
      await finished;
      assert.deepEqual(await transport.shutdown(), { delivered: 0, dropped: 0, pending: 0 });
    });
  }

  it('checks its options all the same', () => {
    const options = { logGroupName: 'app', enabled: false, worker: true, logStreamName: () => 'x' };
    assert.throws(() => new CloudWatchTransport(options), /must be plain data/);
    assert.throws(() => new CloudWatchTransport({ ...options, line: 'x' as never }), /"line" must be/);
  });
});
