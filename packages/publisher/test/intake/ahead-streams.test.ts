import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Warning } from '../../src/accounts/events.ts';
import { Publisher } from '../../src/publisher.ts';
import { SimulatedService, seededRandom, VirtualClock } from '../support/simulation.ts';

const MIDNIGHT = Date.UTC(2026, 10, 22);
const MINUTE_MS = 60_000;
const TOMORROW = '2026-11-22/orders';

/** @returns by seed, when the stream of the next day is made, in milliseconds before midnight */
async function madeBeforeMidnight(seed: number, everyMs: number): Promise<number | undefined> {
  const clock = new VirtualClock(MIDNIGHT - 30 * MINUTE_MS);
  const service = new SimulatedService(clock).add('group', '2026-11-21/orders');
  const publisher = new Publisher(
    { logGroupName: 'group', logStreamName: '{date}/{field:app}' },
    { clock, sink: service, random: seededRandom(seed), guardExit: false, silent: true },
  );
  let madeAt: number | undefined;
  while (clock.wallTime() < MIDNIGHT && madeAt === undefined) {
    publisher.publish({ timestamp: clock.wallTime(), message: 'line' }, { fields: { app: 'orders' } });
    await clock.advance(everyMs);
    if (service.groups.get('group')?.has(TOMORROW)) madeAt = MIDNIGHT - clock.wallTime();
  }
  await clock.advance(MIDNIGHT + MINUTE_MS - clock.wallTime());
  publisher.publish(
    { timestamp: clock.wallTime(), message: 'first of the day' },
    { fields: { app: 'orders' } },
  );
  await clock.until(publisher.close());
  assert.deepEqual(
    service.events('group', TOMORROW).map(({ message }) => message),
    ['first of the day'],
  );
  assert.equal(service.calls.filter((call) => call === 'CreateLogStream').length, 1);
  return madeAt;
}

test('the stream of the next day is made ahead, at a moment of the last ten minutes that differs', async () => {
  const moments = new Set<number>();
  let made = 0;
  for (let seed = 1; seed <= 20; seed++) {
    const before = await madeBeforeMidnight(seed, 10_000);
    if (before === undefined) continue; // its moment came after the last event of the day
    made++;
    assert.ok(before >= 0 && before <= 10 * MINUTE_MS, `${before}`);
    moments.add(Math.round(before / MINUTE_MS));
  }
  assert.ok(made >= 15, `${made}`);
  assert.ok(moments.size >= 5, `${[...moments]}`);
});

test('events of another day, and streams that may not be made, have none made', async () => {
  for (const [createLogStream, at] of [
    [true, MIDNIGHT - 3 * 24 * 60 * MINUTE_MS - MINUTE_MS],
    [false, MIDNIGHT - MINUTE_MS],
  ] as const) {
    const clock = new VirtualClock(MIDNIGHT - MINUTE_MS);
    const service = new SimulatedService(clock).add('group');
    for (const day of [18, 19, 21, 22]) service.add('group', `2026-11-${day}`);
    const publisher = new Publisher(
      { logGroupName: 'group', logStreamName: '{date}', createLogStream },
      { clock, sink: service, random: () => 0.9, guardExit: false, silent: true },
    );
    publisher.publish({ timestamp: at, message: 'line' });
    await clock.until(publisher.close());
    assert.ok(!service.calls.includes('CreateLogStream'));
  }
});

test('creating that is throttled is warned about after a minute, in one line for all streams', async () => {
  const clock = new VirtualClock();
  const service = new SimulatedService(clock, {
    tokens: 'ignored',
    fault: (call) => (call === 'CreateLogStream' ? 'throttle' : undefined),
  }).add('group');
  const publisher = new Publisher(
    { logGroupName: 'group', logStreamName: '{level}' },
    { clock, sink: service, random: seededRandom(1), guardExit: false, silent: true },
  );
  const warnings: (Warning & { after: number })[] = [];
  const startedAt = clock.now();
  publisher.on('warn', (warning) => warnings.push({ ...warning, after: clock.now() - startedAt }));
  for (let i = 0; i < 40; i++)
    publisher.publish({ timestamp: clock.wallTime(), message: 'line' }, { level: `stream-${i}` });
  await clock.advance(59_000);
  assert.equal(warnings.length, 0, JSON.stringify(warnings));
  await clock.advance(120_000);
  const throttled = warnings.filter(({ code }) => code === 'throttled');
  assert.ok(throttled.length >= 1 && throttled.length <= 3, JSON.stringify(warnings));
  assert.match(throttled[0].message, /throttles CreateLogStream/);
  assert.ok(throttled[0].after >= 60_000);
  service.options = { tokens: 'ignored' };
  await clock.advance(200_000);
  assert.equal(publisher.stats().delivered, 40);
  await clock.until(publisher.close());
});
