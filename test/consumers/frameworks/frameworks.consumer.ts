// timeout: 600 s
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { startLocal } from 'cloudwatch-logs-local';
import { Consumer, environmentFor } from '../consumer.ts';
import { newerNode } from '../newer-node.ts';
import { writeFilesOf } from '../pages.ts';
import { freePort, start, whileRunning } from '../server.ts';
import { FRAMEWORKS } from './packages.ts';

/** The servers of the pages; each answers GET /order, /slow, /stream and /crash. */
const SERVERS = [
  { host: 'Fastify 5', file: 'fastify.mjs' },
  { host: 'Express 5 with pino-http', file: 'express-pino.mjs' },
  { host: 'Express 5 with express-winston', file: 'express-winston.mjs' },
  { host: 'NestJS 12 with nestjs-pino', file: 'nest-pino.js' },
  { host: 'NestJS 12 with nest-winston', file: 'nest-winston.js' },
  { host: 'NestJS 12 with nestjs-pino and shutdown hooks', file: 'nest-pino-hooks.js' },
  { host: 'NestJS 12 with nest-winston and shutdown hooks', file: 'nest-winston-hooks.js' },
];

const consumer = new Consumer(new URL('./project/', import.meta.url));
// nestjs-pino 5 asks for a newer one than the oldest that the packages support.
const { node = '', problem } = await newerNode('24');
const skip = problem ?? consumer.install(FRAMEWORKS) ?? false;
for (const page of ['fastify.md', 'express.md', 'nestjs.md']) writeFilesOf(page, consumer.folder);

describe('the code for NestJS', { skip }, () => {
  test('is compiled by TypeScript', async () => {
    writeFileSync(path.join(consumer.folder, 'package.json'), '{ "private": true, "type": "module" }\n');
    for (const name of ['nest-pino', 'nest-winston'])
      writeFileSync(path.join(consumer.folder, `${name}-hooks.ts`), withHooks(name));
    const tsc = path.join(consumer.folder, 'node_modules/typescript/bin/tsc');
    assert.deepEqual(await consumer.execute(process.execPath, [tsc]), { code: 0, output: '' });
  });
});

for (const { host, file } of SERVERS) {
  describe(host, { skip }, () => {
    test('logs: lines of a request are stored', async (t) => {
      const server = await serve(t, file);
      assert.equal((await fetch(`${server.url}/order`)).status, 200);
      await server.stored(/paid/);
    });

    test('SIGTERM: requests under way are answered and their lines stored', async (t) => {
      const server = await serve(t, file);
      const response = fetch(`${server.url}/slow`);
      await server.stored(/began/);
      server.running.kill('SIGTERM');
      assert.equal((await response).status, 200);
      const { code, output } = await server.running.ended;
      assert.equal(code, 'SIGTERM', output);
      assert.match(server.messages().join('\n'), /finished/);
      if (file.startsWith('nest')) assert.match(server.messages().join('\n'), /shut down/);
    });

    test('SIGTERM: a connection that never ends does not hold up the end', async (t) => {
      const server = await serve(t, file, { FORCE_CLOSE: 'true' });
      const response = await fetch(`${server.url}/stream`);
      const body = response.text().catch(() => 'cut off');
      await server.stored(/streaming/);
      server.running.kill('SIGTERM');
      const { code, output } = await server.running.ended;
      assert.equal(code, 'SIGTERM', output);
      await body;
    });

    test('uncaught error: lines before it are stored', async (t) => {
      const server = await serve(t, file);
      await fetch(`${server.url}/crash`).catch(() => undefined);
      const { code, output } = await server.running.ended;
      assert.equal(code, 1, output);
      assert.match(output, /the application failed/);
      assert.match(server.messages().join('\n'), /crashing/);
    });
  });
}

/** The same application, with the shutdown hooks of NestJS beside `flushOnSignals`, as the page says. */
function withHooks(name: string): string {
  const code = readFileSync(path.join(consumer.folder, `${name}.ts`), 'utf8');
  const hooked = code
    .replace(/flushOnSignals\((\w+), \{.*\}\);/, 'flushOnSignals($1);\napp.enableShutdownHooks();')
    .replace(
      /NestFactory\.create\(AppModule, \{/,
      "$& forceCloseConnections: process.env['FORCE_CLOSE'] === 'true',",
    );
  assert.match(hooked, /enableShutdownHooks/);
  assert.match(hooked, /FORCE_CLOSE/);
  return hooked;
}

async function serve(t: TestContext, file: string, env: NodeJS.ProcessEnv = {}) {
  const local = await startLocal({ sequenceTokens: 'enforced' });
  t.after(() => local.close());
  const port = await freePort();
  const running = start(t, node, [path.join(consumer.folder, file)], {
    cwd: consumer.folder,
    env: { ...environmentFor(local), NODE_ENV: 'production', PORT: String(port), ...env },
  });
  const wanted = (match: RegExp) => ({ logGroupName: 'shop', match, timeoutMs: 60_000 });
  const stored = (match: RegExp) => whileRunning(running, local.waitForEvents(wanted(match)));
  await stored(/listening|successfully started/);
  const messages = () => local.events({ logGroupName: 'shop' }).map(({ message }) => message);
  return { url: `http://127.0.0.1:${port}`, running, stored, messages };
}
