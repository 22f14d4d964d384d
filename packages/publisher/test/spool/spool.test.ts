import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { PART_FLAG, type SpoolDrop } from '../../src/spool/spool.ts';
import {
  appendNumbers,
  deadOwner,
  filesOf,
  open,
  openUntilEnd,
  readAll,
  STREAM,
  signal,
  temporaryDirectory,
} from '../support/spool-fixture.ts';

const numbersOf = (events: readonly { readonly message: string }[]): number[] =>
  events.map(({ message }) => Number(message.slice('event '.length)));

test('events are read back as they were appended, in the order of their ids', async (t) => {
  const spool = openUntilEnd(t, temporaryDirectory(t));
  const first = spool.append({ logGroupName: 'g', logStreamName: 'a' }, 'grüße 👋', 3, 0);
  const second = spool.append({ logGroupName: 'g', logStreamName: 'b' }, '', 2, PART_FLAG);
  const third = spool.append({ logGroupName: 'g', logStreamName: 'a' }, 'last', 1, 0);
  await spool.flush();
  assert.equal(spool.writtenThrough, third);
  assert.deepEqual(await readAll(spool), [
    {
      id: first,
      logGroupName: 'g',
      logStreamName: 'a',
      timestamp: 3,
      message: 'grüße 👋',
      messageBytes: 12,
      flags: 0,
    },
    {
      id: second,
      logGroupName: 'g',
      logStreamName: 'b',
      timestamp: 2,
      message: '',
      messageBytes: 0,
      flags: 1,
    },
    {
      id: third,
      logGroupName: 'g',
      logStreamName: 'a',
      timestamp: 1,
      message: 'last',
      messageBytes: 4,
      flags: 0,
    },
  ]);
  assert.deepEqual([second, third], [first + 1, first + 2]);
  assert.equal(spool.stats().events, 2);
});

test('reading goes on behind an id, holds to its limit of bytes, and leaves settled events out', async (t) => {
  const spool = openUntilEnd(t, temporaryDirectory(t), { segmentBytes: 2000 });
  const ids: number[] = [];
  for (let n = 1; n <= 300; n++) {
    ids.push(...appendNumbers(spool, n, n, `stream ${n % 3}`));
    if (n % 7 === 0) await spool.flush();
  }
  await spool.flush();
  const settled = ids[9] ?? 0;
  spool.acknowledge([[settled, settled + 4]]);
  assert.ok(spool.stats().segments > 3);
  const expected = Array.from({ length: 300 }, (_, index) => index + 1).filter((n) => n < 10 || n > 14);
  assert.deepEqual(numbersOf(await readAll(spool)), expected);
  for (const n of [1, 8, 9, 150, 299]) {
    const rest = await readAll(spool, ids[n - 1]);
    assert.deepEqual(
      numbersOf(rest),
      expected.filter((other) => other > n),
    );
  }
  for await (const batch of spool.read({ afterId: 0, maxBytes: 100 })) {
    assert.ok(batch.reduce((sum, { messageBytes }) => sum + messageBytes, 0) <= 100);
  }
});

test('directories are private, and nothing is left when everything is settled', async (t) => {
  const directory = path.join(temporaryDirectory(t), 'made', 'by', 'the spool');
  const spool = open(directory);
  const ids = appendNumbers(spool, 1, 10);
  await spool.flush();
  const [owner = ''] = fs.readdirSync(directory);
  assert.equal(fs.statSync(directory).mode & 0o777, 0o700);
  assert.equal(fs.statSync(path.join(directory, owner)).mode & 0o777, 0o700);
  spool.acknowledge([[ids[0] ?? 0, ids[9] ?? 0]]);
  await spool.notePut({
    putId: 1,
    logGroupName: 'g',
    logStreamName: 's',
    ranges: [[ids[0] ?? 0, ids[0] ?? 0]],
    sequenceToken: 't',
    ambiguousPuts: 0,
  });
  for (const file of [...filesOf(directory, '.segment'), ...filesOf(directory, 'ledger')]) {
    assert.equal(fs.statSync(file).mode & 0o777, 0o600, file);
  }
  await spool.close();
  assert.deepEqual(fs.readdirSync(directory), []);
  assert.equal(spool.append({ logGroupName: 'g', logStreamName: 's' }, 'too late', 1, 0), 0);
});

