import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { until } from '../../support/publisher-fixture.ts';
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
} from '../../support/spool-fixture.ts';

const put = {
  putId: 1,
  logGroupName: 'group',
  logStreamName: 'stream',
  sequenceToken: 'token',
  ambiguousPuts: 0,
};

/** No ledger can be opened, nor written anew, as when too many files are open. */
function refuseLedgers(t: TestContext) {
  const openFile = fs.open;
  const { open: openNew } = fs.promises;
  const refuse = () => Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' });
  let isOver = false;
  let tries = 0;
  const appended = t.mock.method(fs, 'open', (...args: unknown[]) => {
    if (path.basename(String(args[0])) !== 'ledger') Reflect.apply(openFile, fs, args);
    else setImmediate(args.at(-1) as (error: Error) => void, refuse());
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
      appended.mock.restore();
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
  assert.equal(spool.append(STREAM, 'not now', 1, 0), 0);
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

test('what is settled in a segment that cannot be read for a while stays settled when the ledger is written anew', async (t) => {
  const directory = temporaryDirectory(t);
  const crashed = open(directory, { owner: deadOwner(), segmentBytes: 300 });
  const ids: number[] = [];
  for (let n = 1; n <= 8; n++) {
    ids.push(...appendNumbers(crashed, n, n));
    await crashed.flush();
  }
  const [first = 0, second = 0] = ids;
  crashed.acknowledge([[first, first]]);
  assert.equal(await crashed.notePut({ ...put, ranges: [[second, second]] }), true);
  assert.ok(filesOf(directory, '.segment').length >= 2);

  const openFile = fs.promises.open;
  const unread = t.mock.method(fs.promises, 'open', async (...args: Parameters<typeof openFile>) => {
    if (String(args[0]).endsWith('00000001.segment')) throw Object.assign(new Error(), { code: 'EMFILE' });
    return openFile(...args);
  });
  const next = open(directory, { heartbeatMs: 5 });
  await next.ready;
  unread.mock.restore();
  const found = await readAll(next);
  assert.ok(!found.some(({ message }) => message === 'event 2'));
  // The ledger breaks, and is written anew.
  const [ledger = ''] = filesOf(directory, 'ledger');
  const { ino } = fs.statSync(ledger);
  const ledgers = refuseLedgers(t);
  next.acknowledge([[found[0].id, found[0].id]]);
  await until(() => ledgers.tries() > 0);
  ledgers.end();
  await until(() => fs.statSync(ledger).ino !== ino);
  await next.close();

  const last = openUntilEnd(t, directory);
  const { events, pendingPuts } = await last.ready;
  assert.equal(events, 6);
  assert.deepEqual(
    pendingPuts.map(({ sequenceToken }) => sequenceToken),
    ['token'],
  );
});
