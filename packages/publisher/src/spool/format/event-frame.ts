import { type ByteSink, ByteSource } from './bytes.js';
import { beginFrame, endFrame, type FramePosition } from './frame.js';

/** The first byte of the payload of a frame that holds events; docs/spool-format.md, "Kind 1". */
export const EVENTS_KIND = 1;
/** Flag: not the last part of a split event, so it weighs nothing in the accounts. */
export const PART_FLAG = 1;
/** Flag: the time is that of the clock of its machine, and it was not known yet whether that clock was right. */
export const UNCHECKED_TIME_FLAG = 2;

/** All ids are lower. */
export const ID_LIMIT = 2 ** 52;

/** A log stream, by its names. */
export interface StreamName {
  readonly logGroupName: string;
  readonly logStreamName: string;
}

/** One event as it lies in a spool. */
export interface SpooledEvent extends StreamName {
  /** Sequential within a spool. */
  readonly id: number;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly message: string;
  /** Length of the message in UTF-8. */
  readonly messageBytes: number;
  /** Bit 0: not the last part of a split event. */
  readonly flags: number;
}

/** Events of one stream, gathered column by column; all four lists have the same length and ids ascend. */
export interface EventColumns extends StreamName {
  readonly ids: readonly number[];
  readonly timestamps: readonly number[];
  readonly messages: readonly string[];
  readonly flags: readonly number[];
}

/**
 * Appends one frame to `sink`. Frames that were sealed together form a group and share `groupEnd`, the highest id of
 * the group: their ids interleave, those of different groups do not.
 */
export function encodeEvents(sink: ByteSink, events: EventColumns, groupEnd: number): void {
  const { ids, timestamps, messages, flags } = events;
  const firstId = ids[0] ?? 0;
  const frame = beginFrame(sink);
  sink.byte(EVENTS_KIND);
  sink.uint(firstId);
  sink.uint(groupEnd - firstId);
  sink.uint(ids.length);
  sink.text(events.logGroupName);
  sink.text(events.logStreamName);
  let previous = firstId;
  for (let index = 0; index < ids.length; index++) {
    const id = ids[index] ?? 0;
    sink.uint(id - previous);
    previous = id;
    sink.byte(flags[index] ?? 0);
    sink.double(timestamps[index] ?? 0);
    sink.text(messages[index] ?? '');
  }
  endFrame(sink, frame);
}

/** The head of a frame of events. */
export interface EventFrameHead extends StreamName {
  readonly firstId: number;
  readonly groupEnd: number;
  readonly count: number;
}

/** Called for each event of a frame; the message is the UTF-8 in `[messageStart, messageEnd)`. */
export type EventVisitor = (
  id: number,
  timestamp: number,
  flags: number,
  messageStart: number,
  messageEnd: number,
) => void;

/** Walks a payload without making strings of the messages. Throws a RangeError for a payload that nobody here wrote. */
export function walkEvents(
  buffer: Buffer,
  payloadStart: number,
  payloadEnd: number,
  visit: EventVisitor,
): EventFrameHead {
  const source = new ByteSource(buffer, payloadStart, payloadEnd);
  if (source.byte() !== EVENTS_KIND) throw new RangeError('expected a frame of events in a spool segment');
  const firstId = source.uint();
  const groupEnd = source.uint() + firstId;
  if (groupEnd >= ID_LIMIT) throw new RangeError('an id of a spool file is too high');
  const count = source.uint();
  const logGroupName = source.text();
  const logStreamName = source.text();
  let id = firstId;
  for (let index = 0; index < count; index++) {
    id += source.uint();
    const flags = source.byte();
    const timestamp = source.double();
    if (id > groupEnd || !Number.isFinite(timestamp))
      throw new RangeError('an event of a spool file makes no sense');
    const bytes = buffer.readUInt32LE(source.advance(4));
    const start = source.advance(bytes);
    visit(id, timestamp, flags, start, start + bytes);
  }
  return { logGroupName, logStreamName, firstId, groupEnd, count };
}

/**
 * Appends the events of a payload that `wanted` asks for to `into`, and returns the head of the frame. `base` is added
 * to the ids of the events, not to those of the head, nor to those that `wanted` is asked for.
 */
export function decodeEvents(
  buffer: Buffer,
  frame: FramePosition,
  base: number,
  wanted: (id: number) => boolean,
  into: SpooledEvent[],
): EventFrameHead {
  const events: { -readonly [Key in keyof SpooledEvent]: SpooledEvent[Key] }[] = [];
  const head = walkEvents(
    buffer,
    frame.payloadStart,
    frame.payloadEnd,
    (id, timestamp, flags, start, end) => {
      if (!wanted(id)) return;
      events.push({
        id: id + base,
        logGroupName: '',
        logStreamName: '',
        timestamp,
        message: buffer.toString('utf8', start, end),
        messageBytes: end - start,
        flags,
      });
    },
  );
  for (const event of events) {
    event.logGroupName = head.logGroupName;
    event.logStreamName = head.logStreamName;
    into.push(event);
  }
  return head;
}
