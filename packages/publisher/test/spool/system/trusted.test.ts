import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ByteSink } from '../../../src/spool/format/bytes.ts';
import { encodePut } from '../../../src/spool/format/ledger-record.ts';
import { until } from '../../support/publisher-fixture.ts';
import {
  appendNumbers,
  atEnd,
  deadOwner,
  filesOf,
  open,
  openUntilEnd,
  ownersIn,
  readAll,
  temporaryDirectory,
} from '../../support/spool-fixture.ts';

const isRoot = process.geteuid?.() === 0;
const skip = isRoot ? false : 'only root can make files of other users';

/** Three segments with an event each, of an owner that is dead. */
async function left(t: TestContext) {
  const directory = temporaryDirectory(t);
  const crashed = open(directory, { owner: deadOwner(), segmentBytes: 100 });
  const ids: number[] = [];
  for (let n = 1; n <= 3; n++) {
    ids.push(...appendNumbers(crashed, n, n));
    await crashed.flush();
  }
  crashed.acknowledge([[ids[0] ?? 0, ids[0] ?? 0]]);
  await until(() => filesOf(directory, '.segment').length === 2);
  const [owner = ''] = ownersIn(directory);
  const [second = '', third = ''] = filesOf(directory, '.segment');
  const segments = { second, third };
  return { directory, owner, segments, ledger: path.join(owner, 'ledger') };
}

/** What a spool takes over from a directory, and says of it. */
async function takeOver(t: TestContext, directory: string) {
  const said: string[] = [];
  const spool = openUntilEnd(t, directory, { mode: 'overflow', onWarn: (message) => said.push(message) });
  const { ranges, pendingPuts } = await spool.ready;
  const messages = (await readAll(spool)).map(({ message }) => message);
  return { spool, said, ranges, pendingPuts, messages };
}

test('a link in the place of a segment is not followed, nor its target cut, and the other segments are sent', async (t) => {
  const { directory, segments } = await left(t);
  const target = path.join(temporaryDirectory(t), 'shadow');
  fs.writeFileSync(target, 'root only, and no segment: all of it would be cut off as an unfinished write');
  fs.rmSync(segments.second);
  fs.symlinkSync(target, segments.second);
  const { spool, said, ranges, messages } = await takeOver(t, directory);
  assert.deepEqual(messages, ['event 3']);
  assert.equal(said.length, 1, said.join('\n'));
  assert.match(
    said[0] ?? '',
    /00000002\.segment is a link, so it is left alone.*cloudwatch-logs-spool list /,
  );
  spool.acknowledge(ranges);
  await spool.close();
  assert.match(fs.readFileSync(target, 'utf8'), /^root only/);
  assert.equal(filesOf(directory, '.segment').length, 1);
});

test('a link in the place of an owner directory is not followed, and nothing in its target is touched', async (t) => {
  const { directory, owner } = await left(t);
  const elsewhere = path.join(temporaryDirectory(t), path.basename(owner));
  fs.renameSync(owner, elsewhere);
  fs.symlinkSync(elsewhere, owner);
  const before = filesOf(elsewhere, '');
  const { spool, said, messages } = await takeOver(t, directory);
  await spool.close();
  assert.deepEqual(messages, []);
  assert.deepEqual(filesOf(elsewhere, ''), before);
  assert.match(said.join('\n'), /is a link, so it is left alone/);
});

test('a pipe in the place of a segment or a ledger holds nobody up', async (t) => {
  const one = await left(t);
  fs.rmSync(one.segments.second);
  execFileSync('mkfifo', [one.segments.second]);
  const segment = await takeOver(t, one.directory);
  assert.deepEqual(segment.messages, ['event 3']);
  assert.match(segment.said.join('\n'), /00000002\.segment is no regular file/);
  await segment.spool.close();

  const two = await left(t);
  fs.rmSync(two.ledger);
  execFileSync('mkfifo', [two.ledger]);
  const ledger = await takeOver(t, two.directory);
  assert.deepEqual(ledger.messages, []);
  assert.match(ledger.said.join('\n'), /ledger is no regular file/);
  await ledger.spool.close();
  assert.equal(filesOf(two.directory, '.segment').length, 2);
});

test('a pipe in the place of a ledger that is to be written holds up neither a put nor the end', async (t) => {
  const directory = temporaryDirectory(t);
  const spool = openUntilEnd(t, directory);
  const [id = 0] = appendNumbers(spool, 1, 1);
  await spool.flush();
  execFileSync('mkfifo', [path.join(ownersIn(directory)[0] ?? '', 'ledger')]);
  const put = { putId: 1, logGroupName: 'group', logStreamName: 'stream', sequenceToken: undefined };
  assert.equal(await spool.notePut({ ...put, ranges: [[id, id]], ambiguousPuts: 0 }), false);
  spool.flushSync();
  await spool.close();
});

