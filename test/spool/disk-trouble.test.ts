// timeout: 240 s
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { startLocal } from 'cloudwatch-logs-local';
import { smallDisk } from '../fixtures/small-disk.js';
import { readSegment, type SegmentContent } from './intact-frames.js';
import { checkLaw, freePort, logGroupName, Producer, spoolDirectory } from './producers.js';

const spoolWarnings = (producer: Producer): string[] =>
  producer.warnings.filter((warning) => warning.startsWith('spool:'));

/** What a process left that was killed while nobody answered: `written` events, in mode 'always'. */
async function leaveBehind(
  t: TestContext,
  directory: string,
  port: number,
  events: number,
  rate = 50_000,
): Promise<number> {
  const endpoint = `http://127.0.0.1:${port}`;
  const options = { maxBufferBytes: 64 * 1024 * 1024 };
  const producer = new Producer(t, { endpoint, directory, mode: 'always', run: 0, rate, options });
  await producer.hasWritten(events);
  await producer.kill();
  return producer.written;
}

function filesOf(directory: string, name: RegExp): string[] {
  return fs
    .readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((file) => name.test(file))
    .sort()
    .map((file) => path.join(directory, file));
}

test('a full disk leaves the rules of memory: nothing breaks, and one warning says so', async (t) => {
  const disk = await smallDisk(t, 'size=2m');
  if (disk === undefined) return;
  const port = await freePort();
  const producer = new Producer(t, {
    endpoint: `http://127.0.0.1:${port}`,
    directory: disk.directory,
    mode: 'always',
    run: 0,
    rate: 20_000,
    padding: 1000,
    events: 10_000,
    options: { maxBufferBytes: 4 * 1024 * 1024 },
  });
  await producer.hasWritten(1000);
  while (spoolWarnings(producer).length === 0) await producer.said();
  const local = await startLocal({ port });
  t.after(() => local.close());
  const { stats, flushed, logged } = await producer.ended();
  checkLaw(stats);
  assert.equal(flushed.pending, 0);
  assert.equal(stats.received, logged);
  assert.ok(stats.delivered > 3000, JSON.stringify(stats));
  assert.equal(stats.delivered + stats.dropped.overflow, logged);
  const arrived = local.events({ logGroupName }).filter(({ message }) => message.startsWith('0 '));
  assert.equal(arrived.length, stats.delivered);
  assert.equal(spoolWarnings(producer).length, 1, producer.warnings.join('\n'));
  assert.match(spoolWarnings(producer)[0], /ENOSPC.*free space on that disk/);
});

test('a read-only directory leaves the rules of memory, with one warning', async (t) => {
  const disk = await smallDisk(t, 'size=2m');
  if (disk === undefined) return;
  await disk.makeReadOnly();
  const local = await startLocal();
  t.after(() => local.close());
  const { endpoint } = local;
  const producer = new Producer(t, {
    endpoint,
    directory: disk.directory,
    mode: 'always',
    run: 0,
    events: 2000,
  });
  const { stats } = await producer.ended();
  checkLaw(stats);
  assert.equal(stats.delivered, 2000);
  assert.equal(local.events({ logGroupName }).length, 2000);
  assert.equal(spoolWarnings(producer).length, 1, producer.warnings.join('\n'));
});

test('a directory that is deleted while it is used costs nothing that is in memory', async (t) => {
  const directory = spoolDirectory(t);
  const local = await startLocal({ faults: [{ kind: 'latency', ms: 100 }] });
  t.after(() => local.close());
  const { endpoint } = local;
  const producer = new Producer(t, { endpoint, directory, mode: 'always', run: 0 });
  await producer.hasWritten(1000);
  for (let isGone = false; !isGone; ) {
    try {
      fs.rmSync(directory, { recursive: true, force: true });
      isGone = true;
    } catch (error) {
      // A file was made while the directory was emptied.
      assert.equal((error as NodeJS.ErrnoException).code, 'ENOTEMPTY');
    }
  }
  const before = producer.written;
  await producer.hasWritten(before + 5000);
  const { stats, logged } = await producer.end();
  checkLaw(stats);
  assert.equal(stats.delivered, logged);
  assert.equal(local.events({ logGroupName }).length, logged);
  assert.equal(
    producer.warnings.filter((one) => one.startsWith('spool:')).length,
    1,
    producer.warnings.join('\n'),
  );
});

