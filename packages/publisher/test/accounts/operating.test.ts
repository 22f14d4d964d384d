import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isHealthy } from '../../src/accounts/accounts.ts';
import type { PossibleDuplicates, Warning } from '../../src/accounts/events.ts';
import type { PublisherOptions } from '../../src/options/options.ts';
import { Publisher } from '../../src/publisher.ts';
import { type Fault, SimulatedService, VirtualClock } from '../support/simulation.ts';

// The figures that a service is operated by, on virtual time.

function setUp(latencyMs = 5, options: Partial<PublisherOptions> = {}) {
  const clock = new VirtualClock();
  const faults: (Fault | undefined)[] = [];
  let always: Fault | undefined;
  const fault = () => always ?? faults.shift();
  const sink = new SimulatedService(clock, { tokens: 'ignored', latencyMs: () => latencyMs, fault }).add(
    'g',
    's',
  );
  const publisher = new Publisher(
    { logGroupName: 'g', logStreamName: 's', ...options },
    { clock, random: () => 0.5, sink, guardExit: false, silent: true },
  );
  const warnings: Warning[] = [];
  const duplicates: PossibleDuplicates[] = [];
  publisher.on('warn', (warning) => warnings.push(warning));
  publisher.on('duplicates', (event) => duplicates.push(event));
  const publish = (message = 'a line') => publisher.publish({ timestamp: clock.wallTime(), message });
  const fail = (kind: Fault | undefined) => {
    always = kind;
  };
  return { clock, faults, publisher, publish, warnings, duplicates, fail };
}

test('in an outage the oldest event ages and its bytes are held; then they are let go', async () => {
  const { clock, publisher, publish, fail } = setUp();
  assert.equal(publisher.stats().lastSuccessAt, undefined);
  publish();
  await clock.advance(2000);
  const storedAt = publisher.stats().lastSuccessAt ?? 0;
  assert.ok(storedAt > 0 && storedAt <= clock.wallTime());
  assert.deepEqual([publisher.stats().oldestEventAgeMs, publisher.stats().bufferedBytes], [0, 0]);
  fail('error-503');
  publish();
  await clock.advance(40_000);
  publish();
  await clock.advance(5_000);
  const { oldestEventAgeMs, bufferedBytes, maxBufferBytes, lastSuccessAt } = publisher.stats();
  assert.equal(oldestEventAgeMs, 45_000);
  assert.equal(bufferedBytes, 2 * ('a line'.length + 26));
  assert.equal(maxBufferBytes, 64 * 1024 * 1024);
  assert.equal(lastSuccessAt, storedAt);
  assert.equal(isHealthy(publisher.stats(), { maxLagMs: 50_000 }), true);
  assert.equal(isHealthy(publisher.stats(), { maxLagMs: 40_000 }), false);
  fail(undefined);
  await clock.until(publisher.close());
  assert.deepEqual([publisher.stats().oldestEventAgeMs, publisher.stats().bufferedBytes], [0, 0]);
  assert.ok((publisher.stats().lastSuccessAt ?? 0) > storedAt);
});

test('the counters name the log streams that events were stored in, the newest first', async () => {
  const { clock, publisher } = setUp(0, { logStreamName: '{level}' });
  const log = async (level: string) => {
    publisher.publish({ timestamp: clock.wallTime(), message: 'a line' }, { level });
    await clock.until(publisher.flush());
  };
  const named = () => publisher.stats().recentStreams.map(({ logStreamName }) => logStreamName);
  assert.deepEqual(named(), []);
  await log('info');
  assert.deepEqual(publisher.stats().recentStreams, [{ logGroupName: 'g', logStreamName: 'info' }]);
  await log('warn');
  await log('info');
  assert.deepEqual(named(), ['info', 'warn']);
  const before = publisher.stats();
  for (let i = 0; i < 12; i++) await log(`level-${i}`);
  assert.deepEqual(
    named(),
    Array.from({ length: 10 }, (_, i) => `level-${11 - i}`),
  );
  assert.equal(before.recentStreams.length, 2, 'counters that were asked for stay as they are');
});

test('a full buffer is not healthy, however young the oldest event in it is', () => {
  const full = { oldestEventAgeMs: 10, bufferedBytes: 990, maxBufferBytes: 1000 };
  assert.equal(isHealthy(full), false);
  assert.equal(isHealthy({ ...full, bufferedBytes: 900 }), true);
  assert.equal(isHealthy({ ...full, bufferedBytes: 900, bufferUse: 1 }), false, 'one of several is full');
  assert.equal(isHealthy({ oldestEventAgeMs: 60_001, bufferedBytes: 0, maxBufferBytes: 0 }), false);
});

test('puts that succeed too slowly for what is logged are a warning; once a minute', async () => {
  const { clock, publisher, publish, warnings } = setUp(3000, { maxBatchEvents: 1, maxInFlight: 1 });
  for (let i = 0; i < 40; i++) publish();
  await clock.advance(59_000);
  assert.equal(warnings.length, 0);
  await clock.advance(30_000);
  assert.deepEqual(
    warnings.map(({ code }) => code),
    ['lagging'],
  );
  assert.match(warnings[0]?.message ?? '', /stored 6\d s after they were logged.*0\.0 MiB wait.*maxInFlight/);
  await clock.until(publisher.close({ timeoutMs: 1e6 }));
});

test('what an outage made late is no lag', async () => {
  const { clock, publisher, publish, warnings, fail } = setUp(5, { maxBatchEvents: 1 });
  fail('error-503');
  for (let i = 0; i < 5; i++) publish();
  await clock.advance(200_000);
  fail(undefined);
  await clock.until(publisher.close({ timeoutMs: 1e6 }));
  assert.equal(publisher.stats().delivered, 5);
  assert.deepEqual(
    warnings.filter(({ code }) => code === 'lagging'),
    [],
  );
});

test('possible duplicates are named, with their time and the queries that show and remove them', async () => {
  const { clock, faults, publisher, publish, warnings, duplicates } = setUp();
  faults.push('timeout-after');
  const from = clock.wallTime();
  publish('one');
  await clock.advance(10);
  await clock.until(publisher.close({ timeoutMs: 1e6 }));
  assert.equal(publisher.stats().possibleDuplicates, 1);
  assert.equal(duplicates.length, 1);
  const { show, remove, ...others } = duplicates[0] as PossibleDuplicates;
  assert.deepEqual(others, { logGroupName: 'g', logStreamName: 's', events: 1, copies: 1, from, to: from });
  assert.match(show, /^filter @logStream = "s" \| stats count\(\*\)/);
  assert.match(remove, /\| dedup @timestamp, @message$/);
  const warning = warnings.find(({ code }) => code === 'duplicates');
  assert.ok(warning?.message.includes(show), warning?.message);
});

test('where nothing may be stored twice nothing is said of duplicates', async () => {
  const { clock, faults, publisher, publish, duplicates } = setUp();
  faults.push('throttle');
  publish();
  await clock.until(publisher.close({ timeoutMs: 1e6 }));
  assert.deepEqual([publisher.stats().delivered, publisher.stats().retries], [1, 1]);
  assert.deepEqual(duplicates, []);
});
