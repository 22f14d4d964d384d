// timeout: 180 s
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { type LocalCloudWatchLogs, startLocal } from 'cloudwatch-logs-local';
import { Consumer, environmentFor } from '../consumers/consumer.ts';

/** The oldest version of a logger that its transport says it works with. */
function oldest(logger: 'pino' | 'winston'): string {
  const url = new URL(`../../packages/${logger}/package.json`, import.meta.url);
  const range: string = JSON.parse(readFileSync(url, 'utf8')).peerDependencies[logger];
  const version = /^\^(\d+\.\d+\.\d+)/.exec(range)?.[1];
  assert.ok(version, `the range of ${logger} begins with its oldest version; it is ${range}`);
  return version;
}

const consumer = new Consumer(new URL('./apps/', import.meta.url));
const loggers = { pino: oldest('pino'), winston: oldest('winston') };
const skip = consumer.install(Object.entries(loggers).map((pair) => pair.join('@'))) ?? false;

describe(`with pino ${loggers.pino} and winston ${loggers.winston}`, { skip }, () => {
  let local: LocalCloudWatchLogs;
  before(async () => {
    local = await startLocal({ sequenceTokens: 'enforced' });
  });
  after(() => local.close());

  for (const app of ['pino-worker', 'pino-in-process', 'winston', 'winston-worker']) {
    test(`the smallest ${app} app delivers`, async () => {
      const env = { ...environmentFor(local), LOG_GROUP: app };
      assert.deepEqual(await consumer.run(`esm/${app}.js`, [], env), { code: 0, output: '' });
      assert.equal(local.events({ logGroupName: app }).length, 1);
    });
  }
});
