import type { IdRange } from '../../structures/range-set.js';
import { type ByteSink, ByteSource } from './bytes.js';
import type { StreamName } from './event-frame.js';
import { beginFrame, endFrame } from './frame.js';

// docs/spool-format.md, "Kind 2" and "Kind 3".
const ACKNOWLEDGED_KIND = 2;
const PUT_KIND = 3;
const HAS_TOKEN = 1;
const IS_LANE = 2;
const IS_OWN_STREAM = 4;
const IS_UNDONE = 8;
// At most 16 bytes each, so that a frame stays far from the length that readers take for damage.
const MOST_RANGES = 100_000;
/** More earlier puts than retrying can make of one batch until its events are too old: what says more is forged. */
const MOST_AMBIGUOUS_PUTS = 65_535;

/**
 * A put that is about to be sent: which events, in which order, and with which sequence token. In a ledger the ids are those
 * of its directory, elsewhere those of the spool.
 */
export interface PutRecord extends StreamName {
  /** A whole number >= 0, as the owner numbered it. */
  readonly putId: number;
  /** The ids of its events, in the order of the batch before it was sorted by timestamp; all of one directory. */
  readonly ranges: readonly IdRange[];
  readonly sequenceToken: string | undefined;
  /** Whether that token was made up, for a put beside another. @default false */
  readonly isLane?: boolean;
  /** Whether the owner had made the stream itself. @default false */
  readonly isOwnStream?: boolean;
  /** No put of these events can have stored them: what was noted before did not come to that. */
  readonly isUndone?: boolean;
  /** Earlier puts of these events that may have stored them although no success came back. */
  readonly ambiguousPuts: number;
}

export type LedgerRecord =
  | { readonly kind: 'acknowledged'; readonly ranges: readonly IdRange[] }
  | { readonly kind: 'put'; readonly put: PutRecord };

/** Writes as many records as the ranges need. */
export function encodeAcknowledged(sink: ByteSink, ranges: readonly IdRange[]): void {
  for (let at = 0; at < ranges.length; at += MOST_RANGES) {
    const frame = beginFrame(sink);
    sink.byte(ACKNOWLEDGED_KIND);
    encodeRanges(sink, ranges.slice(at, at + MOST_RANGES));
    endFrame(sink, frame);
  }
}

export function encodePut(sink: ByteSink, put: PutRecord): void {
  const frame = beginFrame(sink);
  sink.byte(PUT_KIND);
  sink.uint(put.putId);
  sink.text(put.logGroupName);
  sink.text(put.logStreamName);
  sink.byte(
    (put.sequenceToken === undefined ? 0 : HAS_TOKEN) |
      (put.isLane ? IS_LANE : 0) |
      (put.isOwnStream ? IS_OWN_STREAM : 0) |
      (put.isUndone ? IS_UNDONE : 0),
  );
  sink.text(put.sequenceToken ?? '');
  sink.uint(put.ambiguousPuts);
  encodeRanges(sink, put.ranges);
  endFrame(sink, frame);
}

/** Throws a RangeError for a payload that this version does not know. */
export function decodeLedgerRecord(buffer: Buffer, payloadStart: number, payloadEnd: number): LedgerRecord {
  const source = new ByteSource(buffer, payloadStart, payloadEnd);
  const kind = source.byte();
  if (kind === ACKNOWLEDGED_KIND) return { kind: 'acknowledged', ranges: decodeRanges(source) };
  if (kind !== PUT_KIND) throw new RangeError(`expected a record of a spool ledger, got kind ${kind}`);
  const putId = source.uint();
  const logGroupName = source.text();
  const logStreamName = source.text();
  const flags = source.byte();
  const token = source.text();
  const ambiguousPuts = Math.min(source.uint(), MOST_AMBIGUOUS_PUTS);
  const ranges = decodeRanges(source);
  const put = {
    putId,
    logGroupName,
    logStreamName,
    sequenceToken: flags & HAS_TOKEN ? token : undefined,
    isLane: (flags & IS_LANE) !== 0,
    isOwnStream: (flags & IS_OWN_STREAM) !== 0,
    ...((flags & IS_UNDONE) !== 0 && { isUndone: true }),
    ambiguousPuts,
    ranges,
  };
  return { kind: 'put', put };
}

// Sorted ranges: the gap in front of each, then its length.
function encodeRanges(sink: ByteSink, ranges: readonly IdRange[]): void {
  sink.uint(ranges.length);
  let previous = 0;
  for (const [from, to] of ranges) {
    sink.uint(from - previous);
    sink.uint(to - from);
    previous = to;
  }
}

function decodeRanges(source: ByteSource): IdRange[] {
  const ranges: IdRange[] = [];
  let previous = 0;
  for (let count = source.uint(); count > 0; count--) {
    const from = previous + source.uint();
    const to = from + source.uint();
    ranges.push([from, to]);
    previous = to;
  }
  return ranges;
}