test("in 'overflow' mode nothing is made before the first event", async (t) => {
  const directory = temporaryDirectory(t);
  const spool = openUntilEnd(t, directory, { mode: 'overflow' });
  await spool.ready;
  assert.equal(spool.usable, true);
  assert.deepEqual(fs.readdirSync(directory), []);
  appendNumbers(spool, 1, 1);
  await spool.flush();
  assert.equal(filesOf(directory, '.segment').length, 1);
});

test('what was closed unsettled is recovered by the next spool, before its own events', async (t) => {
  const directory = temporaryDirectory(t);
  const first = open(directory);
  const ids = appendNumbers(first, 1, 5);
  first.acknowledge([[ids[1] ?? 0, ids[2] ?? 0]]);
  await first.close();
  const second = openUntilEnd(t, directory);
  appendNumbers(second, 6, 7);
  const recovered = await second.ready;
  await second.flush();
  assert.deepEqual(recovered, {
    directories: 1,
    events: 3,
    bytes: 21,
    perStream: [
      {
        logGroupName: 'group',
        logStreamName: 'stream',
        events: 3,
        bytes: 21,
        oldestTimestamp: 1_700_000_000_001,
      },
    ],
    ranges: [[1, 5]],
    pendingPuts: [],
  });
  assert.deepEqual(numbersOf(await readAll(second)), [1, 4, 5, 6, 7]);
});

test('a living owner keeps its directory, also when it is in the same process', async (t) => {
  const directory = temporaryDirectory(t);
  const first = openUntilEnd(t, directory);
  appendNumbers(first, 1, 3);
  await first.flush();
  const second = openUntilEnd(t, directory);
  assert.equal((await second.ready).directories, 0);
  assert.deepEqual(await readAll(second), []);
  assert.equal((await readAll(first)).length, 3);
});

test('an owner that dies later is taken over then, and its events can be read behind the ids seen so far', async (t) => {
  const directory = temporaryDirectory(t);
  const late = signal<number>();
  const spool = openUntilEnd(t, directory, {
    heartbeatMs: 20,
    onRecovered: ({ events }) => late.resolve(events),
  });
  appendNumbers(spool, 1, 2);
  await spool.flush();
  const seen = (await readAll(spool)).at(-1)?.id ?? 0;
  const other = open(directory, { heartbeatMs: 3_600_000 });
  appendNumbers(other, 3, 5);
  await other.close();
  assert.equal(await late.promise, 3);
  const [next] = appendNumbers(spool, 6, 6);
  assert.equal(next, seen + 1, 'files with gaps would need ever more ids, from owner to owner');
  await spool.flush();
  assert.deepEqual(numbersOf(await readAll(spool, seen)), [6, 3, 4, 5]);
  assert.deepEqual(numbersOf(await readAll(spool)), [1, 2, 6, 3, 4, 5]);
});

