import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FlushResult } from '../src/accounts/flush.ts';
import { MemoryBudget } from '../src/accounts/memory-budget.ts';
import type { PublisherOptions } from '../src/options/options.ts';
import { resolveOptions } from '../src/options/resolve-options.ts';
import { Publisher } from '../src/publisher.ts';
import { mostPuts, requestBounds } from '../src/stream/turns/request-window.ts';
import {
  type Fault,
  type ServiceOptions,
  SimulatedService,
  seededRandom,
  VirtualClock,
} from './support/simulation.ts';

const SCHEDULES = Number(process.env.FAULT_SCHEDULES ?? 400);
const GROUP = '/app/faults';

const COMMON: readonly Fault[] = [
  'throttle',
  'error-500',
  'error-503',
  'timeout-before',
  'timeout-after',
  'reset-before',
  'reset-after',
  'denied',
  'expired',
  'html-200-after',
  'html-502-before',
];

interface Plan {
  readonly seed: number;
  readonly options: PublisherOptions;
  readonly service: ServiceOptions;
  readonly faults: readonly Fault[];
  readonly faultRate: number;
  readonly streams: number;
  readonly steps: number;
  readonly largest: number;
  readonly inOrder: boolean;
  readonly poisonEvery: number;
  readonly prepared: boolean;
}

function planFor(seed: number): Plan {
  const random = seededRandom(seed);
  const chance = (share: number) => random() < share;
  const between = (least: number, most: number) => Math.floor(least + random() * (most - least + 1));
  const enforced = chance(0.5);
  const maxEventBytes = chance(0.3) ? between(100, 600) : undefined;
  const rival = enforced && chance(0.3);
  return {
    seed,
    options: {
      logGroupName: GROUP,
      logStreamName: '{level}',
      flushIntervalMs: between(1, 2000),
      maxBatchEvents: chance(0.5) ? between(1, 40) : undefined,
      maxBatchBytes: chance(0.7) ? between(1024, 16_384) : undefined,
      maxEventBytes,
      maxBufferBytes: chance(0.4) ? between(4096, 40_000) : undefined,
      overflow: chance(0.7) ? 'drop-oldest' : 'drop-newest',
      maxInFlight: chance(0.2) ? 1 : chance(0.4) ? 'auto' : between(2, 4),
      maxRequests: between(1, 4),
      sequenceTokens: chance(0.2) ? 'always' : 'auto',
      retentionInDays: chance(0.3) ? 30 : undefined,
    },
    service: {
      tokens: enforced ? 'enforced' : 'ignored',
      tokenIn: chance(0.5) ? 'field' : 'message',
    },
    faults: [
      ...COMMON,
      ...(chance(0.4) ? (['group-deleted', 'stream-deleted'] as const) : []),
      ...(enforced
        ? (['token-invalidated', 'token-invalidated', 'timeout-after', 'reset-after'] as const)
        : []),
      ...(rival ? (['rival', 'rival', 'rival'] as const) : []),
    ],
    faultRate: random() * 0.6,
    streams: between(1, 4),
    steps: between(30, 90),
    largest: maxEventBytes ? 2000 : 400,
    inOrder: chance(0.7),
    poisonEvery: chance(0.25) ? between(5, 60) : 0,
    prepared: chance(0.5),
  };
}

const idOf = (message: string) => /id=(\d{6});/.exec(message)?.[1];

/** A text of about `size` bytes that can be told apart by any piece of 20 bytes. */
function textOf(id: number, size: number, room: number): string {
  const token = `id=${String(id).padStart(6, '0')};`;
  let length = Math.max(size, token.length);
  const rest = length % room;
  if (length > room && rest > 0 && rest < 20) length += 20 - rest;
  return token.repeat(Math.ceil(length / token.length)).slice(0, length);
}

/** Peak and present bytes of every memory budget that is made while a schedule runs. */
function watchBudget() {
  const { take } = MemoryBudget.prototype;
  const seen: { budget: MemoryBudget | undefined; peak: number } = { budget: undefined, peak: 0 };
  MemoryBudget.prototype.take = function (this: MemoryBudget, bytes: number) {
    take.call(this, bytes);
    seen.budget = this;
    seen.peak = Math.max(seen.peak, this.usedBytes);
  };
  return { seen, restore: () => Object.assign(MemoryBudget.prototype, { take }) };
}

