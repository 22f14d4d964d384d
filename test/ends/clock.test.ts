import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { Publisher } from 'cloudwatch-logs-publisher';
import { CloudWatchTransport } from 'winston-cloudwatch-logs';
import { Application } from '../fixtures/application.js';
import { atEnd } from '../fixtures/at-end.js';
import { optionsFor, startEndpoint } from '../fixtures/endpoint.js';
import { SHIPPERS } from '../fixtures/shippers.js';

const HOUR_MS = 3_600_000;
const CLOSE_MS = 1000;

for (const logger of Object.keys(SHIPPERS)) {
  for (const step of [-HOUR_MS, HOUR_MS]) {
    const name = `the clock is set by ${step / HOUR_MS} h while the logger closes, then process.exit(): ${logger}`;
    test(name, async (t) => {
      const local = await startEndpoint(t, { faults: [{ kind: 'hang-before' }] });
      const scenario = {
        logger,
        options: { ...optionsFor(local), closeTimeoutMs: CLOSE_MS },
        lines: 10,
        end: 'exitWhileClosing',
        step,
      };
      const application = new Application(new URL('application.mjs', import.meta.url), scenario);
      const { stderr, endingMs } = await application.ended();
      assert.match(stderr, /10 log event\(s\) for log group "app" were not sent/);
      assert.ok(endingMs < CLOSE_MS + 5000, `${endingMs} ms`);
      assert.ok(endingMs > CLOSE_MS / 2, `${endingMs} ms: the time that there was is used`);
    });
  }
}

test('fake timers that come after the package hold up neither delivery nor flush', async (t) => {
  const local = await startEndpoint(t);
  const publisher = new Publisher(optionsFor(local));
  const transport = new CloudWatchTransport({ ...optionsFor(local), logStreamName: 'winston' });
  atEnd(t, () => transport.close());
  atEnd(t, () => publisher.close());
  const timestamp = Date.now();
  mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'setImmediate', 'Date'], now: timestamp });
  try {
    publisher.publish({ timestamp, message: 'one' });
    transport.log({ level: 'info', message: 'two' }, () => {});
    mock.timers.runAll();
    assert.equal(Date.now(), timestamp, 'no timer of the package is among the fake ones');
    assert.equal((await publisher.flush({ timeoutMs: 10_000 })).delivered, 1);
    assert.equal((await transport.flush({ timeoutMs: 10_000 })).delivered, 1);
  } finally {
    mock.timers.reset();
  }
  publisher.publish({ timestamp: Date.now(), message: 'three' });
  assert.equal((await publisher.flush()).delivered, 1);
});

test('a flush with a time returns under fake timers though nothing answers', async (t) => {
  const local = await startEndpoint(t, { faults: [{ kind: 'hang-before' }] });
  const publisher = new Publisher(optionsFor(local));
  atEnd(t, () => publisher.close({ timeoutMs: 0 }));
  mock.timers.enable();
  try {
    publisher.publish({ timestamp: 0, message: 'one' });
    assert.equal((await publisher.flush({ timeoutMs: 100 })).pending, 1);
  } finally {
    mock.timers.reset();
  }
});
