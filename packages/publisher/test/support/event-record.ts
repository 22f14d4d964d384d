import type { EventRecord } from '../../src/batch/event-record.ts';

/** An event as it goes to a batch. */
export function eventOf(message: string, timestamp = 0, more: Partial<EventRecord> = {}): EventRecord {
  const size = Buffer.byteLength(message) + 26;
  return { message, timestamp, size, note: undefined, level: 0, epoch: 0, id: 0, ...more };
}
