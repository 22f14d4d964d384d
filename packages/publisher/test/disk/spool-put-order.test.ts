import assert from 'node:assert/strict';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { settledBy } from '../support/disk-pace.ts';
import { HeldWrites } from '../support/held-writes.ts';
import { MortalProcess } from '../support/mortal-process.ts';
import { until } from '../support/publisher-fixture.ts';
import { SimulatedService, settled, VirtualClock } from '../support/simulation.ts';
import {
  appendNumbers,
  atEnd,
  deadOwner,
  open,
  openUntilEnd,
  ownersIn,
  signal,
  temporaryDirectory,
} from '../support/spool-fixture.ts';

// A put whose end is not on the disk is made again by the next process. When a newer put of its stream was stored
// meanwhile, its token tells nothing any more, and both are stored twice.

test('what was settled in several ledgers is known to be on disk when each of them says so', async (t) => {
  const directory = temporaryDirectory(t);
  const dead = open(directory, { owner: deadOwner(), heartbeatMs: 1e9 });
  appendNumbers(dead, 1, 3);
  await dead.flush();
  let isSlow = false;
  const disk = new HeldWrites(t, (file) => isSlow && file.endsWith('ledger'));
  const spool = openUntilEnd(t, directory);
  atEnd(t, () => disk.end());
  const { ranges } = await spool.ready;
  const [id = 0] = appendNumbers(spool, 4, 5);
  await spool.flush();
  assert.equal(spool.settled(), undefined);
  isSlow = true;
  spool.acknowledge([...ranges, [id, id]]); // the first directory is left at once, as it holds nothing else
  let isSettled = false;
  const settling = spool.settled()?.then(() => {
    isSettled = true;
  });
  await until(() => disk.waiting.length === 2);
  const [, last] = disk.waiting;
  disk.letThrough((write) => write !== last);
  for (let turn = 0; turn < 50; turn++) await settled();
  assert.equal(isSettled, false);
  disk.letThrough();
  await settling;
  assert.equal(spool.settled(), undefined);
});

test('what was settled is on disk at the end of the process, also of an earlier owner of whom nothing is left', async (t) => {
  const directory = temporaryDirectory(t);
  const first = open(directory, { owner: deadOwner(), heartbeatMs: 1e9 });
  appendNumbers(first, 1, 3);
  await first.flush();
  const disk = new HeldWrites(t, (file) => ledger(file));
  const second = open(directory, { owner: deadOwner(), heartbeatMs: 1e9 });
  atEnd(t, () => disk.end());
  const { ranges } = await second.ready;
  second.acknowledge(ranges);
  second.flushSync(); // in process.on('exit'): nothing else is done
  disk.forget(ownersIn(directory));
  const third = openUntilEnd(t, directory);
  assert.equal((await third.ready).events, 0);
});

interface Scene {
  readonly t: TestContext;
  readonly clock: VirtualClock;
  readonly service: SimulatedService;
  readonly directory: string;
  readonly disk: HeldWrites;
  /** Which writes the disk does not do at present. */
  slow: (file: string) => boolean;
}

function scene(t: TestContext): Scene {
  const clock = new VirtualClock();
  const one: Scene = {
    t,
    clock,
    service: new SimulatedService(clock, { tokens: 'enforced' }).addUsed('g', 's'),
    directory: temporaryDirectory(t),
    disk: new HeldWrites(t, (file) => one.slow(file)),
    slow: () => false,
  };
  return one;
}

function begin({ t, disk, ...setup }: Scene, mode: 'overflow' | 'always' = 'always'): MortalProcess {
  const process = new MortalProcess(t, { ...setup, mode });
  atEnd(t, () => disk.end());
  return process;
}

function publish({ clock }: Scene, { publisher }: MortalProcess, message: string): void {
  publisher.publish({ timestamp: clock.now(), message });
}