test('a crash in the middle of a put leaves the put pending, with its token and its very events', async (t) => {
  const directory = temporaryDirectory(t);
  const owner = deadOwner();
  const crashed = open(directory, { owner });
  const ids = appendNumbers(crashed, 1, 10);
  const id = (n: number): number => ids[n - 1] ?? 0;
  await crashed.flush();
  const note = {
    logGroupName: 'group',
    logStreamName: 'stream',
    isLane: false,
    isOwnStream: true,
    ambiguousPuts: 2,
  };
  await crashed.notePut({ ...note, putId: 1, ranges: [[id(1), id(3)]], sequenceToken: undefined });
  crashed.acknowledge([[id(1), id(3)]]);
  await crashed.notePut({ ...note, putId: 2, ranges: [[id(4), id(8)]], sequenceToken: 'old' });
  // The same batch with another token, then split as CloudWatch refused it.
  await crashed.notePut({ ...note, putId: 2, ranges: [[id(4), id(8)]], sequenceToken: 'newer' });
  await crashed.notePut({ ...note, putId: 3, ranges: [[id(4), id(5)]], sequenceToken: 'newest' });
  assert.equal(
    await crashed.notePut({ ...note, putId: 4, ranges: [[id(9), id(9)]], sequenceToken: undefined }),
    true,
  );

  const spool = open(directory, { owner });
  const { pendingPuts } = await spool.ready;
  const events = await readAll(spool);
  assert.deepEqual(numbersOf(events), [4, 5, 6, 7, 8, 9, 10]);
  const at = (n: number): number => events.find(({ message }) => message === `event ${n}`)?.id ?? 0;
  assert.deepEqual(pendingPuts, [
    { ...note, putId: 3, sequenceToken: 'newest', ranges: [[at(4), at(5)]], isIntact: true },
    { ...note, putId: 4, sequenceToken: undefined, ranges: [[at(9), at(9)]], isIntact: true },
  ]);

  // The next owner notes it again, and crashes too.
  const [own = 0] = appendNumbers(spool, 11, 11);
  await spool.flush();
  assert.equal(spool.lastIdBeside(at(4)), at(10));
  const again = { ...note, putId: 5, sequenceToken: 'again' };
  assert.equal(await spool.notePut({ ...again, ranges: [[at(9), at(10)]] }), true);
  const both = [
    [at(10), at(10)],
    [own, own],
  ] as const;
  assert.equal(await spool.notePut({ ...again, putId: 6, ranges: both }), false, 'events of two directories');
  const next = openUntilEnd(t, directory);
  const recovery = await next.ready;
  assert.deepEqual(numbersOf(await readAll(next)), [4, 5, 6, 7, 8, 9, 10, 11]);
  assert.deepEqual(
    recovery.pendingPuts.map(({ putId, sequenceToken, isIntact }) => ({ putId, sequenceToken, isIntact })),
    [
      { putId: 3, sequenceToken: 'newest', isIntact: true },
      { putId: 5, sequenceToken: 'again', isIntact: true },
    ],
  );
});

test('a pending put whose events are damaged is not called intact', async (t) => {
  const directory = temporaryDirectory(t);
  const crashed = open(directory, { owner: deadOwner() });
  const [first = 0] = appendNumbers(crashed, 1, 1);
  await crashed.flush();
  const [second = 0] = appendNumbers(crashed, 2, 2);
  await crashed.flush();
  const note = { logGroupName: 'group', logStreamName: 'stream', sequenceToken: 'token', ambiguousPuts: 0 };
  await crashed.notePut({ ...note, putId: 1, ranges: [[first, second]] });
  const [segment = ''] = filesOf(directory, '.segment');
  fs.truncateSync(segment, fs.statSync(segment).size - 1);
  const warnings: string[] = [];
  const spool = openUntilEnd(t, directory, { onWarn: (line) => warnings.push(line) });
  const { pendingPuts, events } = await spool.ready;
  assert.equal(events, 1);
  assert.deepEqual(
    pendingPuts.map(({ putId, isIntact }) => [putId, isIntact]),
    [[1, false]],
  );
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? '', /bytes of unfinished writes cut off/);
});

test('a segment is deleted when all its events are settled, in whatever order', async (t) => {
  const directory = temporaryDirectory(t);
  const spool = openUntilEnd(t, directory, { segmentBytes: 1000 });
  const ids: number[] = [];
  for (let n = 1; n <= 100; n++) {
    ids.push(...appendNumbers(spool, n, n));
    await spool.flush();
  }
  const before = filesOf(directory, '.segment').length;
  assert.ok(before > 5);
  for (const id of ids.toReversed()) spool.acknowledge([[id, id]]);
  await spool.close();
  assert.deepEqual(fs.readdirSync(directory), []);
});

