import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import dns from 'node:dns';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { RequestHandler } from '../../src/cloudwatch/request-handler.ts';
import { sharedLookup, sharedLookups } from '../../src/cloudwatch/shared-lookup.ts';

const REQUESTS = 20;
const ADDRESS = [{ address: '127.0.0.1', family: 4 }];

type Done = (error: Error | null, address: unknown) => void;

/** Questions that nobody answers before the test does. */
function holdLookups(t: TestContext): Done[] {
  const asked: Done[] = [];
  t.mock.method(dns, 'lookup', (_hostname: string, _options: object, done: Done) => void asked.push(done));
  return asked;
}

async function startServer(t: TestContext) {
  const server = createServer((request, response) => request.resume().on('end', () => response.end('{}')));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close().closeAllConnections());
  const { port } = server.address() as AddressInfo;
  const handler = new RequestHandler();
  t.after(() => handler.destroy());
  return async () => {
    const request = { protocol: 'http:', hostname: 'logs.example', port, method: 'POST', path: '/' };
    const { response } = await handler.handle({ ...request, headers: {}, body: 'a put' });
    response.body.resume();
    await once(response.body, 'close');
    return response.statusCode;
  };
}

test('connections that are opened together ask for their address once', async (t) => {
  const ask = await startServer(t);
  const asked = holdLookups(t);
  const answers = Array.from({ length: REQUESTS }, ask);
  assert.equal(asked.length, 1);
  asked[0](null, ADDRESS);
  assert.deepEqual(await Promise.all(answers), Array(REQUESTS).fill(200));
});

test('an address that is not found fails them all, and is asked for anew by the next', async (t) => {
  const ask = await startServer(t);
  const asked = holdLookups(t);
  const answers = Promise.allSettled([ask(), ask()]);
  asked[0](Object.assign(new Error('not found'), { code: 'ENOTFOUND' }), undefined);
  const codes = (await answers).map((answer) => answer.status === 'rejected' && answer.reason.code);
  assert.deepEqual(codes, ['ENOTFOUND', 'ENOTFOUND']);
  const next = ask();
  assert.equal(asked.length, 2);
  asked[1](null, ADDRESS);
  assert.equal(await next, 200);
});

test('who asks otherwise, or for another name, gets an answer of its own', (t) => {
  const asked = holdLookups(t);
  sharedLookup('logs.example', { all: true }, () => {});
  sharedLookup('logs.example', { all: true, family: 6 }, () => {});
  sharedLookup('other.example', { all: true }, () => {});
  assert.equal(asked.length, 3);
  for (const done of asked) done(null, ADDRESS);
});

test('each goes on in its own context', (t) => {
  const asked = holdLookups(t);
  const context = new AsyncLocalStorage<string>();
  const seen: (string | undefined)[] = [];
  for (const name of ['first', 'second']) {
    context.run(name, () => sharedLookup('logs.example', {}, () => seen.push(context.getStore())));
  }
  assert.equal(asked.length, 1);
  asked[0](null, '127.0.0.1');
  assert.deepEqual(seen, ['first', 'second']);
});

test('a question that cannot be asked keeps none of the next waiting', (t) => {
  const lookup = t.mock.method(dns, 'lookup', () => {
    throw new TypeError('no such option');
  });
  assert.throws(() => sharedLookup('logs.example', {}, () => {}), TypeError);
  const asked: Done[] = [];
  lookup.mock.mockImplementation(((_hostname: string, _options: object, done: Done) => {
    asked.push(done);
  }) as never);
  sharedLookup('logs.example', {}, () => {});
  assert.equal(asked.length, 1);
  asked[0](null, '127.0.0.1');
});

function askOf(t: TestContext) {
  let at = 0;
  const asked = holdLookups(t);
  const lookup = sharedLookups(() => at);
  const told: string[] = [];
  return {
    asked,
    told,
    ask: () => lookup('logs.example', {}, (error, address) => told.push(error?.message ?? String(address))),
    passMs: (ms: number) => {
      at += ms;
    },
  };
}

test('a lookup that hangs is waited for by nobody who asks later', (t) => {
  const { asked, told, ask, passMs } = askOf(t);
  ask();
  passMs(1000);
  ask();
  asked[1](null, '10.0.0.1');
  assert.deepEqual(told, ['10.0.0.1']);
});

test('few lookups of a name hang at a time, and only one once one of them has failed', (t) => {
  const { asked, told, ask, passMs } = askOf(t);
  for (let i = 0; i < 10; i++) {
    ask();
    passMs(1000);
  }
  assert.equal(asked.length, 4);
  for (const done of asked) done(new Error('timed out'), undefined);
  assert.equal(told.length, 10);
  for (let i = 0; i < 5; i++) {
    ask();
    passMs(1000);
  }
  assert.equal(asked.length, 5);
  asked[4](null, '10.0.0.1');
  assert.equal(told.filter((text) => text === '10.0.0.1').length, 5);
});
