import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import winston from 'winston';
import { PublisherError, type Warning } from '../src/index.ts';
import { endpoint, LONG, linesOf, transportTo } from './endpoint.ts';

const format = winston.format.printf(({ message }) => String(message));

describe('a transport that is attached again', () => {
  for (const worker of [false, true]) {
    it(`works after logger.configure() with its own transports, worker: ${worker}`, async (t) => {
      const local = await endpoint(t);
      const transport = transportTo(t, local, { worker });
      const logger = winston.createLogger({ format, transports: [transport] });
      logger.info('one');
      logger.configure({ format, transports: logger.transports });
      logger.info('two');
      const { pending } = await transport.flush(LONG);
      assert.equal(pending, 0);
      assert.deepEqual(linesOf(local).sort(), ['one', 'two']);
      const { received, delivered, dropped } = transport.stats();
      assert.deepEqual(
        { received, delivered, late: dropped.shutdown },
        { received: 2, delivered: 2, late: 0 },
      );
    });

    it(`works after it was removed and added, again and again, worker: ${worker}`, async (t) => {
      const local = await endpoint(t);
      const transport = transportTo(t, local, { worker });
      const logger = winston.createLogger({ format, transports: [transport] });
      for (let i = 0; i < 3; i++) {
        logger.info(`line ${i}`);
        logger.remove(transport).add(transport);
        if (i === 1) await transport.flush(LONG);
      }
      logger.info('line 3');
      logger.end();
      await once(logger, 'finish');
      assert.deepEqual(linesOf(local).sort(), ['line 0', 'line 1', 'line 2', 'line 3']);
      assert.equal(transport.stats().delivered, 4);
    });
  }

  it('says finish after what it still delivers from before, too', async (t) => {
    const local = await endpoint(t, { faults: [{ kind: 'latency', ms: 1000, times: 1 }] });
    const transport = transportTo(t, local);
    const logger = winston.createLogger({ format, transports: [transport] });
    logger.info('before');
    await local.waitFor(() => local.stats().faults.latency === 1);
    logger.remove(transport).add(transport);
    logger.info('after');
    logger.end();
    await once(logger, 'finish');
    assert.deepEqual(linesOf(local).sort(), ['after', 'before']);
  });

  it('works on another logger after the end of its first, and says finish there after the delivery', async (t) => {
    const local = await endpoint(t, { faults: [{ kind: 'latency', ms: 100 }] });
    const transport = transportTo(t, local);
    for (const line of ['first', 'second']) {
      const logger = winston.createLogger({ format, transports: [transport] });
      logger.info(line);
      logger.end();
      await once(logger, 'finish');
      assert.equal(linesOf(local).at(-1), line);
    }
  });

  it('counts a line that comes while it is let go', async (t) => {
    const local = await endpoint(t);
    const transport = transportTo(t, local);
    transport.on('warn', () => {});
    const logger = winston.createLogger({ format, transports: [transport] });
    logger.remove(transport);
    transport.log({ level: 'info', message: 'late' });
    logger.add(transport);
    logger.info('again');
    await transport.flush(LONG);
    assert.deepEqual(linesOf(local), ['again']);
    assert.equal(transport.stats().dropped.shutdown, 1);
  });
});

describe('the level of a transport', () => {
  it('is one of the levels of its logger', async (t) => {
    const local = await endpoint(t);
    const typo = transportTo(t, local, { level: 'warning' });
    assert.throws(
      () => winston.createLogger({ transports: [typo] }),
      (error: Error) =>
        error instanceof PublisherError && /got "warning"\. Did you mean "warn"\?$/.test(error.message),
    );
    const { syslog } = winston.config;
    const right = transportTo(t, local, { level: 'warning' });
    const logger = winston.createLogger({ levels: syslog.levels, format, transports: [right] });
    logger.warning('taken');
    await right.flush(LONG);
    assert.deepEqual(linesOf(local), ['taken']);
    const other = transportTo(t, local, { level: 'warn' });
    assert.throws(() => logger.add(other), /Did you mean "warning"\?/);
  });

  it('is warned about when it is changed to one that is not, and the log call does not throw', async (t) => {
    const local = await endpoint(t);
    const transport = transportTo(t, local);
    const warnings: Warning[] = [];
    transport.on('warn', (warning) => warnings.push(warning));
    const logger = winston.createLogger({ format, transports: [transport] });
    transport.level = 'infos';
    for (let i = 0; i < 3; i++) logger.info('not taken');
    transport.level = 'info';
    logger.info('taken');
    await transport.flush(LONG);
    assert.deepEqual(
      warnings.map(({ code, message }) => [code, /Did you mean "info"/.test(message)]),
      [['invalid', true]],
    );
    assert.deepEqual(linesOf(local), ['taken']);
  });
});
