import assert from 'node:assert/strict';
import fs from 'node:fs';
import test, { type TestContext } from 'node:test';
import { until } from '../support/publisher-fixture.ts';
import {
  appendNumbers,
  deadOwner,
  filesOf,
  open,
  openUntilEnd,
  readAll,
  temporaryDirectory,
} from '../support/spool-fixture.ts';

/** A disk that keeps, when its power is cut, what `fdatasync` has seen of each file and nothing else. */
class Disk {
  readonly #directory: string;
  readonly #kept = new Map<number, number>();
  #hasPower = true;

  constructor(t: TestContext, directory: string) {
    this.#directory = directory;
    const { fdatasync } = fs;
    t.mock.method(fs, 'fdatasync', (fd: number, done: fs.NoParamCallback) => {
      const { ino, size } = fs.fstatSync(fd);
      fdatasync(fd, (error) => {
        if (this.#hasPower && error === null) this.#kept.set(ino, size);
        done(error);
      });
    });
  }

  /** Whether everything that was written would stay. */
  get hasAll(): boolean {
    return this.#files().every((file) => {
      const { ino, size } = fs.statSync(file);
      return this.#kept.get(ino) === size;
    });
  }

  /** From now on nothing is kept any more. */
  failPower(): void {
    this.#hasPower = false;
  }

  /** The machine is on again: what was not kept is gone. */
  restart(): void {
    for (const file of this.#files()) fs.truncateSync(file, this.#kept.get(fs.statSync(file).ino) ?? 0);
  }

  #files(): string[] {
    return [...filesOf(this.#directory, '.segment'), ...filesOf(this.#directory, 'ledger')];
  }
}

test('a power cut takes what was written since the last fsync, which comes by itself, and nothing else', async (t) => {
  const directory = temporaryDirectory(t);
  const disk = new Disk(t, directory);
  const spool = open(directory, { owner: deadOwner(), fsyncIntervalMs: 5 });
  const ids = appendNumbers(spool, 1, 100);
  await spool.flush();
  const [first = 0, middle = 0] = [ids[0], ids[49]];
  spool.acknowledge([[first, middle]]);
  await until(() => filesOf(directory, 'ledger').length === 1 && disk.hasAll);
  const ledgerBytes = () => fs.statSync(filesOf(directory, 'ledger')[0] ?? '').size;
  const keptBytes = ledgerBytes();
  disk.failPower();
  const later = appendNumbers(spool, 101, 150);
  spool.acknowledge([[middle + 1, middle + 10]]);
  await spool.flush();
  assert.ok(later.every((id) => id > 0));
  await until(() => ledgerBytes() > keptBytes);
  disk.restart();

  const next = openUntilEnd(t, directory);
  assert.equal((await next.ready).events, 50);
  assert.deepEqual(
    (await readAll(next)).map(({ message }) => message),
    Array.from({ length: 50 }, (_, index) => `event ${index + 51}`),
  );
});

test('fsync comes once an interval, however much is written', async (t) => {
  const directory = temporaryDirectory(t);
  const spool = openUntilEnd(t, directory, { fsyncIntervalMs: 3_600_000 });
  await spool.ready;
  const { fsyncs } = spool.stats();
  for (let n = 1; n <= 200; n++) {
    appendNumbers(spool, n, n);
    await spool.flush();
  }
  assert.ok(spool.stats().writes >= 200);
  assert.equal(spool.stats().fsyncs, fsyncs);
});
