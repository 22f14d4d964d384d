import assert from 'node:assert/strict';
import test from 'node:test';
import { SimulatedService, settled, VirtualClock } from '../simulation.ts';
import { settledBy } from './disk-pace.ts';
import { HeldWrites } from './held-writes.ts';
import { MortalProcess } from './mortal-process.ts';
import { until } from './publisher-fixture.ts';
import {
  appendNumbers,
  atEnd,
  deadOwner,
  open,
  openUntilEnd,
  signal,
  temporaryDirectory,
} from './spool-fixture.ts';

// A put whose end is not on the disk is made again by the next process. When a newer put of its stream was stored
// meanwhile, its token tells nothing any more, and both are stored twice.

const note = { putId: 1, logGroupName: 'group', logStreamName: 'stream', ambiguousPuts: 0 };

test('a put waits until the ledgers of earlier owners have what was settled before', async (t) => {
  const directory = temporaryDirectory(t);
  const dead = open(directory, { owner: deadOwner(), heartbeatMs: 1e9 });
  appendNumbers(dead, 1, 3);
  await dead.flush();
  let isSlow = false;
  const disk = new HeldWrites(t, (file) => isSlow && file.endsWith('ledger'));
  const spool = openUntilEnd(t, directory);
  atEnd(t, () => disk.end());
  const { ranges } = await spool.ready;
  const [id = 0] = appendNumbers(spool, 4, 4);
  await spool.flush();
  isSlow = true;
  spool.acknowledge(ranges);
  const noted = spool.notePut({ ...note, ranges: [[id, id]], sequenceToken: 't' });
  let isNoted = false;
  void noted.then(() => {
    isNoted = true;
  });
  await until(() => disk.waiting.length === 2);
  const [settling] = disk.waiting;
  disk.letThrough((write) => write !== settling);
  await spool.flush();
  for (let turn = 0; turn < 50; turn++) await settled();
  assert.equal(isNoted, false, 'noted while the ledger of the earlier owner does not say what was settled');
  disk.end();
  assert.equal(await noted, true);
});

test('a kill while the ledger of an earlier owner is slow makes nothing arrive twice', async (t) => {
  const directory = temporaryDirectory(t);
  const clock = new VirtualClock();
  const service = new SimulatedService(clock, { tokens: 'enforced' }).add('g', 's');
  const setup = { clock, service, directory, mode: 'always' } as const;
  const publish = ({ publisher }: MortalProcess, message: string) =>
    publisher.publish({ timestamp: clock.now(), message });

  const first = new MortalProcess(t, setup);
  const put = service.put.bind(service);
  const isPut = signal();
  service.put = () => {
    isPut.resolve();
    return new Promise(() => {});
  };
  publish(first, 'one');
  publish(first, 'two');
  void first.publisher.flush();
  await isPut.promise;
  first.kill();
  service.put = put;

  // The second process makes that put again. What it settles does not get into the ledger of the first one.
  let isSlow = false;
  const disk = new HeldWrites(t, (file) => isSlow && file.endsWith('ledger'));
  const second = new MortalProcess(t, setup);
  atEnd(t, () => disk.end());
  await second.spool.ready;
  service.put = (...call) => {
    isSlow = true;
    return put(...call);
  };
  await until(() => disk.waiting.length === 1);
  const [settling] = disk.waiting;
  assert.deepEqual(
    service.events('g', 's').map(({ message }) => message),
    ['one', 'two'],
  );
  publish(second, 'three');
  void second.publisher.flush();
  await until(() => disk.waiting.length === 2);
  disk.letThrough((write) => write !== settling);
  for (let turn = 0; turn < 50; turn++) await settled();
  second.kill();
  disk.forget();

  isSlow = false;
  const third = new MortalProcess(t, setup);
  atEnd(t, () => disk.end());
  await third.spool.ready;
  await settledBy(clock, third.publisher.flush({ timeoutMs: 1e12 }));
  assert.deepEqual(
    service.events('g', 's').map(({ message }) => message),
    ['one', 'two', 'three'],
  );
});
