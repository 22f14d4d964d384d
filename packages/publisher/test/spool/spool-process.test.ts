import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { createInterface } from 'node:readline';
import test, { type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  appendNumbers,
  atEnd,
  deadOwner,
  open,
  openUntilEnd,
  readAll,
  temporaryDirectory,
} from '../support/spool-fixture.ts';

const childPath = fileURLToPath(new URL('../support/spool-child.mts', import.meta.url));

function startChild(t: TestContext, command: string, directory: string): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, ['--import', 'tsx', childPath, command, directory]);
  child.stderr.pipe(process.stderr);
  atEnd(t, () => child.kill('SIGKILL'));
  return child;
}

async function* linesOf(child: ChildProcessWithoutNullStreams): AsyncGenerator<string> {
  yield* createInterface({ input: child.stdout });
}

test('after kill -9 everything that was reported as written is recovered, once and in order', async (t) => {
  const directory = temporaryDirectory(t);
  for (const reports of [1, 40]) {
    const child = startChild(t, 'write', directory);
    const closed = once(child, 'close');
    let written = 0;
    let count = 0;
    for await (const line of linesOf(child)) {
      // Lines that were on their way when it was killed count too.
      written = Number(line.slice('written '.length)) || written;
      count += 1;
      if (count === reports) child.kill('SIGKILL');
    }
    await closed; // its output ends before the process is gone
    assert.ok(written > 0);
    const spool = open(directory);
    const { events, directories } = await spool.ready;
    assert.equal(directories, 1);
    assert.ok(events >= written, `${written} were written, ${events} came back`);
    const numbers = (await readAll(spool)).map(({ message }) => Number(message.slice('event '.length)));
    assert.deepEqual(
      numbers,
      Array.from({ length: events }, (_, index) => index + 1),
    );
    spool.acknowledge([[0, Number.MAX_SAFE_INTEGER]]);
    await spool.close();
  }
  assert.deepEqual(fs.readdirSync(directory), []);
});

test('of two processes that find dead owners at once, exactly one takes each', async (t) => {
  const directory = temporaryDirectory(t);
  const expected: string[] = [];
  for (let owner = 0; owner < 20; owner++) {
    const crashed = open(directory, { owner: deadOwner() });
    appendNumbers(crashed, owner * 10, owner * 10 + 9);
    await crashed.flush();
    for (let number = owner * 10; number <= owner * 10 + 9; number++) expected.push(`event ${number}`);
  }
  const children = [startChild(t, 'open', directory), startChild(t, 'open', directory)];
  const lines = children.map((child) => linesOf(child));
  for (const line of lines) assert.equal((await line.next()).value, 'ready');
  for (const child of children) child.stdin.write('go\n');
  const results = await Promise.all(
    lines.map(
      async (line) =>
        JSON.parse((await line.next()).value ?? '') as { directories: number; events: string[] },
    ),
  );
  assert.equal(
    results.reduce((sum, { directories }) => sum + directories, 0),
    20,
  );
  const events = results.flatMap((result) => result.events);
  assert.deepEqual(events.sort(), expected.sort());
  for (const child of children) child.stdin.write('done\n');
  await Promise.all(children.map((child) => once(child, 'close')));
});

test("events are saved inside process.on('exit')", async (t) => {
  const directory = temporaryDirectory(t);
  const child = startChild(t, 'exit', directory);
  for await (const line of linesOf(child)) assert.equal(line, 'unsaved 0');
  const spool = openUntilEnd(t, directory);
  await spool.ready;
  const messages = (await readAll(spool)).map(({ message }) => message);
  assert.deepEqual(
    messages,
    Array.from({ length: 1000 }, (_, index) => `event ${index + 1}`),
  );
});
