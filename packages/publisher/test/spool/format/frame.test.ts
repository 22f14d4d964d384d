import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import fc from 'fast-check';
import { ByteSink, ByteSource } from '../../../src/spool/format/bytes.ts';
import {
  decodeEvents,
  type EventColumns,
  encodeEvents,
  type SpooledEvent,
} from '../../../src/spool/format/event-frame.ts';
import { frameAt } from '../../../src/spool/format/frame.ts';
import { scanFrames } from '../../../src/spool/format/frame-scan.ts';
import {
  decodeLedgerRecord,
  encodeAcknowledged,
  encodePut,
} from '../../../src/spool/format/ledger-record.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 40 });
const event = fc.record({
  gap: fc.integer({ min: 1, max: 1000 }),
  timestamp: fc.oneof(fc.maxSafeInteger(), fc.integer({ min: 1.6e12, max: 1.8e12 })),
  message: text,
  flags: fc.nat(255),
});
const columns = fc
  .record({
    logGroupName: text,
    logStreamName: text,
    firstId: fc.integer({ min: 0, max: 2 ** 50 }),
    events: fc.array(event, { minLength: 1, maxLength: 20 }),
  })
  .map(({ logGroupName, logStreamName, firstId, events }): EventColumns => {
    let id = firstId;
    const ids = events.map(({ gap }, index) => {
      if (index > 0) id += gap;
      return id;
    });
    return {
      logGroupName,
      logStreamName,
      ids,
      timestamps: events.map(({ timestamp }) => timestamp),
      messages: events.map(({ message }) => message),
      flags: events.map(({ flags }) => flags),
    };
  });

test('events come back from a frame as they went in', () => {
  fc.assert(
    fc.property(columns, fc.nat(1000), fc.nat(1000), (given, more, base) => {
      const sink = new ByteSink(16);
      const groupEnd = (given.ids.at(-1) ?? 0) + more;
      encodeEvents(sink, given, groupEnd);
      const buffer = sink.take();
      const frame = frameAt(buffer, 0, buffer.length);
      assert.ok(typeof frame === 'object');
      assert.equal(frame.payloadEnd, buffer.length);
      const events: SpooledEvent[] = [];
      const head = decodeEvents(buffer, frame, base, () => true, events);
      assert.deepEqual(head.groupEnd, groupEnd);
      assert.deepEqual(events, listed(given, base));
    }),
  );
});

test('numbers of any size come back, and a record that ends too early is refused', () => {
  fc.assert(
    fc.property(fc.array(fc.maxSafeNat(), { minLength: 1 }), (numbers) => {
      const sink = new ByteSink(1);
      for (const number of numbers) sink.uint(number);
      const bytes = sink.take();
      const source = new ByteSource(bytes, 0, bytes.length);
      for (const number of numbers) assert.equal(source.uint(), number);
      assert.throws(() => source.uint(), RangeError);
    }),
  );
});

test('records of the ledger come back as they went in', () => {
  fc.assert(
    fc.property(text, fc.option(text, { nil: undefined }), fc.maxSafeNat(), (name, sequenceToken, putId) => {
      const ranges = [
        [3, 3],
        [5, 2 ** 45],
      ] as const;
      const put = {
        putId,
        logGroupName: name,
        logStreamName: `${name}!`,
        sequenceToken,
        isLane: putId % 2 === 0,
        isOwnStream: putId % 3 === 0,
        ambiguousPuts: putId % 7,
        ranges,
      };
      const sink = new ByteSink(1);
      encodePut(sink, put);
      encodeAcknowledged(sink, ranges);
      const buffer = sink.take();
      const first = frameAt(buffer, 0, buffer.length);
      assert.ok(typeof first === 'object');
      assert.deepEqual(decodeLedgerRecord(buffer, first.payloadStart, first.payloadEnd), {
        kind: 'put',
        put,
      });
      const second = frameAt(buffer, first.payloadEnd, buffer.length);
      assert.ok(typeof second === 'object');
      assert.deepEqual(decodeLedgerRecord(buffer, second.payloadStart, second.payloadEnd), {
        kind: 'acknowledged',
        ranges,
      });
    }),
  );
});