const DAMAGES: readonly { readonly name: string; readonly damage: (directory: string) => void }[] = [
  {
    name: 'a segment that was cut off',
    damage: (directory) => {
      const [file] = filesOf(directory, /\.segment$/);
      fs.truncateSync(file, Math.floor(fs.statSync(file).size / 2));
    },
  },
  {
    name: 'bits flipped at 200 random places',
    damage: (directory) => {
      const files = filesOf(directory, /\.segment$/);
      for (let count = 0; count < 200; count++) {
        const file = files[Math.floor(Math.random() * files.length)];
        const content = fs.readFileSync(file);
        content[Math.floor(Math.random() * content.length)] ^= 1 << Math.floor(Math.random() * 8);
        fs.writeFileSync(file, content);
      }
    },
  },
  {
    name: 'a ledger that is gone',
    damage: (directory) => {
      for (const file of filesOf(directory, /ledger$/)) fs.rmSync(file);
    },
  },
  {
    name: 'a ledger that is garbage',
    damage: (directory) => {
      for (const owner of fs.readdirSync(directory)) {
        fs.writeFileSync(path.join(directory, owner, 'ledger'), Buffer.alloc(5000, 'garbage'));
      }
    },
  },
];

for (const { name, damage } of DAMAGES) {
  test(`${name}: what is whole is delivered, once and in order, with at most one warning`, async (t) => {
    const directory = spoolDirectory(t);
    const port = await freePort();
    const written = await leaveBehind(t, directory, port, 10_000, 5000);
    damage(directory);
    const segments = filesOf(directory, /\.segment$/).map(readSegment);
    const sum = (count: (segment: SegmentContent) => number) =>
      segments.reduce((all, segment) => all + count(segment), 0);
    const gaps = sum((segment) => segment.gaps);
    const restBytes = sum((segment) => segment.restBytes);
    const local = await startLocal({ port, sequenceTokens: 'enforced' });
    t.after(() => local.close());
    const { endpoint } = local;
    const next = new Producer(t, { endpoint, directory, mode: 'always', run: 1, events: 10 });
    const { stats } = await next.ended();
    checkLaw(stats);
    assert.equal(stats.delivered, stats.received);
    const messages = local.events({ logGroupName }).map(({ message }) => message);
    const delivered = messages.filter((text) => text.startsWith('0 '));
    assert.equal(messages.length, delivered.length + 10);
    assert.equal(delivered.length, stats.recovered);
    assert.deepEqual(
      delivered,
      segments.flatMap((segment) => segment.messages),
    );
    t.diagnostic(
      `${delivered.length} of ${written} events whole, ${gaps} gaps and ${restBytes} bytes at the end are not; ` +
        `counted: ${stats.spool?.corruptFrames} frames, ${stats.spool?.tornBytes} bytes`,
    );
    if (name.includes('ledger')) assert.ok(delivered.length >= written, `${delivered.length} of ${written}`);
    else assert.ok(delivered.length > 0 && delivered.length < written, `${delivered.length} of ${written}`);
    // What is at the end may look as if it was never finished, or as if it was damaged afterwards.
    const counted = { gaps: stats.spool?.corruptFrames, bytes: stats.spool?.tornBytes };
    const asDamage = { gaps: gaps + (restBytes > 0 ? 1 : 0), bytes: 0 };
    assert.deepEqual(counted, counted.bytes === 0 ? asDamage : { gaps, bytes: restBytes });
    const warnings = spoolWarnings(next);
    assert.ok(warnings.length <= 1, warnings.join('\n'));
    if (name !== 'a ledger that is gone') {
      assert.match(warnings[0] ?? '', /corrupt frames skipped|cut off|damaged ledgers/);
    }
    assert.deepEqual(fs.readdirSync(directory), []);
  });
}

test('two processes that start at once on what others left deliver it once', async (t) => {
  const directory = spoolDirectory(t);
  const port = await freePort();
  let left = 0;
  for (let owner = 0; owner < 3; owner++) left += await leaveBehind(t, directory, port, 3000);
  const local = await startLocal({ port });
  t.after(() => local.close());
  const { endpoint } = local;
  const starts = [1, 2].map(
    (run) =>
      new Producer(t, {
        endpoint,
        directory,
        mode: 'always',
        run,
        events: 1000,
        options: { logStreamName: `stream-${run}` },
      }),
  );
  const ends = await Promise.all(starts.map((producer) => producer.ended()));
  for (const { stats } of ends) checkLaw(stats);
  const recovered = ends.reduce((sum, { stats }) => sum + stats.recovered, 0);
  const messages = local.events({ logGroupName, logStreamName: 'main' });
  assert.ok(recovered >= left, `${recovered} of ${left}`);
  assert.equal(messages.length, recovered);
  assert.deepEqual(fs.readdirSync(directory), []);
});
