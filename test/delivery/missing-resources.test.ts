// timeout: 300 s
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { Fault, LocalCloudWatchLogs } from 'cloudwatch-logs-local';
import type { PublisherOptions } from 'cloudwatch-logs-publisher';
import { logGroupName, optionsFor, startEndpoint } from '../fixtures/endpoint.js';
import { assertLaw } from '../fixtures/law.js';
import { ALL_STORED_ONCE, assertStoredOnce, examine, numbered, storedNumbers } from '../fixtures/numbered.js';
import { start } from '../fixtures/shippers.js';

// Log groups and streams that are not there: created where that is allowed, waited for where it is not.

const NAMES = ['pino in a worker', 'winston'];
const WAIT = { timeoutMs: 60_000 };

describe('a log stream and a log group that are deleted while logging are created again, and no event is lost', () => {
  for (const name of NAMES) {
    test(name, async (t) => {
      const local = await startEndpoint(t);
      const retentionInDays = 7;
      const shipper = start(t, name, { ...optionsFor(local), maxBatchEvents: 50, retentionInDays });
      let logged = 0;
      const log = (events: number) => {
        for (const end = logged + events; logged < end; logged++) shipper.log(numbered(logged));
      };
      // What was stored goes with the stream: it is read at the moment before.
      const deleted: number[] = [];

      log(1000);
      await local.waitFor(() => local.stats().puts >= 5, WAIT);
      deleted.push(...storedNumbers(local));
      local.deleteLogStream(logGroupName, 'main');
      log(500);
      const { puts } = local.stats();
      await local.waitFor(() => local.stats().puts >= puts + 5 && hasRetention(local, retentionInDays), WAIT);
      deleted.push(...storedNumbers(local));
      local.deleteLogGroup(logGroupName);
      log(500);
      const { dropped, pending } = await shipper.flush(60_000);
      assert.deepEqual({ dropped, pending }, { dropped: 0, pending: 0 });

      const rest = storedNumbers(local);
      assert.ok(rest.length > 0 && deleted.length > 0, 'all was stored before or after the deletion');
      assert.deepEqual(examine([...deleted, ...rest], logged), ALL_STORED_ONCE);
      await local.waitFor(() => hasRetention(local, retentionInDays), WAIT);
      const { CreateLogGroup, CreateLogStream } = local.stats().requests;
      assert.ok(CreateLogGroup >= 2 && CreateLogStream >= 3);
      const stats = await shipper.stats();
      assertLaw(stats);
      assert.equal(stats.delivered, logged);
      assert.deepEqual(shipper.warnings, []);
    });
  }
});

interface Hindrance {
  readonly faults?: readonly Fault[];
  readonly options?: Pick<PublisherOptions, 'createLogGroup' | 'createLogStream'>;
  /** Whether the group is there from the start. */
  readonly withGroup: boolean;
  /** Create calls that are expected not to be made. */
  readonly never?: readonly string[];
  /** What the warning must say. */
  readonly says: readonly RegExp[];
}

const HINDRANCES: Readonly<Record<string, Hindrance>> = {
  'no permission to create the log group': {
    faults: [{ kind: 'access-denied', operation: 'CreateLogGroup' }],
    withGroup: false,
    says: [/AccessDenied/, /Events are kept/, /allow the IAM action logs:CreateLogGroup\b/],
  },
  'no permission to create the log stream': {
    faults: [{ kind: 'access-denied', operation: 'CreateLogStream' }],
    withGroup: true,
    says: [/AccessDenied/, /Events are kept/, /allow the IAM action logs:CreateLogStream\b/],
  },
  'createLogGroup: false': {
    options: { createLogGroup: false },
    withGroup: false,
    never: ['CreateLogGroup'],
    says: [/creating it is turned off/, /Events are kept; create it, or turn on createLogGroup/],
  },
  'createLogStream: false': {
    options: { createLogStream: false },
    withGroup: true,
    never: ['CreateLogGroup', 'CreateLogStream'],
    says: [/creating it is turned off/, /Events are kept; create it, or turn on .*createLogStream/],
  },
  'createLogGroup: false and createLogStream: false': {
    options: { createLogGroup: false, createLogStream: false },
    withGroup: false,
    never: ['CreateLogGroup', 'CreateLogStream'],
    says: [/creating it is turned off/, /Events are kept; create it, or turn on .*createLogStream/],
  },
};

describe('what may not be created is warned about once, and its events are delivered once it is there', () => {
  const EVENTS = 500;
  // They spend their time waiting for the next try, so all wait at the same time.
  test('for each reason, through both loggers', async (t) => {
    const runs = Object.entries(HINDRANCES).flatMap(([what, hindrance]) =>
      NAMES.map((name) => waitForCreation(t, `${what}, ${name}`, name, hindrance)),
    );
    await Promise.all(runs);
  });

  async function waitForCreation(
    t: TestContext,
    what: string,
    name: string,
    { faults, options, withGroup, never = [], says }: Hindrance,
  ): Promise<void> {
    const local = await startEndpoint(t, { faults });
    if (withGroup) local.createLogGroup(logGroupName);
    const shipper = start(t, name, { ...optionsFor(local), ...options, maxBatchEvents: 100 });
    for (let i = 0; i < EVENTS; i++) shipper.log(numbered(i));

    // The second try of the same batch: nothing was given up, and the warning had every chance to come twice.
    await local.waitFor(() => local.stats().requests.PutLogEvents >= 2, WAIT);
    const waiting = await shipper.stats();
    assertLaw(waiting);
    assert.deepEqual({ delivered: waiting.delivered, lost: shipper.drops.length }, { delivered: 0, lost: 0 });
    if (!withGroup) local.createLogGroup(logGroupName);
    local.createLogStream(logGroupName, 'main');
    assert.deepEqual(await shipper.flush(60_000), { delivered: EVENTS, dropped: 0, pending: 0 }, what);

    assertStoredOnce(local, EVENTS);
    const stats = await shipper.stats();
    assertLaw(stats);
    assert.equal(stats.delivered, EVENTS);
    const warnings = shipper.warnings.filter(({ code }) => code !== 'recovered');
    assert.deepEqual(
      warnings.map(({ code }) => code),
      ['permission'],
      what,
    );
    for (const pattern of says) assert.match(warnings[0].message, pattern, what);
    for (const call of never) assert.equal(local.stats().requests[call], undefined, `${what}: ${call}`);
  }
});

function hasRetention(local: LocalCloudWatchLogs, days: number): boolean {
  return local.groups()[0]?.retentionInDays === days;
}
