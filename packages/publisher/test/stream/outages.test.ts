import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { Diagnostics } from '../../src/accounts/diagnostics.ts';
import type { PublisherEvents, Warning } from '../../src/accounts/events.ts';
import { Publisher } from '../../src/publisher.ts';
import { Outages } from '../../src/stream/outages.ts';
import { type Fault, SimulatedService, VirtualClock } from '../support/simulation.ts';

const STREAMS = 1000;
const OUTAGE_MS = 40_000;
const REASONS: [Fault, code: string][] = [
  ['html-502-before', 'service'],
  ['error-503', 'service'],
  ['reset-before', 'unreachable'],
  ['throttle', 'throttled'],
  ['expired', 'credentials'],
  ['denied', 'permission'],
];

function setUp(fault: (call: string) => Fault | undefined, streams = STREAMS) {
  const clock = new VirtualClock();
  const sink = new SimulatedService(clock, { tokens: 'ignored', latencyMs: () => 5, fault });
  for (let i = 0; i < streams; i++) sink.add('g', `s${i}`);
  const publisher = new Publisher(
    { logGroupName: 'g', logStreamName: '{level}' },
    { clock, random: () => 0.5, sink, guardExit: false, silent: true },
  );
  const told: Warning[] = [];
  publisher.on('warn', (warning) => told.push(warning));
  const publish = (stream: number) =>
    publisher.publish({ timestamp: clock.now(), message: 'm' }, { level: `s${stream}` });
  return { clock, publisher, told, publish };
}

for (const [fault, code] of REASONS) {
  test(`an outage of ${STREAMS} streams is told once, and once when it is over (${fault})`, async () => {
    let isOver = false;
    const { clock, publisher, told, publish } = setUp(() => (isOver ? undefined : fault));
    for (let i = 0; i < STREAMS; i++) publish(i);
    await clock.advance(OUTAGE_MS);
    assert.deepEqual(
      told.map((warning) => warning.code),
      [code],
    );
    assert.match(told[0].message, new RegExp(`Events of ${STREAMS - 1} more log stream\\(s\\) wait\\.$`));
    isOver = true;
    await clock.advance(180_000);
    const { delivered, possibleDuplicates } = publisher.stats();
    assert.equal(delivered, STREAMS);
    // Told once a minute, too, and it takes a minute until the last stream is tried again.
    const others = told.filter((warning) => warning.code !== 'duplicates');
    assert.ok(told.length - others.length <= (possibleDuplicates > 0 ? 3 : 0), JSON.stringify(told));
    assert.deepEqual(
      others.map((warning) => warning.code),
      [code, 'recovered'],
    );
    assert.match(others[1].message, /^logs are delivered again to \d+ log streams of log group "g"\.$/);
    await clock.until(publisher.close());
  });
}

test('a stream whose events were dropped holds back the end of the outage for others no more', () => {
  const { outages, told, streams } = threeThatFail();
  outages.rests(streams[0]);
  outages.stored(streams[1]);
  assert.deepEqual(told, []);
  outages.stored(streams[2]);
  assert.deepEqual(told, ['logs are delivered again to 2 log streams of log group "g".']);
});

test('a stream counts to the outage that people heard of last', () => {
  const { outages, told, streams } = threeThatFail();
  outages.fails(streams[2], 'permission');
  for (const stream of streams) outages.stored(stream);
  assert.deepEqual(told, [
    'logs are delivered again to 2 log streams of log group "g".',
    'logs are delivered again to log stream "s2" of log group "g".',
  ]);
});

function threeThatFail() {
  const told: string[] = [];
  const emitter = new EventEmitter<PublisherEvents>();
  emitter.on('warn', ({ message }) => told.push(message));
  const outages = new Outages(new Diagnostics(emitter, new VirtualClock(), true, 'g'), () => 3);
  const streams = ['s0', 's1', 's2'].map((logStreamName) => ({ logGroupName: 'g', logStreamName }));
  for (const stream of streams) outages.fails(stream, 'unreachable');
  return { outages, told, streams };
}

test('what one stream alone meets is told of it, and its end too', async () => {
  let left = 3;
  const { clock, publisher, told, publish } = setUp(() => (left-- > 0 ? 'error-503' : undefined), 1);
  publish(0);
  await clock.advance(60_000);
  const messages = told.flatMap(({ code, message }) => (code === 'duplicates' ? [] : [message]));
  assert.match(messages[0], /log stream "s0".* Events are kept and sent again\.$/);
  assert.equal(messages[1], 'logs are delivered again to log stream "s0" of log group "g".');
  assert.equal(messages.length, 2);
  await clock.until(publisher.close());
});
