import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import { type LocalCloudWatchLogs, startLocal } from 'cloudwatch-logs-local';
import pino from 'pino';
import { cloudWatchTarget, cloudWatchTransport, flushTransport, transportStats } from 'pino-cloudwatch-logs';
import { Application, optionsFor } from './application.ts';

let local: LocalCloudWatchLogs;
let groups = 0;
before(async () => {
  local = await startLocal();
});
after(() => local.close());

function newGroup() {
  const logGroupName = `flush-${++groups}`;
  return { logGroupName, options: optionsFor(local.endpoint, logGroupName) };
}

/** `end` blocks this thread, where the endpoint is: what is to be delivered must be before. */
async function end(transport: ReturnType<typeof pino.transport>): Promise<void> {
  transport.end();
  await once(transport, 'close');
}

describe('a flush and then SIGKILL', { concurrency: 3 }, () => {
  const LINES = 5000;
  const ways = [
    { mode: 'worker', ending: 'logger.flush' },
    { mode: 'worker', ending: 'flushTransport' },
    { mode: 'targets', ending: 'flushTransport' },
    { mode: 'in-process', ending: 'logger.flush' },
    { mode: 'in-process', ending: 'flushTransport' },
  ] as const;
  for (const { mode, ending } of ways) {
    it(`loses nothing: ${mode}, ${ending}`, async () => {
      const { logGroupName, options } = newGroup();
      local.faults.add({ kind: 'latency', ms: 100, operation: '*', logGroupName });
      const application = new Application({ mode, ending, lines: LINES, options });
      const told = await application.told('flushed');
      application.kill('SIGKILL');
      assert.equal((await application.ended()).signal, 'SIGKILL');
      const streams = mode === 'targets' ? ['first', 'second'] : ['first'];
      for (const logStreamName of streams) {
        const events = local.events({ logGroupName, logStreamName });
        assert.deepEqual(
          events.map(({ message }) => JSON.parse(message).n),
          Array.from({ length: LINES }, (_, index) => index + 1),
        );
      }
      if (ending === 'flushTransport') {
        const result = JSON.parse(told.slice('flushed '.length));
        assert.deepEqual(result, { delivered: LINES * streams.length, dropped: 0, pending: 0 });
      }
    });
  }
});

