// timeout: 300 s
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { startLocal } from 'cloudwatch-logs-local';
import { Consumer, environmentFor } from '../consumers/consumer.ts';
import { FRAMEWORKS } from '../consumers/frameworks/packages.ts';
import { newerNode } from '../consumers/newer-node.ts';
import { writeFilesOf } from '../consumers/pages.ts';
import { freePort, start, whileRunning } from '../consumers/server.ts';

// The servers of the pages, each with one request. test/consumers/frameworks ends them in more ways.

const PAGES: Readonly<Record<string, readonly string[]>> = {
  'fastify.md': ['fastify.mjs'],
  'express.md': ['express-pino.mjs', 'express-winston.mjs'],
  'nestjs.md': ['nest-pino.js', 'nest-winston.js'],
};

const consumer = new Consumer(new URL('../consumers/frameworks/project/', import.meta.url));
// nestjs-pino asks for a newer one than the oldest that the packages support.
const { node = '', problem } = await newerNode('24');
const skip = problem ?? consumer.install(FRAMEWORKS) ?? false;
for (const page of Object.keys(PAGES)) writeFilesOf(page, consumer.folder);
if (!skip) {
  writeFileSync(path.join(consumer.folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  const tsc = path.join(consumer.folder, 'node_modules/typescript/bin/tsc');
  const compiled = await consumer.execute(process.execPath, [tsc]);
  assert.deepEqual(compiled, { code: 0, output: '' }, 'the code for NestJS is compiled');
}

for (const [page, files] of Object.entries(PAGES)) {
  for (const file of files) {
    test(`${file} of ${page} has stored the lines of a request that is under way at SIGTERM`, { skip }, (t) =>
      answersAndEnds(t, file),
    );
  }
}

async function answersAndEnds(t: TestContext, file: string): Promise<void> {
  const local = await startLocal({ sequenceTokens: 'enforced' });
  t.after(() => local.close());
  const port = await freePort();
  const running = start(t, node, [path.join(consumer.folder, file)], {
    cwd: consumer.folder,
    env: { ...environmentFor(local), NODE_ENV: 'production', PORT: String(port) },
  });
  const stored = (match: RegExp) =>
    whileRunning(running, local.waitForEvents({ logGroupName: 'shop', match, timeoutMs: 60_000 }));
  await stored(/listening|successfully started/);
  const response = fetch(`http://127.0.0.1:${port}/slow`);
  await stored(/began/);
  running.kill('SIGTERM');
  assert.equal((await response).status, 200);
  const { code, output } = await running.ended;
  assert.equal(code, 'SIGTERM', output);
  const messages = local.events({ logGroupName: 'shop' }).map(({ message }) => message);
  assert.match(messages.join('\n'), /finished/);
}