test('what a ledger says of earlier puts is bounded by what anybody can have made', async (t) => {
  const { directory, ledger } = await left(t);
  const sink = new ByteSink();
  const id = 2 ** 40 + 1;
  const put = { putId: 1, logGroupName: 'group', logStreamName: 'stream', sequenceToken: undefined };
  encodePut(sink, { ...put, ranges: [[id, id]], ambiguousPuts: 1e11 });
  fs.appendFileSync(ledger, sink.take());
  const { pendingPuts } = await takeOver(t, directory);
  assert.equal(pendingPuts.length, 1);
  assert.ok((pendingPuts[0]?.ambiguousPuts ?? 0) <= 65_535);
});

test('files that others own, or may write to, are left alone with what is in them', { skip }, async (t) => {
  const cases: [string, (files: Awaited<ReturnType<typeof left>>) => void, string[]][] = [
    ['belongs to user 1234', ({ segments }) => fs.chownSync(segments.third, 1234, 1234), ['event 2']],
    ['belongs to user 1234', ({ owner }) => fs.chownSync(owner, 1234, 1234), []],
    ['belongs to user 1234', ({ ledger }) => fs.chownSync(ledger, 1234, 1234), []],
    ['can be written to by anybody', ({ owner }) => fs.chmodSync(owner, 0o707), []],
    ['can be written to by its group', ({ owner }) => fs.chmodSync(owner, 0o770), []],
    ['can be written to by anybody', ({ segments }) => fs.chmodSync(segments.second, 0o602), ['event 3']],
  ];
  for (const [reason, change, expected] of cases) {
    const files = await left(t);
    const before = filesOf(files.directory, '.segment').map((file) => fs.readFileSync(file));
    change(files);
    const { spool, said, messages } = await takeOver(t, files.directory);
    await spool.close();
    assert.deepEqual(messages, expected, reason);
    assert.equal(said.length, 1, said.join('\n'));
    assert.ok(said[0]?.includes(`${reason}, so it is left alone`), said[0]);
    if (expected.length > 0) continue;
    assert.deepEqual(
      filesOf(files.directory, '.segment').map((file) => fs.readFileSync(file)),
      before,
    );
  }
});

const child = fileURLToPath(new URL('../../support/spool-child.mts', import.meta.url));

/** Runs the child as a user that is not root; resolves with the lines that it said. */
async function asUser(t: TestContext, groups: string, command: string, directory: string): Promise<string[]> {
  const as = ['--reuid', '4321', '--regid', '4321', '--groups', groups];
  const running = spawn(
    'setpriv',
    [...as, process.execPath, '--import', 'tsx', child, command, directory, 'close'],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, TSX_DISABLE_CACHE: '1' },
    },
  );
  atEnd(t, () => running.kill('SIGKILL'));
  let text = '';
  running.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  running.stdin.on('error', () => {});
  running.stdin.write('go\n');
  const said = () => text.split('\n').filter((line) => line.startsWith('{') || line.startsWith('unsaved'));
  while (said().length === 0 && running.exitCode === null) {
    await Promise.race([once(running.stdout, 'data'), once(running, 'exit')]);
  }
  running.stdin.end('go\n');
  if (running.exitCode === null) await once(running, 'exit');
  return said();
}

test("a root that is anybody's, such as an emptyDir of Kubernetes, is used; only without a sticky bit it is warned about", {
  skip,
}, async (t) => {
  for (const [mode, warnings] of [
    [0o1777, 0],
    [0o777, 1],
  ] as const) {
    const directory = temporaryDirectory(t);
    fs.chmodSync(directory, mode);
    assert.deepEqual(await asUser(t, '4321', 'exit', directory), ['unsaved 0']);
    const [found = '{}'] = await asUser(t, '4321', 'open', directory);
    const { directories, events, said } = JSON.parse(found);
    assert.deepEqual([directories, events.length], [1, 1000]);
    assert.equal(said.length, warnings, said.join('\n'));
    if (warnings > 0) assert.match(said[0], /anybody may write to it.*chmod \+t/);
  }
});

test('a volume with fsGroup, which Kubernetes makes writable for a group at each mount, keeps what was left', {
  skip,
}, async (t) => {
  const directory = temporaryDirectory(t);
  fs.chownSync(directory, 0, 5555);
  fs.chmodSync(directory, 0o2775);
  assert.deepEqual(await asUser(t, '5555', 'exit', directory), ['unsaved 0']);
  // What the kubelet does to everything in the volume when the next pod mounts it.
  for (const name of fs.readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    const file = path.join(directory, name);
    const { uid, mode } = fs.statSync(file);
    fs.chownSync(file, uid, 5555);
    fs.chmodSync(file, (mode & 0o7777) | 0o660 | (fs.statSync(file).isDirectory() ? 0o2110 : 0));
  }
  const [found = '{}'] = await asUser(t, '5555', 'open', directory);
  const { directories, events, said } = JSON.parse(found);
  assert.deepEqual([directories, events.length, said], [1, 1000, []]);
});
