import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import type { Drop, Warning } from '../../../src/accounts/events.ts';
import type { Batch } from '../../../src/batch/batch.ts';
import type { PutFailure } from '../../../src/cloudwatch/sink.ts';
import type { PublisherOptions } from '../../../src/options/options.ts';
import { Publisher } from '../../../src/publisher.ts';
import { drained, law, start } from '../../support/publisher-fixture.ts';
import { SimulatedService, VirtualClock } from '../../support/simulation.ts';

type Refuse = (batch: Batch, stream: string) => PutFailure | undefined;

const refusal = (name: string, message: string, status = 400): PutFailure => {
  return { ok: false, name, message, status, bodySent: true };
};
const messages = (batch: Batch) => Array.from({ length: batch.length }, (_, index) => batch.messageAt(index));
const BAD = refusal('InvalidParameterException', 'Log event too large: 300000 bytes exceeds limit of 262144');
const ofBadEvents: Refuse = (batch) =>
  messages(batch).some((one) => one.startsWith('bad')) ? BAD : undefined;

/** A service that refuses what `refuse` says, and a publisher whose law is looked at before and after every put. */
function setUp(options: Partial<PublisherOptions> = {}) {
  const clock = new VirtualClock();
  const sink = new SimulatedService(clock, { tokens: 'ignored', latencyMs: () => 1 })
    .add('g', 'a')
    .add('g', 'b');
  const host = { refuse: ofBadEvents, puts: [] as string[][] };
  const publisher = new Publisher(
    { logGroupName: 'g', logStreamName: '{level}', ...options },
    { clock, random: () => 0.5, sink, guardExit: false, silent: true },
  );
  refuseIn(sink, clock, host, () => law(publisher.stats()));
  const warnings: Warning[] = [];
  const drops: Drop[] = [];
  publisher.on('warn', (warning) => {
    law(publisher.stats());
    warnings.push(warning);
  });
  publisher.on('drop', (drop) => {
    law(publisher.stats());
    drops.push(drop);
  });
  const publish = (message: string, level = 'a') =>
    publisher.publish({ timestamp: clock.now(), message }, { level });
  const stored = (stream = 'a') => sink.events('g', stream).map(({ message }) => message);
  return { clock, sink, publisher, publish, stored, warnings, drops, host };
}

function refuseIn(
  sink: SimulatedService,
  clock: VirtualClock,
  host: { refuse: Refuse; puts: string[][] },
  check: () => void,
): void {
  const put = sink.put.bind(sink);
  sink.put = async (target, batch, token) => {
    check();
    host.puts.push(messages(batch));
    const refused = host.refuse(batch, target.logStreamName);
    if (!refused) return put(target, batch, token);
    await new Promise<void>((resolve) => clock.setTimer(resolve, 1));
    return refused;
  };
}

for (const [where, at] of [
  ['first', 0],
  ['in the middle', 5000],
  ['last', 9999],
] as const) {
  test(`a bad event that is ${where} of a first batch of 10,000 is the only one that is dropped`, async () => {
    const { clock, publisher, publish, stored, host, drops } = setUp();
    for (let i = 0; i < 10_000; i++) publish(i === at ? 'bad' : `event ${i}`);
    await clock.until(publisher.close(), 10);
    const { delivered, dropped } = publisher.stats();
    assert.deepEqual([delivered, dropped.poison, dropped.shutdown], [9999, 1, 0]);
    assert.deepEqual(
      stored(),
      Array.from({ length: 10_000 }, (_, i) => `event ${i}`).filter((_, i) => i !== at),
    );
    assert.ok(host.puts.length < 40, `${host.puts.length} puts`);
    assert.match(drops[0].cause ?? '', /Log event too large/);
  });
}

test('bad events beside each other, and spread over a batch, are all found', async () => {
  const { clock, publisher, publish, stored, host } = setUp();
  const bad = new Set([0, 1, 2, 3, 4, 5, 6, 700, 1998, 1999]);
  for (let i = 0; i < 2000; i++) publish(bad.has(i) ? `bad ${i}` : `event ${i}`);
  publish('after');
  await clock.advance(60_000);
  assert.equal(stored().length, 1991);
  assert.equal(publisher.stats().dropped.poison, 10);
  assert.ok(host.puts.length < 150, `${host.puts.length} puts`);
  await clock.until(publisher.close());
});

