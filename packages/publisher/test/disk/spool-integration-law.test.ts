import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import type { PublisherStats } from '../../src/accounts/accounts.ts';
import { Publisher } from '../../src/publisher.ts';
import { openSpool, type Spool } from '../../src/spool/spool.ts';
import { pass, settledBy } from '../support/disk-pace.ts';
import { Connection, ProcessClock } from '../support/mortal-process.ts';
import { type Fault, SimulatedService, seededRandom, VirtualClock } from '../support/simulation.ts';
import { atEnd, deadOwner, temporaryDirectory } from '../support/spool-fixture.ts';

const FAULTS: readonly Fault[] = [
  'throttle',
  'error-503',
  'reset-before',
  'reset-after',
  'timeout-before',
  'timeout-after',
  'html-502-before',
];
const STEPS = 60;

function checkLaw(stats: PublisherStats, when: string): void {
  const { received, delivered, dropped, rejected, buffered, inFlight, spooled } = stats;
  const lost = [...Object.values(dropped), ...Object.values(rejected)].reduce((sum, n) => sum + n, 0);
  const sum = delivered + lost + buffered + inFlight + spooled;
  assert.equal(sum, received, `${when}: ${JSON.stringify(stats)}`);
  assert.ok(spooled >= 0 && buffered >= 0 && inFlight >= 0, `${when}: ${JSON.stringify(stats)}`);
}

async function run(t: TestContext, seed: number) {
  const random = seededRandom(seed * 7919 + 3);
  const between = (least: number, most: number) => Math.floor(least + random() * (most - least + 1));
  const mode = seed % 2 === 0 ? 'always' : 'overflow';
  const tokens = seed % 4 < 2 ? 'enforced' : 'ignored';
  const directory = temporaryDirectory(t);
  const clock = new VirtualClock();
  let faultRate = 0.3;
  const service = new SimulatedService(clock, {
    tokens,
    latencyMs: () => between(0, 300),
    fault: () => (random() < faultRate ? FAULTS[between(0, FAULTS.length - 1)] : undefined),
  });
  const open = () => {
    const connection = new Connection(service);
    const own = new ProcessClock(clock);
    const spools: Spool[] = [];
    const publisher = new Publisher(
      {
        logGroupName: 'g',
        logStreamName: '{level}',
        maxBufferBytes: 64 * 1024,
        maxEventBytes: 1500,
        requestTimeoutMs: 5000,
        spool: { directory, mode },
      },
      {
        clock: own,
        random,
        sink: connection,
        guardExit: false,
        silent: true,
        openSpool: (options) => {
          // Every owner looks dead, so that the next one takes over whether it was closed or not.
          const spool = openSpool({ ...options, owner: deadOwner(), heartbeatMs: 1e9 });
          spools.push(spool);
          return spool;
        },
      },
    );
    publisher.on('warn', () => {});
    atEnd(t, () => {
      own.isStopped = false;
      return settledBy(clock, publisher.close({ timeoutMs: 0 }), () => `seed ${seed}, at the end`);
    });
    return { publisher, connection, spool: spools[0], clock: own };
  };

  let process = open();
  // One that dies while it still looks for others would take over its successor's files.
  await process.spool.ready;
  const state = () => `seed ${seed}, ${JSON.stringify(process.publisher.stats())}`;
  const published = new Map<number, string>();
  let possibleDuplicates = 0;
  let restarts = 0;
  for (let step = 0; step < STEPS; step++) {
    const { publisher, connection, spool } = process;
    const action = random();
    if (action < 0.5) {
      for (let count = between(1, 60); count > 0; count--) {
        const id = published.size + 1;
        const level = `s${between(0, 2)}`;
        const size = random() < 0.05 ? between(1600, 6000) : between(10, 600);
        published.set(id, level);
        publisher.publish({ timestamp: clock.now(), message: `#${id} ${'.'.repeat(size)}` }, { level });
        checkLaw(publisher.stats(), `seed ${seed}, event ${id}`);
      }
    } else if (action < 0.93) {
      await pass(clock, between(0, 4000));
    } else {
      restarts++;
      if (mode === 'always' && random() < 0.6) {
        connection.cut();
        process.clock.isStopped = true;
        // A process that is dead writes no more; what a crash may take of the last turn is another test.
        await spool.flush();
        for (let late = spool.settled(); late; late = spool.settled()) await late;
      } else {
        const closed = publisher.close({ timeoutMs: between(0, 2000) });
        const { pending } = await settledBy(clock, closed, state);
        checkLaw(publisher.stats(), `seed ${seed}, closed`);
        assert.equal(pending, publisher.stats().spooled);
        connection.cut();
      }
      possibleDuplicates += publisher.stats().possibleDuplicates;
      process = open();
      await process.spool.ready;
    }
    checkLaw(process.publisher.stats(), `seed ${seed}, step ${step}`);
  }
  faultRate = 0;
  const { publisher } = process;
  const flushed = await settledBy(clock, publisher.flush({ timeoutMs: 1e12 }), state);
  const stats = publisher.stats();
  checkLaw(stats, `seed ${seed}, drained`);
  const left = `seed ${seed}: ${JSON.stringify({ flushed, ...stats })}`;
  assert.equal(stats.buffered + stats.inFlight + stats.spooled, 0, left);
  assert.deepEqual(Object.values(stats.dropped), [0, 0, 0, 0, 0], `seed ${seed}`);
  possibleDuplicates += stats.possibleDuplicates;

  const copies = new Map<number, number>();
  for (const { events } of service.everyStream()) {
    for (const { message } of events) {
      const id = Number(/^#(\d+) /.exec(message)?.[1]);
      if (id) copies.set(id, (copies.get(id) ?? 0) + 1);
    }
  }
  const lost = [...published.keys()].filter((id) => !copies.has(id));
  assert.deepEqual(lost, [], `seed ${seed}`);
  const duplicated = [...copies.values()].reduce((sum, count) => sum + count - 1, 0);
  assert.deepEqual(service.illegal, [], `seed ${seed}`);
  return { published: published.size, restarts, duplicated, possibleDuplicates, mode, tokens };
}

for (const [mode, seeds] of [
  ['overflow', [1, 3, 5, 7, 9, 11]],
  ['always', [0, 2, 4, 6, 8, 10]],
] as const) {
  test(`mode '${mode}': through faults and restarts nothing is lost, and the counters hold at every instant`, async (t) => {
    for (const seed of seeds) {
      const { published, restarts, duplicated, possibleDuplicates, tokens } = await run(t, seed);
      t.diagnostic(
        `seed ${seed}, tokens ${tokens}: ${published} events, ${restarts} restarts, ${duplicated} duplicated, ` +
          `${possibleDuplicates} possible`,
      );
      const most = tokens === 'enforced' ? 0 : possibleDuplicates;
      assert.ok(duplicated <= most, `seed ${seed}: ${duplicated} duplicated, ${most} at the most`);
    }
  });
}
