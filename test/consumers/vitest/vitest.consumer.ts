// timeout: 600 s
import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, test } from 'node:test';
import { Consumer } from '../consumer.ts';
import { newerNode } from '../newer-node.ts';

const consumer = new Consumer(new URL('./project/', import.meta.url));
// vitest 5 does not run on Node.js 20.
const { node = '', problem } = await newerNode('24');
const skip = problem ?? consumer.install(['vitest@5', 'pino@10', 'winston@3']) ?? false;
const vitest = path.join(consumer.folder, 'node_modules/vitest/vitest.mjs');

describe('vitest 5', { skip }, () => {
  for (const pool of ['forks', 'threads']) {
    test(`logs: in ${pool}, with real timers and with fake ones`, async () => {
      const args = [vitest, 'run', `--pool=${pool}`];
      const { code, output } = await consumer.execute(node, args, { CI: 'true', NO_COLOR: '1' });
      assert.equal(code, 0, output);
      assert.match(output, /Tests +4 passed \(4\)/);
    });
  }
});
