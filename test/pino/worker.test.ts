import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type LocalCloudWatchLogs, startLocal } from 'cloudwatch-logs-local';
import pino from 'pino';
import { cloudWatchTarget, flushTransport, transportStats } from 'pino-cloudwatch-logs';
import { Application, optionsFor } from './application.ts';

const require = createRequire(import.meta.url);
let local: LocalCloudWatchLogs;
let groups = 0;
before(async () => {
  local = await startLocal();
});
after(() => local.close());

function newGroup() {
  const logGroupName = `worker-${++groups}`;
  return {
    logGroupName,
    options: optionsFor(local.endpoint, logGroupName),
    messages: (logStreamName?: string) =>
      local.events({ logGroupName, ...(logStreamName && { logStreamName }) }).map(({ message }) => message),
  };
}

type Transport = ReturnType<typeof pino.transport>;

/** Logs through a worker and waits until the lines are stored. */
async function ship(transport: Transport, log: (logger: pino.Logger) => void, options = {}): Promise<void> {
  log(pino(options, transport));
  const { dropped, pending } = await flushTransport(transport);
  assert.deepEqual({ dropped, pending }, { dropped: 0, pending: 0 });
  transport.end();
  await once(transport, 'close');
}

describe('the worker transport', () => {
  it('delivers 100,000 lines of one burst once each, in the order logged, as they are', async () => {
    const LINES = 100_000;
    const { options, logGroupName, messages } = newGroup();
    let largest = 0;
    local.on('put', (put) => {
      if (put.logGroupName === logGroupName) largest = Math.max(largest, put.events);
    });
    const transport = pino.transport(cloudWatchTarget(options));
    await ship(transport, (logger) => {
      for (let n = 0; n < LINES; n++) logger.info({ n });
    });
    const stored = messages();
    assert.equal(stored.length, LINES);
    for (const [n, message] of stored.entries()) assert.ok(message.endsWith(`,"n":${n}}`), message);
    assert.ok(largest > 1000, `the largest put had ${largest} events`);
    assert.equal(local.stats().errors.InvalidParameterException, undefined);
  });

  it('keeps the order within one millisecond', async () => {
    const { options, messages } = newGroup();
    const frozen = { timestamp: () => `,"time":${1_000 * Math.floor(Date.now() / 1000)}` };
    const transport = pino.transport(cloudWatchTarget({ ...options, maxBatchEvents: 70 }));
    await ship(
      transport,
      (logger) => {
        for (let n = 0; n < 1000; n++) logger.info({ n });
      },
      frozen,
    );
    assert.deepEqual(
      messages().map((message) => JSON.parse(message).n),
      Array.from({ length: 1000 }, (_, n) => n),
    );
  });

  it('keeps characters of several bytes whole across the borders of the shared buffer', async () => {
    const { options, messages } = newGroup();
    // The buffer that the threads share holds 4 MiB: these lines cross its end many times, at changing places.
    const text = (n: number) => `${'a'.repeat(n % 7)}${'€é😀'.repeat(2000)}`;
    const transport = pino.transport(cloudWatchTarget(options));
    await ship(transport, (logger) => {
      for (let n = 0; n < 600; n++) logger.info(text(n));
    });
    const stored = messages();
    assert.equal(stored.length, 600);
    for (const [n, message] of stored.entries()) assert.equal(JSON.parse(message).msg, text(n));
  });

  it('splits lines of 3 MB and delivers every part in order', async () => {
    const { options, messages } = newGroup();
    const text = '0123456789€'.repeat(230_000);
    const transport = pino.transport(cloudWatchTarget(options));
    await ship(transport, (logger) => {
      logger.info(text);
      logger.info('after it');
    });
    const stored = messages();
    assert.ok(stored.length >= 4);
    assert.equal(JSON.parse(stored.slice(0, -1).join('')).msg, text);
    assert.equal(JSON.parse(stored.at(-1) ?? '').msg, 'after it');
  });

  it('takes the time of the event from where pino writes it, whatever its format', async () => {
    const second = 1_000 * Math.floor(Date.now() / 1000) - 60_000;
    const formats = {
      ms: `,"time":${second + 1}`,
      iso: `,"time":"${new Date(second + 2).toISOString()}"`,
      seconds: `,"time":${second / 1000}`,
      // Not where pino writes it: this may be anything that is called time.
      elsewhere: `,"a":{"b":1},"time":${second + 3}`,
    };
    const { options, logGroupName } = newGroup();
    const transport = pino.transport(cloudWatchTarget(options));
    await ship(transport, () => {
      for (const timestamp of Object.values(formats))
        pino({ timestamp: () => timestamp }, transport).info('x');
    });
    const times = local.events({ logGroupName }).map(({ timestamp }) => timestamp - second);
    assert.deepEqual(times.slice(0, 3), [0, 1, 2]);
    assert.ok(times[3] >= 60_000, `${times[3]}: the time of arrival`);
  });

  it('names streams by level and field, with custom levels that pino passes on', async () => {
    const { options, logGroupName } = newGroup();
    const logStreamName = '{level}-{field:tenant.id}';
    for (const transport of [
      { target: 'pino-cloudwatch-logs', options: { ...options, logStreamName } },
      { targets: [cloudWatchTarget({ ...options, logStreamName: `targets-${logStreamName}` })] },
    ]) {
      const logger = pino({ customLevels: { audit: 35 }, transport });
      logger.audit({ tenant: { id: 7 } });
      logger.error('no tenant');
      assert.equal((await flushTransport(logger)).delivered, 2);
    }
    const [group] = local.groups().filter((one) => one.logGroupName === logGroupName);
    assert.deepEqual(group.streams, ['audit-7', 'error-unknown', 'targets-audit-7', 'targets-error-unknown']);
  });

  it('takes level labels as they are', async () => {
    const { options, messages } = newGroup();
    const transport = pino.transport(cloudWatchTarget({ ...options, logStreamName: '{level}' }));
    await ship(transport, (logger) => logger.warn('x'), {
      formatters: { level: (level: string) => ({ level }) },
    });
    assert.equal(messages('warn').length, 1);
  });

  it('may be wrapped in a target of the application, with functions', async () => {
    const { options, messages } = newGroup();
    const target = fileURLToPath(new URL('./apps/target-with-function.mjs', import.meta.url));
    await ship(pino.transport({ target, options }), (logger) => logger.info({ tenant: 'a' }));
    assert.equal(messages('of-a').length, 1);
  });

  it('leaves the filter by level to pino', async () => {
    const { options, messages } = newGroup();
    const transport = pino.transport({
      targets: [
        cloudWatchTarget(options),
        cloudWatchTarget({ ...options, logStreamName: 'debug' }, { level: 'debug' }),
        cloudWatchTarget({ ...options, logStreamName: 'error' }, { level: 'error' }),
      ],
    });
    await ship(
      transport,
      (logger) => {
        logger.trace('t');
        logger.debug('d');
        logger.info('i');
        logger.error('e');
      },
      { level: 'trace' },
    );
    const texts = (name: string) => messages(name).map((message) => JSON.parse(message).msg);
    assert.deepEqual(texts('first'), ['i', 'e']);
    assert.deepEqual(texts('debug'), ['d', 'i', 'e']);
    assert.deepEqual(texts('error'), ['e']);
  });

  it('hands wrong options on as an error of the transport that says what to do', async () => {
    const cases = [
      [{ logGroupNam: 'g' }, /Unknown option "logGroupNam"\. Did you mean "logGroupName"\?/],
      [{}, /Option "logGroupName" must be a log group name.*got undefined/],
      [
        { logGroupName: 'g', flushIntervalMs: '1s' },
        /Option "flushIntervalMs" must be a whole number.*got "1s"/,
      ],
    ] as const;
    for (const [options, message] of cases) {
      const transport = pino.transport({ target: 'pino-cloudwatch-logs', options });
      const [error] = await once(transport, 'error');
      assert.match(error.message, message);
    }
  });

  it('takes the configuration of pino away from no other target', async () => {
    const { options, messages } = newGroup();
    const slow = fileURLToPath(new URL('./apps/target-that-wants-config.mjs', import.meta.url));
    const transport = pino.transport({ targets: [cloudWatchTarget(options), { target: slow, options: {} }] });
    const levels = once(transport, 'levels');
    const logger = pino({ customLevels: { audit: 35 } }, transport);
    logger.info('x');
    assert.equal((await levels)[0].values.audit, 35);
    assert.equal((await flushTransport(transport)).pending, 0);
    assert.equal(messages().length, 1);
    transport.end();
    await once(transport, 'close');
  });

  it('counts what was logged while the endpoint was away, and delivers it afterwards', async () => {
    const { options, messages } = newGroup();
    const transport = pino.transport(cloudWatchTarget(options));
    const held = setInterval(() => {}, 1_000_000); // neither a worker nor the endpoint holds this process now
    await local.stop();
    const unreachable = once(transport, 'cloudwatch:warn');
    const logger = pino(transport);
    for (let n = 0; n < 100; n++) logger.info({ n });
    assert.match((await unreachable)[0].message, /\S/);
    const { received, delivered } = await transportStats(transport);
    assert.deepEqual({ received, delivered }, { received: 100, delivered: 0 });
    await local.start();
    clearInterval(held);
    assert.equal((await flushTransport(transport)).pending, 0);
    assert.equal(messages().length, 100);
    transport.end();
    await once(transport, 'close');
  });
});

