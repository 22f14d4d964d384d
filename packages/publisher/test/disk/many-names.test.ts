import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FREE_STREAMS } from '../../src/accounts/memory-budget.ts';
import { collectGarbage } from '../support/collect-garbage.ts';
import { pass } from '../support/disk-pace.ts';
import { drained, law, start } from '../support/publisher-fixture.ts';
import type { Fault } from '../support/simulation.ts';
import { temporaryDirectory } from '../support/spool-fixture.ts';

const MIB = 1024 ** 2;
const NAMES = 300_000;

for (const mode of ['overflow', 'always'] as const) {
  test(`300,000 names take no more memory with a spool than without, and the first streams lose nothing: ${mode}`, async (t) => {
    const state: { fault: Fault | undefined } = { fault: undefined };
    const { clock, sink, publisher } = start(t, {
      directory: temporaryDirectory(t),
      mode,
      service: { tokens: 'ignored', fault: () => state.fault },
      options: { logStreamName: 'client-{field:id}', maxBufferBytes: MIB },
    });
    const publish = (id: string, message: string) =>
      publisher.publish({ timestamp: clock.now(), message }, { fields: { id } });
    const memory = () => {
      collectGarbage();
      return process.memoryUsage().heapUsed;
    };
    const first = Array.from({ length: FREE_STREAMS }, (_, n) => `first-${n}`);
    for (const id of first) publish(id, 'before');
    await drained(clock, publisher);
    state.fault = 'throttle';
    const before = memory();
    let taken = 0;
    for (let n = 0; n < NAMES; n++) {
      if (publish(`${n}`, 'x'.repeat(200))) taken++;
      if (n % 3000 !== 0) continue;
      for (const id of first) publish(id, `during ${n}`.padEnd(400));
      await pass(clock, 20);
      law(publisher.stats());
    }
    const grown = memory() - before;
    assert.ok(grown < 8 * MIB, `${(grown / MIB).toFixed(1)} MiB more, with a buffer of 1 MiB`);
    assert.ok(publisher.stats().spooled > 0, 'the disk was never needed');
    state.fault = undefined;
    for (const id of first) publish(id, 'after');
    await drained(clock, publisher);
    const stats = publisher.stats();
    law(stats);
    assert.equal(stats.delivered, FREE_STREAMS * (2 + NAMES / 3000) + taken);
    assert.equal(stats.dropped.overflow, NAMES - taken);
    for (const id of first) {
      // As a reader sees them: of several puts that are under way together one may be stored before another.
      const events = sink.events('g', `client-${id}`).toSorted((a, b) => a.timestamp - b.timestamp);
      const stored = events.map(({ message }) => message.trimEnd());
      const during = Array.from({ length: NAMES / 3000 }, (_, i) => `during ${i * 3000}`);
      assert.deepEqual(stored, ['before', ...during, 'after'], id);
    }
  });
}
