import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { Flushes } from '../../src/accounts/flush.ts';
import { MemoryBudget } from '../../src/accounts/memory-budget.ts';
import type { PublisherOptions } from '../../src/options/options.ts';
import { Publisher } from '../../src/publisher.ts';
import { Outbox } from '../../src/stream/queue/outbox.ts';
import { Pace } from '../../src/stream/turns/pace.ts';
import { Deadlines } from '../../src/time/deadlines.ts';
import { pass, settledBy } from '../support/disk-pace.ts';
import { eventOf } from '../support/event-record.ts';
import { drained, law, line, numbers, start, until, upTo } from '../support/publisher-fixture.ts';
import { type Fault, type ServiceOptions, SimulatedService, VirtualClock } from '../support/simulation.ts';
import { deadOwner, destination, temporaryDirectory } from '../support/spool-fixture.ts';

const DAY_MS = 24 * 3_600_000;

test('what memory has no room for goes to disk and follows in order', async (t) => {
  let isDown = true;
  const { clock, sink, publisher, publish } = start(t, {
    directory: temporaryDirectory(t),
    options: { maxBufferBytes: 64 * 1024 },
    service: { fault: () => (isDown ? 'reset-before' : undefined) },
  });
  for (let n = 0; n < 500; n++) {
    assert.equal(publish(line(n)), true);
    law(publisher.stats());
    if (n % 50 === 0) await clock.advance(100);
  }
  const during = publisher.stats();
  assert.ok(during.spooled > 400, JSON.stringify(during));
  isDown = false;
  const flushed = await drained(clock, publisher);
  assert.deepEqual(flushed, { delivered: 500, dropped: 0, pending: 0 });
  law(publisher.stats());
  assert.deepEqual(numbers(sink.events('g', 's')), upTo(500));
  assert.equal(publisher.stats().spooled, 0);
  assert.deepEqual(sink.illegal, []);
});

test('a split event is one event, on disk and off', async (t) => {
  let isDown = true;
  const { clock, sink, publisher, publish } = start(t, {
    directory: temporaryDirectory(t),
    options: { maxBufferBytes: 16 * 1024, maxEventBytes: 1000 },
    service: { fault: () => (isDown ? 'reset-before' : undefined) },
  });
  for (let n = 0; n < 40; n++) publish(`event ${n} ${'.'.repeat(2500)}`);
  law(publisher.stats());
  assert.equal(publisher.stats().received, 40);
  isDown = false;
  const flushed = await drained(clock, publisher);
  assert.equal(flushed.delivered, 40);
  law(publisher.stats());
  assert.equal(publisher.stats().delivered, 40);
  assert.equal(
    sink
      .events('g', 's')
      .map(({ message }) => message)
      .join('')
      .match(/event/g)?.length,
    40,
  );
});

test('what is left at the deadline is delivered by the next publisher', async (t) => {
  const directory = temporaryDirectory(t);
  const first = start(t, { directory, service: { fault: () => 'reset-before' } });
  for (let n = 0; n < 100; n++) first.publish(line(n));
  const closed = await settledBy(first.clock, first.publisher.close({ timeoutMs: 1000 }));
  assert.deepEqual(closed, { delivered: 0, dropped: 0, pending: 100 });
  law(first.publisher.stats());
  assert.equal(first.publisher.stats().spooled, 100);
  assert.ok(first.warnings.some((warning) => /^spool: 100 log event\(s\) wait on disk/.test(warning)));

  const second = start(t, { directory });
  second.publish(line(100));
  await until(() => second.publisher.stats().recovered === 100);
  law(second.publisher.stats());
  await drained(second.clock, second.publisher);
  law(second.publisher.stats());
  assert.equal(second.publisher.stats().delivered, 101);
  assert.deepEqual(
    numbers(second.sink.events('g', 's')).toSorted((a, b) => a - b),
    upTo(101),
  );
  await second.publisher.close();
  assert.deepEqual(fs.readdirSync(directory), []);
});

for (const tokens of ['enforced', 'ignored'] as const) {
  test(`a batch under way at a crash is put again as it was, where tokens are ${tokens}`, async (t) => {
    const directory = temporaryDirectory(t);
    const fault: { next: Fault | undefined } = { next: 'hang' };
    const first = start(t, {
      directory,
      mode: 'always',
      spool: { owner: deadOwner() },
      service: { tokens, fault: () => undefined },
    });
    first.publish('warm up');
    await drained(first.clock, first.publisher);
    // Stored, but the answer never comes: the process dies.
    fault.next = 'timeout-after';
    first.sink.options = { ...first.sink.options, fault: () => fault.next, requestTimeoutMs: 1e9 };
    for (const n of [3, 1, 2]) first.publish(`event ${n}`, first.clock.now() + n);
    await first.clock.advance(1001);
    await until(() => first.sink.events('g', 's').length === 4);
    first.publish('event 4');

    const second = start(t, {
      directory,
      mode: 'always',
      clock: first.clock,
      sink: new SimulatedServiceView(first.sink, { tokens }),
    });
    second.publish('event 5');
    await until(() => second.publisher.stats().recovered >= 3);
    await drained(second.clock, second.publisher);
    const messages = second.sink.events('g', 's').map(({ message }) => message);
    const stats = second.publisher.stats();
    law(stats);
    const copies = messages.length - new Set(messages).size;
    assert.equal(copies, tokens === 'enforced' ? 0 : 3, messages.join());
    assert.ok(copies <= stats.possibleDuplicates || copies === 0);
    if (tokens === 'enforced') assert.equal(stats.alreadyAccepted, 1);
    else assert.equal(stats.possibleDuplicates, 3);
    assert.deepEqual(messages.slice(0, 4), ['warm up', 'event 1', 'event 2', 'event 3']);
    assert.ok(messages.includes('event 5'));
  });
}