/** A process that is killed when its event is on disk, before it is put. @returns the name of its directory so far */
async function leave(one: Scene, message: string): Promise<string> {
  const before = new Set(ownersIn(one.directory));
  const process = begin(one);
  publish(one, process, message);
  await Promise.all([process.spool.ready, process.spool.flush()]);
  process.kill();
  one.disk.forget(ownersIn(one.directory));
  const [own = ''] = ownersIn(one.directory).filter((directory) => !before.has(directory));
  return path.basename(own).split('.')[0] ?? '';
}

const ledger = (file: string) => path.basename(file) === 'ledger';

/** From the first put that is stored on, the disk does none of the writes that `isSlow` names. */
function slowAfterPut(one: Scene, isSlow: (file: string) => boolean): void {
  const put = one.service.put.bind(one.service);
  one.service.put = (...call) => {
    one.slow = isSlow;
    return put(...call);
  };
}

/** Kills a process when it has come as far as it does without the first write that is held. */
async function killBehind(one: Scene, process: MortalProcess): Promise<void> {
  const { disk, directory } = one;
  await until(() => disk.waiting.length > 0);
  const [first] = disk.waiting;
  for (let turn = 0; turn < 50; turn++) {
    disk.letThrough((write) => write !== first);
    await one.clock.advance(50);
    await settled();
  }
  process.kill();
  disk.forget(ownersIn(directory));
  one.slow = () => false;
}

/** What is stored when the next process has delivered all that it found. */
async function storedInTheEnd(one: Scene): Promise<string[]> {
  const { publisher, spool } = begin(one);
  await spool.ready;
  await settledBy(one.clock, publisher.flush({ timeoutMs: 1e12 }));
  return one.service.events('g', 's').map(({ message }) => message);
}

test('a kill while the ledger of an earlier owner is slow makes nothing arrive twice', async (t) => {
  const one = scene(t);
  const { service } = one;
  const put = service.put.bind(service);
  const isPut = signal();
  service.put = () => {
    isPut.resolve();
    return new Promise(() => {});
  };
  const first = begin(one);
  publish(one, first, 'one');
  publish(one, first, 'two');
  void first.publisher.flush();
  await isPut.promise;
  first.kill();
  service.put = put;
  // The second process makes that put again. What it settles does not get into the ledger of the first one.
  slowAfterPut(one, ledger);
  const second = begin(one);
  await until(() => one.disk.waiting.length > 0);
  publish(one, second, 'three');
  void second.publisher.flush();
  await second.spool.flush(); // on disk, though its put waits
  await killBehind(one, second);
  assert.deepEqual(await storedInTheEnd(one), ['one', 'two', 'three']);
});

test('no put is noted before the end of the one before it is on disk', async (t) => {
  const one = scene(t);
  await leave(one, 'old');
  slowAfterPut(one, ledger);
  const second = begin(one);
  publish(one, second, 'new');
  void second.publisher.flush(); // so that it goes first
  await killBehind(one, second);
  assert.deepEqual(await storedInTheEnd(one), ['new', 'old']);
});

test('events that are not on disk wait until it is known there which puts have ended', async (t) => {
  const one = scene(t);
  await leave(one, 'old');
  slowAfterPut(one, ledger);
  const second = begin(one, 'overflow');
  await until(() => one.disk.waiting.length > 0);
  publish(one, second, 'new');
  void second.publisher.flush();
  await killBehind(one, second);
  assert.deepEqual(await storedInTheEnd(one), ['old']);
});

test('events of two earlier owners are put one by one, as what is settled gets into two ledgers', async (t) => {
  const one = scene(t);
  const keys: string[] = [];
  for (const message of ['one', 'two']) keys.push(await leave(one, message));
  slowAfterPut(one, (file) => ledger(file) && file.includes(keys[1] ?? ''));
  const third = begin(one);
  await killBehind(one, third);
  assert.deepEqual(await storedInTheEnd(one), ['one', 'two']);
});
