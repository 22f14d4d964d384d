import { type IdRange, shiftRanges } from '../../structures/range-set.js';
import type { SpoolDrop } from '../spool-options.js';
import type { Segment } from './segment.js';

/** Describes events that are given up: `ranges` are ids of `segments`, which `base` makes ids of the spool. */
export function dropOf(
  reason: SpoolDrop['reason'],
  segments: readonly Segment[],
  ranges: readonly IdRange[],
  base: number,
): SpoolDrop {
  const weigh: SpoolDrop['weigh'] = (some) => {
    const inFiles = shiftRanges(some, -base);
    return segments.reduce((sum, segment) => sum + segment.weigh(segment.ids.intersection(inFiles)), 0);
  };
  const lost = shiftRanges(ranges, base);
  return { reason, events: weigh(lost), ranges: lost, weigh };
}
