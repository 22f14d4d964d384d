import assert from 'node:assert/strict';
import { type ChildProcess, execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));

test('a row is measured, kept with the machine, and reported with its targets and a chart', async (t) => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'bench-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  const args = ['put-cpu', '--scale', '0.01', '--runs', '1', '--out', folder];
  await promisify(execFile)(process.execPath, ['--import', 'tsx', 'bench/run.ts', ...args], { cwd: root });

  const row = JSON.parse(readFileSync(path.join(folder, 'put-cpu.json'), 'utf8'));
  assert.equal(row.machine.node, process.versions.node);
  assert.equal(row.scale, 'short');
  for (const { id, runs, medians, failures } of row.cases) {
    assert.deepEqual([id, runs.length, failures], [id, 1, undefined]);
    assert.ok(medians.cpuMsPerPut > 0, id);
  }
  const report = readFileSync(path.join(folder, 'README.md'), 'utf8');
  assert.match(
    report,
    /\| `put-cpu` \| CPU to put 1 MiB \| at most 1\.5 × \| \d+\.\d\d × \| (met|\*\*not met\*\*) \|/,
  );
  assert.match(report, /a short run, for trying only/);
  for (const name of readdirSync(path.join(folder, 'charts'))) {
    assert.match(readFileSync(path.join(folder, 'charts', name), 'utf8'), /<rect class="ours"/);
  }
});

test('an unknown row is refused with the names that there are', async () => {
  const run = promisify(execFile)(process.execPath, ['--import', 'tsx', 'bench/run.ts', 'no-such-row'], {
    cwd: root,
  });
  await assert.rejects(run, ({ stderr }: { stderr: string }) => {
    assert.match(stderr, /^No row has no-such-row in its name\. Rows: pino-throughput, /);
    return true;
  });
});

test('the endpoint that reads counts every event, wherever the pieces of a request end', async (t) => {
  const endpoint = await startEndpoint(t, 'reading');
  const message = 'a "timestamp": in the text';
  const request = putOf([message, 'b', message, 'c', 'd']);
  await endpoint.ask({ kind: 'reset', skip: 1 });
  for (let size = 1; size < 40; size++) await send(endpoint.port, request, size);
  const counted = (await endpoint.ask({ kind: 'counted' })) as { events: number; puts: number };
  assert.deepEqual([counted.events, counted.puts], [39 * 5, 39]);
});

test('the endpoint that checks finds lines that are lost, reordered and stored twice, and refuses batches', async (t) => {
  const endpoint = await startEndpoint(t, 'checking');
  await endpoint.ask({ kind: 'reset', events: 6 });
  const line = (number: number) => `request ${String(number).padStart(8, '0')} completed`;
  await send(endpoint.port, putOf([line(0), line(2), line(1)]));
  await send(endpoint.port, putOf([line(3), line(3)]));
  assert.match(await send(endpoint.port, putOf(Array(10_001).fill(line(4)))), /^HTTP\/1\.1 400 /);
  assert.deepEqual(await endpoint.ask({ kind: 'examine' }), {
    lost: 2,
    duplicated: 1,
    reordered: 1,
    refused: { 'more than 10000 events in a batch': 10_001 },
  });
});

async function startEndpoint(t: TestContext, form: string) {
  const child: ChildProcess = fork(path.join(root, `bench/endpoint/${form}.mjs`));
  t.after(() => child.kill('SIGKILL'));
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return {
    port,
    async ask(question: Record<string, unknown>): Promise<unknown> {
      const answered = once(child, 'message');
      child.send({ id: 1, question });
      const [{ answer }] = await answered;
      return answer;
    },
  };
}

function putOf(messages: readonly string[]): Buffer {
  const logEvents = messages.map((message) => ({ timestamp: 1_700_000_000_000, message }));
  const body = JSON.stringify({ logGroupName: 'group', logStreamName: 'stream', logEvents });
  const head = `POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: Logs_20140328.PutLogEvents\r\n`;
  return Buffer.from(`${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}

/** Sends a request in pieces of so many bytes, each when the one before has left, and returns the answer. */
async function send(port: number, request: Buffer, size = request.length): Promise<string> {
  const socket = net.connect(port, '127.0.0.1').setNoDelay(true);
  const answered = once(socket, 'data');
  for (let at = 0; at < request.length; at += size) {
    await new Promise((resolve) => socket.write(request.subarray(at, at + size), resolve));
  }
  const [answer] = await answered;
  socket.destroy();
  return String(answer);
}
