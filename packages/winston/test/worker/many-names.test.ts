import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import winston from 'winston';
import type { Warning } from '../../src/index.ts';
import { endpoint, GROUP, LONG, transportTo } from '../endpoint.ts';

const NAMES = 300_000;
const FIRST = 64;

test('300,000 log streams that a field names take no memory for long in a worker, and the first lose nothing', async (t) => {
  const local = await endpoint(t);
  const transport = transportTo(t, local, {
    worker: true,
    logStreamName: 'client-{field:id}',
    maxBufferBytes: 1024 ** 2,
  });
  const logger = winston.createLogger({ transports: [transport] });
  const warnings: Warning[] = [];
  transport.on('warn', (warning) => warnings.push(warning));
  const logFirst = async (message: string) => {
    for (let n = 0; n < FIRST; n++) logger.info(message, { id: `first-${n}` });
    await transport.flush(LONG);
  };
  await logFirst('before');
  const before = process.memoryUsage().rss;
  let most = 0;
  for (let n = 0; n < NAMES; n++) {
    logger.info('m', { id: `${n}` });
    if (n % 500 === 0) await nextTurn();
    if (n % 10_000 === 0) most = Math.max(most, process.memoryUsage().rss - before);
  }
  await logFirst('after');
  const { received, delivered, dropped, buffered, inFlight, streams } = transport.stats();
  assert.equal(received, NAMES + 2 * FIRST);
  assert.equal(received, delivered + dropped.overflow + buffered + inFlight);
  assert.ok(streams <= FIRST + 256, `${streams} streams`);
  t.diagnostic(`${(most / 1024 ** 2).toFixed(0)} MiB more, ${delivered} delivered`);
  assert.ok(most < 200 * 1024 ** 2, `${most} bytes more; without a bound it was 516 MB`);
  for (let n = 0; n < FIRST; n++) {
    const stored = local.events({ logGroupName: GROUP, logStreamName: `client-first-${n}` });
    assert.deepEqual(
      stored.map(({ message }) => JSON.parse(message).message),
      ['before', 'after'],
    );
  }
  assert.ok(warnings.some(({ message }) => message.includes('logStreamName is "client-{field:id}"')));
});
