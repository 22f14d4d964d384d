import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import winston from 'winston';
import type { LogInfo } from '../src/index.ts';
import { anything } from './anything.ts';
import { endpoint, LONG, linesOf, transportTo } from './endpoint.ts';

describe('anything that can be logged', () => {
  it('is stored as one line of JSON or counted, and never throws', async (t) => {
    const local = await endpoint(t);
    const transport = transportTo(t, local);
    const identity = winston.format((info) => info)();
    const logger = winston.createLogger({ format: identity, level: 'silly', transports: [transport] });
    let logged = 0;
    fc.assert(
      fc.property(anything, anything, fc.constantFrom('info', 'error', 'silly'), (message, meta, level) => {
        if (typeof message === 'object' && message !== null && Object.isFrozen(message)) return;
        logger.log(level, 'message', meta);
        logger.log(level, { message, meta });
        transport.log({ level, message, meta } as LogInfo);
        transport.log(meta as LogInfo);
        logged += 4;
      }),
      { numRuns: 300 },
    );
    const { delivered, dropped } = await transport.flush(LONG);
    assert.equal(delivered + dropped, logged);
    assert.equal(dropped, 0);
    const lines = linesOf(local);
    assert.equal(lines.length, logged);
    for (const line of lines) JSON.parse(line);
    assert.equal(transport.stats().received, logged);
  });

  it('includes NUL, lone surrogates, empty and 3 MB messages', async (t) => {
    const local = await endpoint(t);
    const transport = transportTo(t, local);
    const logger = winston.createLogger({ transports: [transport] });
    for (const message of ['a\0b', '\ud800 alone', '', 'x'.repeat(3_000_000)]) logger.info(message);
    assert.deepEqual(await transport.flush(LONG), { delivered: 4, dropped: 0, pending: 0 });
    assert.equal(transport.stats().splitEvents, 1);
    const lines = linesOf(local);
    assert.deepEqual(
      lines.slice(0, 3).map((line) => JSON.parse(line).message),
      ['a\0b', '\ud800 alone', ''],
    );
    assert.equal(JSON.parse(lines.slice(3).join('')).message.length, 3_000_000);
  });
});
