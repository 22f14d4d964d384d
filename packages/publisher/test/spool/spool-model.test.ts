import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';
import fc from 'fast-check';
import { walkEvents } from '../../src/spool/format/event-frame.ts';
import { scanFrames } from '../../src/spool/format/frame-scan.ts';
import type { Spool } from '../../src/spool/spool.ts';
import { deadOwner, filesOf, open, readAll, temporaryDirectory } from '../support/spool-fixture.ts';

// Every event carries its number. The model knows of each number what must, may and must not come back.
interface Model {
  next: number;
  /** Numbers of the events that were handed to the spool and are not settled, with their present ids. */
  readonly open: Map<number, number>;
  /** Settled, but the ledger that says so may not have been written, or was spoilt. */
  readonly maybeSettled: Set<number>;
  /** In files that were damaged, or not written when the process died. */
  readonly maybeLost: Set<number>;
  /** Once missing: the write was still under way at the crash, or the same bit is flipped back later. */
  readonly ghosts: Set<number>;
}

type Step =
  | { readonly kind: 'append'; readonly streams: readonly number[] }
  | { readonly kind: 'flush' | 'flushSync' | 'read' | 'crash' | 'close' }
  | { readonly kind: 'settle'; readonly shares: readonly number[]; readonly noted: boolean }
  | { readonly kind: 'truncate' | 'flip'; readonly place: number }
  | { readonly kind: 'spoilLedger' };

const share = fc.double({ min: 0, max: 0.999_999, noNaN: true });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('append'), streams: fc.array(fc.nat(3), { maxLength: 40 }) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constantFrom('flush', 'flushSync', 'read', 'crash', 'close') }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('settle'),
      shares: fc.array(share, { maxLength: 30 }),
      noted: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('truncate', 'flip'), place: share }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('spoilLedger') }) },
);

test('whatever is appended, settled, damaged and killed: the spool gives back what the model says', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
      const directory = temporaryDirectory(t);
      const model: Model = {
        next: 1,
        open: new Map(),
        maybeSettled: new Set(),
        maybeLost: new Set(),
        ghosts: new Set(),
      };
      const owner = deadOwner();
      // Small segments, so that there are many.
      const start = (): Spool => open(directory, { owner, segmentBytes: 600, heartbeatMs: 3_600_000 });
      let spool = start();
      await spool.ready;
      for (const one of steps) {
        switch (one.kind) {
          case 'append':
            for (const stream of one.streams) {
              const number = model.next++;
              model.open.set(
                number,
                spool.append(
                  { logGroupName: 'group', logStreamName: `stream ${stream}` },
                  text(number, stream),
                  number * 7,
                  0,
                ),
              );
            }
            break;
          case 'flush':
            await spool.flush();
            break;
          case 'flushSync':
            spool.flushSync();
            break;
          case 'settle':
            await settle(spool, model, one.shares, one.noted);
            break;
          case 'read':
            await spool.flush();
            await check(spool, model);
            break;
          case 'close':
            await spool.close();
            // Everything was written, the ledger too.
            model.maybeSettled.clear();
            spool = start();
            await restarted(spool, model);
            break;
          case 'crash':
            for (const [number, id] of model.open) if (id > spool.writtenThrough) model.maybeLost.add(number);
            spool = start();
            await restarted(spool, model);
            break;
          case 'truncate':
          case 'flip':
            await spool.close();
            model.maybeSettled.clear();
            for (const number of await damage(directory, one.kind, one.place)) model.maybeLost.add(number);
            spool = start();
            await restarted(spool, model);
            break;
          case 'spoilLedger':
            await spool.close();
            for (const ledger of filesOf(directory, 'ledger')) fs.writeFileSync(ledger, 'spoilt');
            // What is settled lies in the files as long as an event beside it is open.
            for (let number = 1; number < model.next; number++) {
              if (!model.open.has(number)) model.ghosts.add(number);
            }
            spool = start();
            await restarted(spool, model);
            break;
        }
      }
      await spool.flush();
      await check(spool, model);
      spool.acknowledge([[0, Number.MAX_SAFE_INTEGER]]);
      assert.deepEqual(await readAll(spool), []);
      await spool.close();
      // A crashed spool of this process may have left its directory a moment after it was looked at.
      assert.deepEqual(
        filesOf(directory, '.segment').filter((file) => file.endsWith('.free')),
        [],
      );
    }),
    { numRuns: 60, includeErrorInReport: true },
  );
});

