import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { until } from './publisher-fixture.ts';
import {
  appendNumbers,
  deadOwner,
  filesOf,
  open,
  openUntilEnd,
  readAll,
  signal,
  temporaryDirectory,
} from './spool-fixture.ts';

/** No ledger can be opened, nor written anew, as when too many files are open. */
function refuseLedgers(t: TestContext) {
  const { openSync } = fs;
  const { open: openNew } = fs.promises;
  const refuse = () => Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' });
  let isOver = false;
  let tries = 0;
  const sync = t.mock.method(fs, 'openSync', (...args: Parameters<typeof openSync>) => {
    if (path.basename(String(args[0])) === 'ledger') throw refuse();
    return openSync(...args);
  });
  const anew = t.mock.method(fs.promises, 'open', async (...args: Parameters<typeof openNew>) => {
    if (!isOver && path.basename(String(args[0])) === 'ledger.new') {
      tries += 1;
      throw refuse();
    }
    return openNew(...args);
  });
  return {
    /** How often one was to be written anew. */
    tries: () => tries,
    end: () => {
      isOver = true;
      sync.mock.restore();
      anew.mock.restore();
    },
  };
}

test('while the ledger cannot be written no events are taken, and what was settled meanwhile is noted at last', async (t) => {
  const directory = temporaryDirectory(t);
  const usable = signal();
  const spool = open(directory, {
    owner: deadOwner(),
    retryDelayMs: 5,
    onUsable: () => usable.resolve(),
  });
  const [first = 0, , third = 0] = appendNumbers(spool, 1, 3);
  await spool.flush();
  const ledgers = refuseLedgers(t);
  spool.acknowledge([[first, first]]);
  await until(() => ledgers.tries() >= 3);
  assert.equal(spool.trouble?.code, 'EMFILE');
  assert.equal(spool.append('group', 'stream', 1, 'not now', 0), 0);
  spool.acknowledge([[third, third]]);
  ledgers.end();
  await usable.promise;
  const next = openUntilEnd(t, directory);
  assert.equal((await next.ready).events, 1);
  assert.deepEqual(
    (await readAll(next)).map(({ message }) => message),
    ['event 2'],
  );
});

test('a ledger of its own in which records are missing is written anew with the next heartbeat', async (t) => {
  const directory = temporaryDirectory(t);
  const troubled = signal();
  const spool = openUntilEnd(t, directory, {
    heartbeatMs: 5,
    retryDelayMs: 3_600_000,
    onTrouble: () => troubled.resolve(),
  });
  const [first = 0] = appendNumbers(spool, 1, 3);
  await spool.flush();
  const ledgers = refuseLedgers(t);
  spool.acknowledge([[first, first]]);
  await troubled.promise;
  ledgers.end();
  await until(() => filesOf(directory, 'ledger').length === 1);
});
