// timeout: 240 s
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { LocalCloudWatchLogs } from 'cloudwatch-logs-local';
import { Application } from '../fixtures/application.js';
import { logGroupName, optionsFor, startEndpoint } from '../fixtures/endpoint.js';
import { assertLaw } from '../fixtures/law.js';
import { ALL_STORED_ONCE, examine, numbered, storedNumbers } from '../fixtures/numbered.js';
import { SHIPPERS, start } from '../fixtures/shippers.js';

// The clock of the host is wrong, and that of CloudWatch Logs is right: no event is lost for it, and what had its time
// from the wrong clock is stored with the right one.

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const EVENTS = 100;
/** Time that a loaded machine may need between logging and what is compared. */
const SLACK_MS = 120_000;
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }; // every signature is verified

/** An endpoint, seen from which the host's clock is so far ahead. */
function endpointBehind(t: Parameters<typeof startEndpoint>[0], aheadMs: number) {
  return startEndpoint(t, { now: () => Date.now() - aheadMs, credentials });
}

function makeStream(local: LocalCloudWatchLogs): void {
  local.createLogGroup(logGroupName);
  local.createLogStream(logGroupName, 'main');
}

/** Whether all are stored as of now, as the service sees it. */
function assertTimes(local: LocalCloudWatchLogs, aheadMs: number): void {
  const now = Date.now() - aheadMs;
  for (const { timestamp } of local.events({ logGroupName })) {
    assert.ok(
      Math.abs(timestamp - now) < SLACK_MS,
      `${new Date(timestamp).toJSON()}, now ${new Date(now).toJSON()}`,
    );
  }
}

for (const [name, aheadMs] of [
  ['3 hours ahead', 3 * HOUR_MS],
  ['3 hours behind', -3 * HOUR_MS],
  ['30 days ahead', 30 * DAY_MS],
  ['30 days behind', -30 * DAY_MS],
] as const) {
  describe(`a host whose clock is ${name}`, () => {
    for (const shipper of Object.keys(SHIPPERS)) {
      test(`stores everything with the right time, and says so once: ${shipper}`, async (t) => {
        const local = await endpointBehind(t, aheadMs);
        const log = start(t, shipper, optionsFor(local));
        for (let i = 0; i < EVENTS; i++) log.log(numbered(i));
        assert.deepEqual(await log.flush(60_000), { delivered: EVENTS, dropped: 0, pending: 0 });
        for (let i = EVENTS; i < 2 * EVENTS; i++) log.log(numbered(i));
        assert.deepEqual(await log.flush(60_000), { delivered: EVENTS, dropped: 0, pending: 0 });
        assert.deepEqual(examine(storedNumbers(local), 2 * EVENTS), ALL_STORED_ONCE);
        assertTimes(local, aheadMs);
        assertLaw(await log.stats());
        const [warning, ...others] = log.warnings;
        assert.deepEqual({ code: warning?.code, others }, { code: 'clock', others: [] });
        assert.match(warning.message, aheadMs > 0 ? /s ahead of/ : /s behind/);
      });
    }

    test('and ends by process.exit() stores everything', async (t) => {
      const local = await endpointBehind(t, aheadMs);
      makeStream(local);
      const file = new URL('../exit/application.mjs', import.meta.url);
      const scenario = { logger: 'publisher', lines: EVENTS, options: optionsFor(local) };
      const { stderr } = await new Application(file, scenario).ended();
      assert.equal(stderr, '');
      assert.deepEqual(examine(storedNumbers(local), EVENTS), ALL_STORED_ONCE);
      if (Math.abs(aheadMs) > 14 * DAY_MS) assertTimes(local, aheadMs);
    });
  });
}

test('a time that the application gave stays as it is, also beside times that are corrected', async (t) => {
  const aheadMs = 3 * HOUR_MS;
  const local = await endpointBehind(t, aheadMs);
  makeStream(local);
  const log = start(t, 'publisher', optionsFor(local));
  const given = Date.now() - 90 * 60_000;
  const tooNew = Date.now() - 10 * 60_000; // to the service, as all that was logged just now
  log.log(numbered(0), 'info', { time: given });
  log.log(numbered(1));
  log.log(numbered(2), 'info', { time: tooNew });
  log.log(numbered(3));
  // The first is 2 hours ahead of the service: neither was written within a minute of its arrival.
  assert.deepEqual(await log.flush(60_000), { delivered: 3, dropped: 1, pending: 0 });
  log.log(numbered(4), 'info', { time: given + 1 });
  assert.deepEqual(await log.flush(60_000), { delivered: 1, dropped: 0, pending: 0 });
  const stored = local.events({ logGroupName });
  assert.deepEqual(stored.map(({ message }) => message).sort(), [0, 1, 3, 4].map(numbered));
  for (const { message, timestamp } of stored) {
    if (message === numbered(0)) assert.equal(timestamp, given);
    else if (message === numbered(4)) assert.equal(timestamp, given + 1);
    else assert.ok(Math.abs(timestamp + aheadMs - Date.now()) < SLACK_MS);
  }
  const stats = await log.stats();
  assertLaw(stats);
  assert.deepEqual(stats.rejected, { tooOld: 0, tooNew: 1, expired: 0 });
});

test('a clock that is four minutes off is left alone', async (t) => {
  const local = await endpointBehind(t, 4 * 60_000);
  const log = start(t, 'publisher', optionsFor(local));
  const now = Date.now();
  log.log(numbered(0), 'info', { time: now });
  assert.deepEqual(await log.flush(60_000), { delivered: 1, dropped: 0, pending: 0 });
  assert.equal(local.events({ logGroupName })[0].timestamp, now);
  assert.deepEqual(log.warnings, []);
});
