import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { readLedger } from '../../../src/spool/files/ledger.ts';
import { drained, start, until } from '../../support/publisher-fixture.ts';
import { SimulatedService, settled, VirtualClock } from '../../support/simulation.ts';
import {
  appendNumbers,
  beats,
  deadOwner,
  filesOf,
  open,
  openUntilEnd,
  ownersIn,
  readAll,
  signal,
  temporaryDirectory,
} from '../../support/spool-fixture.ts';

/** A directory with what a dead owner left: five events. */
async function left(t: TestContext): Promise<{ directory: string; key: string }> {
  const directory = temporaryDirectory(t);
  const dead = open(directory, { owner: deadOwner(), heartbeatMs: 3_600_000 });
  appendNumbers(dead, 1, 5);
  await dead.flush();
  const [owner = ''] = ownersIn(directory);
  return { directory, key: path.basename(owner).split('.')[0] ?? '' };
}

/** No ledger can be opened to be appended to, as on a full disk. @returns call it when there is room */
function refuseLedgers(t: TestContext): () => void {
  const { open: openFile } = fs;
  let refused = 0;
  const mock = t.mock.method(fs, 'open', (...args: unknown[]) => {
    if (!String(args[0]).endsWith('ledger')) return Reflect.apply(openFile, fs, args);
    refused++;
    (args.at(-1) as (error: Error) => void)(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' }));
  });
  return () => {
    assert.ok(refused > 0, 'a ledger was opened');
    mock.mock.restore();
  };
}

test('a directory is kept alive while it is read, however long that takes', async (t) => {
  const { directory, key } = await left(t);
  const touched = signal();
  const { utimes, readdir } = fs.promises;
  let looks = 0;
  let isBeingRead = false;
  t.mock.method(fs.promises, 'utimes', (...args: Parameters<typeof utimes>) => {
    if (isBeingRead && String(args[0]).includes(key)) touched.resolve();
    return utimes(...args);
  });
  t.mock.method(fs.promises, 'readdir', async (...args: unknown[]) => {
    // The first look, before it is taken over, is whether it fits.
    if (String(args[0]).includes(key) && ++looks === 2) {
      isBeingRead = true;
      await touched.promise;
    }
    return Reflect.apply(readdir, fs.promises, args);
  });
  const spool = openUntilEnd(t, directory, { heartbeatMs: 20 });
  assert.equal((await spool.ready).events, 5);
});

test('the ledger of an earlier owner that could not be written is written later', async (t) => {
  const { directory } = await left(t);
  const makeRoom = refuseLedgers(t);
  const spool = open(directory, { owner: deadOwner(), mode: 'overflow', heartbeatMs: 20 });
  const { ranges } = await spool.ready;
  const [[first] = [0]] = ranges;
  spool.acknowledge([[first, first + 2]]);
  await spool.settled();
  makeRoom();
  const said = async () => {
    const [ledger] = filesOf(directory, 'ledger');
    return ledger !== undefined && !(await readLedger(path.dirname(ledger))).acknowledged.isEmpty;
  };
  for (const end = Date.now() + 30_000; !(await said()); await settled()) {
    assert.ok(Date.now() < end, 'it was not written');
  }
  const next = openUntilEnd(t, directory);
  assert.equal((await next.ready).events, 2);
  await spool.close();
});

test('a ledger that could not be written is written at the end, when the disk takes it', async (t) => {
  const { directory } = await left(t);
  const makeRoom = refuseLedgers(t);
  const spool = open(directory, { mode: 'overflow', heartbeatMs: 3_600_000 });
  const [[first] = [0]] = (await spool.ready).ranges;
  spool.acknowledge([[first, first + 2]]);
  await spool.settled();
  makeRoom();
  await spool.close();
  const next = openUntilEnd(t, directory);
  assert.equal((await next.ready).events, 2);
});

test('a directory in which others put files is taken over once, and left when its events are settled', async (t) => {
  const { directory, key } = await left(t);
  const [owner = ''] = ownersIn(directory);
  fs.writeFileSync(path.join(owner, 'a file of somebody else'), '');
  const { rename } = fs.promises;
  const renamed = t.mock.method(fs.promises, 'rename', rename);
  const looked = beats(t, directory, 9);
  const spool = openUntilEnd(t, directory, { mode: 'overflow', heartbeatMs: 20 });
  spool.acknowledge((await spool.ready).ranges);
  await looked;
  await until(() => fs.readdirSync(directory)[0] === `${key}.free`);
  assert.equal(renamed.mock.callCount(), 2, 'taken over once, and left once');
  assert.deepEqual(await readAll(spool), []);
});

test('a directory is left when the last events in it turn out to be damaged', async (t) => {
  const { directory } = await left(t);
  const spool = openUntilEnd(t, directory, { mode: 'overflow', heartbeatMs: 3_600_000 });
  await spool.ready;
  const [segment = ''] = filesOf(directory, '.segment');
  fs.truncateSync(segment, 0);
  assert.deepEqual(await readAll(spool), []);
  await until(() => ownersIn(directory).length === 0);
});

test('a file that cannot be read at present is tried again later', async (t) => {
  const { directory } = await left(t);
  const { open: openFile } = fs.promises;
  let isFailing = true;
  t.mock.method(fs.promises, 'open', (...args: Parameters<typeof openFile>) => {
    if (isFailing && String(args[0]).endsWith('.segment'))
      throw Object.assign(new Error(), { code: 'EMFILE' });
    return openFile(...args);
  });
  const recovered = signal<number>();
  let later = 0;
  const spool = openUntilEnd(t, directory, {
    mode: 'overflow',
    heartbeatMs: 20,
    now: () => performance.now() + later,
    onRecovered: ({ events }) => recovered.resolve(events),
  });
  assert.equal((await spool.ready).events, 0);
  isFailing = false;
  later = 3_600_000;
  assert.equal(await recovered.promise, 5);
});

test('a directory is left for later while its ledger cannot be read, so that nothing is sent again', async (t) => {
  const { directory } = await left(t);
  const { open: openFile } = fs.promises;
  let isFailing = true;
  let tries = 0;
  t.mock.method(fs.promises, 'open', async (...args: Parameters<typeof openFile>) => {
    if (isFailing && String(args[0]).endsWith('ledger')) {
      tries += 1;
      throw Object.assign(new Error(), { code: 'EMFILE' });
    }
    return openFile(...args);
  });
  const recovered = signal<number>();
  const spool = openUntilEnd(t, directory, {
    mode: 'overflow',
    heartbeatMs: 5,
    onRecovered: ({ events }) => recovered.resolve(events),
  });
  assert.equal((await spool.ready).events, 0);
  await until(() => tries >= 3);
  isFailing = false;
  assert.equal(await recovered.promise, 5);
});

/** Segments are opened only when the test says so. */
function holdSegments(t: TestContext) {
  const { open: openFile } = fs.promises;
  const isHeld = signal();
  const goOn = signal();
  t.mock.method(fs.promises, 'open', async (...args: Parameters<typeof openFile>) => {
    if (String(args[0]).endsWith('.segment')) {
      isHeld.resolve();
      await goOn.promise;
    }
    return openFile(...args);
  });
  return { isHeld: isHeld.promise, letThrough: () => goOn.resolve() };
}

/** A process died that had events of two streams on disk, and was about to put those of one. */
async function diedBeforeAPut(t: TestContext): Promise<string> {
  const directory = temporaryDirectory(t);
  const dead = open(directory, { destination: { logGroupName: 'g' }, owner: deadOwner() });
  const id = dead.append({ logGroupName: 'g', logStreamName: 'noted' }, 'event 0', Date.UTC(2026, 10, 21), 0);
  dead.append({ logGroupName: 'g', logStreamName: 'other' }, 'event 1', Date.UTC(2026, 10, 21), 0);
  await dead.flush();
  const put = {
    putId: 1,
    logGroupName: 'g',
    logStreamName: 'noted',
    sequenceToken: undefined,
    ambiguousPuts: 0,
  };
  assert.equal(await dead.notePut({ ...put, ranges: [[id, id]] }), true);
  return directory;
}

test('new events go out while what earlier processes left is read; only where one was about to put they wait for that', async (t) => {
  const directory = await diedBeforeAPut(t);
  const clock = new VirtualClock();
  const sink = new SimulatedService(clock, { tokens: 'enforced' });
  for (const stream of ['noted', 'other', 'new']) sink.add('g', stream);
  const segments = holdSegments(t);
  const options = { logStreamName: '{level}' };
  const { publisher } = start(t, {
    directory,
    clock,
    sink,
    options,
    spool: { destination: { logGroupName: 'g' } },
  });
  await segments.isHeld;
  for (const level of ['noted', 'other', 'new'])
    publisher.publish({ timestamp: clock.now(), message: `event 2 of ${level}` }, { level });
  await clock.advance(1000);
  const stored = (stream: string) => sink.events('g', stream).map(({ message }) => message);
  assert.deepEqual(['noted', 'other', 'new'].map(stored), [[], ['event 2 of other'], ['event 2 of new']]);
  segments.letThrough();
  await drained(clock, publisher);
  assert.deepEqual(stored('noted'), ['event 0', 'event 2 of noted']);
  assert.deepEqual(stored('other').sort(), ['event 1', 'event 2 of other']);
  assert.deepEqual(sink.illegal, []);
});

test('where reading what was left makes no progress, its streams wait no more', async (t) => {
  const directory = await diedBeforeAPut(t);
  const clock = new VirtualClock();
  const sink = new SimulatedService(clock, { tokens: 'enforced' }).add('g', 'noted');
  const segments = holdSegments(t);
  const { publisher } = start(t, {
    directory,
    clock,
    sink,
    options: { logStreamName: 'noted' },
    spool: { destination: { logGroupName: 'g' } },
  });
  await segments.isHeld;
  publisher.publish({ timestamp: clock.now(), message: 'event 2' });
  await clock.advance(9000);
  assert.equal(sink.puts, 0);
  await clock.advance(20_000);
  await until(() => sink.puts > 0);
  segments.letThrough();
  await drained(clock, publisher);
});

test('reading what a dead owner left makes progress', async (t) => {
  const { directory } = await left(t);
  const spool = openUntilEnd(t, directory);
  assert.equal(spool.progress, 0);
  await spool.ready;
  assert.ok(spool.progress > 0);
});

test('a spool that is closed while it reads what is left stops reading, and leaves it all to the next', async (t) => {
  const directory = temporaryDirectory(t);
  for (let owner = 0; owner < 2; owner++) {
    const dead = open(directory, { owner: deadOwner(), segmentBytes: 100, heartbeatMs: 3_600_000 });
    await dead.ready;
    for (let n = 1; n <= 3; n++) {
      appendNumbers(dead, n, n);
      await dead.flush();
    }
  }
  const { open: openFile } = fs.promises;
  const isReading = signal();
  const goOn = signal();
  let opened = 0;
  t.mock.method(fs.promises, 'open', async (...args: Parameters<typeof openFile>) => {
    if (String(args[0]).endsWith('.segment') && ++opened === 5) {
      isReading.resolve();
      await goOn.promise;
    }
    return openFile(...args);
  });
  const spool = open(directory, { mode: 'overflow' });
  await isReading.promise;
  const closed = spool.close();
  goOn.resolve();
  await closed;
  assert.equal((await spool.ready).events, 0);
  assert.equal(opened, 5);
  assert.deepEqual(
    fs.readdirSync(directory).map((name) => path.extname(name)),
    ['.free', '.free'],
  );
  const next = openUntilEnd(t, directory);
  assert.equal((await next.ready).events, 6);
});
