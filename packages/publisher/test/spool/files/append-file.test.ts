import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { APPEND_FLAGS, AppendFile } from '../../../src/spool/files/append-file.ts';
import { temporaryDirectory } from '../../support/spool-fixture.ts';

/** Remembers what became of the buffers of a file. */
function told() {
  const written: string[] = [];
  const failed: string[] = [];
  const codes: string[] = [];
  const ended = (tags: readonly string[], error?: NodeJS.ErrnoException): void => {
    if (error !== undefined) codes.push(error.code ?? '');
    (error === undefined ? written : failed).push(...tags);
  };
  return { written, failed, codes, ended };
}

const bytes = (text: string): Buffer => Buffer.from(text);

test('a write that fails after the file was told to close is reported, and the file closes', async (t) => {
  if (!fs.existsSync('/dev/full')) return t.skip('there is no /dev/full here');
  const heard = told();
  const file = new AppendFile<string>(path.join(temporaryDirectory(t), 'file'), APPEND_FLAGS, heard.ended);
  const { write } = fs;
  t.mock.method(fs, 'write', (...args: unknown[]) => {
    // The reporter of the tests writes to a file as well.
    if (!/^(one|two)+$/.test(String(args[1]))) return (write as (...all: unknown[]) => void)(...args);
    const done = args.at(-1) as (error: Error) => void;
    setImmediate(() => done(Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' })));
  });
  file.append(bytes('one'), 'one');
  file.append(bytes('two'), 'two');
  await within(t, file.close());
  assert.deepEqual(heard, { ...heard, written: [], failed: ['one', 'two'], codes: ['ENOSPC'] });
});

test('what the kernel has is put on the disk when it is flushed synchronously, also when nothing waits', async (t) => {
  const target = path.join(temporaryDirectory(t), 'file');
  const heard = told();
  const file = new AppendFile<string>(target, APPEND_FLAGS | fs.constants.O_EXCL, heard.ended);
  file.append(bytes('one'), 'one');
  await file.idle();
  const sync = t.mock.method(fs, 'fdatasyncSync');
  file.flushSync();
  assert.equal(sync.mock.callCount(), 1);
  file.flushSync();
  assert.equal(sync.mock.callCount(), 1, 'there is nothing new');
  await file.close();
  file.flushSync();
  assert.equal(sync.mock.callCount(), 1, 'closing put it on the disk');
  assert.deepEqual(heard.written, ['one']);
});

test('a file stays open until a write ends that was overtaken, also when overtaking it failed', async (t) => {
  const target = path.join(temporaryDirectory(t), 'file');
  const heard = told();
  const { close, write, writeSync } = fs;
  const done: string[] = [];
  const file = new AppendFile<string>(target, APPEND_FLAGS | fs.constants.O_EXCL, heard.ended);
  const isFile = (fd: number) => fs.fstatSync(fd).ino === file.inode;
  let begun = () => {};
  const begins = new Promise<void>((resolve) => {
    begun = resolve;
  });
  let letThrough = () => {};
  t.mock.method(fs, 'write', (fd: number, buffer: Buffer, ...args: unknown[]) => {
    if (!isFile(fd)) return Reflect.apply(write, fs, [fd, buffer, ...args]);
    begun();
    letThrough = () => {
      const bytes = writeSync(fd, buffer, 0, Math.ceil(buffer.length / 2)); // there is not room for all of it
      done.push('written');
      (args.at(-1) as (...result: unknown[]) => void)(null, bytes, buffer);
    };
  });
  t.mock.method(fs, 'writeSync', (fd: number, ...args: unknown[]) => {
    if (!isFile(fd)) return Reflect.apply(writeSync, fs, [fd, ...args]);
    throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
  });
  t.mock.method(fs, 'close', (fd: number, callback: fs.NoParamCallback) => {
    if (isFile(fd)) done.push('closed');
    close(fd, callback);
  });
  file.append(bytes('one'), 'one');
  await within(t, begins);
  assert.equal(file.writeSync(), true);
  assert.deepEqual(heard, { ...heard, written: [], failed: ['one'], codes: ['ENOSPC'] });
  for (let pieces = 0; pieces < 2; pieces++) {
    for (let n = 0; n < 10; n++) await fs.promises.stat(target); // as long as closing would take
    letThrough();
  }
  await within(t, file.close());
  assert.deepEqual(done, ['written', 'written', 'closed']);
});

test('what cannot be put on the disk when the file closes is reported', async (t) => {
  const heard = told();
  const file = new AppendFile<string>(
    path.join(temporaryDirectory(t), 'file'),
    APPEND_FLAGS | fs.constants.O_EXCL,
    heard.ended,
  );
  file.append(bytes('one'), 'one');
  await file.idle();
  t.mock.method(fs, 'fsync', refuseToSync);
  t.mock.method(fs, 'fdatasync', refuseToSync);
  await within(t, file.close());
  assert.deepEqual(heard, { ...heard, written: ['one'], failed: [], codes: ['EIO'] });
});

function refuseToSync(_fd: number, done: (error: Error) => void): void {
  setImmediate(() => done(Object.assign(new Error('EIO: i/o error'), { code: 'EIO' })));
}

/** Fails, instead of waiting for ever, when something does not end. */
async function within<T>(t: TestContext, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('it did not end within 20 s')), 20_000);
  });
  t.after(() => clearTimeout(timer));
  return Promise.race([promise, late]);
}

test('what is flushed synchronously before the file could be opened is in it, once', async (t) => {
  const target = path.join(temporaryDirectory(t), 'directory', 'file');
  const made: string[] = [];
  const directory = {
    make: async () => void made.push('later'),
    makeSync: () => void made.push(fs.mkdirSync(path.dirname(target), { recursive: true }) ?? ''),
  };
  const heard = told();
  const file = new AppendFile<string>(target, APPEND_FLAGS | fs.constants.O_EXCL, heard.ended, directory);
  file.append(bytes('one'), 'one');
  assert.equal(file.flushSync(), false);
  assert.deepEqual(heard.written, ['one']);
  assert.equal(fs.readFileSync(target, 'utf8'), 'one');
  file.append(bytes('two'), 'two');
  await within(t, file.close());
  assert.equal(fs.readFileSync(target, 'utf8'), 'onetwo');
  assert.deepEqual(heard, { ...heard, written: ['one', 'two'], failed: [] });
});

test('a file that cannot be opened fails what was given to it, and closes', async (t) => {
  const heard = told();
  const target = path.join(temporaryDirectory(t), 'missing', 'file');
  const file = new AppendFile<string>(target, APPEND_FLAGS, heard.ended);
  file.append(bytes('one'), 'one');
  file.append(bytes('two'), 'two');
  await within(t, file.close());
  assert.deepEqual(heard, { ...heard, written: [], failed: ['one', 'two'], codes: ['ENOENT'] });
});
