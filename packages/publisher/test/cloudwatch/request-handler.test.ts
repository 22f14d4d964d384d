import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { RequestHandler } from '../../src/cloudwatch/request-handler.ts';

/** A server that counts its connections and names no time after which it closes one. */
async function startServer(t: TestContext) {
  const server = createServer((request, response) => request.resume().on('end', () => response.end('{}')));
  server.keepAliveTimeout = 0;
  const host = { connections: 0, closed: 0 };
  server.on('connection', (socket) => {
    host.connections++;
    socket.on('close', () => host.closed++);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close().closeAllConnections());
  const { port } = server.address() as AddressInfo;
  const ask = async (handler: RequestHandler) => {
    const { response } = await handler.handle({
      protocol: 'http:',
      hostname: '127.0.0.1',
      port,
      method: 'POST',
      path: '/',
      headers: {},
      body: 'a put',
    });
    response.body.resume();
    await once(response.body, 'close');
  };
  return { host, ask, server };
}

test('requests that follow each other share a connection', async (t) => {
  const { host, ask } = await startServer(t);
  const handler = new RequestHandler();
  t.after(() => handler.destroy());
  for (let n = 0; n < 3; n++) await ask(handler);
  assert.equal(host.connections, 1);
});

test('a request whose answer goes over to another protocol fails (it waited for its time-out)', async (t) => {
  const { ask, server } = await startServer(t);
  const handler = new RequestHandler();
  t.after(() => handler.destroy());
  server.prependListener('request', ({ socket }) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: other\r\n\r\n');
  });
  await assert.rejects(ask(handler), { code: 'ECONNRESET' });
});

test('an idle connection is closed from this side', async (t) => {
  const { host, ask, server } = await startServer(t);
  const handler = new RequestHandler({ timeout: 50 });
  t.after(() => handler.destroy());
  const closed = new Promise<void>((resolve) => {
    server.on('connection', (socket) => socket.on('close', () => resolve()));
  });
  await ask(handler);
  await closed;
  assert.equal(host.closed, 1);
});

test('after a freeze, in which no timer ran, a request does not go out on an old connection', async (t) => {
  const { host, ask } = await startServer(t);
  const handler = new RequestHandler({ timeout: 500 });
  t.after(() => handler.destroy());
  await ask(handler);
  await new Promise((resolve) => setImmediate(resolve)); // the agent has the connection back
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
  await ask(handler);
  assert.equal(host.connections, 2);
});
