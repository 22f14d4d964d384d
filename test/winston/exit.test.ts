// timeout: 240 s
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { startLocal } from 'cloudwatch-logs-local';
import { Application, optionsFor } from './application.ts';
import { testEndings } from './endings.ts';

testEndings({});

it('a transport with a function among its options does not take the end of the process from the others', async () => {
  const local = await startLocal();
  const options = optionsFor(local.endpoint, 'beside');
  const ending = 'process.exit beside a transport with a function';
  const { code, stderr } = await new Application({ ending, lines: 300, options }).ended();
  assert.equal(code, 0, stderr);
  assert.equal(local.events({ logGroupName: 'beside', logStreamName: 'one' }).length, 300);
  assert.match(stderr, /cannot be handed to a thread/);
  assert.match(stderr, /1 log event\(s\) for log group "beside" were not sent/);
  assert.doesNotMatch(stderr, /SECRET/);
  await local.close();
});
