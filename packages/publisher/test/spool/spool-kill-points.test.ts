import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import type { Publisher } from '../../src/publisher.ts';
import { pass, settledBy } from '../support/disk-pace.ts';
import { HeldWrites } from '../support/held-writes.ts';
import { MortalProcess } from '../support/mortal-process.ts';
import { type Fault, SimulatedService, seededRandom, settled, VirtualClock } from '../support/simulation.ts';
import { atEnd, ownersIn, temporaryDirectory } from '../support/spool-fixture.ts';

// Every write is held, and the service is slow: processes are killed between any two writes of any two files, and at
// any stage of a put. What is written and not let through is never in the files that the next process finds, or in part.

const FAULTS: readonly Fault[] = [
  'throttle',
  'error-503',
  'reset-before',
  'reset-after',
  'timeout-before',
  'timeout-after',
];
const STEPS = 400;
const SEEDS = 12;
/** Of virtual time, after the last process was started. */
const MOST_MINUTES = 200;

interface Life {
  readonly process: MortalProcess;
  /** Numbers of its events by their ids in its spool. */
  readonly ids: Map<number, number>;
  /** Number of the first event that it logs. */
  readonly first: number;
}

async function run(t: TestContext, seed: number, mode: 'overflow' | 'always') {
  const random = seededRandom(seed * 104_729 + 17);
  const between = (least: number, most: number) => Math.floor(least + random() * (most - least + 1));
  const directory = temporaryDirectory(t);
  const clock = new VirtualClock();
  let faultRate = seed % 3 > 0 ? 0.2 : 0;
  const service = new SimulatedService(clock, {
    tokens: 'enforced',
    latencyMs: () => between(0, 100),
    requestTimeoutMs: 300,
    // Where nothing is stored yet, and another process made the stream, no token tells a twin from a first put.
    rivalIsFirst: true,
    fault: () => {
      if (random() >= faultRate) return undefined;
      return random() < 0.03 ? 'stream-deleted' : FAULTS[between(0, FAULTS.length - 1)];
    },
    refuses: ({ message }) => message.endsWith('poison'),
  });
  const disk = new HeldWrites(t, () => true);
  const published = new Set<number>();
  const poison = new Set<number>();
  /** On disk when their process was killed, or delivered, as far as it knew. */
  const kept = new Set<number>();
  let kills = 0;
  let recovered = 0;

  const begin = (): Life => {
    const ids = new Map<number, number>();
    const process = new MortalProcess(t, {
      service,
      clock,
      directory,
      mode,
      random,
      options: {
        logStreamName: '{level}',
        flushIntervalMs: 20,
        maxBatchEvents: 12,
        requestTimeoutMs: 300,
        maxBufferBytes: mode === 'always' ? 1024 * 1024 : 16 * 1024,
      },
      spool: { segmentBytes: 2000 },
    });
    atEnd(t, () => disk.end());
    const { spool } = process;
    const append = spool.append.bind(spool);
    spool.append = (stream, message, ...rest) => {
      const id = append(stream, message, ...rest);
      ids.set(id, Number(message.slice(1, message.indexOf(' '))));
      return id;
    };
    return { process, ids, first: published.size + 1 };
  };
  let life = begin();
  // One that is killed must not take the directory of the next one for that of a dead owner.
  await life.process.spool.ready;
  // Some directories are slower than others, so that a process gets ahead of what it wrote there.
  let slow = 0;
  const isSlow = (file: string) => Number.parseInt(/-[0-9a-f]{7}(.)/.exec(file)?.[1] ?? '', 16) % 3 === slow;

  /** The process ends as it should: everything is delivered, or on disk. */
  const close = async (publisher: Publisher): Promise<void> => {
    let isClosed = false;
    const closed = publisher.close({ timeoutMs: between(0, 300) }).then(() => {
      isClosed = true;
    });
    while (!isClosed) {
      disk.letThrough();
      await clock.advance(10);
      await turns(2);
    }
    await closed;
  };

  for (let step = 0; step < STEPS; step++) {
    const { publisher, spool } = life.process;
    const action = random();
    if (action < 0.15) {
      for (let count = between(1, 8); count > 0; count--) {
        const number = published.size + 1;
        published.add(number);
        const size = mode === 'always' ? between(1, 100) : between(1, 3000);
        const isPoison = random() < 0.005;
        if (isPoison) poison.add(number);
        const text = isPoison ? 'poison' : '.'.repeat(size);
        publisher.publish(
          { timestamp: clock.now(), message: `#${number} ${text}` },
          { level: `s${between(0, 1)}` },
        );
      }
    } else if (action < 0.55) {
      const { waiting } = disk;
      for (let count = between(1, 4); count > 0; count--) {
        const chosen = waiting[between(0, waiting.length - 1)];
        if (chosen && isSlow(chosen.file) && random() < 0.9) continue;
        disk.letThrough((write) => write === chosen);
      }
      // The kernel tells the process at once, or after the next step.
      if (random() < 0.7) await turns(10);
    } else if (action < 0.95) {
      await clock.advance(between(1, 100));
      await turns(5);
    } else {
      if (action < 0.96) {
        await close(publisher);
        for (let number = life.first; number <= published.size; number++) kept.add(number);
      } else {
        kills++;
        for (const [id, number] of life.ids) if (id > 0 && id <= spool.writtenThrough) kept.add(number);
      }
      slow = between(0, 3);
      life.process.kill();
      for (const write of disk.waiting) if (random() < 0.3) write.tear(random());
      disk.forget(ownersIn(directory), life.process.owner);
      // The next one is there at once, or when the requests under way have arrived.
      if (random() < 0.5) await clock.advance(200);
      life = begin();
      recovered += (await life.process.spool.ready).events;
    }
  }
  faultRate = 0;
  disk.letAllThrough();
  const { publisher } = life.process;
  let isFlushed = false;
  const flushed = publisher.flush({ timeoutMs: 1e12 }).then(() => {
    isFlushed = true;
  });
  // Only another event of its stream that is stored after it was refused can tell that one which is refused alone is bad.
  for (let minute = 0; !isFlushed; minute++) {
    assert.ok(minute < MOST_MINUTES, `nothing was settled: ${JSON.stringify(publisher.stats())}`);
    for (const level of ['s0', 's1']) {
      const number = published.size + 1;
      published.add(number);
      publisher.publish({ timestamp: clock.now(), message: `#${number} later` }, { level });
    }
    await pass(clock, 60_000);
  }
  await flushed;
  await settledBy(clock, publisher.flush({ timeoutMs: 1e12 }), () => JSON.stringify(publisher.stats()));
  for (const number of life.ids.values()) kept.add(number);

  const arrived = new Set<number>();
  const twice: number[] = [];
  for (const { events } of service.everyStream()) {
    const here = new Set<number>();
    for (const { message } of events) {
      const number = Number(message.slice(1, message.indexOf(' ')));
      if (here.has(number)) twice.push(number);
      here.add(number);
      arrived.add(number);
    }
  }
  assert.deepEqual(service.illegal, []);
  const lost = [...kept].filter((number) => !arrived.has(number) && !poison.has(number));
  return { published: published.size, kills, recovered, twice, lost, puts: service.puts };
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await settled();
}

for (const mode of ['always', 'overflow'] as const) {
  test(`mode '${mode}': whatever a kill leaves unwritten, nothing arrives twice, and what was written arrives`, async (t) => {
    for (let seed = 0; seed < SEEDS; seed++) {
      await t.test(`seed ${seed}`, async (t) => {
        const { twice, lost, ...figures } = await run(t, seed, mode);
        t.diagnostic(JSON.stringify(figures));
        assert.deepEqual({ twice, lost }, { twice: [], lost: [] });
        assert.ok(figures.kills > 0 && figures.recovered > 0 && figures.puts > 0, JSON.stringify(figures));
      });
    }
  });
}