test('flipped bits never yield a wrong event, and every other frame is found', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(columns, { minLength: 1, maxLength: 8 }),
      fc.array(fc.double({ min: 0, max: 0.999999, noNaN: true }), { minLength: 1, maxLength: 4 }),
      async (frames, places) => {
        const { bytes, starts } = encodeAll(frames);
        const hit = new Set<number>();
        for (const place of places) {
          const bit = Math.floor(place * bytes.length * 8);
          bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
          hit.add(starts.findLastIndex((start) => start <= bit >> 3));
        }
        const { events, corruptFrames, tornBytes } = await scan(bytes);
        // Two flips may have hit the same bit, so a frame that was hit may be whole.
        const whole = frames.filter((_, index) => !hit.has(index)).flatMap((frame) => listed(frame, 0));
        const all = new Set(frames.flatMap((frame) => listed(frame, 0)).map((one) => JSON.stringify(one)));
        for (const one of events) assert.ok(all.has(JSON.stringify(one)), 'an event that was never written');
        const found = new Set(events.map((one) => JSON.stringify(one)));
        for (const one of whole) assert.ok(found.has(JSON.stringify(one)), 'an undamaged event is missing');
        if (found.size < all.size) assert.ok(corruptFrames > 0 || tornBytes > 0);
      },
    ),
    { numRuns: 200 },
  );
});

test('a file cut anywhere yields the frames before the cut, and the rest counts as torn', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(columns, { minLength: 1, maxLength: 6 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      async (frames, place) => {
        const { bytes, starts } = encodeAll(frames);
        const cut = Math.floor(place * bytes.length);
        const ends = [...starts.slice(1), bytes.length];
        const whole = frames.filter((_, index) => (ends[index] ?? 0) <= cut);
        const { events, corruptFrames, tornBytes } = await scan(bytes.subarray(0, cut));
        assert.deepEqual(
          events,
          whole.flatMap((frame) => listed(frame, 0)),
        );
        assert.equal(corruptFrames, 0);
        assert.equal(tornBytes, cut - (whole.length === 0 ? 0 : (ends[whole.length - 1] ?? 0)));
      },
    ),
    { numRuns: 100 },
  );
});

test('frames that are longer than one read of the file, and garbage between them, are passed over rightly', async () => {
  const frame = (id: number, message: string): EventColumns => ({
    logGroupName: 'group',
    logStreamName: 'stream',
    ids: [id],
    timestamps: [id],
    messages: [message],
    flags: [0],
  });
  const frames = [frame(1, 'a'.repeat(3_000_000)), frame(2, 'b'), frame(3, 'c'.repeat(1_500_000))];
  const parts = frames.map((one) => encodeAll([one]).bytes);
  const garbage = Buffer.alloc(2_500_000, 0xf5);
  const { events, corruptFrames, tornBytes } = await scan(
    Buffer.concat([
      parts[0] ?? garbage,
      garbage,
      parts[1] ?? garbage,
      parts[2] ?? garbage,
      Buffer.alloc(5000),
    ]),
  );
  assert.deepEqual(
    events,
    frames.flatMap((one) => listed(one, 0)),
  );
  assert.equal(corruptFrames, 1);
  assert.equal(tornBytes, 5000);
});

function listed(given: EventColumns, base: number): SpooledEvent[] {
  return given.ids.map((id, index) => ({
    id: id + base,
    logGroupName: given.logGroupName,
    logStreamName: given.logStreamName,
    timestamp: given.timestamps[index] ?? 0,
    message: given.messages[index] ?? '',
    messageBytes: Buffer.byteLength(given.messages[index] ?? ''),
    flags: given.flags[index] ?? 0,
  }));
}

function encodeAll(frames: readonly EventColumns[]): { bytes: Buffer; starts: number[] } {
  const sink = new ByteSink();
  const starts: number[] = [];
  for (const one of frames) {
    starts.push(sink.length);
    encodeEvents(sink, one, one.ids.at(-1) ?? 0);
  }
  return { bytes: sink.take(), starts };
}

async function scan(
  bytes: Buffer,
): Promise<{ events: SpooledEvent[]; corruptFrames: number; tornBytes: number }> {
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'spool-frame-')), 'file');
  fs.writeFileSync(file, bytes);
  const handle = await fs.promises.open(file, 'r');
  const events: SpooledEvent[] = [];
  let corruptFrames = 0;
  let tornBytes = 0;
  try {
    for await (const piece of scanFrames(handle, 0, bytes.length)) {
      corruptFrames += piece.corruptFrames;
      tornBytes += piece.tornBytes;
      for (const frame of piece.frames) decodeEvents(frame.buffer, frame, 0, () => true, events);
    }
  } finally {
    await handle.close();
    fs.rmSync(path.dirname(file), { recursive: true });
  }
  return { events, corruptFrames, tornBytes };
}
