import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { LEDGER_FILE, Ledger, readLedger } from '../../../src/spool/files/ledger.ts';
import { temporaryDirectory } from '../../support/spool-fixture.ts';

const state = { acknowledged: () => [], isPending: () => true };
const put = {
  putId: 1,
  logGroupName: 'g',
  logStreamName: 's',
  sequenceToken: undefined,
  ambiguousPuts: 0,
  ranges: [[1, 1]] as const,
};
const made = (path: string) => ({ path, make: () => Promise.resolve(), makeSync: () => {} });
const turn = () => new Promise((resolve) => setImmediate(resolve));

test('what comes while a ledger closes, and after that, opens no file and throws nothing', async (t) => {
  const directory = temporaryDirectory(t);
  const errors: unknown[] = [];
  const ledger = new Ledger(made(directory), state, (error) => errors.push(error));
  ledger.acknowledge([[1, 5]]);
  let isClosed = false;
  const closed = ledger.close().then(() => {
    isClosed = true;
  });
  const notes: Promise<boolean>[] = [];
  for (let n = 10; !isClosed; n += 2) {
    ledger.acknowledge([[n, n]]);
    notes.push(ledger.notePut(put));
    await turn();
  }
  await closed;
  fs.renameSync(path.join(directory, LEDGER_FILE), path.join(directory, 'taken over'));
  ledger.acknowledge([[9000, 9000]]);
  assert.equal(await ledger.notePut(put), false);
  ledger.flushSync();
  await turn();
  await Promise.all(notes);
  assert.deepEqual(fs.readdirSync(directory), ['taken over']);
  assert.deepEqual(errors, []);
});

test('a ledger that closes has everything noted before in its file', async (t) => {
  const directory = temporaryDirectory(t);
  const ledger = new Ledger(made(directory), state, () => {});
  ledger.acknowledge([[1, 5]]);
  const noted = ledger.notePut(put);
  ledger.acknowledge([[7, 9]]);
  await ledger.close();
  assert.equal(await noted, true);
  const { acknowledged, puts } = await readLedger(directory);
  assert.deepEqual(acknowledged.ranges(), [
    [1, 5],
    [7, 9],
  ]);
  assert.deepEqual(puts, [{ ...put, isLane: false, isOwnStream: false }]);
});

test('a ledger that is written anew holds more settled ids than go into one record', async (t) => {
  const directory = temporaryDirectory(t);
  // Nine bytes each, and 16 MiB is the longest record.
  const settled = Array.from({ length: 1_900_000 }, (_, index) => {
    const from = index * 2 ** 30;
    return [from, from + 2 ** 22] as const;
  });
  const ledger = new Ledger(made(directory), { ...state, acknowledged: () => settled }, () => {});
  assert.equal(await ledger.rewrite(), true);
  await ledger.close();
  const { acknowledged, damagedPlaces } = await readLedger(directory);
  assert.equal(damagedPlaces, 0);
  const read = acknowledged.ranges();
  assert.equal(read.length, settled.length);
  assert.deepEqual(read.at(-1), settled.at(-1));
});

test('a ledger is whole though the file that it replaced cannot be put on the disk', async (t) => {
  const directory = temporaryDirectory(t);
  const errors: unknown[] = [];
  const ledger = new Ledger(made(directory), state, (error) => errors.push(error));
  assert.equal(await ledger.notePut(put), true);
  const { close } = fs;
  const closed = new Promise<void>((resolve) => {
    t.mock.method(fs, 'close', (fd: number, done: (error: Error) => void) => {
      close(fd, () => {
        done(Object.assign(new Error('EIO: i/o error'), { code: 'EIO' }));
        setImmediate(resolve);
      });
    });
  });
  assert.equal(await ledger.rewrite(), true);
  await closed;
  assert.equal(ledger.isBroken, false);
  assert.deepEqual(errors, []);
});