async function run(plan: Plan): Promise<{ requests: number; received: number; conflicts: number }> {
  const { options } = plan;
  const random = seededRandom(plan.seed * 7919 + 1);
  const between = (least: number, most: number) => Math.floor(least + random() * (most - least + 1));
  const clock = new VirtualClock();
  let faultRate = plan.faultRate;
  const service = new SimulatedService(clock, {
    ...plan.service,
    latencyMs: () => (random() < 0.3 ? 0 : between(1, 300)),
    fault: () => (random() < faultRate ? plan.faults[between(0, plan.faults.length - 1)] : undefined),
    refuses: (event) => plan.poisonEvery > 0 && Number(idOf(event.message)) % plan.poisonEvery === 0,
  });
  if (plan.prepared) for (let i = 0; i < plan.streams; i++) service.addUsed(GROUP, `s${i}`);
  const budget = watchBudget();
  const publisher = new Publisher(options, { clock, random, sink: service, guardExit: false });
  let reportedDrops = 0;
  const errors: unknown[] = [];
  publisher.on('drop', ({ events }) => {
    reportedDrops += events;
    law('in a drop listener', 1);
  });
  publisher.on('warn', () => law('in a warn listener', 1));
  publisher.on('conflict', () => law('in a conflict listener', 0));
  publisher.on('batch', () => law('in a batch listener', 0));
  publisher.on('error' as never, ((error: unknown) => errors.push(error)) as never);

  function law(when: string, slack = 0) {
    const stats = publisher.stats();
    const sum =
      stats.delivered +
      Object.values(stats.dropped).reduce((a, b) => a + b, 0) +
      Object.values(stats.rejected).reduce((a, b) => a + b, 0) +
      stats.buffered +
      stats.inFlight +
      stats.spooled;
    const gap = stats.received - sum;
    if (gap < 0 || gap > slack) {
      const error = new Error(`the law is broken ${when}: received ${stats.received}, found ${sum}`);
      errors.push(error);
    }
    return stats;
  }

  const sizes = new Map<string, number>();
  const streamOf = new Map<string, string>();
  const early = new Set<string>();
  const room = (options.maxEventBytes ?? 1_048_576) - 26;
  let splits = 0;
  let flushes = 0;
  const pendingFlushes: Promise<void>[] = [];
  const publishOne = () => {
    const id = sizes.size + 1;
    const text = textOf(id, between(10, random() < 0.1 ? plan.largest : 120), room);
    if (text.length > room) splits++;
    const jitter = plan.inOrder ? 0 : between(-20, 5) * (random() < 0.1 ? 3_600_000 : 10);
    const stream = `s${between(0, plan.streams - 1)}`;
    const key = String(id).padStart(6, '0');
    sizes.set(key, text.length);
    streamOf.set(key, stream);
    if (jitter > 2 * 3_600_000) early.add(key);
    publisher.publish({ timestamp: clock.now() + jitter, message: text }, { level: stream });
  };
  const check = (step: string) => {
    law(step);
    const slack = 200 * plan.streams * (4 + pendingFlushes.length); // markers of dropped events, one a flush
    assert.ok(
      budget.seen.peak <= (options.maxBufferBytes ?? 67_108_864) + slack,
      `${budget.seen.peak} bytes are held`,
    );
    assert.deepEqual(service.illegal, [], step);
    assert.deepEqual(errors, [], step);
  };

  try {
    for (let step = 0; step < plan.steps; step++) {
      const action = random();
      if (action < 0.55) {
        const events = between(1, random() < 0.2 ? 200 : 20);
        for (let i = 0; i < events; i++) publishOne();
      } else if (action < 0.9) {
        await clock.advance(between(0, random() < 0.2 ? 30_000 : 1500));
      } else {
        const before = sizes.size;
        flushes++;
        const follow = (result: FlushResult) => {
          flushes--;
          const { buffered, inFlight } = publisher.stats();
          if (result.pending > 0 || result.delivered + result.dropped < 0) return;
          const after = sizes.size - before;
          if (buffered + inFlight > after) {
            errors.push(
              new Error(`a flush ended with ${buffered + inFlight} events left, ${after} are newer`),
            );
          }
        };
        pendingFlushes.push(publisher.flush({ timeoutMs: between(1000, 600_000) }).then(follow));
      }
      check(`step ${step}`);
    }
    faultRate = 0;
    const closed = await clock.until(publisher.close({ timeoutMs: 1_800_000 }), 500);
    await clock.until(Promise.all(pendingFlushes), 500);
    check('the end');
    assert.equal(closed.pending, 0);
    assert.equal(flushes, 0, 'every flush ends');
    assert.equal(budget.seen.budget?.usedBytes ?? 0, 0, 'no memory is held after the end');
  } finally {
    budget.restore();
    faultRate = 0;
    await clock.until(publisher.close({ timeoutMs: 0 }), 500);
    await clock.until(Promise.all(pendingFlushes), 500); // nothing may hold the process when a check failed
  }

  const stats = publisher.stats();
  assert.equal(stats.received, sizes.size);
  assert.equal(stats.buffered + stats.inFlight, 0);
  // What is refused is not given up before something shows that it is to blame, which may come too late.
  if (plan.poisonEvery === 0) assert.equal(stats.dropped.shutdown, 0, 'there was time enough for everything');
  const bytes = new Map<string, number>();
  let duplicates = 0;
  for (const { name, events } of service.everyStream()) {
    const here = new Map<string, number>();
    let newest = 0;
    // As a reader sees them: by timestamp, equal ones as they came.
    for (const { message } of [...events].sort((a, b) => a.timestamp - b.timestamp)) {
      const id = idOf(message);
      if (!id) continue; // a marker or a rival
      assert.equal(streamOf.get(id), name, 'an event is in its own stream');
      const isNew = !here.has(id);
      // Newer events show whether those that are refused are to blame, so they may be stored before them.
      const isOrdered = plan.inOrder && plan.poisonEvery === 0;
      if (isNew && isOrdered) {
        assert.ok(Number(id) > newest, `event ${id} came after ${newest} in ${name}`);
        newest = Number(id);
      }
      here.set(id, (here.get(id) ?? 0) + message.length);
    }
    for (const [id, stored] of here) {
      duplicates += Math.max(0, Math.floor(stored / (sizes.get(id) ?? 1)) - 1);
      bytes.set(id, (bytes.get(id) ?? 0) + stored);
    }
  }
  let stored = 0;
  let bad = 0;
  for (const [id, size] of sizes) {
    if ((bytes.get(id) ?? 0) >= size) stored++;
    else if (plan.poisonEvery > 0 && Number(id) % plan.poisonEvery === 0) bad++;
  }
  const { poison, shutdown } = stats.dropped;
  assert.ok(poison + shutdown <= bad, `${poison} + ${shutdown} are dropped, ${bad} are bad`);
  const given =
    Object.values(stats.dropped).reduce((a, b) => a + b, 0) +
    Object.values(stats.rejected).reduce((a, b) => a + b, 0);
  // DataAlreadyAccepted does not say again which events of the batch were rejected because of their time.
  const unknown = stats.alreadyAccepted > 0 ? early.size : 0;
  assert.ok(
    stored + unknown >= stats.delivered,
    `${stats.delivered} counted as delivered, ${stored} are stored`,
  );
  if (splits === 0) {
    assert.ok(stored <= stats.delivered, 'what is stored is counted as delivered');
    assert.equal(reportedDrops, given, 'every event that was given up was reported');
  }
  if (plan.poisonEvery === 0) assert.equal(stats.dropped.poison, 0);
  const resolved = resolveOptions(options);
  const { most } = requestBounds(resolved);
  const oneProducer = !plan.faults.includes('rival');
  if (plan.service.tokens === 'enforced' && oneProducer) {
    assert.equal(duplicates, 0, 'nothing is stored twice');
  }
  assert.ok(
    duplicates <= stats.possibleDuplicates,
    `${duplicates} are stored twice, ${stats.possibleDuplicates} were counted as possible`,
  );
  // A quarter of them, and at least one, are for streams that hang.
  assert.ok(service.mostFresh <= most + Math.max(1, most >> 2), 'maxRequests holds');
  assert.ok(service.mostPerStream <= mostPuts(resolved), 'maxInFlight holds');
  assert.equal(service.describes, 0, 'DescribeLogStreams is never needed');
  return { requests: stats.requests, received: stats.received, conflicts: stats.tokenConflicts };
}

describe('random faults on virtual time', () => {
  const first = Number(process.env.FAULT_SEED ?? 1);
  const last = process.env.FAULT_SEED ? first : SCHEDULES;
  test(`${SCHEDULES} schedules lose nothing unaccounted, and every put is legal`, async () => {
    let requests = 0;
    let conflicts = 0;
    for (let seed = first; seed <= last; seed++) {
      const plan = planFor(seed);
      try {
        const done = await run(plan);
        requests += done.requests;
        conflicts += done.conflicts;
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new Error(`FAULT_SEED=${seed}: ${reason}\n${JSON.stringify(plan)}`, { cause: error });
      }
    }
    assert.ok(requests > (last - first) * 10, `only ${requests} puts were made`);
    if (last > first) assert.ok(conflicts > 100, `only ${conflicts} token conflicts were met`);
  });
});