test('each process that dies while it puts a batch counts as one that may have stored it', async (t) => {
  const directory = temporaryDirectory(t);
  const options = { tokens: 'ignored' } as const;
  const fault = (): Fault => 'timeout-after';
  const unanswered = { ...options, fault, requestTimeoutMs: 1e9 };
  const first = start(t, { directory, mode: 'always', spool: { owner: deadOwner() }, service: unanswered });
  for (const n of [1, 2, 3]) first.publish(line(n));
  await first.clock.advance(1001);
  await until(() => first.sink.events('g', 's').length === 3);
  const second = start(t, {
    directory,
    mode: 'always',
    spool: { owner: deadOwner() },
    clock: first.clock,
    sink: new SimulatedServiceView(first.sink, unanswered),
  });
  await until(() => second.sink.events('g', 's').length === 6);
  const third = start(t, {
    directory,
    mode: 'always',
    clock: first.clock,
    sink: new SimulatedServiceView(first.sink, options),
  });
  await until(() => third.publisher.stats().recovered === 3);
  await drained(third.clock, third.publisher);
  assert.equal(third.sink.events('g', 's').length, 9);
  assert.equal(third.publisher.stats().possibleDuplicates, 6);
  law(third.publisher.stats());
});

/** The same service as another process sees it: with connections of its own. */
class SimulatedServiceView extends SimulatedService {
  constructor(service: SimulatedService, options: ServiceOptions) {
    super(new VirtualClock(), options);
    Object.assign(this, { groups: service.groups });
  }
}

test('recovered events that are older than 14 days are rejected by the service, and counted', async (t) => {
  const directory = temporaryDirectory(t);
  const first = start(t, { directory, service: { fault: () => 'reset-before' } });
  const now = first.clock.now();
  first.publish('event 0', now - 15 * DAY_MS);
  first.publish('event 1', now - 13 * DAY_MS);
  await settledBy(first.clock, first.publisher.close({ timeoutMs: 0 }));
  const second = start(t, { directory });
  await until(() => second.publisher.stats().recovered === 2);
  await drained(second.clock, second.publisher);
  const stats = second.publisher.stats();
  law(stats);
  assert.equal(stats.rejected.tooOld, 1);
  assert.equal(stats.delivered, 1);
  assert.deepEqual(numbers(second.sink.events('g', 's')), [1]);
});

test('recovered events keep their own group and stream, and new events do not wait behind them', async (t) => {
  const directory = temporaryDirectory(t);
  const first = start(t, {
    directory,
    options: { logGroupName: 'other' },
    service: { fault: () => 'reset-before' },
    spool: { destination },
  });
  for (let n = 0; n < 3000; n++) first.publish(line(n));
  await settledBy(first.clock, first.publisher.close({ timeoutMs: 0 }));
  const second = start(t, {
    directory,
    options: { maxBatchBytes: 64 * 1024 },
    service: { latencyMs: () => 100 },
    spool: { destination },
  });
  await until(() => second.publisher.stats().recovered === 3000);
  second.publish('event 9999');
  await until(() => second.publisher.stats().buffered > 60);
  // New events go out within a second or two; before that it has to be on disk which puts have ended.
  for (let steps = 0; second.sink.events('g', 's').length === 0; steps++) {
    assert.ok(steps < 1200, 'the new event was not sent');
    await pass(second.clock, 50);
  }
  assert.deepEqual(numbers(second.sink.events('g', 's')), [9999]);
  assert.ok(second.sink.events('other', 's').length < 3000);
  const flushed = await drained(second.clock, second.publisher);
  assert.equal(flushed.pending, 0);
  assert.deepEqual(numbers(second.sink.events('other', 's')), upTo(3000));
  law(second.publisher.stats());
});

