// timeout: 300 s
import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import test, { type TestContext } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { startLocal } from 'cloudwatch-logs-local';
import { checkLaw, logGroupName, Producer, spoolDirectory } from './producers.js';

/** Kills a process that logs 5,000 events a second again and again, and counts what arrived. */
async function killAgainAndAgain(t: TestContext, sequenceTokens: 'enforced' | 'ignored', kills: number) {
  // A slow service, so that a put is under way most of the time.
  const local = await startLocal({ sequenceTokens, faults: [{ kind: 'latency', ms: 25 }] });
  t.after(() => local.close());
  const directory = spoolDirectory(t);
  const { endpoint } = local;
  const written: number[] = [];
  let resent = 0;
  for (let run = 0; run < kills; run++) {
    const producer = new Producer(t, { endpoint, directory, mode: 'always', run });
    await producer.hasWritten();
    // The moment is what is tested, whichever it is.
    await wait(Math.random() * 1100);
    await producer.kill();
    written.push(producer.written);
    resent += producer.resent;
  }
  const last = new Producer(t, { endpoint, directory, mode: 'always', run: kills, events: 100 });
  const { flushed, stats } = await last.ended();
  resent += last.resent;
  checkLaw(stats);
  assert.equal(flushed.pending, 0);
  written.push(100);

  const copies = new Map<string, number>();
  for (const { message } of local.events({ logGroupName })) {
    const [run, number] = message.split(' ');
    const key = `${run} ${number}`;
    copies.set(key, (copies.get(key) ?? 0) + 1);
  }
  let lost = 0;
  for (const [run, count] of written.entries()) {
    for (let number = 1; number <= count; number++) if (!copies.has(`${run} ${number}`)) lost++;
  }
  const duplicated = [...copies.values()].reduce((sum, count) => sum + count - 1, 0);
  const puts = local.stats().requests.PutLogEvents ?? 0;
  t.diagnostic(
    `tokens ${sequenceTokens}: ${kills} kills, ${written.reduce((sum, n) => sum + n, 0)} events written, ` +
      `${copies.size} arrived, lost ${lost}, duplicated ${duplicated}, ${resent} events put again after a kill, ` +
      `${puts} puts, possibleDuplicates of the last run ${stats.possibleDuplicates}`,
  );
  return { lost, duplicated, resent, directory, stats };
}

test('kill -9 at 50 random moments loses and duplicates nothing where tokens are enforced', async (t) => {
  const { lost, duplicated, resent, directory } = await killAgainAndAgain(t, 'enforced', 50);
  assert.equal(lost, 0);
  assert.equal(duplicated, 0);
  assert.ok(resent > 0, 'no kill met a put under way');
  assert.deepEqual(fs.readdirSync(directory), []);
});

test('where tokens are ignored, kill -9 duplicates at most the batches that were under way', async (t) => {
  const { lost, duplicated, resent } = await killAgainAndAgain(t, 'ignored', 12);
  assert.equal(lost, 0);
  assert.ok(duplicated <= resent, `${duplicated} duplicated, ${resent} put again`);
});

test('a duplicate that a kill brings about is counted', async (t) => {
  const local = await startLocal({ faults: [{ kind: 'hang-after', after: 1, times: 1 }] });
  t.after(() => local.close());
  const directory = spoolDirectory(t);
  const hung = once(local, 'put');
  const first = new Producer(t, { endpoint: local.endpoint, directory, mode: 'always', run: 0 });
  await hung;
  await local.waitFor(() => (local.stats().faults['hang-after'] ?? 0) === 1);
  await first.kill();
  const second = new Producer(t, { endpoint: local.endpoint, directory, mode: 'always', run: 1, events: 10 });
  const { stats } = await second.ended();
  const messages = local.events({ logGroupName }).map(({ message }) => message);
  const duplicated = messages.length - new Set(messages).size;
  assert.ok(duplicated > 0);
  assert.equal(stats.possibleDuplicates, duplicated);
  assert.equal(second.resent, duplicated);
  checkLaw(stats);
});
