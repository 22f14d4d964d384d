import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { explainFailure } from '../../src/accounts/advice.ts';
import { Diagnostics } from '../../src/accounts/diagnostics.ts';
import type { PublisherEvents, Warning } from '../../src/accounts/events.ts';
import type { PutFailure } from '../../src/cloudwatch/sink.ts';
import { Publisher } from '../../src/publisher.ts';
import { forPeople } from '../../src/text/for-people.ts';
import { type Fault, SimulatedService, seededRandom, VirtualClock } from '../support/simulation.ts';

function setUp() {
  const clock = new VirtualClock();
  const emitter = new EventEmitter<PublisherEvents>();
  const diagnostics = new Diagnostics(emitter, clock, true, 'g');
  const warnings: Warning[] = [];
  emitter.on('warn', (warning) => warnings.push(warning));
  const warn = (message: string, logStreamName?: string) =>
    diagnostics.warn({ code: 'service', message, logGroupName: 'g', logStreamName });
  return { clock, emitter, diagnostics, warnings, warn };
}

test('a warning goes out at once, its like at most once a minute, with how many were held back', async () => {
  const { clock, warnings, warn } = setUp();
  for (let i = 0; i < 100; i++) warn(`${i}`);
  assert.deepEqual(
    warnings.map(({ message, suppressed }) => [message, suppressed]),
    [['0', 0]],
  );
  await clock.advance(59_999);
  warn('early');
  await clock.advance(1);
  warn('again');
  assert.deepEqual([warnings[1].message, warnings[1].suppressed], ['again', 100]);
});

test('streams are warned about apart', () => {
  const { warnings, warn } = setUp();
  warn('one', 'a');
  warn('two', 'b');
  assert.equal(warnings.length, 2);
});

test('a listener that throws stops nothing', () => {
  const { emitter, diagnostics, warnings, warn } = setUp();
  emitter.prependListener('warn', () => {
    throw new Error('in a listener');
  });
  assert.doesNotThrow(() => warn('one'));
  emitter.on('drop', () => {
    throw undefined;
  });
  assert.doesNotThrow(() =>
    diagnostics.emit('drop', { reason: 'overflow', events: 1, bytes: 1, logGroupName: 'g' }),
  );
  assert.equal(warnings.length, 0);
});

test('whoever observes every publisher hears of it on a diagnostics channel', () => {
  const { diagnostics, warn } = setUp();
  const heard: unknown[] = [];
  const onMessage = (message: unknown) => heard.push(message);
  assert.equal(diagnostics.wants('drop'), false);
  subscribe('cloudwatch-logs:warn', onMessage);
  subscribe('cloudwatch-logs:drop', onMessage);
  try {
    assert.equal(diagnostics.wants('drop'), true);
    warn('one');
    diagnostics.emit('drop', { reason: 'overflow', events: 1, bytes: 1, logGroupName: 'g' });
    assert.equal(heard.length, 2);
  } finally {
    unsubscribe('cloudwatch-logs:warn', onMessage);
    unsubscribe('cloudwatch-logs:drop', onMessage);
  }
});

test('a service that quotes a log event is quoted without it, whatever quotes the event holds itself', () => {
  for (const text of [
    'SECRET',
    "x' at 'SECRET",
    "SECRET\n' at 'y",
    "' at '' at 'SECRET",
    "Value 'SECRET' at 'z",
  ]) {
    const message = `1 validation error detected: Value '${text}' at 'logEvents.1.member.message' failed to satisfy constraint`;
    assert.equal(
      forPeople(message),
      "1 validation error detected: Value at 'logEvents.1.member.message' failed to satisfy constraint",
    );
  }
});

test('the signed headers that a refused signature quotes are not repeated', () => {
  const message =
    'The request signature we calculated does not match. The Canonical String for this request should have been\n' +
    "'POST\n/\n\nhost:x\nx-amz-security-token:SECRET\n\nhost;x-amz-security-token\nSECRET'";
  assert.doesNotMatch(forPeople(message), /SECRET/);
  const header =
    "'AKIA' not a valid key=value pair in Authorization header: 'AWS4-HMAC-SHA256 Credential=SECRET/20261121, Signature=SECRET, X-Amz-Security-Token=SECRET'";
  assert.doesNotMatch(forPeople(header), /SECRET/);
});

test('what is said fits on a short line', () => {
  const text = forPeople(`a\n\tb${'x'.repeat(5000)}`);
  assert.ok(text.length < 310);
  assert.doesNotMatch(text, /[\n\t]/);
});

