// timeout: 300 s
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LocalOptions, startLocal } from 'cloudwatch-logs-local';
import { Consumer } from '../consumer.ts';

// Shippers of others, as people install them, against the local endpoint.

/** Each with whether it sends the sequence tokens that CloudWatch Logs demanded until 2023. */
const SHIPPERS = {
  'winston-cloudwatch': true,
  'winston-aws-cloudwatch': true,
  'pino-cloudwatch': true,
  'bunyan-cloudwatch': true,
  'cwlogs-writable': true,
  '@logtape/cloudwatch-logs': false,
} as const;

const consumer = new Consumer(new URL('./project/', import.meta.url));
const skip =
  consumer.install([
    'winston-cloudwatch@6.3.0',
    'winston-aws-cloudwatch@3.0.0',
    'pino-cloudwatch@0.7.0',
    'bunyan-cloudwatch@2.2.0',
    'cwlogs-writable@1.0.0',
    '@logtape/cloudwatch-logs@2.3.7',
    '@logtape/logtape@2.3.7',
    '@aws-sdk/client-cloudwatch-logs@3',
    'bunyan@1',
    'pino@10',
    'winston@3',
  ]) ?? false;

for (const [shipper, sendsTokens] of Object.entries(SHIPPERS)) {
  for (const sequenceTokens of ['ignored', 'enforced'] satisfies LocalOptions['sequenceTokens'][]) {
    if (sequenceTokens === 'enforced' && !sendsTokens) continue;
    test(`${shipper} delivers, tokens ${sequenceTokens}`, { skip }, async (t) => {
      const local = await startLocal({ sequenceTokens });
      t.after(() => local.close());
      local.createLogGroup('app');
      local.createLogStream('app', 'web');
      const { code, output } = await consumer.run('run.mjs', [shipper], {
        ...local.environment(),
        AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      });
      assert.equal(code, 0, `${output}\n${JSON.stringify(local.stats())}`);
      const lines = local.events({ logGroupName: 'app' }).map(({ message }) => {
        const [line] = /line (?:one|two|three)/.exec(message) ?? [];
        return line;
      });
      // Not all of them keep the order of lines of the same millisecond.
      assert.deepEqual(lines.sort(), ['line one', 'line three', 'line two']);
      // It has nothing to complain about but that the group and the stream are there already.
      const { ResourceAlreadyExistsException: _, ...errors } = local.stats().errors;
      assert.deepEqual(errors, {});
    });
  }
}
