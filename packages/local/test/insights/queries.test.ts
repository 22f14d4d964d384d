import assert from 'node:assert/strict';
import test from 'node:test';
import { Queries } from '../../src/insights/queries.ts';
import { Query } from '../../src/insights/query.ts';
import { EventSource } from '../../src/insights/source.ts';
import { Account, LogGroup } from '../../src/store/log-group.ts';

const ACCOUNT = new Account('us-east-1', '123456789012');

const request = (account = ACCOUNT) => ({
  account,
  groupNames: ['app'],
  queryString: 'fields a',
  query: new Query('fields a'),
  limit: undefined,
  source: new EventSource({
    groups: [new LogGroup(account, 'app', 0, {})],
    start: 0,
    end: 1,
    now: 0,
    isReadable: () => true,
  }),
});

test('a hundred queries of an account run at a time', (t) => {
  const queries = new Queries(() => 0);
  t.after(() => queries.clear());
  const started = Array.from({ length: 100 }, () => queries.start(request()));
  assert.throws(() => queries.start(request()), {
    code: 'LimitExceededException',
    message: 'Account maximum query concurrency limit of [100] reached.',
  });
  assert.doesNotThrow(() => queries.start(request(new Account('eu-west-1', '123456789012'))));
  assert.equal(queries.cancel(started[0]?.queryId ?? ''), true);
  assert.doesNotThrow(() => queries.start(request()));
});

test('a query belongs to its account, and the newest comes first', (t) => {
  const queries = new Queries(() => 0);
  t.after(() => queries.clear());
  const other = new Account('us-east-1', '210987654321');
  const [first, second] = [queries.start(request()), queries.start(request())];
  const foreign = queries.start(request(other));
  assert.deepEqual(queries.of(ACCOUNT), [second, first]);
  assert.equal(queries.find(ACCOUNT, foreign.queryId), undefined);
  assert.equal(queries.find(other, foreign.queryId), foreign);
});

test('a thousand queries are remembered', async (t) => {
  const queries = new Queries(() => 0);
  t.after(() => queries.clear());
  const first = queries.start(request());
  for (let index = 0; index < 999; index++) {
    const { queryId } = queries.start(request());
    queries.cancel(queryId);
  }
  assert.equal(queries.find(ACCOUNT, first.queryId), first);
  queries.start(request());
  assert.equal(queries.find(ACCOUNT, first.queryId), undefined);
});
