// timeout: 300 s
import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import test, { type TestContext } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { startLocal } from 'cloudwatch-logs-local';
import { checkLaw, logGroupName, Producer, spoolDirectory } from './producers.js';

/**
 * Kills processes that log 5,000 events a second, and counts what arrived.
 *
 * @param next what comes after a process that was killed: one that is killed too, or one that ends by itself, so that
 *   its counters are known to the last
 */
async function killAgainAndAgain(
  t: TestContext,
  sequenceTokens: 'enforced' | 'ignored',
  kills: number,
  next: 'killed' | 'ended',
) {
  // A slow service, so that a put is under way most of the time.
  const local = await startLocal({ sequenceTokens, faults: [{ kind: 'latency', ms: 25 }] });
  t.after(() => local.close());
  const directory = spoolDirectory(t);
  const { endpoint } = local;
  const written: number[] = [];
  let resent = 0;
  let possibleDuplicates = 0;
  const end = async () => {
    const producer = new Producer(t, {
      endpoint,
      directory,
      mode: 'always',
      run: written.length,
      events: 100,
    });
    const { flushed, stats } = await producer.ended();
    checkLaw(stats);
    assert.equal(flushed.pending, 0);
    written.push(100);
    resent += producer.resent;
    possibleDuplicates += stats.possibleDuplicates;
  };
  for (let kill = 1; kill <= kills; kill++) {
    const producer = new Producer(t, { endpoint, directory, mode: 'always', run: written.length });
    await producer.hasWritten();
    // The moment is what is tested, whichever it is.
    await wait(Math.random() * 1100);
    await producer.kill();
    written.push(producer.written);
    resent += producer.resent;
    if (next === 'ended' || kill === kills) await end();
  }

  const copies = new Map<string, number>();
  const newest = new Map<string, number>();
  let disordered = 0;
  // As they came: within a put, and within a millisecond, they are in that order already.
  const arrived = local.events({ logGroupName }).sort((a, b) => a.ingestionTime - b.ingestionTime);
  for (const { message } of arrived) {
    const [run, number] = message.split(' ');
    const key = `${run} ${number}`;
    const before = copies.get(key) ?? 0;
    copies.set(key, before + 1);
    if (before > 0) continue;
    if (Number(number) < (newest.get(run) ?? 0)) disordered++;
    newest.set(run, Number(number));
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
      `possibleDuplicates ${possibleDuplicates}, ${disordered} out of order, ${puts} puts`,
  );
  assert.equal(lost, 0);
  assert.equal(disordered, 0);
  return { duplicated, resent, possibleDuplicates, directory };
}

test('kill -9 at 50 random moments loses and duplicates nothing where tokens are enforced', async (t) => {
  const { duplicated, resent, directory } = await killAgainAndAgain(t, 'enforced', 50, 'killed');
  assert.equal(duplicated, 0);
  assert.ok(resent > 0, 'no kill met a put under way');
  assert.deepEqual(fs.readdirSync(directory), []);
});

test('where tokens are ignored, kill -9 duplicates at most the batches that were under way, and they are counted', async (t) => {
  const { duplicated, resent, possibleDuplicates, directory } = await killAgainAndAgain(
    t,
    'ignored',
    20,
    'ended',
  );
  assert.ok(duplicated <= possibleDuplicates, `${duplicated} duplicated, ${possibleDuplicates} counted`);
  assert.ok(possibleDuplicates <= resent, `${possibleDuplicates} counted, ${resent} put again`);
  assert.ok(resent > 0, 'no kill met a put under way');
  assert.deepEqual(fs.readdirSync(directory), []);
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
