import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import type { Fault } from 'cloudwatch-logs-local';
import { Publisher } from 'cloudwatch-logs-publisher';
import { atEnd } from '../fixtures/at-end.js';
import { optionsFor, startEndpoint } from '../fixtures/endpoint.js';

const HANGING = 20;
const EVENTS = 10;

test('twenty streams whose puts hang keep a good one waiting no longer than a moment', async (t) => {
  const bad = Array.from({ length: HANGING }, (_, i) => `bad-${i}`);
  const faults = bad.map((logStreamName): Fault => ({ kind: 'hang-before', logStreamName }));
  const local = await startEndpoint(t, { faults });
  local.createLogGroup('app');
  for (const stream of [...bad, 'good']) local.createLogStream('app', stream);
  const publisher = new Publisher({
    ...optionsFor(local),
    logStreamName: '{level}',
    requestTimeoutMs: 15_000,
  });
  publisher.on('warn', () => {});
  atEnd(t, () => publisher.close({ timeoutMs: 0 }));
  const log = (level: string, message: string) =>
    publisher.publish({ timestamp: Date.now(), message }, { level });
  const startedAt = performance.now();
  for (let i = 0; i < EVENTS; i++) {
    for (const stream of bad) log(stream, `${i}`);
    const isStored = once(publisher, 'batch');
    log('good', `${i}`);
    const [{ logStreamName }] = await isStored;
    assert.equal(logStreamName, 'good');
  }
  // It took 15 s for each event when hanging puts held all slots until their time was over.
  const ms = performance.now() - startedAt;
  assert.ok(ms < EVENTS * 5000, `${ms} ms`);
  assert.equal(local.events({ logGroupName: 'app', logStreamName: 'good' }).length, EVENTS);
});
