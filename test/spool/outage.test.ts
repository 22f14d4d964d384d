// timeout: 300 s
import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { startLocal } from 'cloudwatch-logs-local';
import { checkLaw, freePort, logGroupName, Producer, spoolDirectory } from './producers.js';

const OUTAGE_MS = Number(process.env.SPOOL_OUTAGE_SECONDS ?? 15) * 1000;

test('an outage at 5,000 events a second with an 8 MiB buffer loses nothing and drains in order', async (t) => {
  const port = await freePort();
  const directory = spoolDirectory(t);
  const producer = new Producer(t, {
    endpoint: `http://127.0.0.1:${port}`,
    directory,
    mode: 'overflow',
    run: 0,
    options: { maxBufferBytes: 8 * 1024 * 1024, logStreamName: 'main' },
    padding: 400,
  });
  const memory: number[] = [];
  const read = () => {
    const status = fs.readFileSync(`/proc/${producer.child.pid}/status`, 'utf8');
    memory.push(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024);
  };
  for (let waited = 0; waited < OUTAGE_MS; waited += 500) {
    await wait(500); // the length of the outage is what is tested
    if (process.platform === 'linux') read();
  }
  const local = await startLocal({ port });
  t.after(() => local.close());
  const { logged, flushed, stats } = await producer.end();
  checkLaw(stats);
  const numbers = local.events({ logGroupName }).map(({ message }) => Number(message.split(' ')[1]));
  const disorder = numbers.filter((number, index) => number !== index + 1).length;
  const settled = memory.slice(Math.floor(memory.length / 3));
  t.diagnostic(
    `${logged} events in ${OUTAGE_MS / 1000} s without a service: delivered ${stats.delivered}, ` +
      `dropped ${stats.dropped.overflow}, memory ${Math.min(...settled).toFixed()} to ${Math.max(...settled).toFixed()} MiB`,
  );
  assert.deepEqual(flushed, { delivered: flushed.delivered, dropped: 0, pending: 0 });
  assert.equal(stats.delivered, logged);
  assert.equal(numbers.length, logged);
  assert.equal(disorder, 0, 'events came out of order');
  assert.equal(stats.spooled, 0);
  // An hour of this would be gigabytes; a heap breathes by some tens of MiB.
  if (settled.length > 0) assert.ok(Math.max(...settled) < 250, `${Math.max(...settled)} MiB`);
  assert.deepEqual(fs.readdirSync(directory), []);
});
