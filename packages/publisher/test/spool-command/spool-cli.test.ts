import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../../src/spool-command/commands.ts';
import { appendNumbers, deadOwner, filesOf, open, temporaryDirectory } from '../support/spool-fixture.ts';

const cliPath = fileURLToPath(new URL('../../src/spool-command/cli.ts', import.meta.url));

interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(...args: string[]): Promise<Outcome> {
  const stdout = new PassThrough({ highWaterMark: 16 });
  const stderr = new PassThrough({ highWaterMark: 16 });
  const texts = Promise.all([text(stdout), text(stderr)]);
  const status = await runCommand(args, { stdout, stderr });
  stdout.end();
  stderr.end();
  const [out, err] = await texts;
  return { status, stdout: out, stderr: err };
}

test('the command lists, prints and verifies a spool beside its living owner, and changes nothing', async (t) => {
  const directory = temporaryDirectory(t);
  const crashed = open(directory, { owner: deadOwner() });
  appendNumbers(crashed, 1, 3, 'stream a');
  appendNumbers(crashed, 4, 5, 'stream b');
  await crashed.flush();
  const ids = appendNumbers(crashed, 6, 7, 'stream b');
  crashed.acknowledge([[ids[0] ?? 0, ids[0] ?? 0]]);
  await crashed.notePut({
    putId: 1,
    logGroupName: 'g',
    logStreamName: 's',
    ranges: [[ids[1] ?? 0, ids[1] ?? 0]],
    sequenceToken: 't',
    ambiguousPuts: 0,
  });
  const before = filesOf(directory, '').sort();

  const list = await run('list', directory);
  assert.equal(list.status, 0, list.stderr);
  assert.match(list.stdout, /1 owners, 1 segments, 6 events to deliver/);
  assert.match(list.stdout, /dead, process 1073741824/);
  assert.match(list.stdout, /group stream b: 3 events, 21 bytes, oldest 2023-11-14T22:13:20\.004Z/);

  const print = await run('print', directory, '--stream', 'stream b');
  assert.equal(print.status, 0, print.stderr);
  assert.deepEqual(
    print.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
    [4, 5, 7].map((n) => ({
      timestamp: 1_700_000_000_000 + n,
      logGroupName: 'group',
      logStreamName: 'stream b',
      message: `event ${n}`,
    })),
  );

  assert.equal((await run('verify', directory)).status, 0);
  assert.deepEqual(filesOf(directory, '').sort(), before);

  const [segment = ''] = filesOf(directory, '.segment');
  const bytes = fs.readFileSync(segment);
  bytes.write('EVENT', bytes.indexOf('event 2'));
  fs.writeFileSync(segment, bytes);
  const damaged = spawnSync(process.execPath, ['--import', 'tsx', cliPath, 'verify', directory], {
    encoding: 'utf8',
  });
  assert.equal(damaged.status, 1);
  assert.match(damaged.stdout, /1 corrupt frames/);
  assert.doesNotMatch(damaged.stdout, /EVENT/);
});

test('the command says of an owner out of sight when it touched its files last, and reports no unfinished end', async (t) => {
  const directory = temporaryDirectory(t);
  const elsewhere = open(directory, { owner: { ...deadOwner(), scope: '00000000' } });
  appendNumbers(elsewhere, 1, 3);
  await elsewhere.flush();
  const [segment = ''] = filesOf(directory, '.segment');
  fs.truncateSync(segment, fs.statSync(segment).size - 1);
  fs.utimesSync(path.dirname(segment), 1_700_000_000, 1_700_000_000);
  const list = await run('list', directory);
  assert.match(
    list.stdout,
    /process 1073741824 of another host or container, which touched it last at 2023-11-14T22:13:20\.000Z/,
  );
  assert.equal((await run('verify', directory)).status, 0);
});

test('files that are deleted, or change hands, while the command looks are no damage', async (t) => {
  const directory = temporaryDirectory(t);
  const left = open(directory, { owner: deadOwner(), segmentBytes: 100 });
  for (let n = 1; n <= 3; n++) {
    appendNumbers(left, n, n);
    await left.flush();
  }
  const [first = '', second = '', third = ''] = filesOf(directory, '.segment');
  assert.notEqual(third, '');
  const { open: openFile } = fs.promises;
  let onOpen = () => fs.rmSync(second);
  t.mock.method(fs.promises, 'open', (...args: Parameters<typeof openFile>) => {
    if (args[0] === first) onOpen();
    return openFile(...args);
  });
  const deleted = await run('verify', directory);
  assert.equal(deleted.status, 0, deleted.stdout);
  assert.match(deleted.stdout, /2 segments of 1 owners read, no damage/);
  onOpen = () => fs.renameSync(path.dirname(first), `${path.dirname(first)}.moved`);
  const moved = await run('verify', directory);
  assert.equal(moved.status, 0, moved.stdout);
  assert.match(moved.stdout, /0 segments of 0 owners read, no damage/);
});

test('the command says what it expects when it is called wrongly', async () => {
  const nothing = await run();
  assert.equal(nothing.status, 2);
  assert.match(nothing.stderr, /Usage: cloudwatch-logs-spool/);
  const missing = await run('list', '/nonexistent/spool');
  assert.equal(missing.status, 2);
  assert.match(missing.stderr, /^There is no directory/);
  assert.equal((await run('explode', '.')).status, 2);
  assert.equal((await run('--help')).status, 0);
});

test('the command says that a directory is not there, what a flag may mean, and its version', async (t) => {
  const directory = temporaryDirectory(t);
  for (const command of ['list', 'print', 'verify', 'replay']) {
    const missing = path.join(directory, 'missing');
    assert.deepEqual(await run(command, missing), {
      status: 2,
      stdout: '',
      stderr: `There is no directory '${missing}'.\n`,
    });
  }
  const slip = await run('print', directory, '--grp', 'g');
  assert.deepEqual([slip.status, slip.stderr], [2, "Unknown option '--grp'. Did you mean '--group'?\n"]);
  const manifest = JSON.parse(fs.readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  assert.deepEqual(await run('--version'), { status: 0, stdout: `${manifest.version}\n`, stderr: '' });
});
