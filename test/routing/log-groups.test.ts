import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import { Publisher } from 'cloudwatch-logs-publisher';
import pino from 'pino';
import { cloudWatchTarget, cloudWatchTransport, flushTransport } from 'pino-cloudwatch-logs';
import winston from 'winston';
import { CloudWatchTransport } from 'winston-cloudwatch-logs';
import { atEnd } from '../fixtures/at-end.js';
import { optionsFor, startEndpoint } from '../fixtures/endpoint.js';

const run = promisify(execFile);
const RETENTION = [
  { prefix: 'app-', value: 7 },
  { prefix: 'app-error', value: 365 },
];

async function start(t: TestContext) {
  const local = await startEndpoint(t);
  const messages = (logGroupName: string) =>
    local
      .events({ logGroupName })
      .map(({ message }) => (message.startsWith('{') ? JSON.parse(message).msg : message));
  const options = optionsFor(local);
  const client = new CloudWatchLogs(options.aws);
  atEnd(t, () => client.destroy());
  const groups = async () => (await client.describeLogGroups({})).logGroups ?? [];
  const retention = async (...names: string[]) => {
    const found = await groups();
    return names.map((name) => found.find(({ logGroupName }) => logGroupName === name)?.retentionInDays);
  };
  return { local, options, messages, groups, retention };
}

describe('a template for the log group', () => {
  it('routes lines of pino by level, from the worker', async (t) => {
    const { options, messages, groups, retention } = await start(t);
    const transport = pino.transport(
      cloudWatchTarget({
        ...options,
        logGroupName: 'app-{level}',
        retentionInDays: RETENTION,
        logGroupClass: [{ prefix: 'app-debug', value: 'INFREQUENT_ACCESS' }],
      }),
    );
    atEnd(t, () => transport.end());
    const logger = pino({ level: 'debug' }, transport);
    logger.debug('one');
    logger.error('two');
    assert.equal((await flushTransport(logger)).pending, 0);
    assert.deepEqual(messages('app-debug'), ['one']);
    assert.deepEqual(messages('app-error'), ['two']);
    assert.deepEqual(await retention('app-debug', 'app-error'), [7, 365]);
    const classes = (await groups()).map(
      ({ logGroupName, logGroupClass }) => `${logGroupName} ${logGroupClass}`,
    );
    assert.deepEqual(classes.toSorted(), ['app-debug INFREQUENT_ACCESS', 'app-error STANDARD']);
  });

  it('routes lines of pino by a field, in-process, and by a function', async (t) => {
    const { options, messages } = await start(t);
    const byField = cloudWatchTransport({ ...options, logGroupName: '/tenants/{field:tenant}' });
    const byFunction = cloudWatchTransport({
      ...options,
      logGroupName: ({ level }) => (level === 'fatal' ? '/on-call' : '/rest'),
    });
    atEnd(t, () => byField.end());
    atEnd(t, () => byFunction.end());
    const logger = pino({}, pino.multistream([{ stream: byField }, { stream: byFunction }]));
    logger.child({ tenant: 'a/../b' }).info('one');
    logger.fatal('two');
    await flushTransport(logger);
    assert.deepEqual(messages('/tenants/a-..-b'), ['one']);
    assert.deepEqual(messages('/tenants/unknown'), ['two']);
    assert.deepEqual(messages('/on-call'), ['two']);
    assert.deepEqual(messages('/rest'), ['one']);
  });

  for (const worker of [false, true]) {
    it(`routes lines of winston, ${worker ? 'from a worker' : 'in-process'}`, async (t) => {
      const { options, messages } = await start(t);
      const transport = new CloudWatchTransport({
        ...options,
        logGroupName: 'w-{level}-{field:tenant}',
        worker,
      });
      atEnd(t, () => transport.shutdown());
      const logger = winston.createLogger({
        transports: [transport],
        format: winston.format.printf(({ message }) => String(message)),
      });
      logger.info('one', { tenant: 'x' });
      logger.warn('two', { tenant: 7 });
      assert.equal((await transport.flush()).pending, 0);
      assert.deepEqual(messages('w-info-x'), ['one']);
      assert.deepEqual(messages('w-warn-7'), ['two']);
    });
  }

  it('keeps its groups and their retention at process.exit(), a function too', async (t) => {
    const { options, messages, retention } = await start(t);
    const application = `
      import { Publisher } from 'cloudwatch-logs-publisher';
      const { options, retentionInDays } = JSON.parse(process.argv[1]);
      const publish = (logGroupName) => {
        const publisher = new Publisher({ ...options, retentionInDays, logGroupName });
        const log = (level) => publisher.publish({ timestamp: Date.now(), message: level }, { level });
        return { publisher, log };
      };
      const byTemplate = publish('app-{level}');
      byTemplate.log('error');
      const byFunction = publish(({ level }) => 'app-function-' + level);
      byFunction.log('debug');
      process.exit(0);`;
    const args = [
      '--input-type=module',
      '--eval',
      application,
      JSON.stringify({ options, retentionInDays: RETENTION }),
    ];
    const { stderr } = await run(process.execPath, args, { cwd: import.meta.dirname });
    assert.equal(stderr, '');
    assert.deepEqual(messages('app-error'), ['error']);
    assert.deepEqual(messages('app-function-debug'), ['debug']);
    assert.deepEqual(await retention('app-error', 'app-function-debug'), [365, 7]);
  });

  it('is kept by the disk spool: what one process left goes to the groups that it was logged to', async (t) => {
    const { local, options, messages, retention } = await start(t);
    const directory = mkdtempSync(path.join(tmpdir(), 'groups-'));
    atEnd(t, () => rmSync(directory, { recursive: true, force: true }));
    const settings = {
      ...options,
      logGroupName: 'app-{level}',
      retentionInDays: RETENTION,
      spool: { directory },
    };
    local.faults.set([{ kind: 'unavailable', operation: '*' }]);
    const first = new Publisher(settings);
    first.on('warn', () => {});
    for (const level of ['debug', 'error'])
      first.publish({ timestamp: Date.now(), message: level }, { level });
    assert.equal((await first.close({ timeoutMs: 0 })).pending, 2);
    local.faults.set([]);
    const second = new Publisher(settings);
    assert.equal((await second.flush()).pending, 0);
    await second.close();
    assert.deepEqual(messages('app-debug'), ['debug']);
    assert.deepEqual(messages('app-error'), ['error']);
    assert.deepEqual(await retention('app-debug', 'app-error'), [7, 365]);
  });
});
