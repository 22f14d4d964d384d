// timeout: 300 s
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FaultKind } from 'cloudwatch-logs-local';
import { optionsFor, refusals, startEndpoint } from '../fixtures/endpoint.js';
import { assertLaw } from '../fixtures/law.js';
import { numbered, storedNumbers } from '../fixtures/numbered.js';
import { type Shipper, start } from '../fixtures/shippers.js';

// Many log streams of one logger, named by level and field: each in order, and none waits for another.

const NAMES = ['pino in a worker', 'winston'];
const LEVELS = ['info', 'error'] as const;
const logStreamName = '{level}/{field:tenant}';
const WAIT = { timeoutMs: 60_000 };

describe('{level} and {field:tenant} in the name of the stream', () => {
  const TENANTS = 100;
  const EVENTS = 20_000;

  for (const name of NAMES) {
    test(`each event is stored in its one of 200 streams, in order: ${name}`, async (t) => {
      const local = await startEndpoint(t);
      const shipper = start(t, name, { ...optionsFor(local), logStreamName });
      const logged = new TenantLog(shipper, TENANTS);
      logged.log(EVENTS);
      assert.deepEqual(await shipper.flush(60_000), { delivered: EVENTS, dropped: 0, pending: 0 });

      assert.equal(logged.numbers.size, LEVELS.length * TENANTS);
      assert.deepEqual(local.groups()[0].streams, [...logged.numbers.keys()].sort());
      for (const [stream, numbers] of logged.numbers) {
        assert.deepEqual(storedNumbers(local, stream), numbers, stream);
      }
      assert.deepEqual(refusals(local), {});
      const stats = await shipper.stats();
      assertLaw(stats);
      assert.equal(stats.delivered, EVENTS);
    });
  }
});

describe('a stream that fails never holds up the others', () => {
  const TENANTS = 20;
  const EVENTS = 2000;
  const failing = 'error/tenant-7';

  for (const kind of ['hang-before', 'access-denied'] as const) {
    test(`${kind}, through both loggers`, async (t) => {
      await Promise.all(NAMES.map((name) => logWhileOneFails(t, name, kind)));
    });
  }

  async function logWhileOneFails(t: TestContext, name: string, kind: FaultKind): Promise<void> {
    const local = await startEndpoint(t, { faults: [{ kind, logStreamName: failing }] });
    const shipper = start(t, name, {
      ...optionsFor(local),
      logStreamName,
      maxRequests: 2,
      // Longer than the others may take: what waits for the stream that hangs does not come in time.
      requestTimeoutMs: 4 * WAIT.timeoutMs,
    });
    const logged = new TenantLog(shipper, TENANTS);
    // A first round that finds the stream failing, and a second one that starts while it does.
    for (const events of [EVENTS, 2 * EVENTS]) {
      logged.log(EVENTS);
      const others = events - events / (LEVELS.length * TENANTS);
      await local.waitFor(() => local.stats().events >= others, WAIT);
      // The last answers may be on their way.
      while ((await shipper.stats()).delivered < others) await nextTurn();
      assert.deepEqual(storedNumbers(local, failing), []);
      assert.ok(local.stats().faults[kind] > 0, 'the stream did not fail');
      assertLaw(await shipper.stats());
    }
    for (const [stream, numbers] of logged.numbers) {
      if (stream !== failing) assert.deepEqual(storedNumbers(local, stream), numbers, stream);
    }

    local.faults.clear();
    if (kind === 'hang-before') {
      // Cuts the connection that hangs.
      await local.stop();
      await local.start();
    }
    const { dropped, pending } = await shipper.flush(60_000);
    assert.deepEqual({ dropped, pending }, { dropped: 0, pending: 0 });
    assert.deepEqual(storedNumbers(local, failing), logged.numbers.get(failing));
    const stats = await shipper.stats();
    assertLaw(stats);
    assert.equal(stats.delivered, 2 * EVENTS);
  }
});

/** Logs numbers for tenants in turn, at every level, and knows to which stream each of them belongs. */
class TenantLog {
  readonly numbers = new Map<string, number[]>();
  readonly #shipper: Shipper;
  readonly #tenants: number;
  #logged = 0;

  constructor(shipper: Shipper, tenants: number) {
    this.#shipper = shipper;
    this.#tenants = tenants;
  }

  log(events: number): void {
    for (const end = this.#logged + events; this.#logged < end; this.#logged++) {
      const level = LEVELS[this.#logged % LEVELS.length];
      const tenant = `tenant-${Math.floor(this.#logged / LEVELS.length) % this.#tenants}`;
      this.#shipper.log(numbered(this.#logged), level, { fields: { tenant } });
      const stream = `${level}/${tenant}`;
      const known = this.numbers.get(stream);
      if (known) known.push(this.#logged);
      else this.numbers.set(stream, [this.#logged]);
    }
  }
}