test('every advice says what is wrong, that events are kept, and what to do', () => {
  const failure: PutFailure = { ok: false, name: 'SomeException', message: 'said', bodySent: true };
  const target = { logGroupName: 'g', logStreamName: 's' };
  for (const advice of [
    'credentials',
    'permission',
    'region',
    'throttled',
    'unreachable',
    'service',
  ] as const) {
    const text = explainFailure(advice, failure, target);
    assert.match(text, /SomeException: said/);
    assert.match(text, /Events are kept/);
  }
  assert.match(explainFailure('permission', failure, target, 'logs:CreateLogStream'), /logs:CreateLogStream/);
});

test('no log text and no credential is ever in a message, an event or an error, and error is never emitted', async () => {
  const secret = 'S3CR3T';
  for (let seed = 1; seed <= 40; seed++) {
    const random = seededRandom(seed);
    const clock = new VirtualClock();
    const faults: (Fault | undefined)[] = [
      undefined,
      'throttle',
      'denied',
      'expired',
      'error-500',
      'html-200-after',
      'reset-after',
      'token-invalidated',
      'rival',
      'stream-deleted',
      'group-deleted',
    ];
    let faulty = true;
    const sink = new SimulatedService(clock, {
      tokens: 'enforced',
      fault: () => (faulty ? faults[Math.floor(random() * faults.length)] : undefined),
    });
    const { put } = sink;
    sink.put = async (target, batch, token) => {
      const result = await put.call(sink, target, batch, token);
      if (random() < 0.1) {
        return {
          ok: false,
          name: 'InvalidParameterException',
          status: 400,
          bodySent: true,
          message: `1 validation error detected: Value '${batch.messageAt(0)}' at 'logEvents.1.member.message' failed`,
        };
      }
      return result;
    };
    const publisher = new Publisher(
      {
        logGroupName: 'g',
        logStreamName:
          seed % 2 === 0 ? '{level}' : ({ message }) => (random() < 0.5 ? 's' : JSON.parse(message)),
        maxBufferBytes: 4096,
        maxEventBytes: 1000,
        oversize: seed % 3 === 0 ? 'drop' : 'truncate',
        aws: { credentials: { accessKeyId: secret, secretAccessKey: secret, sessionToken: secret } },
      },
      { clock, random, sink, guardExit: false },
    );
    const heard: unknown[] = [];
    for (const name of ['warn', 'drop', 'conflict', 'batch', 'error'] as const) {
      publisher.on(name as 'warn', (...args: unknown[]) => heard.push([name, ...args]));
    }
    for (let i = 0; i < 80; i++) {
      const filler = random() < 0.1 ? 'x'.repeat(3000) : '';
      const message = `{"${secret}": ' at '${secret}"' ${secret}\n${filler}`;
      const timestamp = random() < 0.1 ? Number.NaN : clock.now() + (random() < 0.1 ? 1e9 : 0);
      publisher.publish(
        { timestamp, message: random() < 0.05 ? ({ [secret]: secret } as unknown as string) : message },
        { level: 's', fields: () => JSON.parse(message) },
      );
      await clock.advance(random() * 2000);
    }
    faulty = seed % 4 === 0;
    await clock.until(publisher.close());
    heard.push(publisher.stats());
    assert.ok(heard.length > 5);
    assert.doesNotMatch(JSON.stringify(heard), /S3CR3T/, `seed ${seed}`);
    assert.ok(!heard.some((one) => Array.isArray(one) && one[0] === 'error'));
  }
});

test('an event whose fields cannot be parsed is kept, and its text is not in the warning', async () => {
  const clock = new VirtualClock();
  const sink = new SimulatedService(clock).add('g', 'unknown');
  const publisher = new Publisher(
    { logGroupName: 'g', logStreamName: '{field:tenant}' },
    { clock, sink, guardExit: false },
  );
  const warnings: Warning[] = [];
  publisher.on('warn', (warning) => warnings.push(warning));
  const message = 'S3CR3T is not JSON';
  publisher.publish({ timestamp: clock.now(), message }, { fields: () => JSON.parse(message) });
  await clock.until(publisher.close());
  assert.doesNotMatch(JSON.stringify(warnings), /S3CR3T/);
  assert.equal(sink.events('g', 'unknown').length, 1);
});

test('what is told while an event finds its place is heard when it has it, in order', () => {
  const { diagnostics, emitter, warn, warnings } = setUp();
  emitter.on('drop', () => warn('heard with the drop', 'b'));
  diagnostics.hold();
  diagnostics.hold();
  warn('first', 'a');
  diagnostics.emit('drop', { reason: 'overflow', events: 1, bytes: 1, logGroupName: 'g' });
  warn('last', 'c');
  diagnostics.release();
  assert.deepEqual(warnings, []);
  diagnostics.release();
  assert.deepEqual(
    warnings.map(({ message }) => message),
    ['first', 'heard with the drop', 'last'],
  );
});
