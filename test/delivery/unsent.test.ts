import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { Publisher, type PublisherOptions } from 'cloudwatch-logs-publisher';
import { Application } from '../fixtures/application.js';
import { atEnd } from '../fixtures/at-end.js';
import { optionsFor, startEndpoint } from '../fixtures/endpoint.js';
import { spoolDirectory } from '../spool/producers.js';

// Counted among those that may be stored twice is only what may have been stored: the request left this process whole, and
// no answer came.

const keys = { accessKeyId: 'test', secretAccessKey: 'test' };
const EVENTS = 645;

function publisherWith(options: PublisherOptions): Publisher {
  const publisher = new Publisher({ flushIntervalMs: 1, ...options });
  publisher.on('warn', () => {});
  return publisher;
}

function log(publisher: Publisher, events = EVENTS): void {
  for (let i = 0; i < events; i++) publisher.publish({ timestamp: Date.now(), message: `number ${i}` });
}

test('what never left while credentials failed, each time in another way, is stored once and counted once', async (t) => {
  const local = await startEndpoint(t);
  const options = optionsFor(local);
  let asked = 0;
  const failures = [
    () => new Promise<never>(() => {}),
    () => Promise.reject(new Error('the vault is sealed')),
    () => Promise.reject(Object.assign(new Error('no answer'), { name: 'TimeoutError' })),
  ];
  const credentials = () => failures[asked++]?.() ?? Promise.resolve(keys);
  const publisher = publisherWith({
    ...options,
    requestTimeoutMs: 200,
    aws: { ...options.aws, credentials },
  });
  log(publisher);
  assert.equal((await publisher.close({ timeoutMs: 30_000 })).delivered, EVENTS);
  assert.ok(asked > failures.length);
  assert.equal(publisher.stats().possibleDuplicates, 0);
});

test('what waits for credentials when a process ends is not counted by the next one', async (t) => {
  const local = await startEndpoint(t);
  const options = { ...optionsFor(local), spool: { directory: spoolDirectory(t) } };
  let asked: (() => void) | undefined;
  const isAsked = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const credentials = () => {
    asked?.();
    return new Promise<never>(() => {});
  };
  const first = publisherWith({ ...options, aws: { ...options.aws, credentials } });
  log(first);
  await isAsked;
  assert.equal((await first.close({ timeoutMs: 100 })).pending, EVENTS);
  const second = publisherWith(options);
  atEnd(t, () => second.close());
  assert.equal((await second.flush()).delivered, EVENTS);
  assert.equal(second.stats().possibleDuplicates, 0);
});

test('a put that was not written to its end was not stored, whatever ends it', async (t) => {
  // Larger than what the system takes for a connection that nobody reads from: each byte becomes six in JSON.
  const message = '\u0001'.repeat(1_000_000);
  const local = await startEndpoint(t);
  const ways: ((socket: Socket) => void)[] = [
    () => {}, // until its time is over
    (socket) => socket.resetAndDestroy(),
    (socket) => socket.end('HTTP/1.1 503 Busy\r\ncontent-length: 0\r\nconnection: close\r\n\r\n'),
  ];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    const way = ways.shift();
    if (way) {
      socket.once('readable', () => way(socket)); // the rest is never read
      return;
    }
    const onward = connect(Number(new URL(local.endpoint).port), '127.0.0.1');
    sockets.add(onward.on('error', () => {}));
    socket.pipe(onward).pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const publisher = publisherWith({ ...optionsFor({ endpoint }), requestTimeoutMs: 1000 });
  atEnd(t, async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await publisher.close({ timeoutMs: 0 });
  });
  publisher.publish({ timestamp: Date.now(), message });
  await publisher.flush({ timeoutMs: 60_000 });
  assert.deepEqual(ways, []);
  const { delivered, possibleDuplicates } = publisher.stats();
  assert.deepEqual({ delivered, possibleDuplicates }, { delivered: 1, possibleDuplicates: 0 });
});

test('a ready client that retries by itself counts what was unanswered, not what was refused', async (t) => {
  const local = await startEndpoint(t, {
    faults: [
      { kind: 'throttle', times: 1 },
      { kind: 'reset-after', times: 1 },
    ],
  });
  local.createLogGroup('app');
  local.createLogStream('app', 'main');
  const { aws, ...options } = optionsFor(local);
  const client = new CloudWatchLogsClient({ ...aws, maxAttempts: 5 });
  const publisher = publisherWith({ ...options, client });
  log(publisher, 10);
  await publisher.close({ timeoutMs: 30_000 });
  client.destroy();
  const { delivered, possibleDuplicates } = publisher.stats();
  assert.deepEqual({ delivered, possibleDuplicates }, { delivered: 10, possibleDuplicates: 10 });
});

test('an answer that waits when a frozen process wakes is read before its time is over', async (t) => {
  const local = await startEndpoint(t, { faults: [{ kind: 'latency', ms: 300 }] });
  local.createLogGroup('app');
  local.createLogStream('app', 'main');
  const requestTimeoutMs = 1000;
  const application = new Application(new URL('frozen.mjs', import.meta.url), {
    ...optionsFor(local),
    requestTimeoutMs,
  });
  for (let i = 1; i <= 3; i++) {
    await local.waitFor(() => local.stats().requests.PutLogEvents === i, { timeoutMs: 60_000 });
    application.kill('SIGSTOP');
    await local.waitFor(() => local.stats().events === i);
    await wait(2 * requestTimeoutMs); // so long the process sees no time go by
    application.kill('SIGCONT');
  }
  const told = JSON.parse((await application.told('stats ')).slice(6));
  assert.deepEqual(told, { delivered: 3, requests: 3, possibleDuplicates: 0 });
});
