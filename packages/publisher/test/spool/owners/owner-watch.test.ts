import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import test, { type TestContext } from 'node:test';
import { Worker } from 'node:worker_threads';
import { currentOwner, type OwnerEntry, parseOwnerEntry } from '../../../src/spool/owners/owner-directory.ts';
import { type OwnerState, OwnerWatch } from '../../../src/spool/owners/owner-watch.ts';
import { inspectSpool } from '../../../src/spool-command/inspect.ts';
import { replayCommand } from '../../../src/spool-command/replay.ts';
import {
  deadOwner,
  open,
  openUntilEnd,
  STREAM,
  signal,
  temporaryDirectory,
} from '../../support/spool-fixture.ts';

const self = currentOwner();
const foreign = self.scope === '00000000' ? '11111111' : '00000000';
const HOUR_MS = 3_600_000;

/** A watch whose beats pass when the test says so, and whose directories are touched when it says so. */
class WatchedDirectory {
  readonly root: string;
  readonly watch: OwnerWatch;
  now = 1000;
  #made = 0;

  constructor(t: TestContext) {
    this.root = temporaryDirectory(t);
    this.watch = new OwnerWatch(this.root, self, 10_000, () => this.now);
  }

  make(owner: string): OwnerEntry {
    const name = `v1-0123456789abcdef-abc-0123abcd.${owner}${owner === 'free' ? '' : `.${String(++this.#made).padStart(6, '0')}`}`;
    fs.mkdirSync(path.join(this.root, name));
    const entry = parseOwnerEntry(name);
    assert.ok(entry !== undefined);
    return entry;
  }

  touch({ name }: OwnerEntry, seconds: number): void {
    fs.utimesSync(path.join(this.root, name), seconds, seconds);
  }

  async beats(entry: OwnerEntry, count: number, beatMs = 10_000): Promise<OwnerState> {
    let state = await this.watch.look(entry);
    for (let beat = 0; beat < count; beat++) {
      this.now += beatMs;
      state = await this.watch.look(entry);
    }
    return state;
  }
}

function startOf(pid: number): string {
  const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

test('an owner is dead at once when its process is gone, or when another one has its number', async (t) => {
  const spool = new WatchedDirectory(t);
  assert.equal(await spool.watch.look(spool.make('free')), 'released');
  assert.equal(await spool.watch.look(spool.make(`${2 ** 30}.1.${self.scope}`)), 'dead');
  if (self.startTime !== '')
    assert.equal(await spool.watch.look(spool.make(`${self.pid}.1.${self.scope}`)), 'dead');
  assert.equal(parseOwnerEntry('lost+found'), undefined);
});

test('an owner out of sight is dead when it was silent for six beats in a row, whatever the clocks say', async (t) => {
  const spool = new WatchedDirectory(t);
  const entry = spool.make(`${self.pid}.1.${foreign}`);
  spool.touch(entry, 1000); // decades ago by this clock
  assert.equal(await spool.beats(entry, 5), 'unseen');
  spool.touch(entry, 900); // its clock was set back meanwhile
  assert.equal(await spool.beats(entry, 5), 'alive');
  spool.touch(entry, Date.now() / 1000 + 86_400); // and forward
  assert.equal(await spool.beats(entry, 5), 'alive');
  assert.equal(await spool.beats(entry, 1), 'dead');
});

test('beats that follow each other at once count as one, and so does a long time without any', async (t) => {
  const spool = new WatchedDirectory(t);
  const entry = spool.make(`${self.pid}.1.${foreign}`);
  assert.equal(await spool.beats(entry, 20, 100), 'unseen');
  assert.equal(await spool.beats(entry, 1, HOUR_MS), 'unseen', 'this process was suspended');
  assert.equal(await spool.beats(entry, 4), 'unseen');
  assert.equal(await spool.beats(entry, 1), 'dead');
});

test('another process that lives is never dead, however long it is silent', {
  skip: self.startTime === '',
}, async (t) => {
  const spool = new WatchedDirectory(t);
  const stopped = spool.make(`${process.ppid}.${startOf(process.ppid)}.${self.scope}`);
  spool.touch(stopped, 1000);
  assert.equal(await spool.beats(stopped, 1000), 'alive');
});

test('a thread that has ended is dead at once, in a process that lives', {
  skip: process.platform !== 'linux',
}, async (t) => {
  const directory = temporaryDirectory(t);
  const file = new URL('../../support/spool-thread.mts', import.meta.url).href;
  // The flags of this process do not make a thread read TypeScript.
  const code = `import('tsx/esm/api').then(({ register }) => register() && import(${JSON.stringify(file)}));`;
  const worker = new Worker(code, { eval: true, workerData: directory });
  t.after(() => worker.terminate());
  assert.deepEqual(await once(worker, 'message'), ['written']);
  const watch = new OwnerWatch(directory, self);
  const [entry] = await watch.list();
  assert.ok(entry);
  assert.equal(await watch.look(entry), 'alive');
  const [report] = await inspectSpool(directory);
  assert.equal(report?.pid, process.pid, 'as ps and top show it');
  await worker.terminate();
  assert.equal(await watch.look(entry), 'dead');
  const next = openUntilEnd(t, directory);
  assert.equal((await next.ready).events, 5);
});

test('what a thread of this process left where threads have no numbers, or a process that may be another one, takes longer', async (t) => {
  const spool = new WatchedDirectory(t);
  for (const startTime of new Set([self.startTime, ''])) {
    const entry = spool.make(`${self.pid}.${startTime}.${self.scope}`);
    assert.equal(await spool.beats(entry, 29), 'alive');
    assert.equal(await spool.beats(entry, 1), 'dead');
  }
});

test('a directory that changes hands is watched anew, and one that is gone is forgotten', async (t) => {
  const spool = new WatchedDirectory(t);
  const entry = spool.make(`${self.pid}.1.${foreign}`);
  await spool.beats(entry, 5);
  fs.rmdirSync(path.join(spool.root, entry.name));
  assert.deepEqual(await spool.watch.list(), []);
  assert.equal(await spool.beats(entry, 1), 'unseen');
  fs.mkdirSync(path.join(spool.root, entry.name));
  assert.equal(await spool.beats(entry, 5), 'unseen');
});

/** A directory with five events of an owner in another container, which is silent since yesterday by this clock. */
async function leftElsewhere(t: TestContext): Promise<string> {
  const directory = temporaryDirectory(t);
  const other = open(directory, { owner: { ...deadOwner(), scope: foreign }, heartbeatMs: HOUR_MS });
  for (let n = 1; n <= 5; n++) other.append(STREAM, `event ${n}`, Date.now(), 0);
  await other.flush();
  const yesterday = Date.now() / 1000 - 86_400;
  for (const name of fs.readdirSync(directory))
    fs.utimesSync(path.join(directory, name), yesterday, yesterday);
  return directory;
}

test('a spool takes over what a silent container left after some beats, not at the start', async (t) => {
  const directory = await leftElsewhere(t);
  const late = signal<number>();
  const spool = openUntilEnd(t, directory, {
    heartbeatMs: 20,
    onRecovered: ({ events }) => late.resolve(events),
  });
  assert.equal((await spool.ready).events, 0);
  assert.equal(await late.promise, 5);
});

test('a replay watches the owners in other containers before, and sends what the silent ones left', async (t) => {
  const directory = await leftElsewhere(t);
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const said = text(stdout);
  const flags = { endpoint: 'http://127.0.0.1:9', region: 'eu-central-1', timeout: '0.1' };
  assert.equal(await replayCommand(directory, flags, { stdout, stderr }, 20), 1);
  stdout.end();
  const lines = (await said).trimEnd().split('\n');
  assert.match(lines[0] ?? '', /^1 owners on other hosts or in other containers: watching for/);
  assert.equal(lines.at(-1), '0 of 5 events sent, 5 on disk');
});