const text = (number: number, stream: number): string => `${number} of ${stream} ${'.'.repeat(number % 50)}`;

async function settle(spool: Spool, model: Model, shares: readonly number[], noted: boolean): Promise<void> {
  const numbers = [...model.open.keys()];
  const chosen = new Set(shares.map((one) => numbers[Math.floor(one * numbers.length)] ?? 0));
  const ids = [...chosen].map((number) => model.open.get(number) ?? 0).filter((id) => id > 0);
  for (const number of chosen) {
    model.open.delete(number);
    model.maybeSettled.add(number);
    model.maybeLost.delete(number);
  }
  spool.acknowledge(ids.sort((a, b) => a - b).map((id) => [id, id]));
  const [first] = ids;
  if (!noted || first === undefined) return;
  await spool.flush();
  // The note of a put follows the settled ids in the ledger, so these are written when it is.
  const note = {
    putId: 1,
    logGroupName: 'group',
    logStreamName: 'stream',
    sequenceToken: undefined,
    ambiguousPuts: 0,
  };
  if (await spool.notePut({ ...note, ranges: [[first, first]] })) {
    // Those that the ledgers of other dead owners hold are not covered by this one.
    if (ids.every((id) => id >= 2 ** 40)) for (const number of chosen) model.maybeSettled.delete(number);
  }
}

/** What came back of a crashed or closed owner takes new ids. */
async function restarted(spool: Spool, model: Model): Promise<void> {
  await spool.ready;
  await check(spool, model);
}

async function check(spool: Spool, model: Model): Promise<void> {
  const events = await readAll(spool, 0, 500);
  const found = new Map<number, number>();
  const latest = new Map<string, number>();
  let latestId = 0;
  for (const { id, logStreamName, logGroupName, timestamp, message, flags } of events) {
    const number = Number.parseInt(message, 10);
    const stream = logStreamName.slice('stream '.length);
    assert.equal(message, text(number, Number(stream)));
    assert.deepEqual([logGroupName, timestamp, flags], ['group', number * 7, 0]);
    assert.ok(id > latestId, 'ids ascend');
    latestId = id;
    assert.ok(
      (latest.get(stream) ?? 0) < number,
      `order of ${logStreamName}: ${latest.get(stream)}, ${number}`,
    );
    latest.set(stream, number);
    assert.ok(!found.has(number), `event ${number} came twice`);
    found.set(number, id);
    const isExpected = model.open.has(number) || model.maybeSettled.has(number) || model.ghosts.has(number);
    assert.ok(isExpected, `event ${number} was settled`);
  }
  for (const [number, id] of model.open) {
    if (found.has(number)) continue;
    assert.ok(model.maybeLost.has(number), `event ${number} (${id}) is missing`);
    model.open.delete(number);
    model.ghosts.add(number);
  }
  for (const [number, id] of found) model.open.set(number, id);
  for (const number of found.keys()) {
    model.maybeSettled.delete(number);
    model.maybeLost.delete(number);
  }
}

/** Damages one place of all segments, and returns the numbers of the events in the frames there. */
async function damage(directory: string, kind: 'truncate' | 'flip', place: number): Promise<number[]> {
  const segments = filesOf(directory, '.segment').filter((file) => fs.statSync(file).size > 0);
  const file = segments[Math.floor(place * segments.length)];
  if (file === undefined) return [];
  const content = fs.readFileSync(file);
  const at = Math.floor(((place * 7919) % 1) * content.length);
  const numbers: number[] = [];
  const handle = await fs.promises.open(file, 'r');
  for await (const { frames } of scanFrames(handle, 0, content.length)) {
    for (const { buffer, fileOffset, payloadStart, payloadEnd } of frames) {
      const end = fileOffset + 12 + payloadEnd - payloadStart;
      const isHit = kind === 'truncate' ? end > at : fileOffset <= at && at < end;
      if (!isHit) continue;
      walkEvents(buffer, payloadStart, payloadEnd, (_id, _timestamp, _flags, from, to) => {
        numbers.push(Number.parseInt(buffer.toString('utf8', from, to), 10));
      });
    }
  }
  await handle.close();
  if (kind === 'truncate') fs.truncateSync(file, at);
  else {
    content.writeUInt8(content.readUInt8(at) ^ (1 << Math.floor(((place * 104_729) % 1) * 8)), at);
    fs.writeFileSync(file, content);
  }
  return numbers;
}
