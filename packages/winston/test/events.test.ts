import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import winston from 'winston';
import type { BatchDelivered, Drop, LogInfo, Warning } from '../src/index.ts';
import { endpoint, GROUP, LONG, transportTo } from './endpoint.ts';

describe('events', () => {
  it('tell of warnings and drops, on the transport and on its logger', async (t) => {
    const local = await endpoint(t);
    const transport = transportTo(t, local, { oversize: 'drop', maxEventBytes: 100 });
    const warnings: Warning[] = [];
    const drops: Drop[] = [];
    const onLogger: unknown[] = [];
    transport.on('warn', (warning) => warnings.push(warning));
    transport.on('drop', (drop) => drops.push(drop));
    const logger = winston.createLogger({ transports: [transport] });
    logger.on('warn', (warning, from) => onLogger.push(warning, from));
    const warned = once(transport, 'warn');
    logger.info('x'.repeat(200));
    await warned;
    assert.equal(warnings.length, 1);
    assert.equal(warnings[0].code, 'oversize');
    assert.deepEqual(onLogger, [warnings[0], transport]);
    assert.equal(drops.length, 1);
    assert.equal(drops[0].reason, 'oversize');
    assert.equal(drops[0].logGroupName, GROUP);
    assert.equal(transport.stats().dropped.oversize, 1);
  });

  it('tell of every batch that was stored', async (t) => {
    const local = await endpoint(t);
    const transport = transportTo(t, local);
    const batches: BatchDelivered[] = [];
    transport.on('batch', (batch) => batches.push(batch));
    const logger = winston.createLogger({ transports: [transport] });
    for (let i = 0; i < 10; i++) logger.info('x');
    await transport.flush(LONG);
    assert.equal(
      batches.reduce((sum, { events }) => sum + events, 0),
      10,
    );
  });

  it('do not include error, when a listener throws', async (t) => {
    const local = await endpoint(t);
    const transport = transportTo(t, local);
    transport.on('error', (error) => assert.fail(error));
    transport.on('batch', () => {
      throw new Error('a listener of the application');
    });
    const logger = winston.createLogger({ transports: [transport] });
    logger.info('one');
    await transport.flush(LONG);
    logger.info('two');
    assert.deepEqual(await transport.flush(LONG), { delivered: 1, dropped: 0, pending: 0 });
  });

  it('include logged for who listens, also without a callback', async (t) => {
    const local = await endpoint(t);
    const transport = transportTo(t, local);
    const info: LogInfo = { level: 'info', message: 'x' };
    const logged = new Promise((resolve) => transport.once('logged', resolve));
    transport.log(info);
    assert.equal(await logged, info);
  });
});
