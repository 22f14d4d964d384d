import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { startLocal } from 'cloudwatch-logs-local';
import winston from 'winston';
import { flushOnSignals } from '../src/flush-on-signals.ts';

const skip = process.platform === 'win32' && 'Windows ends a process without asking it';

/** What people hold, in the words of a program that has `winston` and a `transport`. */
const HELD = {
  'a transport': 'transport',
  'a logger': 'winston.createLogger({ transports: [transport] })',
  'a child of a logger': 'winston.createLogger({ transports: [transport] }).child({ module: "orders" })',
  'winston, with its default logger': 'winston.add(transport) && winston',
  'a wrapper around a logger, as of nest-winston':
    '{ logger: winston.createLogger({ transports: [transport] }) }',
};

describe('flushOnSignals', () => {
  for (const [name, held] of Object.entries(HELD)) {
    it(`flushes ${name} when SIGTERM comes`, { skip }, async (t) => {
      const local = await startLocal({ faults: [{ kind: 'latency', ms: 100, operation: '*' }] });
      t.after(() => local.close());
      const child = spawn(
        process.execPath,
        ['--input-type=module', '--eval', program(local.endpoint, held)],
        {
          cwd: import.meta.dirname,
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      );
      t.after(() => child.kill('SIGKILL'));
      await once(child.stdout, 'data');
      child.kill('SIGTERM');
      assert.deepEqual(await once(child, 'exit'), [null, 'SIGTERM']);
      assert.equal(local.events({ logGroupName: 'app' }).length, 1);
    });
  }

  it('refuses what holds no transport of this package', () => {
    const around: { logger?: unknown } = {};
    around.logger = around;
    for (const target of [undefined, {}, around, winston, winston.createLogger({ silent: true })])
      assert.throws(() => flushOnSignals(target), TypeError);
  });
});

function program(endpoint: string, held: string): string {
  return `
    import winston from 'winston';
    import { CloudWatchTransport, flushOnSignals } from 'winston-cloudwatch-logs';
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
    const transport = new CloudWatchTransport({
      logGroupName: 'app',
      aws: { endpoint: '${endpoint}', region: 'us-east-1', credentials },
    });
    flushOnSignals(${held});
    transport.log({ level: 'info', message: 'paid' });
    setInterval(() => {}, 1000);
    console.log('ready');`;
}
