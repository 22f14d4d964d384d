import { type IdRange, RangeSet } from '../../structures/range-set.js';

const SEGMENT_NAME = /^(\d{8,12})\.segment$/;
/** A segment ends at 16 MiB, or with a group that fits a frame: whatever is larger nobody here wrote. */
export const MOST_SEGMENT_BYTES = 64 * 1024 * 1024;
// Reading can begin at any of these, so that little is read in vain.
const MARK_BYTES = 256 * 1024;

export function segmentFileName(number: number): string {
  return `${String(number).padStart(8, '0')}.segment`;
}

/** The number of a segment by its file name, or undefined for another file. */
export function segmentNumber(fileName: string): number | undefined {
  const match = SEGMENT_NAME.exec(fileName);
  return match === null ? undefined : Number(match[1]);
}

/** The facts of one segment file: which events it holds, and which of them are not settled yet. */
export class Segment {
  readonly path: string;
  readonly number: number;
  /** Ids that are in the file or on the way into it. */
  readonly ids = new RangeSet();
  readonly unacknowledged = new RangeSet();
  // Ids of parts that weigh nothing in the accounts.
  readonly #parts = new RangeSet();
  readonly #marks: { readonly id: number; readonly offset: number }[] = [];
  /** Bytes that reading may rely on; Infinity: all that there are. */
  readableBytes = 0;
  /** The highest id within those bytes. */
  readableThrough = 0;
  /** Bytes of the file, with those on the way. */
  bytes = 0;
  /** False while more is appended. */
  isComplete = false;
  isDeleted = false;

  constructor(path: string, number: number) {
    this.path = path;
    this.number = number;
  }

  /** Events that are not settled, in events as they were published. */
  get unsettledEvents(): number {
    return this.weigh(this.unacknowledged.ranges());
  }

  /** How many published events the ids in `ranges` stand for. */
  weigh(ranges: readonly IdRange[]): number {
    let events = 0;
    for (const [from, to] of ranges) events += to - from + 1;
    for (const [from, to] of this.#parts.intersection(ranges)) events -= to - from + 1;
    return events;
  }

  notePart(id: number): void {
    this.#parts.add(id, id);
  }

  /** Notes that events from `firstId` on begin at `offset` of the file. */
  mark(firstId: number, offset: number): void {
    const last = this.#marks[this.#marks.length - 1];
    if (last !== undefined && (offset - last.offset < MARK_BYTES || firstId <= last.id)) return;
    this.#marks.push({ id: firstId, offset });
  }

  /** Where reading for events behind `id` may begin. */
  offsetBefore(id: number): number {
    let offset = 0;
    for (const mark of this.#marks) {
      if (mark.id > id) break;
      offset = mark.offset;
    }
    return offset;
  }
}
