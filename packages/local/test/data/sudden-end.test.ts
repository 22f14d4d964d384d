import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import test, { type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startLocal } from '../../src/index.ts';
import { call, eventsOf, TARGET } from '../endpoint.ts';
import { directory } from './directory.ts';

const TSX = import.meta.resolve('tsx');
const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));

/** The command on a directory: its process, its address, and the line about the directory. */
async function start(t: TestContext, data: string) {
  const child = spawn(process.execPath, ['--import', TSX, CLI, '--port=0', '--data', data], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  let endpoint = '';
  for await (const line of createInterface({ input: child.stdout })) {
    endpoint ||= line.replace('CloudWatch Logs at ', '');
    if (line.startsWith('Logs are kept in')) return { child, endpoint, line };
  }
  throw new Error('the command ended before it said where logs are kept');
}

test('every put that was answered is there after kill -9, once', async (t) => {
  const data = directory(t);
  const answered: string[] = [];
  for (let round = 0; round < 3; round++) {
    const { child, endpoint, line } = await start(t, data);
    const kept = Number(/: (\d+) events are there\.$/.exec(line)?.[1]);
    assert.ok(kept >= answered.length, line);
    if (round === 0) {
      await call({ endpoint }, 'CreateLogGroup', TARGET);
      await call({ endpoint }, 'CreateLogStream', TARGET);
    }
    let number = 0;
    const client = async (name: number): Promise<void> => {
      for (;;) {
        const message = `${round}-${name}-${number++} ${'x'.repeat(number % 3 === 0 ? 200_000 : 10)}`;
        const reply = await call({ endpoint }, 'PutLogEvents', { ...TARGET, logEvents: eventsOf([message]) });
        assert.equal(reply.status, 200);
        answered.push(message);
        // In the middle of the puts of the others.
        if (answered.length === (round + 1) * 40) child.kill('SIGKILL');
      }
    };
    const gone = once(child, 'exit');
    await Promise.allSettled([client(0), client(1), client(2), client(3)]);
    await gone;
  }
  const local = await startLocal({ data });
  t.after(() => local.close());
  const stored = local.messages<string>('app');
  assert.equal(new Set(stored).size, stored.length);
  assert.deepEqual(
    answered.filter((message) => !stored.includes(message)),
    [],
  );
  // Beside them at most those that were under way: one of each client in each round.
  assert.ok(stored.length <= answered.length + 12);
});