describe('flushTransport', () => {
  it('adds up the targets of one worker and leaves others alone', async () => {
    const { options } = newGroup();
    const other = newGroup();
    const elsewhere = pino.transport(cloudWatchTarget(other.options));
    pino(elsewhere).info('in another worker');
    await flushTransport(elsewhere);
    const transport = pino.transport({
      targets: [
        cloudWatchTarget(options),
        cloudWatchTarget({ ...options, logStreamName: 'errors' }, { level: 'error' }),
        { target: 'pino/file', options: { destination: '/dev/null' } },
      ],
    });
    const logger = pino(transport);
    logger.info('a');
    logger.error('b');
    assert.deepEqual(await flushTransport(logger), { delivered: 3, dropped: 0, pending: 0 });
    assert.deepEqual(await flushTransport(transport), { delivered: 0, dropped: 0, pending: 0 });
    logger.error('c');
    assert.deepEqual(await flushTransport(transport, { timeoutMs: Number.POSITIVE_INFINITY }), {
      delivered: 2,
      dropped: 0,
      pending: 0,
    });
    assert.equal((await transportStats(transport)).received, 5);
    await Promise.all([end(transport), end(elsewhere)]);
  });

  it('waits as long as the options of the target say when the call names no time', async () => {
    const { logGroupName, options } = newGroup();
    local.faults.add({ kind: 'hang-before', logGroupName });
    const transport = pino.transport(
      cloudWatchTarget({ ...options, flushTimeoutMs: 200, closeTimeoutMs: 0 }),
    );
    pino(transport).info('waits');
    const startedAt = performance.now();
    assert.deepEqual(await flushTransport(transport), { delivered: 0, dropped: 0, pending: 1 });
    assert.ok(performance.now() - startedAt < 20_000);
    await end(transport);
    local.faults.clear();
  });

  it('flushes a multistream of a worker and an in-process stream', async () => {
    const inWorker = newGroup();
    const inProcess = newGroup();
    const transport = pino.transport(cloudWatchTarget(inWorker.options));
    const stream = cloudWatchTransport(inProcess.options);
    const logger = pino({}, pino.multistream([{ stream: transport }, { stream }]));
    logger.info('both');
    assert.deepEqual(await flushTransport(logger.child({ a: 1 })), { delivered: 2, dropped: 0, pending: 0 });
    stream.end();
    await Promise.all([end(transport), once(stream, 'close')]);
  });

  it('returns when its time is over, and says what is pending', async () => {
    const { logGroupName, options: defaults } = newGroup();
    const options = { ...defaults, closeTimeoutMs: 0 };
    local.faults.add({ kind: 'hang-before', logGroupName });
    for (const targets of [
      cloudWatchTarget(options),
      { targets: [cloudWatchTarget(options, { level: 'info' })] },
    ]) {
      const transport = pino.transport(targets);
      await once(transport, 'ready');
      pino(transport).info('waits');
      assert.deepEqual(await flushTransport(transport, { timeoutMs: 300 }), {
        delivered: 0,
        dropped: 0,
        pending: 1,
      });
      await end(transport);
    }
    local.faults.clear();
  });

  it('counts what could not be delivered as dropped', async () => {
    const { options } = newGroup();
    const transport = pino.transport(cloudWatchTarget({ ...options, oversize: 'drop', maxEventBytes: 1000 }));
    const logger = pino(transport);
    logger.info('small');
    logger.info('x'.repeat(2000));
    assert.deepEqual(await flushTransport(transport), { delivered: 1, dropped: 1, pending: 0 });
    await end(transport);
  });

  it('has nothing to do for a transport that was ended, and refuses one whose worker crashed', async () => {
    const { options } = newGroup();
    const transport = pino.transport(cloudWatchTarget(options));
    pino(transport).info('a');
    await flushTransport(transport);
    await end(transport);
    assert.deepEqual(await flushTransport(transport), { delivered: 0, dropped: 0, pending: 0 });
    await assert.rejects(transportStats(transport), /ended/);

    const crashed = pino.transport({ target: 'pino-cloudwatch-logs', options: {} });
    await once(crashed, 'error');
    await assert.rejects(flushTransport(crashed), /ended|exited/);
  });

  it('tells a worker without a target of this package from one that is slow', async () => {
    const transport = pino.transport({ target: 'pino/file', options: { destination: '/dev/null' } });
    await assert.rejects(flushTransport(transport, { timeoutMs: 1 }), /Is pino-cloudwatch-logs a target/);
    await end(transport);
  });
});

describe('what a worker tells the main thread', () => {
  it('are counters after each flush and at the end', async () => {
    const { options } = newGroup();
    const transport = pino.transport(cloudWatchTarget(options));
    const logger = pino(transport);
    logger.info('a');
    const counted = once(transport, 'cloudwatch:stats');
    logger.flush();
    assert.equal((await counted)[0].delivered, 1);
    const last = once(transport, 'cloudwatch:stats');
    transport.end();
    assert.equal((await last)[0].delivered, 1);
    await once(transport, 'close');
  });

  it('are warnings, and drops added up', async () => {
    const { logGroupName, options } = newGroup();
    local.faults.add({ kind: 'access-denied', operation: '*', logGroupName });
    const transport = pino.transport(
      cloudWatchTarget({ ...options, maxBufferBytes: 100_000, closeTimeoutMs: 0 }),
    );
    const warned = once(transport, 'cloudwatch:warn');
    const drops: { reason: string; events: number }[] = [];
    transport.on('cloudwatch:drop', (drop) => drops.push(drop));
    const logger = pino(transport);
    for (let n = 0; n < 5000; n++) logger.info({ n });
    assert.equal(typeof (await warned)[0].message, 'string');
    const { received, dropped } = await transportStats(transport);
    assert.equal(received, 5000);
    assert.ok(dropped.overflow > 0);
    await end(transport);
    const events = (reason: string) =>
      drops.filter((drop) => drop.reason === reason).reduce((sum, drop) => sum + drop.events, 0);
    assert.equal(events('overflow') + events('shutdown'), 5000);
    assert.ok(drops.length < 50, `${drops.length} reports`);
    local.faults.clear();
  });
});
