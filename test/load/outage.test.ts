// timeout: 300 s
import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';
import { startLocal } from 'cloudwatch-logs-local';
import { checkLaw, freePort, logGroupName, Producer, spoolDirectory } from '../spool/producers.js';

const RATE = 5000;
const OUTAGE_MS = 60_000;
const MiB = 1024 * 1024;
const MAX_BUFFER_BYTES = 8 * MiB;
const PADDING = 400; // some 120 MB are logged during the outage
const MEMORY_BESIDES = 40_000_000; // the young generation of the heap grows by itself
const BREATH = 30_000_000; // a quarter of what is logged: memory that kept the events would grow by 80 MB meanwhile

test('an outage of 60 s at 5,000 events a second with an 8 MiB buffer loses nothing, in flat memory, and drains in order', async (t) => {
  const port = await freePort();
  const directory = spoolDirectory(t);
  const producer = new Producer(t, {
    endpoint: `http://127.0.0.1:${port}`,
    directory,
    mode: 'overflow',
    run: 0,
    rate: RATE,
    options: { maxBufferBytes: MAX_BUFFER_BYTES, logStreamName: 'main' },
    padding: PADDING,
  });
  const start = performance.now();
  while (producer.warnings.length === 0) await producer.said();
  // A put has failed: what a process loads for puts is loaded.
  const loaded = producer.memory.length;
  while (performance.now() < start + OUTAGE_MS) await producer.said();
  const [before, ...memory] = producer.memory.slice(loaded);
  const local = await startLocal({ port });
  t.after(() => local.close());
  const { logged, flushed, stats } = await producer.end();

  checkLaw(stats);
  const third = Math.floor(memory.length / 3);
  const first = median(memory.slice(0, third));
  const last = median(memory.slice(-third));
  const most = Math.max(...memory);
  const inMiB = (bytes: number) => `${(bytes / MiB).toFixed()} MiB`;
  t.diagnostic(
    `${logged} events in ${OUTAGE_MS / 1000} s without a service: delivered ${stats.delivered}, dropped ` +
      `${stats.dropped.overflow}; RSS ${inMiB(before)} before, ${inMiB(first)} in the first third, ` +
      `${inMiB(last)} in the last, ${inMiB(most)} at most`,
  );
  assert.ok(logged > (RATE * OUTAGE_MS) / 2000, `only ${logged} events were logged`);
  assert.deepEqual(flushed, { delivered: flushed.delivered, dropped: 0, pending: 0 });
  assert.equal(stats.delivered, logged);
  assert.equal(stats.spooled, 0);
  const numbers = local.events({ logGroupName }).map(({ message }) => Number(message.split(' ')[1]));
  assert.equal(numbers.length, logged);
  assert.ok(
    numbers.every((number, index) => number === index + 1),
    'events came out of order',
  );
  assert.ok(most - before <= 1.5 * MAX_BUFFER_BYTES + MEMORY_BESIDES, `grew by ${inMiB(most - before)}`);
  assert.ok(last - first <= BREATH, `grew by ${inMiB(last - first)} from the first third to the last`);
  assert.deepEqual(fs.readdirSync(directory), []);
});

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
