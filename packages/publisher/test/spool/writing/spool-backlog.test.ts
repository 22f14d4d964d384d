import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';
import type { SpooledEvent } from '../../../src/spool/spool.ts';
import { HeldWrites } from '../../support/held-writes.ts';
import { MortalProcess } from '../../support/mortal-process.ts';
import { drained, law, until } from '../../support/publisher-fixture.ts';
import { SimulatedService, settled, VirtualClock } from '../../support/simulation.ts';
import { atEnd, openUntilEnd, STREAM, temporaryDirectory } from '../../support/spool-fixture.ts';

const MIB = 1024 * 1024;
const line = (n: number): string => `event ${n} ${'.'.repeat(10_000)}`;
const segments = (file: string) => path.extname(file) === '.segment';

test('a burst that the event loop gives no time to write is taken as far as memory is meant for it', async (t) => {
  const spool = openUntilEnd(t, temporaryDirectory(t), { maxBytes: 1024 * MIB });
  await spool.ready;
  let taken = 0;
  while (taken < 6000 && spool.append(STREAM, line(taken), taken, 0) > 0) taken++;
  assert.ok(taken * 10_000 > 30 * MIB && taken * 10_000 < 40 * MIB, `${taken} events were taken`);
  assert.equal(spool.usable, false);
  await spool.flush();
  assert.equal(spool.usable, true);
  let read = 0;
  for await (const events of spool.read({ afterId: 0, maxBytes: MIB })) {
    for (const { message } of events) assert.equal(message, line(read++));
  }
  assert.equal(read, taken);
});

test('a disk that is too slow gets no more until it has caught up, and says so once', async (t) => {
  const disk = new HeldWrites(t, segments);
  const told: string[] = [];
  const handedBack: SpooledEvent[] = [];
  const spool = openUntilEnd(t, temporaryDirectory(t), {
    maxBytes: 1024 * MIB,
    onTrouble: ({ code }) => told.push(code),
    onUsable: () => told.push('usable'),
    onHandBack: (events) => handedBack.push(...events),
  });
  atEnd(t, () => disk.end());
  let accepted = 0;
  for (let turn = 0; turn < 100; turn++) {
    for (let n = 0; n < 100; n++) if (spool.append(STREAM, line(accepted), accepted, 0) > 0) accepted++;
    await settled();
  }
  assert.ok(accepted * 10_000 > 20 * MIB && accepted * 10_000 < 40 * MIB, `${accepted} events are waiting`);
  assert.equal(spool.usable, false);
  assert.deepEqual(told, ['ETOOSLOW']);
  disk.letAllThrough();
  await until(() => spool.usable);
  assert.ok(spool.append(STREAM, line(accepted), accepted, 0) > 0);
  accepted++;
  await spool.flush();
  assert.deepEqual(told, ['ETOOSLOW', 'usable']);
  let read = 0;
  for await (const events of spool.read({ afterId: 0, maxBytes: MIB })) {
    for (const { message } of events) assert.equal(message, line(read++));
  }
  assert.equal(read, accepted);
  assert.deepEqual(handedBack, []);
});

test('at the end of the process everything is written, though the disk was too slow before', async (t) => {
  const directory = temporaryDirectory(t);
  const disk = new HeldWrites(t, segments);
  const spool = openUntilEnd(t, directory, { maxBytes: 1024 * MIB });
  atEnd(t, () => disk.end());
  while (spool.usable) {
    for (let n = 0; n < 100; n++) spool.append(STREAM, line(n), n, 0);
    await settled();
  }
  spool.flushSync();
  let last = 0;
  spool.writeSync(() => {
    for (let n = 0; n < 5000; n++) {
      last = spool.append(STREAM, line(n), n, 0);
      assert.ok(last > 0);
    }
  });
  assert.equal(spool.writtenThrough, last);
});

for (const mode of ['overflow', 'always'] as const) {
  test(`mode '${mode}': a disk that is too slow leaves the rules of memory, and every event is accounted for`, async (t) => {
    const clock = new VirtualClock();
    let isDown = true;
    const service = new SimulatedService(clock, {
      tokens: 'enforced',
      fault: () => (isDown ? 'reset-before' : undefined),
    }).add('g', 's');
    const disk = new HeldWrites(t, segments);
    const { publisher, spool, warnings } = new MortalProcess(t, {
      clock,
      service,
      directory: temporaryDirectory(t),
      mode,
      options: { maxBufferBytes: 4 * MIB },
      spool: { maxBytes: 1024 * MIB },
    });
    atEnd(t, () => disk.end());
    await spool.ready;
    for (let turn = 0; turn < 80; turn++) {
      for (let n = 0; n < 100; n++)
        publisher.publish({ timestamp: clock.now(), message: line(turn * 100 + n) });
      await clock.advance(10);
      law(publisher.stats());
    }
    const { dropped, spooled } = publisher.stats();
    assert.ok(dropped.overflow > 3000, JSON.stringify(publisher.stats()));
    assert.ok(spooled * 10_000 < 40 * MIB, `${spooled} events on their way to the disk`);
    assert.equal(
      warnings.filter((warning) => /^spool: The disk of the spool is slower/.test(warning)).length,
      1,
    );
    isDown = false;
    disk.letAllThrough();
    const { pending } = await drained(clock, publisher);
    assert.equal(pending, 0);
    const stats = publisher.stats();
    law(stats);
    assert.equal(stats.delivered, 8000 - stats.dropped.overflow);
    assert.deepEqual(service.illegal, []);
  });
}
