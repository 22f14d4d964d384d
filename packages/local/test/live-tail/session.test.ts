import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import test, { type TestContext } from 'node:test';
import { compileFilterPattern } from '../../src/filter-pattern/compile.ts';
import { type LiveTailRequest, LiveTailSession } from '../../src/live-tail/session.ts';
import { Feed } from '../../src/store/feed.ts';
import { Account, LogGroup } from '../../src/store/log-group.ts';
import { type Message, readMessages } from './messages.ts';

const ACCOUNT = new Account('us-east-1', '123456789012');
const group = (name: string, account = ACCOUNT): LogGroup => new LogGroup(account, name, 0, {});
const APP = group('app');

/** A session whose clock the test turns, what it has written since it was asked last, and its feed. */
function begin(t: TestContext, request: Partial<LiveTailRequest> = {}, highWaterMark = 1_048_576) {
  t.mock.timers.enable({ apis: ['setInterval', 'setTimeout'] });
  const feed = new Feed();
  const output = new PassThrough({ highWaterMark });
  const all: LiveTailRequest = {
    groups: [APP],
    logGroupIdentifiers: [APP.arn],
    logStreamNames: undefined,
    logStreamNamePrefixes: undefined,
    logEventFilterPattern: undefined,
    pattern: compileFilterPattern(''),
    ...request,
  };
  new LiveTailSession(all, feed, output, 'request-1', 10_800_000);
  t.after(() => output.destroy());
  const put = (messages: readonly string[], logStreamName = 'one', { name, account } = APP): void => {
    feed.publish({
      region: account.region,
      accountId: account.accountId,
      logGroupName: name,
      logStreamName,
      ingestionTime: 7,
      firstArrival: 0,
      events: messages.map((message, index) => ({ timestamp: index, message })),
      sizes: Uint32Array.from(messages, ({ length }) => length + 26),
    });
  };
  const written = (): Message[] => readMessages(Buffer.from(output.read() ?? []));
  const update = (): { messages: string[]; sampled: boolean } => {
    t.mock.timers.tick(1_000);
    const [message, ...others] = written();
    assert.deepEqual(others, []);
    assert.equal(message?.headers[':event-type'], 'sessionUpdate');
    const { sessionMetadata, sessionResults } = message?.payload ?? {};
    return {
      messages: sessionResults.map((event: { message: string }) => event.message),
      sampled: sessionMetadata.sampled,
    };
  };
  return { put, written, update, output, feed };
}

test('a session begins with what the clients of RPC protocols wait for, and with what was asked', (t) => {
  const { written } = begin(t, {
    logStreamNames: ['one'],
    logEventFilterPattern: 'a',
    pattern: compileFilterPattern('a'),
  });
  const [initial, start, ...others] = written();
  assert.deepEqual(others, []);
  assert.deepEqual(initial, {
    headers: {
      ':message-type': 'event',
      ':event-type': 'initial-response',
      ':content-type': 'application/json',
    },
    payload: {},
  });
  assert.equal(start?.headers[':event-type'], 'sessionStart');
  const { sessionId, ...asked } = start?.payload ?? {};
  assert.match(sessionId, /^[\da-f-]{36}$/);
  assert.deepEqual(asked, {
    requestId: 'request-1',
    logGroupIdentifiers: [APP.arn],
    logStreamNames: ['one'],
    logEventFilterPattern: 'a',
  });
});

test('each second brings what was put in it, and nothing when nothing was', (t) => {
  const { put, written, update } = begin(t);
  written();
  assert.deepEqual(update(), { messages: [], sampled: false });
  put(['a', 'b']);
  put(['c'], 'two');
  assert.deepEqual(update(), { messages: ['a', 'b', 'c'], sampled: false });
  assert.deepEqual(update(), { messages: [], sampled: false });
  put(['d'], 'two');
  t.mock.timers.tick(1_000);
  assert.deepEqual(written()[0]?.payload.sessionResults, [
    {
      timestamp: 0,
      message: 'd',
      ingestionTime: 7,
      logStreamName: 'two',
      logGroupIdentifier: '123456789012:app',
    },
  ]);
});

