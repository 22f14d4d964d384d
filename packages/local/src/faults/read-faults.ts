import type { Milliseconds } from './fault.js';
import { seededRandom } from './random.js';

/** How a read is disturbed. */
export interface ReadFaults {
  /** Empty pages that come before each page. */
  readonly emptyPages: number;
  /** Whether an event that is stored can be read yet. */
  readonly isReadable: (event: { readonly ingestionTime: number; readonly logStreamName: string }) => boolean;
}

export const UNDISTURBED: ReadFaults = { emptyPages: 0, isReadable: () => true };

/**
 * Hides events that were put less than a lag ago. From a range each put has its own lag, which depends on the seed, the
 * stream and the time of the put alone: an event that was readable once stays readable.
 */
export function lagging(lag: Milliseconds, now: number, seed: number): ReadFaults['isReadable'] {
  const [shortest, longest] = typeof lag === 'number' ? [lag, lag] : lag;
  return ({ ingestionTime, logStreamName }) => {
    const age = now - ingestionTime;
    if (age >= longest) return true;
    if (age < shortest) return false;
    const share = seededRandom(hash(`${seed} ${logStreamName} ${ingestionTime}`))();
    return age >= shortest + share * (longest - shortest);
  };
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return value >>> 0;
}
