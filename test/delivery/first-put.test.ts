// timeout: 120 s
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { LocalCloudWatchLogs } from 'cloudwatch-logs-local';
import { Publisher } from 'cloudwatch-logs-publisher';
import { logGroupName, optionsFor, startEndpoint } from '../fixtures/endpoint.js';
import { Producer, spoolDirectory } from '../spool/producers.js';

// The first put on a stream carries no token, so that DataAlreadyAccepted may mean a twin that somebody else put first.

const messages = (local: LocalCloudWatchLogs) => local.events({ logGroupName }).map(({ message }) => message);

/** Resolves when the endpoint has stored something. */
async function untilStored(local: LocalCloudWatchLogs): Promise<void> {
  while (messages(local).length === 0) await wait(10);
}

test('a first put that was reset before it was stored is not taken for the same text of another process', async (t) => {
  const local = await startEndpoint(t, { sequenceTokens: 'enforced' });
  const timestamp = Date.now();
  const first = new Publisher(optionsFor(local));
  first.publish({ timestamp, message: 'started' });
  await first.close();
  local.faults.set([{ kind: 'reset-before', times: 1 }]);
  const second = new Publisher(optionsFor(local));
  second.publish({ timestamp, message: 'started' });
  await second.flush();
  assert.deepEqual(messages(local), ['started', 'started']);
  assert.equal(second.stats().delivered, 1);
  await second.close();
});

test('a first put that is stored, unanswered, and cut off by kill -9 is stored once by the next process', async (t) => {
  // The put that finds no stream is answered; the next one is stored, and its answer hangs.
  const local = await startEndpoint(t, {
    sequenceTokens: 'enforced',
    faults: [{ kind: 'hang-after', after: 1, times: 1 }],
  });
  const setup = { endpoint: local.endpoint, directory: spoolDirectory(t), mode: 'always' } as const;
  const killed = new Producer(t, { ...setup, run: 0, rate: 1 });
  await killed.hasWritten(1);
  await untilStored(local);
  await killed.kill();
  const next = new Producer(t, { ...setup, run: 1, events: 1 });
  const { stats } = await next.ended();
  const stored = messages(local).map((message) => message.split(' ').slice(0, 2).join(' '));
  assert.equal(new Set(stored).size, stored.length, `stored twice: ${stored}`);
  assert.equal(stats.alreadyAccepted, 1);
});

test('a first put that is stored, unanswered, and cut off by process.exit() is stored once by the exit thread', async (t) => {
  const local = await startEndpoint(t, {
    sequenceTokens: 'enforced',
    faults: [{ kind: 'hang-after', after: 1, times: 1 }],
  });
  const program = fileURLToPath(new URL('exits-when-told.mjs', import.meta.url));
  const child: ChildProcess = spawn(process.execPath, [program, JSON.stringify(optionsFor(local))], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const ended = once(child, 'close');
  await untilStored(local);
  child.stdin?.end();
  assert.deepEqual(await ended, [0, null]);
  assert.deepEqual(messages(local), ['started']);
});