test('bad events in two streams at once are both found', async () => {
  const { clock, publisher, publish, stored, warnings } = setUp();
  for (let i = 0; i < 500; i++)
    for (const level of ['a', 'b']) publish(i === 0 ? 'bad' : `event ${i}`, level);
  await clock.advance(30_000);
  assert.deepEqual([stored('a').length, stored('b').length], [499, 499]);
  assert.equal(publisher.stats().dropped.poison, 2);
  assert.deepEqual([...new Set(warnings.map(({ code }) => code))], ['poison']);
  await clock.until(publisher.close());
});

test('a bad event that is alone in its stream is set aside, newer ones are stored, and then it is judged', async () => {
  const { clock, publisher, publish, stored, host, warnings } = setUp();
  publish('bad');
  await clock.advance(120_000);
  assert.ok(host.puts.length < 12, `${host.puts.length} puts in two minutes`);
  assert.equal(publisher.stats().buffered, 1);
  assert.deepEqual(
    warnings.map(({ code }) => code),
    ['refused'],
  );
  for (let i = 0; i < 5; i++) publish(`event ${i}`);
  await clock.advance(120_000);
  assert.deepEqual(stored(), ['event 0', 'event 1', 'event 2', 'event 3', 'event 4']);
  assert.equal(publisher.stats().dropped.poison, 1);
  await clock.until(publisher.close());
});

const EVERYTHING: [string, PutFailure][] = [
  [
    'a disabled KMS key',
    refusal('InvalidParameterException', 'The specified KMS key does not exist or is disabled'),
  ],
  [
    'a group of class DELIVERY',
    refusal('ValidationException', 'PutLogEvents is not supported for this log group class'),
  ],
  ["a proxy's plain 413", refusal('SyntaxError', 'Unexpected token <', 413)],
  [
    'a format that is not supported',
    refusal('InvalidParameterException', 'x-amzn-logs-format not supported'),
  ],
  [
    'an encoding that is not supported',
    refusal('SerializationException', 'Content-Encoding gzip is not supported'),
  ],
];
for (const [what, answer] of EVERYTHING) {
  test(`${what} destroys nothing: everything is kept, tried slowly, and stored when it is over`, async () => {
    const { clock, publisher, publish, stored, host, warnings } = setUp();
    host.refuse = () => answer;
    for (let i = 0; i < 10_000; i++) publish(`event ${i}`);
    await clock.advance(5000);
    assert.ok(host.puts.length < 30, `${host.puts.length} puts in 5 s`);
    const before = host.puts.length;
    await clock.advance(600_000);
    assert.ok(host.puts.length - before < 20, `${host.puts.length - before} puts in 10 minutes`);
    const { dropped, buffered, inFlight } = publisher.stats();
    assert.deepEqual([dropped.poison, buffered + inFlight], [0, 10_000]);
    const told = warnings.filter(({ code }) => code === 'refused');
    assert.equal(told.length, 1, told.map(({ message }) => message).join('\n'));
    // What no answer of CloudWatch Logs says is not quoted.
    const quoted = answer.status === 413 ? 'HTTP 413' : answer.message;
    assert.ok(told[0].message.includes(quoted), told[0].message);
    host.refuse = () => undefined;
    host.puts.length = 0;
    await clock.advance(70_000);
    assert.equal(new Set(stored()).size, 10_000);
    assert.equal(stored().length, 10_000);
    assert.equal(warnings.at(-1)?.code, 'recovered');
    assert.ok(host.puts.length < 40, `${host.puts.length} puts for what was joined again`);
    await clock.until(publisher.close());
  });
}

test('a refusal of everything that begins and ends in the midst of a search costs no event but the bad one', async () => {
  for (let from = 1; from < 24; from++) {
    const { clock, publisher, publish, host, stored } = setUp();
    host.refuse = (batch, stream) => {
      if (host.puts.length >= from && host.puts.length < from + 30) return EVERYTHING[0][1];
      return ofBadEvents(batch, stream);
    };
    for (let i = 0; i < 300; i++) publish(i === 7 ? 'bad' : `event ${i}`);
    await clock.advance(3_600_000);
    publish('one more');
    await clock.advance(3_600_000);
    const { dropped, delivered } = publisher.stats();
    assert.deepEqual([delivered, dropped.poison, stored().length], [300, 1, 300], `from put ${from}`);
    await clock.until(publisher.close());
  }
});

