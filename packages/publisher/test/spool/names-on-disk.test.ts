import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { until } from '../support/publisher-fixture.ts';
import { appendNumbers, openUntilEnd, temporaryDirectory } from '../support/spool-fixture.ts';

// After a power cut a file is there only where its name was put on the disk, in each directory above it.

/** What was made and put on the disk, in this order: `+` a name, `sync` all names of a directory. */
function watchNames(t: TestContext, root: string): string[] {
  const told: string[] = [];
  const nameOf = (file: unknown) => path.relative(root, String(file)).replace(/v1-[^/]+/, 'own') || '.';
  const { mkdir, open, rename } = fs.promises;
  t.mock.method(fs.promises, 'mkdir', async (...args: Parameters<typeof mkdir>) => {
    const made = await mkdir(...args);
    told.push(`+ ${nameOf(args[0])}`);
    return made;
  });
  t.mock.method(fs.promises, 'rename', async (...args: Parameters<typeof rename>) => {
    await rename(...args);
    told.push(`+ ${nameOf(args[1])}`);
  });
  t.mock.method(fs.promises, 'open', async (...args: Parameters<typeof open>) => {
    const handle = await open(...args);
    const sync = handle.sync.bind(handle);
    handle.sync = async () => {
      await sync();
      told.push(`sync ${nameOf(args[0])}`);
    };
    return handle;
  });
  const openFile = fs.open as (...args: unknown[]) => void;
  t.mock.method(fs, 'open', (...args: unknown[]) => {
    const done = args.pop() as (...result: unknown[]) => void;
    openFile(...args, (...result: unknown[]) => {
      told.push(`+ ${nameOf(args[0])}`);
      done(...result);
    });
  });
  return told;
}

/** Whether the directory that has a name was put on the disk after the name was made. */
function assertOnDisk(told: readonly string[], name: string): void {
  const made = told.lastIndexOf(`+ ${name}`);
  assert.ok(made >= 0, `${name} was made: ${told}`);
  assert.ok(told.indexOf(`sync ${path.dirname(name)}`, made) > made, `${name}: ${told}`);
}

test('the names of the segment, of its directory and of a root that was made are on the disk with the first fsync', async (t) => {
  const top = temporaryDirectory(t);
  const told = watchNames(t, top);
  const spool = openUntilEnd(t, path.join(top, 'var', 'spool'), { mode: 'overflow', fsyncIntervalMs: 1 });
  await spool.ready;
  appendNumbers(spool, 1, 3);
  await until(() => spool.stats().fsyncs > 0);
  assert.ok(told.includes('sync .'), `${told}`); // has "var"
  assert.ok(told.includes('sync var'), `${told}`); // has "spool"
  assertOnDisk(told, 'var/spool/own');
  assertOnDisk(told, 'var/spool/own/00000001.segment');
});

test('the name of a ledger is on the disk before a segment is deleted because of what it says', async (t) => {
  const root = temporaryDirectory(t);
  const told = watchNames(t, root);
  const spool = openUntilEnd(t, root, { segmentBytes: 100, fsyncIntervalMs: 3_600_000 });
  await spool.ready;
  const { rm } = fs.promises;
  t.mock.method(fs.promises, 'rm', async (...args: Parameters<typeof rm>) => {
    if (String(args[0]).endsWith('.segment')) told.push('delete');
    await rm(...args);
  });
  const ids: number[] = [];
  for (let n = 1; n <= 3; n++) {
    ids.push(...appendNumbers(spool, n, n));
    await spool.flush();
  }
  spool.acknowledge([[ids[0] ?? 0, ids[0] ?? 0]]);
  await until(() => told.includes('delete'));
  assertOnDisk(told.slice(0, told.indexOf('delete')), 'own/ledger');
});