describe('both builds', () => {
  const builds = {
    'ES module': fileURLToPath(import.meta.resolve('pino-cloudwatch-logs')),
    CommonJS: require.resolve('pino-cloudwatch-logs'),
  };

  it('are two files', () => assert.notEqual(builds.CommonJS, builds['ES module']));

  for (const [build, target] of Object.entries(builds)) {
    it(`run in a worker: ${build}`, async () => {
      const { options, messages } = newGroup();
      await ship(pino.transport({ target, options }), (logger) => logger.info('x'));
      assert.equal(messages().length, 1);
    });
  }

  it('share a worker, and are flushed as one', async () => {
    const { options, messages } = newGroup();
    const targets = Object.values(builds).map((target) => ({ target, options }));
    const transport = pino.transport({ targets });
    pino(transport).info('x');
    assert.deepEqual(await flushTransport(transport), { delivered: 2, dropped: 0, pending: 0 });
    assert.equal(messages().length, 2);
    transport.end();
    await once(transport, 'close');
  });

  for (const format of ['mjs', 'cjs'] as const) {
    for (const mode of ['worker', 'this build', 'targets', 'in-process'] as const) {
      it(`work in an application: ${format}, ${mode}`, async () => {
        const { options, messages } = newGroup();
        const application = new Application(
          { mode, ending: 'nothing left to do', lines: 10, options },
          format,
        );
        const { code, stderr } = await application.ended();
        assert.equal(code, 0, stderr);
        assert.equal(messages('first').length, 10, stderr);
      });
    }
  }

  it('answer require() with the function itself, and with every name', () => {
    const transport = require('pino-cloudwatch-logs');
    assert.equal(typeof transport, 'function');
    assert.equal(transport.default, transport);
    assert.equal(transport.cloudWatchTransport, transport);
    assert.equal(typeof transport.flushTransport, 'function');
    assert.equal(typeof transport.cloudWatchTarget, 'function');
  });
});