test('a stream that fails does not keep the tail of another on disk', async (t) => {
  const { clock, sink, publisher } = start(t, {
    directory: temporaryDirectory(t),
    options: { logStreamName: ({ message }) => message.split(' ')[0], maxBufferBytes: 128 * 1024 },
    service: { fault: () => undefined },
  });
  const real = sink.put.bind(sink);
  let isWellDown = true;
  sink.put = (target, ...rest) =>
    target.logStreamName === 'bad' || isWellDown
      ? Promise.resolve({ ok: false, name: 'ECONNREFUSED', message: 'down', bodySent: false })
      : real(target, ...rest);
  for (let n = 0; n < 300; n++) {
    publisher.publish({ timestamp: clock.now(), message: `bad ${line(n)}` });
    publisher.publish({ timestamp: clock.now(), message: `well ${line(n)}` });
  }
  await clock.advance(3000);
  isWellDown = false;
  await clock.advance(120_000);
  for (const end = Date.now() + 30_000; sink.events('g', 'well').length < 300 && Date.now() < end; ) {
    await clock.advance(50);
  }
  assert.equal(sink.events('g', 'well').length, 300);
  law(publisher.stats());
  assert.equal(sink.events('g', 'bad').length, 0);
});

test('a spool that is full drops its oldest events, counted', async (t) => {
  let isDown = true;
  const { clock, sink, publisher, publish, warnings } = start(t, {
    directory: temporaryDirectory(t),
    options: { maxBufferBytes: 64 * 1024 },
    spool: { maxBytes: 1024 * 1024 },
    service: { fault: () => (isDown ? 'reset-before' : undefined) },
  });
  for (let n = 0; n < 3000; n++) {
    publish(line(n));
    if (n % 100 === 0) {
      await clock.advance(10);
      law(publisher.stats());
    }
  }
  isDown = false;
  const flushed = await drained(clock, publisher);
  const stats = publisher.stats();
  law(stats);
  assert.ok(stats.dropped.overflow > 1000, JSON.stringify(stats));
  assert.equal(flushed.pending, 0);
  assert.equal(stats.delivered + stats.dropped.overflow, 3000);
  const arrived = numbers(sink.events('g', 's').filter(({ message }) => message.startsWith('event')));
  assert.equal(arrived.length, stats.delivered);
  assert.deepEqual(
    arrived,
    arrived.toSorted((a, b) => a - b),
  );
  assert.equal(warnings.filter((warning) => /^spool: the spool is full/.test(warning)).length, 1);
});

test('a directory that cannot be used leaves the rules of memory, with one warning', async (t) => {
  const root = temporaryDirectory(t);
  const file = path.join(root, 'file');
  fs.writeFileSync(file, '');
  const { clock, sink, publisher, publish, warnings } = start(t, {
    directory: path.join(file, 'spool'),
    mode: 'always',
    options: { maxBufferBytes: 64 * 1024 },
    service: { fault: () => undefined },
  });
  for (let n = 0; n < 200; n++) publish(line(n));
  law(publisher.stats());
  await drained(clock, publisher);
  const stats = publisher.stats();
  law(stats);
  assert.equal(stats.spooled, 0);
  assert.ok(stats.dropped.overflow > 0);
  assert.equal(stats.delivered, 200 - stats.dropped.overflow);
  assert.ok(sink.events('g', 's').length > 0);
  assert.equal(warnings.filter((warning) => warning.startsWith('spool:')).length, 1);
});

test('taking a batch that became due does not ask for another one, which would be put beside it', async () => {
  const clock = new VirtualClock();
  let asked = 0;
  const shared = { clock, deadlines: new Deadlines(clock), budget: new MemoryBudget(1000) };
  const context = {
    ...shared,
    endpoint: { maxBytes: 1000, maxEvents: 10 },
    options: { flushIntervalMs: 10 },
    pace: new Pace(clock, shared.deadlines, shared.budget),
    flushes: new Flushes(),
    sink: {},
  };
  const outbox = new Outbox(context, {
    lastPutAt: Number.NEGATIVE_INFINITY,
    endsAtMilliseconds: false,
    offer: () => asked++,
  });
  outbox.append(eventOf('event', clock.now()));
  await clock.advance(10);
  assert.equal(asked, 1);
  assert.equal(outbox.take()?.length, 1);
  assert.equal(asked, 1);
  assert.ok(outbox.isEmpty);
});

test('a wrong spool option says what was expected', () => {
  const make = (spool: unknown) => () =>
    new Publisher({ logGroupName: 'g', spool } as PublisherOptions, { guardExit: false });
  assert.throws(make(true), /Option "spool" must be an object with at least a directory; got true/);
  assert.throws(make({}), /Option "spool.directory" must be the path of a directory; got undefined/);
  assert.throws(
    make({ directory: 'd', maxbytes: 1 }),
    /Unknown option "spool.maxbytes". Did you mean "spool.maxBytes"/,
  );
  assert.throws(
    make({ directory: 'd', maxBytes: 1000 }),
    /"spool.maxBytes" must be a whole number from 1048576/,
  );
  assert.throws(make({ directory: 'd', mode: 'never' }), /"spool.mode" must be one of "overflow", "always"/);
  assert.throws(
    make({ directory: 'd', fsyncIntervalMs: 0 }),
    /"spool.fsyncIntervalMs" must be a whole number/,
  );
});