test('a ledger that has grown is written anew, and still says the same', async (t) => {
  const directory = temporaryDirectory(t);
  const crashed = open(directory, { owner: deadOwner() });
  const ids = appendNumbers(crashed, 1, 3000);
  await crashed.flush();
  const note = {
    logGroupName: 'group',
    logStreamName: 'stream',
    sequenceToken: 't'.repeat(2000),
    ambiguousPuts: 0,
  };
  const last = ids.at(-1) ?? 0;
  for (let n = 0; n < 2900; n += 2) {
    const id = ids[n] ?? 0;
    await crashed.notePut({ ...note, putId: n, ranges: [[id, id]] });
    crashed.acknowledge([[id, id]]);
  }
  await crashed.notePut({ ...note, putId: 9000, ranges: [[last, last]] });
  const [ledger = ''] = filesOf(directory, 'ledger');
  assert.ok(fs.statSync(ledger).size < 1.5 * 1024 * 1024, 'half of 2.9 MB was settled');
  const spool = openUntilEnd(t, directory);
  const { pendingPuts } = await spool.ready;
  const expected = Array.from({ length: 3000 }, (_, index) => index + 1).filter(
    (n) => n > 2900 || n % 2 === 0,
  );
  assert.deepEqual(numbersOf(await readAll(spool)), expected);
  assert.deepEqual(
    pendingPuts.map(({ putId }) => putId),
    [9000],
  );
});

test('maxBytes drops the oldest segment and reports its events, without the parts of split ones', async (t) => {
  const directory = temporaryDirectory(t);
  const drops: SpoolDrop[] = [];
  const spool = openUntilEnd(t, directory, {
    maxBytes: 20_000,
    segmentBytes: 4000,
    onDropped: (drop) => drops.push(drop),
  });
  const message = 'm'.repeat(500);
  for (let n = 0; n < 100; n++) {
    spool.append(STREAM, message, n, n % 2 === 0 ? PART_FLAG : 0);
    await spool.flush();
  }
  const left = await readAll(spool);
  const dropped = drops.flatMap(({ ranges }) => ranges).reduce((sum, [from, to]) => sum + to - from + 1, 0);
  assert.equal(dropped + left.length, 100);
  assert.deepEqual(
    left.map(({ timestamp }) => timestamp),
    Array.from({ length: left.length }, (_, index) => 100 - left.length + index),
  );
  const weight = drops.reduce((sum, { events }) => sum + events, 0);
  assert.equal(weight + spool.stats().events, 50);
  assert.ok(drops.every(({ reason }) => reason === 'maxBytes'));
  assert.equal(spool.stats().droppedSegments, drops.length);
  assert.ok(spool.stats().bytes <= 20_000);
  const onDisk = filesOf(directory, '.segment').reduce((sum, file) => sum + fs.statSync(file).size, 0);
  assert.ok(onDisk <= 20_000, `${onDisk} bytes`);
});

test('what is flushed synchronously is on disk at once, also beside a write under way, and comes back once', async (t) => {
  const directory = temporaryDirectory(t);
  const crashed = open(directory, { owner: deadOwner() });
  for (let n = 1; n <= 5; n++) {
    appendNumbers(crashed, n * 1000 + 1, n * 1000 + 999);
    crashed.flushSync();
  }
  crashed.writeSync(() => appendNumbers(crashed, 9999, 9999));
  // Nothing was awaited: what is in the files now is what the synchronous writes put there.
  const spool = openUntilEnd(t, directory);
  const { events } = await spool.ready;
  assert.equal(events, 5 * 999 + 1);
  const numbers = numbersOf(await readAll(spool));
  assert.equal(numbers.length, 5 * 999 + 1);
  assert.deepEqual(
    numbers,
    [...new Set(numbers)].sort((a, b) => a - b),
  );
});

test('a spool goes on in order after it was flushed synchronously beside a write under way', async (t) => {
  const spool = openUntilEnd(t, temporaryDirectory(t));
  await spool.ready;
  for (let round = 0; round < 20; round++) {
    for (let n = 0; n < 5; n++) {
      appendNumbers(spool, round * 50 + n * 10 + 1, round * 50 + n * 10 + 10);
      // Seals, so that the first of these is with the thread pool and the others wait behind it.
      spool.acknowledge([[0, 0]]);
    }
    spool.flushSync();
  }
  await spool.flush();
  const expected = Array.from({ length: 1000 }, (_, index) => index + 1);
  assert.deepEqual(numbersOf(await readAll(spool)), expected);
});