test('a refusal of everything is warned about once for a hundred streams, and holds the others at once', async () => {
  const { clock, publisher, publish, host, warnings } = setUp();
  host.refuse = () => EVERYTHING[0][1];
  for (let i = 0; i < 50; i++) publish(`event ${i}`, 'a');
  await clock.advance(1000);
  const before = host.puts.length;
  for (let stream = 0; stream < 100; stream++) for (let i = 0; i < 50; i++) publish(`${i}`, `s${stream}`);
  await clock.advance(1500);
  assert.ok(host.puts.length - before < 110, `${host.puts.length - before} puts for 100 streams`);
  assert.equal(warnings.filter(({ code }) => code === 'refused').length, 1);
  await clock.until(publisher.close({ timeoutMs: 0 }));
});

test('a 413 tells how large a batch may be here, and later ones are made so', async () => {
  const { clock, publisher, publish, stored, host, drops } = setUp();
  const TOO_LARGE = refusal('SyntaxError', 'Unexpected token <', 413);
  host.refuse = (batch) => (batch.bytes > 60_000 ? TOO_LARGE : undefined);
  const line = 'x'.repeat(1000);
  for (let i = 0; i < 1000; i++) publish(line);
  await clock.until(publisher.flush(), 10);
  const first = host.puts.length;
  for (let i = 0; i < 1000; i++) publish(line);
  await clock.until(publisher.flush(), 10);
  assert.equal(stored().length, 2000);
  const sizes = host.puts.slice(first).map((put) => put.length * 1026);
  assert.ok(Math.max(...sizes) <= 60_000, `${Math.max(...sizes)} bytes in a put`);
  assert.ok(sizes.length < 45, `${sizes.length} puts for 1 MB`);
  publish('y'.repeat(70_000));
  publish(line);
  await clock.advance(10_000);
  assert.deepEqual(
    drops.map(({ reason }) => reason),
    ['oversize'],
  );
  assert.equal(publisher.stats().dropped.oversize, 1);
  publish(line);
  await clock.until(publisher.close());
  assert.equal(publisher.stats().delivered, 2002);
});

test('one event that is too large for a proxy does not make later batches small', async () => {
  const { clock, publisher, publish, host } = setUp();
  host.refuse = (batch) => {
    const isHere = messages(batch).some((one) => one.length > 50_000);
    return isHere ? refusal('SyntaxError', 'Unexpected token <', 413) : undefined;
  };
  for (let i = 0; i < 100; i++) publish(i === 50 ? 'y'.repeat(60_000) : `event ${i}`);
  await clock.until(publisher.flush(), 10);
  host.puts.length = 0;
  for (let i = 0; i < 100; i++) publish(`event ${i}`);
  await clock.until(publisher.close(), 10);
  assert.equal(host.puts.length, 1);
  assert.equal(publisher.stats().dropped.oversize, 1);
});

for (const mode of ['always', 'overflow'] as const) {
  test(`with a spool in mode ${mode} a refusal of everything destroys nothing, and a restart sends it`, async (t) => {
    const directory = mkdtempSync(path.join(os.tmpdir(), 'refused-'));
    t.after(() => rmSync(directory, { recursive: true, force: true }));
    const first = start(t, { directory, mode, service: { tokens: 'ignored' } });
    const host = { refuse: (() => EVERYTHING[0][1]) as Refuse, puts: [] as string[][] };
    refuseIn(first.sink, first.clock, host, () => law(first.publisher.stats()));
    for (let i = 0; i < 2000; i++) first.publish(`event ${i}`);
    await first.clock.advance(5000);
    assert.equal(first.publisher.stats().dropped.poison, 0);
    await first.clock.until(first.publisher.close({ timeoutMs: 2000 }));
    law(first.publisher.stats());
    const second = start(t, { directory, mode, service: { tokens: 'ignored' } });
    await drained(second.clock, second.publisher);
    assert.equal(new Set(second.sink.events('g', 's').map(({ message }) => message)).size, 2000);
  });
}
