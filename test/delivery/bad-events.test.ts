// timeout: 300 s
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Drop } from 'cloudwatch-logs-publisher';
import { logGroupName, optionsFor, refusals, startEndpoint } from '../fixtures/endpoint.js';
import { assertLaw } from '../fixtures/law.js';
import { numbered, storedNumbers } from '../fixtures/numbered.js';
import { SHIPPERS, start } from '../fixtures/shippers.js';

// An event that the service will never take is counted and reported, and costs none of its neighbours.

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const SKEW_MS = 4 * 60_000;

describe('one event of 300 KB in 10,000, on an endpoint that takes 256 KB', () => {
  const EVENTS = 10_000;
  const BAD = 6172;
  const BAD_BYTES = 300_000;

  for (const name of Object.keys(SHIPPERS)) {
    test(`costs no other event, and is reported with size and reason: ${name}`, async (t) => {
      const local = await startEndpoint(t, { maxEventBytes: 262_144 });
      const shipper = start(t, name, optionsFor(local));
      for (let i = 0; i < EVENTS; i++) shipper.log(i === BAD ? 'x'.repeat(BAD_BYTES) : numbered(i));
      const flushed = await shipper.flush(60_000);
      assert.deepEqual(flushed, { delivered: EVENTS - 1, dropped: 1, pending: 0 });

      const expected = Array.from({ length: EVENTS }, (_, number) => number);
      expected.splice(BAD, 1);
      assert.deepEqual(storedNumbers(local), expected);
      const stats = await shipper.stats();
      assertLaw(stats);
      assert.equal(stats.delivered, EVENTS - 1);
      assert.deepEqual(stats.dropped, { overflow: 0, oversize: 0, invalid: 0, poison: 1, shutdown: 0 });

      assert.equal(shipper.drops.length, 1);
      const { reason, events, bytes, cause } = shipper.drops[0];
      assert.deepEqual({ reason, events }, { reason: 'poison', events: 1 });
      assert.ok(bytes > BAD_BYTES && bytes < BAD_BYTES + 1000, `${bytes} bytes`);
      assert.match(cause ?? '', /^InvalidParameterException: Log event too large/);
      const [warning, ...others] = shipper.warnings;
      assert.deepEqual({ code: warning.code, others }, { code: 'poison', others: [] });
      assert.ok(warning.message.includes(`an event of ${bytes} bytes`), warning.message);
      assert.match(warning.message, /Log event too large/);
    });
  }
});

describe('events that are too old, expired or too new are rejected, and the others of their batch are stored', () => {
  const RETENTION_DAYS = 7;

  for (const name of Object.keys(SHIPPERS)) {
    test(name, async (t) => {
      // A clock that differs, by less than would be corrected: the winston transport takes no time from a record that would
      // be rejected right now.
      let aheadMs = SKEW_MS;
      const local = await startEndpoint(t, { now: () => Date.now() + aheadMs });
      local.createLogGroup(logGroupName);
      local.createLogStream(logGroupName, 'main');
      const options = { ...optionsFor(local), retentionInDays: RETENTION_DAYS, flushIntervalMs: 60_000 };
      const shipper = start(t, name, options);
      shipper.log('the first event brings the retention to the group');
      await shipper.flush(60_000);
      await local.waitFor(() => local.groups()[0].retentionInDays === RETENTION_DAYS, { timeoutMs: 60_000 });
      const now = Date.now();
      let logged = 0;
      const expected: number[] = [];
      const log = (events: number, time: number, isStored = false) => {
        for (let i = 0; i < events; i++, logged++) {
          shipper.log(numbered(logged), 'info', { time });
          if (isStored) expected.push(logged);
        }
      };

      // One batch at the border of 14 days, one at that of the retention.
      log(3, now - 14 * DAY_MS + SKEW_MS / 2);
      log(2, now - 14 * DAY_MS + 3 * HOUR_MS);
      log(4, now - RETENTION_DAYS * DAY_MS + SKEW_MS / 2);
      log(5, now - RETENTION_DAYS * DAY_MS + 3 * HOUR_MS, true);
      assert.deepEqual(await shipper.flush(60_000), { delivered: 5, dropped: 9, pending: 0 });
      assert.equal(local.stats().requests.PutLogEvents, 3);
      // And one at that of 2 hours in the future.
      aheadMs = -SKEW_MS;
      log(6, now, true);
      log(7, now + 2 * HOUR_MS - SKEW_MS / 2);
      assert.deepEqual(await shipper.flush(60_000), { delivered: 6, dropped: 7, pending: 0 });
      assert.equal(local.stats().requests.PutLogEvents, 4);

      assert.deepEqual(storedNumbers(local), expected);
      assert.deepEqual(refusals(local), {});
      const stats = await shipper.stats();
      assertLaw(stats);
      assert.equal(stats.delivered, 12);
      assert.deepEqual(stats.rejected, { tooOld: 3, tooNew: 7, expired: 6 });
      assert.deepEqual(eventsByReason(shipper.drops), { tooOld: 3, tooNew: 7, expired: 6 });
      const [warning, ...others] = shipper.warnings;
      // The same is not said twice within a minute.
      assert.deepEqual({ code: warning.code, others }, { code: 'rejected', others: [] });
      assert.match(warning.message, /rejected 3 event\(s\) .* older than 14 days/);
    });
  }
});

/** A worker adds up reports with the same reason. */
function eventsByReason(drops: readonly Drop[]): Partial<Record<Drop['reason'], number>> {
  const sums: Partial<Record<Drop['reason'], number>> = {};
  for (const { reason, events } of drops) sums[reason] = (sums[reason] ?? 0) + events;
  return sums;
}