test('only the groups, streams and messages that were asked for are shown', (t) => {
  const other = group('other');
  const elsewhere = group('app', new Account('eu-west-1', '123456789012'));
  const byPattern = begin(t, { groups: [APP, other], pattern: compileFilterPattern('{ $.level = error }') });
  byPattern.written();
  byPattern.put(['{"level":"error","n":1}', '{"level":"info"}']);
  byPattern.put(['{"level":"error","n":2}'], 'one', other);
  byPattern.put(['{"level":"error","n":3}'], 'one', elsewhere);
  byPattern.put(['{"level":"error","n":4}'], 'one', group('third'));
  assert.deepEqual(byPattern.update().messages, ['{"level":"error","n":1}', '{"level":"error","n":2}']);
});

test('streams are chosen by name or by prefix', (t) => {
  const { put, written, update } = begin(t, { logStreamNames: ['one', 'three'] });
  written();
  for (const stream of ['one', 'two', 'three', 'one-more']) put([stream], stream);
  assert.deepEqual(update().messages, ['one', 'three']);
  t.mock.timers.reset();
  const byPrefix = begin(t, { logStreamNamePrefixes: ['one', 'tw'] });
  byPrefix.written();
  for (const stream of ['one', 'two', 'three', 'one-more']) byPrefix.put([stream], stream);
  assert.deepEqual(byPrefix.update().messages, ['one', 'two', 'one-more']);
});

test('of more than 500 events in a second 500 are shown, in their order', (t) => {
  const { put, written, update } = begin(t);
  written();
  const numbers = Array.from({ length: 500 }, (_, index) => String(index));
  put(numbers);
  assert.deepEqual(update(), { messages: numbers, sampled: false });
  put(numbers);
  put(['500']);
  const { messages, sampled } = update();
  assert.equal(sampled, true);
  assert.equal(messages.length, 500);
  assert.deepEqual(
    messages,
    [...messages].sort((a, b) => Number(a) - Number(b)),
  );
});

test('events that came faster than they could be looked through count as a sample', (t) => {
  const { put, written, update } = begin(t, { pattern: compileFilterPattern('rare') });
  written();
  put(['rare']);
  for (let batch = 0; batch < 3; batch++) put(Array.from({ length: 5_000 }, () => 'x'));
  assert.equal(update().sampled, true);
});

test('an update stays below what clients take, however long the messages and whatever JSON makes of them', (t) => {
  const { put, written, output } = begin(t, {}, 64 * 1024 * 1024);
  written();
  for (let batch = 0; batch < 10; batch++) put(['\u0000'.repeat(1_000_000)]);
  t.mock.timers.tick(1_000);
  const bytes = Buffer.from(output.read());
  assert.ok(bytes.length < 24 * 1024 * 1024, String(bytes.length));
  const [update] = readMessages(bytes);
  assert.equal(update?.payload.sessionMetadata.sampled, true);
  assert.equal(update?.payload.sessionResults.length, 3);
});

test('a session ends after three hours with an exception', async (t) => {
  const { written, output } = begin(t);
  written();
  t.mock.timers.tick(10_799_999);
  output.read();
  t.mock.timers.tick(1);
  const last = written().at(-1);
  assert.deepEqual(last?.headers, {
    ':message-type': 'exception',
    ':exception-type': 'SessionTimeoutException',
    ':content-type': 'application/json',
  });
  assert.equal(output.writableEnded, true);
});

test('when the client leaves, nothing is collected any more', async (t) => {
  const { put, output, feed } = begin(t);
  const closed = new Promise((resolve) => output.once('close', resolve));
  output.destroy();
  await closed;
  let wanted = 0;
  feed.subscribe({ wants: () => ++wanted > 0 });
  put(['a']);
  t.mock.timers.tick(5_000);
  assert.equal(wanted, 1);
});

test('for a client that does not read, ten updates wait and the oldest are dropped', (t) => {
  const { put, written, output } = begin(t, {}, 1);
  for (let second = 0; second < 20; second++) {
    put([String(second)]);
    t.mock.timers.tick(1_000);
  }
  const shown: string[] = [];
  for (let chunk = output.read(); chunk !== null; chunk = output.read()) {
    for (const { payload } of readMessages(Buffer.from(chunk))) {
      for (const { message } of payload.sessionResults ?? []) shown.push(message);
    }
    output.emit('drain');
  }
  assert.deepEqual(shown.slice(-10), ['10', '11', '12', '13', '14', '15', '16', '17', '18', '19']);
  assert.ok(shown.length < 20, shown.join());
  assert.deepEqual(written(), []);
});
