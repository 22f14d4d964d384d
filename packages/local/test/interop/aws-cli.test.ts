// timeout: 300 s
// needs: aws
import assert from 'node:assert/strict';
import test from 'node:test';
import { startLocal } from '../../src/index.ts';
import { missing, run } from './clients.ts';

const skip = missing('the AWS CLI (Debian: awscli)', 'aws', '--version');

test('the AWS CLI does what the README shows', { skip }, async (t) => {
  const local = await startLocal();
  t.after(() => local.close());
  const aws = (...args: string[]) => run(local, 'aws', ['logs', ...args, '--output', 'json']);
  const target = ['--log-group-name', 'app', '--log-stream-name', 'web'];
  assert.equal((await aws('create-log-group', '--log-group-name', 'app')).code, 0);
  assert.equal((await aws('create-log-stream', ...target)).code, 0);
  const event = `timestamp=${Date.now()},message=grüße`;
  const put = await aws('put-log-events', ...target, '--log-events', event);
  assert.match(JSON.parse(put.out).nextSequenceToken, /^\d{56}$/, put.err);
  const found = await aws('filter-log-events', '--log-group-name', 'app', '--filter-pattern', 'e');
  assert.deepEqual(
    JSON.parse(found.out).events.map(({ message }: { message: string }) => message),
    ['grüße'],
  );
  const again = await aws('create-log-group', '--log-group-name', 'app');
  assert.notEqual(again.code, 0);
  assert.match(again.err, /\(ResourceAlreadyExistsException\).*The specified log group already exists/);
});
