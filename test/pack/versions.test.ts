// timeout: 1200 s
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startLocal } from 'cloudwatch-logs-local';
import { Consumer, environmentFor } from '../consumers/consumer.ts';

// The packages as users install them, with other versions of what they stand on.

interface Combination {
  readonly name: string;
  readonly node: string;
  readonly packages: Readonly<Record<string, string>>;
}

const { combinations }: { combinations: Combination[] } = await import(
  new URL('../../scripts/supported-versions.mjs', import.meta.url).href
);
const {
  installNode,
}: { installNode(version: string): { node: string; problem?: undefined } | { problem: string } } =
  await import(new URL('../../scripts/node-versions.mjs', import.meta.url).href);

const WAYS = ['publisher', 'pino-worker', 'pino-in-process', 'winston', 'winston-worker'];
const LINES = 201;

// `npm run test:matrix` asks for all of them; each is an installation.
for (const { name, node: version, packages } of process.env.ALL_VERSIONS
  ? combinations
  : combinations.slice(0, 1)) {
  test(`every way to log delivers each line once and in order: ${name}`, async (t) => {
    const installed = installNode(version);
    if (installed.problem !== undefined) return t.skip(installed.problem);
    const consumer = new Consumer(new URL('./apps/', import.meta.url));
    const problem = consumer.install(Object.entries(packages).map((pair) => pair.join('@')));
    if (problem !== undefined) return t.skip(problem);

    // Of each way the first put is stored and its answer lost, so that the next ones meet the rules of tokens.
    const local = await startLocal({
      sequenceTokens: 'enforced',
      faults: WAYS.map((logGroupName) => ({ kind: 'reset-after', logGroupName, times: 1 })),
    });
    t.after(() => local.close());
    const ended = await consumer.execute(
      installed.node,
      ['esm/every-way.js', ...WAYS],
      environmentFor(local),
    );
    assert.deepEqual(ended, { code: 0, output: '' });
    for (const logGroupName of WAYS) {
      const numbers = local.events({ logGroupName }).map(({ message }) => /number (\d+)/.exec(message)?.[1]);
      assert.deepEqual(
        numbers,
        Array.from({ length: LINES }, (_, number) => String(number)),
        logGroupName,
      );
    }
    const [{ retentionInDays, tags, logGroupClass, kmsKeyId, deletionProtectionEnabled } = {}] = local
      .groups()
      .filter(({ logGroupName }) => logGroupName === 'publisher');
    assert.deepEqual(
      { retentionInDays, tags, logGroupClass, kmsKeyId, deletionProtectionEnabled },
      {
        retentionInDays: 7,
        tags: { team: 'shop' },
        logGroupClass: 'INFREQUENT_ACCESS',
        kmsKeyId: 'arn:aws:kms:us-east-1:123456789012:key/shop',
        deletionProtectionEnabled: true,
      },
    );
  });
}
