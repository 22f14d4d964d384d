import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Note } from '../../src/batch/note.ts';
import { PackedEvents } from '../../src/batch/packed-events.ts';
import { eventOf } from '../support/event-record.ts';

interface Event {
  readonly message: string;
  readonly timestamp: number;
  readonly note: Note | undefined;
  readonly id: number;
  readonly level?: number;
}

const anyMessage = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.string({ unit: fc.constantFrom('a', 'é', '😀', '\ufeff', '\0'), maxLength: 30 }),
);

function push(events: PackedEvents, { message, timestamp, ...more }: Event): void {
  events.push(eventOf(message, timestamp, more));
}

function read(events: PackedEvents): Event[] {
  return Array.from({ length: events.length }, (_, index) => {
    const message = events.messageAt(index);
    assert.equal(events.messageBytesAt(index), Buffer.byteLength(message));
    const note = events.noteAt(index);
    const level = events.levelAt(index);
    return { message, timestamp: events.timestampAt(index), note, id: events.idAt(index), level };
  });
}

test('as data, the messages are those of the events, and nothing that the memory held before', () => {
  const events = new PackedEvents(Number.POSITIVE_INFINITY);
  push(events, { message: 'one', timestamp: 1, note: undefined, id: 0 });
  push(events, { message: 'two', timestamp: 2, note: undefined, id: 0 });
  assert.equal(Buffer.from(events.toData().messages).toString(), 'onetwo');
  events.pop();
  assert.equal(Buffer.from(events.toData().messages).toString(), 'one');
});

test('events come out as they went in, however many are taken out at the front', () => {
  const note: Note = { kind: 'marker' };
  fc.assert(
    fc.property(
      fc.array(fc.record({ message: anyMessage, shift: fc.nat(5), noted: fc.boolean(), count: fc.nat(80) }), {
        maxLength: 60,
      }),
      fc.boolean(),
      (steps, isSpooled) => {
        const events = new PackedEvents(1_048_576);
        const model: Event[] = [];
        let id = 1;
        for (const { message, shift, noted, count } of steps) {
          for (let i = 0; i < count; i++) {
            const event = {
              message: `${message}${i}`,
              timestamp: id % 7,
              note: noted && i === 0 ? note : undefined,
              id: isSpooled ? id : 0,
              level: shift === 0 ? 0 : id % 31,
            };
            id++;
            push(events, event);
            model.push(event);
          }
          for (let i = 0; i < shift * 30 && model.length > 0; i++) {
            events.shift();
            model.shift();
          }
        }
        assert.deepEqual(read(events), model);
        if (isSpooled && model.length > 0)
          assert.deepEqual(
            events.ids,
            model.map((event) => event.id),
          );
        const sorted = model.map((event, index) => ({ event, index }));
        sorted.sort((a, b) => a.event.timestamp - b.event.timestamp || a.index - b.index);
        assert.deepEqual(
          read(events.sorted()),
          sorted.map(({ event }) => event),
        );
        const middle = model.length >> 1;
        assert.deepEqual(read(events.slice(0, middle)), model.slice(0, middle));
        const copy = PackedEvents.from(structuredClone(events.toData()), 1_048_576);
        assert.deepEqual(
          read(copy),
          model.map((event) => ({ ...event, id: 0, level: 0 })),
        );
      },
    ),
  );
});

test('events that were taken out give their memory back', () => {
  const events = new PackedEvents(1_048_576);
  const message = 'x'.repeat(1000);
  for (let i = 0; i < 1000; i++) push(events, { message, timestamp: i, note: undefined, id: 0 });
  for (let i = 0; i < 100_000; i++) {
    events.shift();
    push(events, { message, timestamp: i, note: undefined, id: 0 });
  }
  const { messages, ends } = events.toData();
  assert.equal(events.length, 1000);
  assert.equal(ends.length, 1000);
  assert.ok(messages.length <= 2_097_152, `${messages.length} bytes are held for a million`);
  for (let i = 0; i < 900; i++) events.shift();
  assert.ok(events.toData().messages.length <= 262_144);
});