test('a ledger that is gone or garbage makes events come twice, never get lost', async (t) => {
  for (const spoil of [
    (ledger: string) => fs.rmSync(ledger),
    (ledger: string) => fs.writeFileSync(ledger, 'not a ledger'),
    (ledger: string) => {
      fs.rmSync(ledger);
      fs.mkdirSync(ledger);
    },
  ]) {
    const directory = temporaryDirectory(t);
    const crashed = open(directory, { owner: deadOwner() });
    const ids = appendNumbers(crashed, 1, 10);
    await crashed.flush();
    crashed.acknowledge([[ids[0] ?? 0, ids[4] ?? 0]]);
    await crashed.notePut({
      putId: 1,
      logGroupName: 'g',
      logStreamName: 's',
      ranges: [[ids[5] ?? 0, ids[5] ?? 0]],
      sequenceToken: 't',
      ambiguousPuts: 0,
    });
    for (const ledger of filesOf(directory, 'ledger')) spoil(ledger);
    const warnings: string[] = [];
    const spool = open(directory, { onWarn: (line) => warnings.push(line) });
    assert.equal((await spool.ready).events, 10);
    assert.equal((await readAll(spool)).length, 10);
    spool.acknowledge([[1, 10]]);
    assert.deepEqual(await readAll(spool), []);
    assert.ok(warnings.length <= 1);
    await spool.close();
  }
});

test('files that are damaged while the spool is open are reported as dropped, and the rest is read', async (t) => {
  const directory = temporaryDirectory(t);
  const drops: SpoolDrop[] = [];
  const spool = openUntilEnd(t, directory, { onDropped: (drop) => drops.push(drop) });
  const ids: number[] = [];
  for (let n = 1; n <= 9; n++) {
    ids.push(...appendNumbers(spool, n, n));
    await spool.flush();
  }
  const [segment = ''] = filesOf(directory, '.segment');
  const bytes = fs.readFileSync(segment);
  const at = bytes.indexOf('event 5');
  bytes.write('EVENT', at);
  fs.writeFileSync(segment, bytes);
  assert.deepEqual(numbersOf(await readAll(spool)), [1, 2, 3, 4, 6, 7, 8, 9]);
  const [{ weigh, ...drop }] = drops;
  assert.deepEqual(drop, { reason: 'unreadable', events: 1, ranges: [[ids[4] ?? 0, ids[4] ?? 0]] });
  assert.equal(weigh(drop.ranges), 1);
  assert.equal(spool.stats().events, 8);
  await readAll(spool);
  assert.equal(drops.length, 1);
});

test('foreign files and directories in a spool are left alone', async (t) => {
  const directory = temporaryDirectory(t);
  fs.writeFileSync(path.join(directory, 'notes.txt'), 'mine');
  fs.mkdirSync(path.join(directory, 'not-an-owner'));
  const crashed = open(directory, { owner: deadOwner() });
  appendNumbers(crashed, 1, 1);
  await crashed.flush();
  fs.writeFileSync(path.join(path.dirname(filesOf(directory, '.segment')[0] ?? ''), 'core'), 'mine');
  const spool = open(directory);
  await spool.ready;
  spool.acknowledge([[1, 1]]);
  await spool.close();
  const left = fs.readdirSync(directory, { recursive: true, encoding: 'utf8' });
  assert.deepEqual(left.filter((name) => name.endsWith('core')).length, 1);
  assert.deepEqual(left.filter((name) => !name.includes('.free')).sort(), ['not-an-owner', 'notes.txt']);
});

test('reading on from any event of a recovered spool misses none of the streams that were written together', async (t) => {
  const directory = temporaryDirectory(t);
  const crashed = open(directory, { owner: deadOwner() });
  // Groups of frames larger than what lies between two places at which reading can begin.
  for (let group = 0; group < 6; group++) {
    for (let n = 0; n < 300; n++) {
      crashed.append(
        { logGroupName: 'group', logStreamName: `stream ${n % 3}` },
        `${group} ${n} ${'.'.repeat(190)}`,
        1_700_000_000_000,
        0,
      );
    }
    await crashed.flush();
  }
  const spool = openUntilEnd(t, directory);
  const { events } = await spool.ready;
  assert.equal(events, 1800);
  for (let afterId = 0; afterId < 1800; afterId += 23) {
    const [first] = await readAll(spool, afterId);
    assert.equal(first?.id, afterId + 1);
    assert.equal((await readAll(spool, afterId)).length, 1800 - afterId);
  }
});
